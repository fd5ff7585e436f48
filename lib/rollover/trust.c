#include "rollover/trust.h"

#include "dnssec/key.h"

enum { DS_HEAD = 4, DIGEST_SHA1 = 1, DIGEST_SHA256 = 2 };

/* --- Sets --- */

static struct sets
of_type(struct arena *a, struct sets sets, uint16_t type)
{
	struct set *items = arena_alloc(a, sets.n * sizeof(*items) + 1);
	size_t n = 0;

	for (size_t i = 0; i < sets.n; i++)
		if (sets.items[i].type == type)
			items[n++] = sets.items[i];
	return (struct sets){items, n};
}

struct sets
trust_sets(struct arena *a, const struct history *history, const char *zone, uint16_t type)
{
	struct sets above = {NULL, 0};

	if (type == TYPE_DS)
		above = of_type(a, history_parent(history, zone), type);
	return above.n > 0 ? above
			   : of_type(a, sets_of_owner(history_zone(history, zone), zone), type);
}

/* --- Pairs --- */

static bool
is_algorithm_before(const struct set *set, size_t i, uint8_t (*of)(const struct set *, size_t))
{
	for (size_t k = 0; k < i; k++)
		if (of(set, k) == of(set, i))
			return true;
	return false;
}

static uint8_t
ds_algorithm(const struct set *ds, size_t i)
{
	return ds->rdata[i].data[2];
}

static uint8_t
key_algorithm(const struct set *keys, size_t i)
{
	return keys->rdata[i].data[0];
}

struct bytes
trust_ds_of_key(struct arena *a, const struct record_key *key)
{
	uint8_t *ds = arena_bytes(a, DS_HEAD + sizeof(key->digest));

	ds[0] = (uint8_t)(key->tag >> 8);
	ds[1] = (uint8_t)key->tag;
	ds[2] = key->algorithm;
	ds[3] = DIGEST_SHA256;
	memcpy(ds + DS_HEAD, key->digest, sizeof(key->digest));
	return (struct bytes){ds, DS_HEAD + sizeof(key->digest)};
}

/* Is the DS record of that key? Of other digests than SHA-256 the tag has to tell. */
bool
trust_is_of_key(struct bytes ds, const struct record_key *key)
{
	uint16_t tag = (uint16_t)(ds.data[0] << 8 | ds.data[1]);

	if (tag != key->tag || ds.data[2] != key->algorithm)
		return false;
	return ds.data[3] != DIGEST_SHA256 ||
	       (ds.len == DS_HEAD + sizeof(key->digest) &&
		   memcmp(ds.data + DS_HEAD, key->digest, sizeof(key->digest)) == 0);
}

static uint8_t
ds_digest(const struct set *ds, size_t i)
{
	return ds->rdata[i].data[3];
}

/* Is the record one by which some validator judges alone? Of an algorithm's records each takes
 * those of the strongest digest that it knows, and which that is differs: all know SHA-256, beside
 * which SHA-1 is none (RFC 4509 section 3). */
static bool
is_decisive(const struct set *ds, size_t i)
{
	bool known = false;

	for (size_t k = 0; k < ds->n; k++)
		known = known || (ds_algorithm(ds, k) == ds_algorithm(ds, i) &&
				     ds_digest(ds, k) == DIGEST_SHA256);
	return ds_digest(ds, i) != DIGEST_SHA1 || !known;
}

static bool
is_anchored(struct bytes ds, const struct set *keys)
{
	for (size_t k = 0; k < keys->n; k++) {
		struct record_key key = record_read_key(TYPE_DNSKEY, keys->rdata[k]);

		if (key.signs && !(key.flags & KEY_FLAG_REVOKE) && trust_is_of_key(ds, &key))
			return true;
	}
	return false;
}

/* Has a record of the same algorithm and digest as number `i` a key in the set? */
static bool
has_anchor(const struct set *ds, const struct set *keys, size_t i)
{
	for (size_t k = 0; k < ds->n; k++)
		if (ds_algorithm(ds, k) == ds_algorithm(ds, i) &&
		    ds_digest(ds, k) == ds_digest(ds, i) && is_anchored(ds->rdata[k], keys))
			return true;
	return false;
}

bool
trust_anchors(const struct set *ds, const struct set *keys)
{
	for (size_t i = 0; i < ds->n; i++)
		if (is_decisive(ds, i) && !has_anchor(ds, keys, i))
			return false;
	return true;
}

bool
trust_leads_to(const struct set *ds, const struct record_key *key)
{
	bool any = false;

	for (size_t i = 0; i < ds->n; i++) {
		bool found = false;

		if (ds_algorithm(ds, i) != key->algorithm || !is_decisive(ds, i))
			continue;
		for (size_t k = 0; k < ds->n; k++)
			found = found || (ds_digest(ds, k) == ds_digest(ds, i) &&
					     trust_is_of_key(ds->rdata[k], key));
		if (!found)
			return false;
		any = true;
	}
	return any;
}

bool
trust_has_signer(const struct set *keys, const struct set *signers, uint8_t algorithm)
{
	for (size_t i = 0; i < keys->n; i++)
		for (size_t k = 0; k < signers->n; k++)
			if (key_algorithm(keys, i) == algorithm &&
			    memcmp(keys->rdata[i].data, signers->rdata[k].data, RECORD_KEY_LEN) ==
				0)
				return true;
	return false;
}

bool
trust_covers(const struct set *keys, const struct set *signers)
{
	for (size_t i = 0; i < keys->n; i++)
		if (!is_algorithm_before(keys, i, key_algorithm) &&
		    !trust_has_signer(keys, signers, key_algorithm(keys, i)))
			return false;
	return true;
}

/* --- All that may be held --- */

static void
note(struct trust_fault *fault, const struct trust *trust, const struct trust_fault *pair,
    int64_t now_unix)
{
	const struct set *sets[] = {pair->ds, pair->keys, pair->signers};
	int64_t until = TIME_NEVER;

	for (size_t i = 0; i < 3; i++)
		if (sets[i] && set_release(sets[i], trust->hold_s) < until)
			until = set_release(sets[i], trust->hold_s);
	if (until <= now_unix || until <= fault->until_unix)
		return;
	*fault = *pair;
	fault->until_unix = until;
}

static bool
is_any_held(const struct trust *trust, struct sets sets, const struct set *but, int64_t now_unix)
{
	for (size_t i = 0; i < sets.n; i++)
		if (sets.items[i].n > 0 && &sets.items[i] != but &&
		    set_release(&sets.items[i], trust->hold_s) > now_unix)
			return true;
	return false;
}

/* Does any validator ask for signatures? Not where the parent has no DS, nor can have one as there
 * were no keys yet. */
static bool
is_asked_for(const struct trust *trust, const struct trust_change *change, int64_t now_unix)
{
	bool with_keys = change->with.n > 0 && change->with.items->type == TYPE_DNSKEY;
	const struct set *coming = with_keys ? change->with.items : change->set;

	return trust->ds_known ? is_any_held(trust, trust->ds, NULL, now_unix)
			       : is_any_held(trust, trust->keys, coming, now_unix);
}

static bool
fits(const struct trust_fault *pair)
{
	return pair->ds ? trust_anchors(pair->ds, pair->keys)
			: trust_covers(pair->keys, pair->signers);
}

/* Does it fit as little with what was there before? */
static bool
was_so(const struct trust_change *change, const struct trust_fault *pair)
{
	for (size_t i = 0; i < change->old.n; i++) {
		struct trust_fault before = *pair;
		const struct set **sides[] = {&before.ds, &before.keys, &before.signers};

		for (size_t k = 0; k < 3; k++)
			if (*sides[k] == change->set)
				*sides[k] = &change->old.items[i];
		if (!fits(&before))
			return true;
	}
	return false;
}

static bool
is_one_of(struct sets sets, const struct set *set)
{
	for (size_t i = 0; i < sets.n; i++)
		if (&sets.items[i] == set)
			return true;
	return false;
}

static void
judge(struct trust_fault *fault, const struct trust *trust, const struct trust_change *change,
    const struct trust_fault *pair, int64_t now_unix)
{
	const struct set *sides[] = {pair->ds, pair->keys, pair->signers};
	bool concerned = false;

	for (size_t i = 0; i < 3; i++) {
		concerned = concerned || sides[i] == change->set;
		if (is_one_of(change->with, sides[i]))
			return;
	}
	if (concerned && !fits(pair) && !was_so(change, pair))
		note(fault, trust, pair, now_unix);
}

struct trust_fault
trust_find(const struct trust *trust, const struct trust_change *change, int64_t now_unix)
{
	struct trust_fault fault = {0};

	if (!is_asked_for(trust, change, now_unix))
		return fault;
	for (size_t i = 0; i < trust->ds.n; i++)
		for (size_t k = 0; k < trust->keys.n; k++) {
			struct trust_fault pair = {
			    .ds = &trust->ds.items[i], .keys = &trust->keys.items[k]};

			judge(&fault, trust, change, &pair, now_unix);
		}
	for (size_t i = 0; i < trust->keys.n; i++)
		for (size_t k = 0; k < trust->signers.n; k++) {
			struct trust_fault pair = {
			    .keys = &trust->keys.items[i], .signers = &trust->signers.items[k]};

			judge(&fault, trust, change, &pair, now_unix);
		}
	return fault;
}

struct trust_fault
trust_may_appear(const struct trust *trust, const struct set *ds, int64_t now_unix)
{
	struct trust_fault fault = {0};

	for (size_t i = 0; i < trust->keys.n && ds->n > 0; i++) {
		struct trust_fault pair = {.ds = ds, .keys = &trust->keys.items[i]};

		if (!trust_anchors(ds, pair.keys))
			note(&fault, trust, &pair, now_unix);
	}
	for (size_t k = 0; k < trust->signers.n && ds->n > 0; k++) {
		struct trust_fault all = {.ds = ds, .signers = &trust->signers.items[k]};

		if (all.signers->n == 0)
			note(&fault, trust, &all, now_unix);
		for (size_t i = 0; i < trust->keys.n && all.signers->n > 0; i++) {
			all.keys = &trust->keys.items[i];
			if (!trust_covers(all.keys, all.signers))
				note(&fault, trust, &all, now_unix);
		}
	}
	return fault;
}

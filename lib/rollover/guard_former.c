#include "dnssec/rrsig.h"
#include "rollover/guard_part.h"

/* Without a history nobody knows what was published before. What is published now suits it, as
 * zonepp or somebody else saw to that: each former DNSKEY set has a key that signs the data, and
 * one that the parent may know; all former data is signed by a key that is in the DNSKEY set. Which
 * one is not known, so each counts as if it was alone. Where there is just one, as in a zone that
 * is not being changed, that is what is published. */

/* What is published, or what the keys say is. */
struct basis {
	struct arena *a;
	struct set dnskey;
	struct sets signers;
	uint32_t ttl_s; /* of former sets */
};

/* --- Has it been published before? --- */

static bool
has_history(struct sets own)
{
	for (size_t i = 0; i < own.n; i++)
		if (own.items[i].type == TYPE_DNSKEY || own.items[i].type == TYPE_RRSIG)
			return true;
	return false;
}

/* Of keys that were made for a first publication all came at the same time. */
static bool
has_newcomer(const struct guard *g)
{
	const struct key *first = NULL;

	for (size_t i = 0; i < g->keys->n; i++) {
		const struct key *key = &g->keys->items[i];

		if (!key->published)
			continue;
		if (first && key->time[KEY_PUBLISH] != first->time[KEY_PUBLISH])
			return true;
		first = key;
	}
	return false;
}

static uint32_t
longest(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static bool
find_basis(struct guard *g, struct sets own, const struct guard_sets *old, struct basis *out)
{
	*out = (struct basis){.a = g->keep->a,
	    .dnskey = old->dnskey,
	    .signers = old->signers,
	    .ttl_s =
		longest(UNKNOWN_TTL_S, longest(old->dnskey.ttl_s, old->signers.items[0].ttl_s))};
	if (has_history(own))
		return false;
	if (g->published->there || !g->keys)
		return old->dnskey.n > 0;
	if (!has_newcomer(g))
		return false;
	guard_sets_of_keys(g);
	out->dnskey = g->dnskey;
	out->signers = g->signers;
	return true;
}

/* --- Former sets --- */

static bool
same_records(const struct set *a, const struct set *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!set_has(b, a->rdata[i]))
			return false;
	return true;
}

static bool
is_among(struct sets sets, const struct set *set)
{
	for (size_t i = 0; i < sets.n; i++)
		if (same_records(&sets.items[i], set))
			return true;
	return false;
}

static bool
has_former(const struct guard *g, const struct set *set)
{
	for (size_t i = 0; i < g->former.n_sets; i++)
		if (set_same(&g->former.sets[i], set))
			return true;
	return false;
}

static void
add(struct guard *g, const struct basis *b, uint16_t type, const struct bytes *records, size_t n)
{
	struct sets published = type == TYPE_DNSKEY ? (struct sets){&b->dnskey, 1} : b->signers;
	struct set set = *published.items;

	set.ttl_s = n > 0 ? b->ttl_s : set.ttl_s;
	set_records(b->a, &set, records, n);
	if (!is_among(published, &set) && !has_former(g, &set))
		history_add_set(&g->former, &set);
}

static uint8_t
algorithm_of(struct bytes record)
{
	return record.data[0];
}

static bool
signs_data(const struct basis *b, struct bytes dnskey)
{
	struct bytes signer = {dnskey.data, RECORD_KEY_LEN};

	for (size_t i = 0; i < b->signers.n; i++)
		if (set_has(&b->signers.items[i], signer))
			return true;
	return false;
}

static bool
is_anchor(struct bytes dnskey, bool sep)
{
	struct record_key key = record_read_key(TYPE_DNSKEY, dnskey);

	return key.signs && !(key.flags & KEY_FLAG_REVOKE) && (!sep || key.flags & KEY_FLAG_SEP);
}

/* The members of the DNSKEY set of that algorithm that sign the data, or that sign the set. */
static size_t
find_signers(const struct basis *b, uint8_t algorithm, struct bytes *out)
{
	size_t n = 0;

	for (size_t i = 0; i < b->dnskey.n; i++)
		if (algorithm_of(b->dnskey.rdata[i]) == algorithm &&
		    signs_data(b, b->dnskey.rdata[i]))
			out[n++] = b->dnskey.rdata[i];
	return n;
}

static size_t
find_anchors(const struct basis *b, uint8_t algorithm, bool sep, struct bytes *out)
{
	size_t n = 0;

	for (size_t i = 0; i < b->dnskey.n; i++)
		if (algorithm_of(b->dnskey.rdata[i]) == algorithm &&
		    is_anchor(b->dnskey.rdata[i], sep))
			out[n++] = b->dnskey.rdata[i];
	return n > 0 || !sep ? n : find_anchors(b, algorithm, false, out);
}

/* Each signer is once the only one with each anchor, which may sign the data too. */
static void
add_former_keys(struct guard *g, const struct basis *b, uint8_t algorithm)
{
	struct bytes *signers = arena_alloc(b->a, b->dnskey.n * sizeof(*signers));
	struct bytes *anchors = arena_alloc(b->a, b->dnskey.n * sizeof(*anchors));
	size_t n_signers = find_signers(b, algorithm, signers);
	size_t n_anchors = find_anchors(b, algorithm, true, anchors);

	for (size_t i = 0; i < n_signers; i++)
		for (size_t k = 0; k < n_anchors; k++)
			add(g, b, TYPE_DNSKEY, (struct bytes[]){signers[i], anchors[k]}, 2);
}

/* May it be that the key signed all data? Not a KSK, where there are ZSKs. */
static bool
may_sign_alone(const struct basis *b, struct bytes dnskey)
{
	struct record_key key = record_read_key(TYPE_DNSKEY, dnskey);

	if (key.flags & KEY_FLAG_REVOKE)
		return false;
	for (size_t i = 0; i < b->dnskey.n && (key.flags & KEY_FLAG_SEP); i++)
		if (algorithm_of(b->dnskey.rdata[i]) == key.algorithm &&
		    !(record_read_key(TYPE_DNSKEY, b->dnskey.rdata[i]).flags & KEY_FLAG_SEP))
			return false;
	return true;
}

/* The key was the only one of its algorithm; of others that is for other sets to say. */
static void
add_former_signers(struct guard *g, const struct basis *b, struct bytes dnskey)
{
	struct bytes *sign = arena_alloc(b->a, (b->dnskey.n + 1) * sizeof(*sign));
	size_t n = 0;

	sign[n++] = (struct bytes){dnskey.data, RECORD_KEY_LEN};
	for (size_t i = 0; i < b->dnskey.n; i++) {
		struct bytes other = b->dnskey.rdata[i];

		if (algorithm_of(other) != algorithm_of(dnskey) && signs_data(b, other))
			sign[n++] = (struct bytes){other.data, RECORD_KEY_LEN};
	}
	add(g, b, TYPE_RRSIG, sign, n);
}

/* When the oldest signature of the published file was made: since then the zone has been signed, as
 * none is kept of a zone that was not. */
static int64_t
signed_since(const struct guard *g)
{
	const struct store *store = &g->published->store;
	int64_t oldest = g->now_unix;

	for (size_t i = 0; i < store->n_nodes; i++) {
		struct rrset rrsigs = node_rrset(store, &store->nodes[i], TYPE_RRSIG);

		for (size_t k = 0; k < rrsigs.n; k++) {
			uint32_t made = read_u32(rrsigs.records[k].rdata + RRSIG_INCEPTION) +
					g->keep->zone->policy->inception_offset_s;
			int64_t age_s = (int32_t)((uint32_t)g->now_unix - made);

			if (g->now_unix - age_s < oldest)
				oldest = g->now_unix - age_s;
		}
	}
	return oldest;
}

/* Data may have been unsigned until then. */
static void
add_unsigned(struct guard *g, const struct basis *b)
{
	struct set set = *b->signers.items;

	if (!g->published->there)
		return;
	set.until_unix = signed_since(g);
	if (set_release(&set, g->hold_s) > g->now_unix)
		add(g, b, TYPE_RRSIG, NULL, 0);
}

void
guard_find_former(struct guard *g, struct sets own, const struct guard_sets *old)
{
	struct basis b;

	g->former = (struct history){.a = g->keep->a};
	if (!find_basis(g, own, old, &b))
		return;
	for (size_t i = 0; i < b.dnskey.n; i++) {
		uint8_t algorithm = algorithm_of(b.dnskey.rdata[i]);
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen = seen || algorithm_of(b.dnskey.rdata[k]) == algorithm;
		if (!seen)
			add_former_keys(g, &b, algorithm);
		if (may_sign_alone(&b, b.dnskey.rdata[i]))
			add_former_signers(g, &b, b.dnskey.rdata[i]);
	}
	add_unsigned(g, &b);
}

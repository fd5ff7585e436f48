#include "rollover/guard.h"

#include "base/duration.h"
#include "dnssec/cds.h"
#include "dnssec/rrsig.h"
#include "history/record.h"
#include "history/state.h"

enum {
	ROUNDS_MOST = 16,  /* each changes a key, or is the last */
	FOREIGN_MOST = 64, /* DNSKEY records of other signers */
};

/* --- Sets of keys --- */

static struct set
set_of(const char *zone, uint16_t type, uint32_t ttl_s)
{
	return (struct set){.zone = zone,
	    .owner = zone,
	    .type = type,
	    .ttl_s = ttl_s,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};
}

static bool
is_covering(struct bytes rrsig, uint16_t type)
{
	return rrsig.len > RRSIG_SIGNER && (rrsig.data[0] << 8 | rrsig.data[1]) == type;
}

/* Has the apex a signature over the type by the key? */
static bool
is_signed_by(struct rrset rrsigs, uint16_t type, const struct record_key *key)
{
	for (size_t i = 0; i < rrsigs.n; i++) {
		const uint8_t *data = rrsigs.records[i].rdata;

		if (is_covering(record_rdata(&rrsigs.records[i]), type) &&
		    data[RRSIG_ALGORITHM] == key->algorithm &&
		    (data[RRSIG_TAG] << 8 | data[RRSIG_TAG + 1]) == key->tag)
			return true;
	}
	return false;
}

static uint32_t
longest_ttl(const struct store *store)
{
	uint32_t longest = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t k = 0; k < store->nodes[i].n; k++)
			if (node_records(store, &store->nodes[i])[k].ttl_s > longest)
				longest = node_records(store, &store->nodes[i])[k].ttl_s;
	return longest;
}

/* Keys that sign ahead of their publication are not in the store: the history knows them. */
static size_t
add_known_signers(struct rrset rrsigs, struct sets known, struct bytes *sign)
{
	size_t n = 0;

	for (size_t i = 0; i < known.n; i++)
		for (size_t k = 0; known.items[i].type == TYPE_RRSIG &&
				   set_is_open(&known.items[i]) && k < known.items[i].n;
		     k++) {
			struct record_key key =
			    record_read_key(TYPE_RRSIG, known.items[i].rdata[k]);

			if (is_signed_by(rrsigs, TYPE_SOA, &key))
				sign[n++] = known.items[i].rdata[k];
		}
	return n;
}

static size_t
count_records(struct sets sets)
{
	size_t n = 0;

	for (size_t i = 0; i < sets.n; i++)
		n += sets.items[i].n;
	return n;
}

/* Of a sorted store with its signatures; `known` is what the history has of its apex. */
static void
sets_of_store(struct arena *a, const struct store *store, const char *zone, struct sets known,
    struct set *dnskey, struct set *signers)
{
	const struct node *apex = store_apex(store);
	struct rrset keys = apex ? node_rrset(store, apex, TYPE_DNSKEY) : (struct rrset){0};
	struct rrset rrsigs = apex ? node_rrset(store, apex, TYPE_RRSIG) : (struct rrset){0};
	struct bytes *in_set = arena_alloc(a, keys.n * sizeof(*in_set) + 1);
	struct bytes *sign = arena_alloc(a, (keys.n + count_records(known)) * sizeof(*sign) + 1);
	size_t n = add_known_signers(rrsigs, known, sign);

	*dnskey = set_of(zone, TYPE_DNSKEY, keys.n ? keys.records[0].ttl_s : 0);
	*signers = set_of(zone, TYPE_RRSIG, apex ? longest_ttl(store) : 0);
	for (size_t i = 0; i < keys.n; i++) {
		struct record_key key = record_key_of(&store->apex, record_rdata(&keys.records[i]));

		key.signs = is_signed_by(rrsigs, TYPE_DNSKEY, &key);
		in_set[i] = record_of_key(a, TYPE_DNSKEY, &key);
		if (is_signed_by(rrsigs, TYPE_SOA, &key))
			sign[n++] = record_of_key(a, TYPE_RRSIG, &key);
	}
	set_records(a, dnskey, in_set, keys.n);
	set_records(a, signers, sign, n);
}

static void
sets_of_published(struct arena *a, const struct published *published, const char *zone,
    struct sets known, struct set *dnskey, struct set *signers)
{
	*dnskey = set_of(zone, TYPE_DNSKEY, 0);
	*signers = set_of(zone, TYPE_RRSIG, 0);
	if (published->there)
		sets_of_store(a, &published->store, zone, known, dnskey, signers);
}

/* Is it a key of ours, whatever its dates say? */
static bool
is_ours(const struct guard *g, const struct record_key *key)
{
	for (size_t i = 0; g->keys && i < g->keys->n; i++) {
		struct record_key own = record_key_of(&g->store->apex, g->keys->items[i].dnskey);

		if (memcmp(own.digest, key->digest, sizeof(own.digest)) == 0)
			return true;
	}
	return false;
}

/* DNSKEY records of the template are those of other signers (RFC 8901). They may stand at several
 * nodes of the apex, as the store is not sorted yet. */
static size_t
take_foreign(struct guard *g, struct bytes *in_set, size_t most)
{
	const struct store *store = g->store;
	size_t n = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t k = 0; store->nodes[i].key_len == 0 && k < store->nodes[i].n; k++) {
			const struct record *record = &node_records(store, &store->nodes[i])[k];
			struct record_key key;

			if (record->type != TYPE_DNSKEY || n == most)
				continue;
			key = record_key_of(&store->apex, record_rdata(record));
			if (!is_ours(g, &key))
				in_set[n++] = record_of_key(g->keep->a, TYPE_DNSKEY, &key);
		}
	return n;
}

/* What the keys make of the zone. */
static void
set_wanted(struct guard *g)
{
	struct arena *a = g->keep->a;
	const struct keys *keys = g->keys;
	size_t n_keys, n_signers = 0, n = keys ? keys->n : 0;
	struct bytes *in_set = arena_alloc(a, (n + FOREIGN_MOST) * sizeof(*in_set));
	struct bytes *sign = arena_alloc(a, n * sizeof(*sign) + 1);

	g->dnskey = set_of(g->keep->name, TYPE_DNSKEY, 0);
	g->signers = set_of(g->keep->name, TYPE_RRSIG, longest_ttl(g->store));
	n_keys = take_foreign(g, in_set, FOREIGN_MOST);
	for (size_t i = 0; i < n; i++) {
		const struct key *at = &keys->items[i];
		struct record_key key = record_key_of(&g->store->apex, at->dnskey);

		key.signs = at->signs_keys;
		g->dnskey.ttl_s = at->ttl_s > g->dnskey.ttl_s ? at->ttl_s : g->dnskey.ttl_s;
		if (at->published)
			in_set[n_keys++] = record_of_key(a, TYPE_DNSKEY, &key);
		if (at->signs_zone)
			sign[n_signers++] = record_of_key(a, TYPE_RRSIG, &key);
	}
	set_records(a, &g->dnskey, in_set, n_keys);
	set_records(a, &g->signers, sign, n_signers);
}

/* --- What is held --- */

/* One kind of sets: those of the history, of the published file, and the coming one. */
struct kind {
	struct set *items;
	size_t n;
};

static void
take(struct kind *kind, const struct set *set)
{
	kind->items[kind->n++] = *set;
}

static void
take_sets(struct kind *kind, struct sets sets, uint16_t type)
{
	for (size_t i = 0; i < sets.n; i++)
		if (sets.items[i].type == type)
			take(kind, &sets.items[i]);
}

static bool
has_version(const struct kind *kind, const struct set *set)
{
	for (size_t i = 0; i < kind->n; i++)
		if (set_is_open(&kind->items[i]) && set_same(&kind->items[i], set))
			return true;
	return false;
}

/* What is published now ends with this publication, unless it is what comes. */
static void
end_others(struct kind *kind, const struct set *coming, int64_t now_unix)
{
	for (size_t i = 0; i < kind->n; i++)
		if (set_is_open(&kind->items[i]) && !set_same(&kind->items[i], coming))
			kind->items[i].until_unix = now_unix;
}

static struct kind
kind_of(struct guard *g, struct sets sets, const struct set *published, const struct set *coming)
{
	struct sets marked = {g->keep->marked.sets, g->keep->marked.n_sets};
	struct kind kind = {
	    .items = arena_alloc(g->keep->a, (sets.n + marked.n + 2) * sizeof(*kind.items))};

	take_sets(&kind, sets, coming->type);
	take_sets(&kind, marked, coming->type);
	if (g->published->there && !has_version(&kind, published))
		take(&kind, published);
	end_others(&kind, coming, g->now_unix);
	take(&kind, coming);
	return kind;
}

/* --- Keys that can help --- */

static struct key *
find_key(struct guard *g, const struct record_key *wanted)
{
	for (size_t i = 0; g->keys && i < g->keys->n; i++) {
		struct key *key = &g->keys->items[i];
		struct record_key at = record_key_of(&g->store->apex, key->dnskey);

		if (at.algorithm == wanted->algorithm &&
		    memcmp(at.digest, wanted->digest, sizeof(at.digest)) == 0)
			return key;
	}
	return NULL;
}

static struct key *
find_key_of_ds(struct guard *g, struct bytes ds)
{
	uint8_t digest[CDS_LONGEST];

	for (size_t i = 0; g->keys && i < g->keys->n; i++) {
		struct key *key = &g->keys->items[i];

		if (key->algorithm->number == ds.data[2] &&
		    (ds.data[3] == DS_SHA256 || ds.data[3] == DS_SHA384) &&
		    ds_rdata(&g->store->apex, key->dnskey, ds.data[3], digest) == ds.len &&
		    memcmp(digest, ds.data, ds.len) == 0)
			return key;
	}
	return NULL;
}

static const char *
when(struct guard *g, int64_t until_unix)
{
	struct buf b = {0};

	if (until_unix == TIME_NEVER)
		return "it is known that nobody needs it (zonepp roll asks)";
	instant_print_iso(&b, until_unix);
	return buf_text(&b, &g->diags->arena);
}

static bool
is_forced(const struct guard *g, enum problem problem)
{
	return g->forced && g->forced(problem, g->ctx);
}

static void
tell(struct guard *g, enum problem problem, const struct key *key, const char *what,
    int64_t until_unix)
{
	g->n_errors +=
	    diag_add_path(g->diags, g->where, problem, "the key %u (%s) of %s %s until %s",
		key->tag, key->algorithm->name, g->keys->zone, what, when(g, until_unix)) < 0;
}

/* --- What is done about a pair that does not fit --- */

enum outcome {
	OUTCOME_CHANGED,
	OUTCOME_FORCED, /* it is to be so */
	OUTCOME_NONE,   /* no key can help */
};

/* A DS set asks for a key that is not in the coming DNSKEY set, or does not sign that. */
static enum outcome
keep_anchor(struct guard *g, const struct trust_fault *fault)
{
	for (size_t i = 0; i < fault->ds->n; i++) {
		struct key *key = find_key_of_ds(g, fault->ds->rdata[i]);

		if (!key || (!key->pkey && !key->offline) || (key->published && key->signs_keys))
			continue;
		if (is_forced(g, S_DS_NEEDS))
			return OUTCOME_FORCED;
		tell(g, S_DS_NEEDS, key, "is what the parent's DS record is of: it stays",
		    fault->until_unix);
		key->published = key->signs_keys = true;
		return OUTCOME_CHANGED;
	}
	return is_forced(g, S_DS_NEEDS) ? OUTCOME_FORCED : OUTCOME_NONE;
}

/* Held data has no signature of an algorithm that the coming DNSKEY set has: the algorithm came too
 * early, or the keys that signed leave too early. */
static enum outcome
keep_signer(struct guard *g, const struct trust_fault *fault)
{
	enum outcome outcome = OUTCOME_NONE;

	for (size_t i = 0; i < fault->signers->n; i++) {
		struct record_key wanted = record_read_key(TYPE_RRSIG, fault->signers->rdata[i]);
		struct key *key = find_key(g, &wanted);

		if (!key || key->published)
			continue;
		if (is_forced(g, S_SIGNATURE_NEEDS))
			return OUTCOME_FORCED;
		tell(g, S_SIGNATURE_NEEDS, key,
		    "has made signatures that caches may hold: it stays in the zone",
		    fault->until_unix);
		key->published = true;
		outcome = OUTCOME_CHANGED;
	}
	return outcome;
}

static bool
has_algorithm(const struct set *set, uint8_t algorithm)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->rdata[i].data[0] == algorithm)
			return true;
	return false;
}

static enum outcome
hold_back_algorithm(struct guard *g, const struct trust_fault *fault)
{
	enum outcome outcome = OUTCOME_NONE;

	for (size_t i = 0; g->keys && i < g->keys->n; i++) {
		struct key *key = &g->keys->items[i];

		if (!key->published || fault->signers->n == 0 ||
		    has_algorithm(fault->signers, key->algorithm->number))
			continue;
		if (is_forced(g, S_ALGORITHM_EARLY))
			return OUTCOME_FORCED;
		tell(g, S_ALGORITHM_EARLY, key,
		    "is of an algorithm of which caches may hold no signatures: it is not "
		    "published",
		    fault->until_unix);
		key->published = false;
		key->signs_zone = key->active && !key->revoked;
		outcome = OUTCOME_CHANGED;
	}
	return outcome;
}

/* Can the key give the held DNSKEY set the signatures that the coming data lacks for it? */
static bool
can_sign(const struct key *key, const struct trust_fault *fault)
{
	return key && key->pkey && !key->signs_zone && !key->revoked &&
	       !trust_has_signer(fault->keys, fault->signers, key->algorithm->number);
}

/* A held DNSKEY set lacks the keys that sign the data. Where it has a ZSK that can, no KSK does. */
static enum outcome
keep_signing(struct guard *g, const struct trust_fault *fault)
{
	struct key *found = NULL;

	for (size_t i = 0; i < fault->keys->n; i++) {
		struct record_key wanted = record_read_key(TYPE_DNSKEY, fault->keys->rdata[i]);
		struct key *key = find_key(g, &wanted);

		if (can_sign(key, fault) && (!found || (found->is_ksk && !key->is_ksk)))
			found = key;
	}
	if (is_forced(g, S_DNSKEY_NEEDS))
		return OUTCOME_FORCED;
	if (!found)
		return OUTCOME_NONE;
	tell(g, S_DNSKEY_NEEDS, found,
	    "signs on: caches may hold a DNSKEY set without the key that takes over",
	    fault->until_unix);
	found->signs_zone = found->published = true;
	return OUTCOME_CHANGED;
}

/* Does the set have the key, as one that signs it? */
static bool
is_anchor(const struct set *keys, const struct record_key *wanted)
{
	for (size_t i = 0; i < keys->n; i++) {
		struct record_key key = record_read_key(TYPE_DNSKEY, keys->rdata[i]);

		if (key.signs && key.algorithm == wanted->algorithm &&
		    memcmp(key.digest, wanted->digest, sizeof(key.digest)) == 0)
			return true;
	}
	return false;
}

/* Its files are gone, or its .private file, or it is revoked: it cannot sign as the key that it
 * was. */
static int
report_lost_anchor(struct guard *g, const struct record_key *key)
{
	return diag_add_path(g->diags, g->where, S_DS_UNKNOWN,
	    "the key %u (%s) of %s may be what the parent's DS record is of, and cannot sign the "
	    "new DNSKEY set: the zone stays as it is published until it is known what the parent "
	    "has",
	    key->tag, algorithm_info(key->algorithm)->name, g->keep->name);
}

/* Whether the parent has a DS record is not known: then it may have one of each key that could be
 * its anchor until now. */
static enum outcome
keep_unknown_anchors(struct guard *g, const struct set *sets, size_t n, int *result)
{
	enum outcome outcome = OUTCOME_NONE;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sets[i].n; k++) {
			struct record_key wanted = record_read_key(TYPE_DNSKEY, sets[i].rdata[k]);
			struct key *key = find_key(g, &wanted);

			if (!wanted.signs || !(wanted.flags & KEY_FLAG_SEP) ||
			    (wanted.flags & KEY_FLAG_REVOKE) || is_anchor(&g->dnskey, &wanted))
				continue;
			if (is_forced(g, S_DS_UNKNOWN))
				return OUTCOME_FORCED;
			if (!key || (!key->pkey && (!key->offline || key->signs_keys))) {
				*result = report_lost_anchor(g, &wanted);
				return OUTCOME_NONE;
			}
			tell(g, S_DS_UNKNOWN, key,
			    "may be what the parent's DS record is of: it stays", TIME_NEVER);
			key->published = key->signs_keys = true;
			outcome = OUTCOME_CHANGED;
		}
	return outcome;
}

/* Signing is to stop, and for all that is known the parent still asks for keys. */
static enum outcome
refuse_unsigned(struct guard *g, const struct set *old_keys, int *result)
{
	if (g->keys || g->dnskey.n > 0 || old_keys->n == 0)
		return OUTCOME_NONE;
	if (is_forced(g, S_DS_UNKNOWN))
		return OUTCOME_FORCED;
	*result = diag_add_path(g->diags, g->where, S_DS_UNKNOWN,
	    "%s was signed and is not to be any more, but the parent may have a DS record for it: "
	    "it stays as it is published until it is known that there is none",
	    g->keep->name);
	return OUTCOME_NONE;
}

/* --- All of it --- */

static enum outcome
mend(struct guard *g, const struct trust_fault *fault, const struct set *coming)
{
	enum outcome outcome;

	if (fault->ds)
		return keep_anchor(g, fault);
	if (fault->keys != coming)
		return keep_signing(g, fault);
	outcome = keep_signer(g, fault);
	return outcome == OUTCOME_NONE ? hold_back_algorithm(g, fault) : outcome;
}

static int
report_unguarded(struct guard *g, const struct trust_fault *fault, const struct set *coming_keys)
{
	static const char *const why[] = {
	    "a DS record of the parent", "signatures that are held", "a DNSKEY set that is held"};
	int kind = fault->ds ? 0 : fault->keys == coming_keys ? 1 : 2;
	const struct set *const held[] = {fault->ds, fault->signers, fault->keys};

	/* What is published is held as long as it stays: no time ends that. */
	if (kind != 0 && held[kind]->until_unix == g->now_unix)
		return diag_add_path(g->diags, g->where, S_UNGUARDED,
		    "%s would not be valid for whoever holds %s: it stays as it is published",
		    g->keep->name, why[kind]);
	return diag_add_path(g->diags, g->where, S_UNGUARDED,
	    "%s would not be valid for whoever holds %s, until %s: it stays as it is published",
	    g->keep->name, why[kind], when(g, fault->until_unix));
}

/* What is published already is no change: others may have made it wrong, or it was forced. */
static struct trust_fault
find_fault(const struct guard *g, const struct trust *trust, const struct set *coming_keys,
    const struct set *old_keys, const struct set *coming_signers, const struct set *old_signers)
{
	bool there = g->published->there;
	struct trust_change keys = {coming_keys, there ? old_keys : NULL, coming_signers};
	struct trust_change signers = {coming_signers, there ? old_signers : NULL, coming_keys};
	struct trust_fault fault = trust_find(trust, &keys, g->now_unix);

	return fault.until_unix != 0 ? fault : trust_find(trust, &signers, g->now_unix);
}

/* Are they the same keys, whichever of them sign? */
static bool
is_of_same_keys(const struct set *a, const struct set *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++) {
		struct record_key key = record_read_key(TYPE_DNSKEY, a->rdata[i]), other;

		same = false;
		for (size_t k = 0; !same && k < b->n; k++) {
			other = record_read_key(TYPE_DNSKEY, b->rdata[k]);
			same = other.flags == key.flags && other.algorithm == key.algorithm &&
			       memcmp(other.digest, key.digest, sizeof(key.digest)) == 0;
		}
	}
	return same;
}

static bool
is_signed_here(const struct guard *g)
{
	for (size_t i = 0; i < g->keys->n; i++)
		if (g->keys->items[i].pkey && g->keys->items[i].signs_keys)
			return true;
	return false;
}

/* A key whose private half is elsewhere signs no DNSKEY set but the published one, over which it
 * has signed. Where no other key signs, dnssec/offline.h tells what is amiss. */
static void
drop_offline(struct guard *g, const struct set *published)
{
	bool same = is_of_same_keys(&g->dnskey, published);
	size_t n = g->dnskey.n;
	struct bytes *in_set = arena_alloc(g->keep->a, n * sizeof(*in_set) + 1);

	if (!is_signed_here(g))
		return;
	for (size_t i = 0; i < n; i++) {
		struct record_key record = record_read_key(TYPE_DNSKEY, g->dnskey.rdata[i]);
		const struct key *key = find_key(g, &record);

		if (key && !key->pkey && !(same && is_anchor(published, &record)))
			record.signs = false;
		in_set[i] = record_of_key(g->keep->a, TYPE_DNSKEY, &record);
	}
	set_records(g->keep->a, &g->dnskey, in_set, n);
}

/* All that is known when the zone is looked at: the sets of both kinds, the coming one last. */
struct view {
	struct kind keys, signers;
	struct trust trust;
};

static void
see(struct guard *g, struct sets own, const struct set *old_keys, const struct set *old_signers,
    struct view *out)
{
	struct sets ds = trust_sets(g->keep->a, g->keep->history, g->keep->name, TYPE_DS);

	if (g->keys) {
		set_wanted(g);
		drop_offline(g, old_keys);
	} else {
		sets_of_store(g->keep->a, g->store, g->keep->name, own, &g->dnskey, &g->signers);
	}
	out->keys = kind_of(g, own, old_keys, &g->dnskey);
	out->signers = kind_of(g, own, old_signers, &g->signers);
	out->trust = (struct trust){.ds = ds,
	    .keys = {out->keys.items, out->keys.n},
	    .signers = {out->signers.items, out->signers.n},
	    .ds_known = ds.n > 0,
	    .hold_s = g->hold_s};
}

/* One look at what may be held with what comes. Returns whether it is to be looked at again. */
static enum outcome
look(struct guard *g, struct sets own, const struct set *old_keys, const struct set *old_signers,
    int *result)
{
	const struct set *coming_keys, *coming_signers;
	struct trust_fault fault;
	enum outcome outcome;
	struct view view;

	see(g, own, old_keys, old_signers, &view);
	coming_keys = &view.keys.items[view.keys.n - 1];
	coming_signers = &view.signers.items[view.signers.n - 1];
	if (!view.trust.ds_known && g->keys) {
		outcome = g->published->there
			      ? keep_unknown_anchors(g, old_keys, 1, result)
			      : keep_unknown_anchors(g, view.keys.items, view.keys.n, result);
		if (outcome != OUTCOME_NONE || *result < 0)
			return outcome;
	}
	if (!view.trust.ds_known) {
		outcome = refuse_unsigned(g, old_keys, result);
		if (outcome == OUTCOME_FORCED || *result < 0)
			return outcome;
	}
	fault = find_fault(g, &view.trust, coming_keys, old_keys, coming_signers, old_signers);
	if (fault.until_unix == 0)
		return OUTCOME_FORCED; /* all is well */
	outcome = mend(g, &fault, coming_keys);
	if (outcome == OUTCOME_NONE && !is_forced(g, S_UNGUARDED))
		*result = report_unguarded(g, &fault, coming_keys);
	return outcome;
}

/* --- CDS --- */

static bool
is_at_parent(const struct trust *trust, struct bytes ds)
{
	for (size_t i = 0; i < trust->ds.n; i++)
		if (set_is_open(&trust->ds.items[i]) && set_has(&trust->ds.items[i], ds))
			return true;
	return false;
}

/* The DS set that a key asks for: of itself; where somebody chose the date, of all that ask. */
static struct set
asked_set(struct guard *g, const struct key *key)
{
	struct set asked = {.type = TYPE_DS, .until_unix = TIME_NEVER};
	struct bytes *all = arena_alloc(g->keep->a, g->keys->n * sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < g->keys->n; i++) {
		const struct key *other = &g->keys->items[i];
		uint8_t *ds;

		if (other != key &&
		    (key->time[KEY_SYNC_PUBLISH] == KEY_NO_TIME || !cds_is_due(other, g->now_unix)))
			continue;
		ds = arena_bytes(g->keep->a, CDS_LONGEST);
		all[n++] =
		    (struct bytes){ds, ds_rdata(&g->store->apex, other->dnskey, DS_SHA256, ds)};
	}
	set_records(g->keep->a, &asked, all, n);
	return asked;
}

/* A parent that follows CDS records must not be asked for a DS set that may not appear yet. */
static void
hold_back_cds(struct guard *g, const struct view *view, struct key *key)
{
	uint8_t data[CDS_LONGEST];
	struct bytes ds = {data, ds_rdata(&g->store->apex, key->dnskey, DS_SHA256, data)};
	struct set asked;
	int64_t until;

	if (!cds_is_due(key, g->now_unix) || is_at_parent(&view->trust, ds))
		return;
	asked = asked_set(g, key);
	until = trust_may_appear(&view->trust, &asked, g->now_unix).until_unix;
	if (until == 0 || is_forced(g, S_CDS_EARLY))
		return;
	key->ds_early = true;
	if (g->asks_by_cds && key->time[KEY_SYNC_PUBLISH] != KEY_NO_TIME)
		tell(g, S_CDS_EARLY, key, "has no CDS record yet: its DS would come too early",
		    until);
}

/* Does the parent have just these? */
static bool
is_all_at_parent(const struct trust *trust, const struct set *asked)
{
	for (size_t i = 0; i < trust->ds.n; i++) {
		const struct set *ds = &trust->ds.items[i];
		bool same = set_is_open(ds) && ds->n == asked->n;

		for (size_t k = 0; same && k < ds->n; k++)
			same = set_has(asked, ds->rdata[k]);
		if (same)
			return true;
	}
	return false;
}

/* Records that are right each by itself may be too few together, once those of another key have
 * left: without any, the parent changes nothing (RFC 7344 section 4.1). */
static void
hold_back_all_cds(struct guard *g, const struct view *view)
{
	struct set asked = {.type = TYPE_DS, .until_unix = TIME_NEVER};
	size_t n = 0;
	struct bytes *all = arena_alloc(g->keep->a, g->keys->n * sizeof(*all) + 1);

	for (size_t i = 0; i < g->keys->n; i++) {
		const struct key *key = &g->keys->items[i];
		uint8_t *ds;

		if (!cds_is_due(key, g->now_unix))
			continue;
		ds = arena_bytes(g->keep->a, CDS_LONGEST);
		all[n++] =
		    (struct bytes){ds, ds_rdata(&g->store->apex, key->dnskey, DS_SHA256, ds)};
	}
	set_records(g->keep->a, &asked, all, n);
	if (is_all_at_parent(&view->trust, &asked) || is_forced(g, S_CDS_EARLY) ||
	    trust_may_appear(&view->trust, &asked, g->now_unix).until_unix == 0)
		return;
	for (size_t i = 0; i < g->keys->n; i++)
		g->keys->items[i].ds_early =
		    g->keys->items[i].ds_early || cds_is_due(&g->keys->items[i], g->now_unix);
}

int
guard_store(struct guard *g)
{
	return guard_keys(g);
}

int
guard_keys(struct guard *g)
{
	struct sets own =
	    sets_of_owner(history_zone(g->keep->history, g->keep->name), g->keep->name);
	struct set old_keys, old_signers;
	struct view view;
	int result = 0;

	sets_of_published(g->keep->a, g->published, g->keep->name, own, &old_keys, &old_signers);
	for (int i = 0; i < ROUNDS_MOST; i++)
		if (look(g, own, &old_keys, &old_signers, &result) != OUTCOME_CHANGED)
			break;
	see(g, own, &old_keys, &old_signers, &view);
	for (size_t i = 0; g->keys && i < g->keys->n; i++)
		hold_back_cds(g, &view, &g->keys->items[i]);
	if (g->keys)
		hold_back_all_cds(g, &view);
	return result;
}

/* --- How the history goes on --- */

/* Does one of our keys with this digest sign the DNSKEY set? */
static bool
signs_keys(const struct guard *g, const struct record_key *key)
{
	for (size_t i = 0; i < g->keys->n; i++) {
		struct record_key own = record_key_of(&g->store->apex, g->keys->items[i].dnskey);

		if (memcmp(own.digest, key->digest, sizeof(own.digest)) == 0)
			return g->keys->items[i].signs_keys;
	}
	return false;
}

/* The DNSKEY set as it stands in the store, with TTL and other signers' keys, once ours are in it.
 */
static void
set_final(struct guard *g, struct sets own, const struct set *published)
{
	struct arena *a = g->keep->a;
	const struct node *apex = store_apex(g->store);
	struct rrset set = apex ? node_rrset(g->store, apex, TYPE_DNSKEY) : (struct rrset){0};
	struct bytes *in_set = arena_alloc(a, set.n * sizeof(*in_set) + 1);

	if (!g->keys) {
		sets_of_store(a, g->store, g->keep->name, own, &g->dnskey, &g->signers);
		return;
	}
	set_wanted(g);
	g->dnskey.ttl_s = set.n ? set.records[0].ttl_s : 0;
	for (size_t i = 0; i < set.n; i++) {
		struct record_key key =
		    record_key_of(&g->store->apex, record_rdata(&set.records[i]));

		key.signs = signs_keys(g, &key);
		in_set[i] = record_of_key(a, TYPE_DNSKEY, &key);
	}
	set_records(a, &g->dnskey, in_set, set.n);
	drop_offline(g, published);
}

/* Unsigned data that had a longer TTL may be held when the zone begins to be signed: this says
 * until when. Nothing else is kept of unsigned zones. */
static void
note_longer_ttl(struct guard *g, struct sets own, const struct set *old_signers)
{
	for (size_t i = 0; i < own.n; i++)
		if (own.items[i].type == TYPE_RRSIG && set_is_open(&own.items[i]))
			return; /* the history has all its sets */
	if (old_signers->n == 0 && g->signers.n == 0 && old_signers->ttl_s > g->signers.ttl_s)
		history_add_set(&g->keep->closed, old_signers);
}

void
guard_compare(struct guard *g)
{
	struct sets own =
	    sets_of_owner(history_zone(g->keep->history, g->keep->name), g->keep->name);
	struct set old_keys, old_signers;

	sets_of_published(g->keep->a, g->published, g->keep->name, own, &old_keys, &old_signers);
	set_final(g, own, &old_keys);
	keep_compare_set(g->keep, own, g->published->there ? &old_keys : NULL, &g->dnskey, false);
	keep_compare_set(
	    g->keep, own, g->published->there ? &old_signers : NULL, &g->signers, false);
	note_longer_ttl(g, own, &old_signers);
}

/* --- Without a history --- */

/* What it would know of keys that sign and are not in the zone: they are ours. */
static struct set
own_signers(struct arena *a, const struct guard_pair *pair, const char *zone)
{
	struct set own = set_of(zone, TYPE_RRSIG, 0);
	struct bytes *sign = arena_alloc(a, pair->keys->n * sizeof(*sign) + 1);

	for (size_t i = 0; i < pair->keys->n; i++) {
		struct record_key key =
		    record_key_of(&pair->store->apex, pair->keys->items[i].dnskey);

		sign[i] = record_of_key(a, TYPE_RRSIG, &key);
	}
	set_records(a, &own, sign, pair->keys->n);
	return own;
}

static void
warn(const struct guard_pair *pair, const struct set *held, const char *what)
{
	diag_add_path(pair->diags, pair->where, S_PREVIOUS_HELD, what,
	    duration_text(&pair->diags->arena, held->ttl_s));
}

void
guard_warn(const struct guard_pair *pair)
{
	struct arena *a = &pair->diags->arena;
	const char *zone = history_name(a, pair->store->apex.wire);
	struct keep keep = {.a = a, .name = zone};
	struct guard next = {.keep = &keep, .keys = pair->keys, .store = pair->store};
	struct set known = own_signers(a, pair, zone), keys, signers;

	sets_of_published(a, pair->published, zone, (struct sets){&known, 1}, &keys, &signers);
	if (keys.n == 0 || signers.n == 0)
		return;
	set_wanted(&next);
	if (!trust_covers(&keys, &next.signers))
		warn(pair, &keys,
		    "no key of its DNSKEY set signs the zone now: for %s resolvers may hold that "
		    "set, and find the zone bogus");
	if (!trust_covers(&next.dnskey, &signers))
		warn(pair, &signers,
		    "the DNSKEY set lacks the keys that signed its data: for %s resolvers may hold "
		    "that, and find it bogus");
}

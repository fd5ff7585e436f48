#include "base/duration.h"
#include "history/state.h"
#include "rollover/guard_part.h"

enum { ROUNDS_MOST = 64 }; /* each changes a key, or is the last */

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

static bool
is_among(struct sets sets, const struct set *set)
{
	for (size_t i = 0; i < sets.n; i++)
		if (set_same(&sets.items[i], set))
			return true;
	return false;
}

/* What is published now ends with this publication, unless it is what comes. */
static void
end_others(struct kind *kind, struct sets coming, int64_t now_unix)
{
	for (size_t i = 0; i < kind->n; i++)
		if (set_is_open(&kind->items[i]) && !is_among(coming, &kind->items[i]))
			kind->items[i].until_unix = now_unix;
}

static void
take_former(struct kind *kind, const struct guard *g, uint16_t type)
{
	for (size_t i = 0; i < g->former.n_sets; i++) {
		struct set set = g->former.sets[i];

		set.until_unix = g->now_unix;
		if (set.type == type)
			take(kind, &set);
	}
}

/* The coming ones last. */
static struct kind
kind_of(struct guard *g, struct sets sets, struct sets published, struct sets coming)
{
	struct sets marked = {g->keep->marked.sets, g->keep->marked.n_sets};
	uint16_t type = coming.items[0].type;
	struct kind kind = {.items = arena_alloc(g->keep->a,
				(sets.n + marked.n + g->former.n_sets + published.n + coming.n) *
				    sizeof(*kind.items))};

	take_sets(&kind, sets, type);
	take_sets(&kind, marked, type);
	for (size_t i = 0; g->published->there && i < published.n; i++)
		if (!has_version(&kind, &published.items[i]))
			take(&kind, &published.items[i]);
	end_others(&kind, coming, g->now_unix);
	take_former(&kind, g, type);
	for (size_t i = 0; i < coming.n; i++)
		take(&kind, &coming.items[i]);
	return kind;
}

/* --- Messages --- */

static const char *
when(const struct guard *g, int64_t until_unix)
{
	struct buf b = {0};

	if (until_unix == TIME_NEVER)
		return "it is known that nobody needs it (zonepp roll asks)";
	instant_print_iso(&b, until_unix);
	return buf_text(&b, &g->diags->arena);
}

bool
guard_is_forced(const struct guard *g, enum problem problem)
{
	return g->forced && g->forced(problem, g->ctx);
}

void
guard_tell(struct guard *g, enum problem problem, const struct key *key, const char *what,
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

static struct record_key
record_of(const struct guard *g, const struct key *key)
{
	return record_key_of(&g->store->apex, key->dnskey);
}

/* Is it one that waits, as the published DNSKEY set stays? */
static bool
is_waiting(const struct guard *g, const struct key *key, const struct set *old_keys)
{
	struct record_key record = record_of(g, key);

	return g->set_stays && !guard_is_in(old_keys, &record);
}

static const char *
why_anchor_stays(const struct guard *g, const struct key *key)
{
	if (guard_is_adopted(g, key))
		return "is what the parent's DS record is of, and its files are gone: its record "
		       "stays";
	return key->revoked ? "is what the parent's DS record is of: it stays, and is not revoked,"
			    : "is what the parent's DS record is of: it stays";
}

/* Can it sign the DNSKEY set? One whose time is over, and which is elsewhere, may have signed this
 * one ahead. */
static bool
can_anchor(const struct guard *g, const struct key *key)
{
	return key->at_hand || key->offline || guard_has_signed(g, key);
}

/* A DS set asks for a key that is not in the coming DNSKEY set, does not sign that, or is to be
 * revoked. */
static enum outcome
keep_anchor(struct guard *g, const struct trust_fault *fault, const struct set *old_keys)
{
	for (size_t i = 0; i < fault->ds->n; i++) {
		struct key *key = guard_find_key_of_ds(g, fault->ds->rdata[i]);
		const char *what;

		if (!key || !can_anchor(g, key) || is_waiting(g, key, old_keys) ||
		    (key->published && key->signs_keys && !key->revoked))
			continue;
		if (guard_is_forced(g, S_DS_NEEDS))
			return OUTCOME_FORCED;
		what = why_anchor_stays(g, key);
		guard_bring_back(g, key);
		guard_tell(g, S_DS_NEEDS, key, what, fault->until_unix);
		key->signs_keys = true;
		return OUTCOME_CHANGED;
	}
	return guard_is_forced(g, S_DS_NEEDS) ? OUTCOME_FORCED : OUTCOME_NONE;
}

static bool
has_other_signer(const struct guard *g, const struct key *key)
{
	for (size_t i = 0; i < g->keys->n; i++)
		if (&g->keys->items[i] != key && g->keys->items[i].signs_zone)
			return true;
	return false;
}

/* Keys that the published set lacks wait, and those that it has stay. */
static bool
keep_member(struct guard *g, struct key *key, const struct set *old_keys, int64_t until_unix)
{
	struct record_key record = record_of(g, key);
	bool was = guard_is_in(old_keys, &record);

	if (key->published == was)
		return false;
	guard_tell(g, S_SET_STAYS, key,
	    was ? "stays in the zone, as the key that would have to sign the DNSKEY set without it "
		  "is not at hand,"
		: "is not published, as the key that would have to sign the DNSKEY set with it is "
		  "not at hand,",
	    until_unix);
	key->published = was;
	if (!was) {
		key->signs_keys = false;
		key->signs_zone = key->signs_zone && !has_other_signer(g, key);
	}
	return true;
}

/* Does one of them sign the data? */
static bool
has_signer_in(const struct guard *g, const struct set *dnskey)
{
	for (size_t i = 0; i < g->keys->n; i++) {
		const struct key *key = &g->keys->items[i];
		struct record_key record = record_of(g, key);

		if (key->at_hand && key->signs_zone && guard_is_in(dnskey, &record))
			return true;
	}
	return false;
}

/* The key that a DS set asks for cannot sign another DNSKEY set than the published one, over which
 * it has signed: that stays. */
static enum outcome
keep_set(struct guard *g, const struct trust_fault *fault, const struct set *old_keys)
{
	enum outcome outcome = OUTCOME_NONE;

	if (!g->keys || !g->published->there || !trust_anchors(fault->ds, old_keys) ||
	    !has_signer_in(g, old_keys))
		return OUTCOME_NONE;
	g->set_stays = true;
	for (size_t i = 0; i < old_keys->n; i++) {
		struct record_key record = record_read_key(TYPE_DNSKEY, old_keys->rdata[i]);

		if (!guard_find_key(g, &record) && guard_adopt(g, &record))
			outcome = OUTCOME_CHANGED;
	}
	for (size_t i = 0; i < g->keys->n; i++)
		if (keep_member(g, &g->keys->items[i], old_keys, fault->until_unix))
			outcome = OUTCOME_CHANGED;
	return outcome;
}

/* Held data has no signature of an algorithm that the coming DNSKEY set has: the algorithm came too
 * early, or the keys that signed leave too early. */
static enum outcome
keep_signer(struct guard *g, const struct trust_fault *fault)
{
	enum outcome outcome = OUTCOME_NONE;

	for (size_t i = 0; i < fault->signers->n; i++) {
		struct record_key wanted = record_read_key(TYPE_RRSIG, fault->signers->rdata[i]);
		struct key *key = guard_find_key(g, &wanted);

		if (key && key->published && !key->revoked)
			continue;
		if (guard_is_forced(g, S_SIGNATURE_NEEDS))
			return OUTCOME_FORCED;
		if (!key)
			key = guard_adopt(g, &wanted);
		if (!key)
			continue;
		guard_bring_back(g, key);
		guard_tell(g, S_SIGNATURE_NEEDS, key,
		    guard_is_adopted(g, key)
			? "has made signatures that caches may hold, and its files are gone: its "
			  "record stays in the zone"
			: "has made signatures that caches may hold: it stays in the zone",
		    fault->until_unix);
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
		if (guard_is_forced(g, S_ALGORITHM_EARLY))
			return OUTCOME_FORCED;
		guard_tell(g, S_ALGORITHM_EARLY, key,
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
	return key && key->at_hand && (!key->signs_zone || key->revoked) &&
	       !trust_has_signer(fault->keys, fault->signers, key->algorithm->number);
}

/* A held DNSKEY set lacks the keys that sign the data. Where it has a ZSK that can, no KSK does. */
static enum outcome
keep_signing(struct guard *g, const struct trust_fault *fault)
{
	struct key *found = NULL;

	for (size_t i = 0; i < fault->keys->n; i++) {
		struct record_key wanted = record_read_key(TYPE_DNSKEY, fault->keys->rdata[i]);
		struct key *key = guard_find_key(g, &wanted);

		if (can_sign(key, fault) && (!found || (found->is_ksk && !key->is_ksk)))
			found = key;
	}
	if (guard_is_forced(g, S_DNSKEY_NEEDS))
		return OUTCOME_FORCED;
	if (!found)
		return OUTCOME_NONE;
	guard_tell(g, S_DNSKEY_NEEDS, found,
	    "signs on: caches may hold a DNSKEY set without the key that takes over",
	    fault->until_unix);
	guard_bring_back(g, found);
	found->signs_zone = true;
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

/* Its files are gone, or its .private file: it cannot sign. */
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
			struct key *key = guard_find_key(g, &wanted);

			if (!wanted.signs || !(wanted.flags & KEY_FLAG_SEP) ||
			    (wanted.flags & KEY_FLAG_REVOKE) || is_anchor(&g->dnskey, &wanted))
				continue;
			if (guard_is_forced(g, S_DS_UNKNOWN))
				return OUTCOME_FORCED;
			if (!key || (!key->at_hand && key->signs_keys) || !can_anchor(g, key)) {
				*result = report_lost_anchor(g, &wanted);
				return OUTCOME_NONE;
			}
			guard_tell(g, S_DS_UNKNOWN, key,
			    "may be what the parent's DS record is of: it stays", TIME_NEVER);
			guard_bring_back(g, key);
			key->signs_keys = true;
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
	if (guard_is_forced(g, S_DS_UNKNOWN))
		return OUTCOME_FORCED;
	*result = diag_add_path(g->diags, g->where, S_DS_UNKNOWN,
	    "%s was signed and is not to be any more, but the parent may have a DS record for it: "
	    "it stays as it is published until it is known that there is none",
	    g->keep->name);
	return OUTCOME_NONE;
}

/* --- All of it --- */

static enum outcome
mend(struct guard *g, const struct trust_fault *fault, const struct set *coming,
    const struct set *old_keys)
{
	enum outcome outcome;

	if (fault->ds) {
		outcome = keep_anchor(g, fault, old_keys);
		return outcome == OUTCOME_NONE ? keep_set(g, fault, old_keys) : outcome;
	}
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

/* All that is known when the zone is looked at: the sets of both kinds, the coming ones last. */
struct view {
	struct kind keys, signers;
	const struct set *coming_keys;
	struct sets coming_signers;
	struct trust trust;
};

/* What is published already is no change: others may have made it wrong, or it was forced. */
static struct trust_fault
find_fault(const struct guard *g, const struct view *view, const struct guard_sets *old)
{
	bool there = g->published->there;
	struct trust_change keys = {
	    view->coming_keys, {&old->dnskey, there ? 1 : 0}, view->coming_signers};
	struct trust_fault fault = trust_find(&view->trust, &keys, g->now_unix);

	for (size_t i = 0; fault.until_unix == 0 && i < view->coming_signers.n; i++) {
		struct trust_change signers = {&view->coming_signers.items[i],
		    {old->signers.items, there ? old->signers.n : 0}, {view->coming_keys, 1}};

		fault = trust_find(&view->trust, &signers, g->now_unix);
	}
	return fault;
}

static void
see(struct guard *g, struct sets own, const struct guard_sets *old, struct view *out)
{
	struct sets ds = trust_sets(g->keep->a, g->keep->history, g->keep->name, TYPE_DS);
	struct guard_sets store;

	if (g->keys) {
		guard_sets_of_keys(g);
		guard_drop_offline(g);
	} else {
		guard_sets_of_store(g->keep->a, g->store, g->keep->name, own, &store);
		g->dnskey = store.dnskey;
		g->signers = store.signers;
	}
	out->keys = kind_of(g, own, (struct sets){&old->dnskey, 1}, (struct sets){&g->dnskey, 1});
	out->signers = kind_of(g, own, old->signers, g->signers);
	out->coming_keys = &out->keys.items[out->keys.n - 1];
	out->coming_signers =
	    (struct sets){out->signers.items + out->signers.n - g->signers.n, g->signers.n};
	out->trust = (struct trust){.ds = ds,
	    .keys = {out->keys.items, out->keys.n},
	    .signers = {out->signers.items, out->signers.n},
	    .ds_known = ds.n > 0,
	    .hold_s = g->hold_s};
}

/* Whether the parent has a DS record is not known. */
static enum outcome
look_without_ds(struct guard *g, const struct view *view, const struct set *old_keys, int *result)
{
	enum outcome outcome = OUTCOME_NONE;

	if (g->keys && g->published->there)
		outcome = keep_unknown_anchors(g, old_keys, 1, result);
	else if (g->keys)
		outcome = keep_unknown_anchors(g, view->keys.items, view->keys.n, result);
	if (outcome != OUTCOME_NONE || *result < 0)
		return outcome;
	return refuse_unsigned(g, old_keys, result);
}

/* One look at what may be held with what comes. Returns whether it is to be looked at again. */
static enum outcome
look(struct guard *g, struct sets own, const struct guard_sets *old, int *result)
{
	enum outcome outcome = OUTCOME_NONE;
	struct trust_fault fault;
	struct view view;

	see(g, own, old, &view);
	if (!view.trust.ds_known)
		outcome = look_without_ds(g, &view, &old->dnskey, result);
	if (outcome != OUTCOME_NONE || *result < 0)
		return outcome;
	fault = find_fault(g, &view, old);
	if (fault.until_unix == 0)
		return OUTCOME_FORCED; /* all is well */
	outcome = mend(g, &fault, view.coming_keys, &old->dnskey);
	if (outcome == OUTCOME_NONE && !guard_is_forced(g, S_UNGUARDED))
		*result = report_unguarded(g, &fault, view.coming_keys);
	return outcome;
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
	enum outcome outcome = OUTCOME_CHANGED;
	struct trust_fault fault;
	struct guard_sets old;
	struct view view;
	int result = 0;

	guard_sets_of_published(g->keep->a, g->published, g->keep->name, own, &old);
	guard_find_former(g, own, &old);
	for (int i = 0; i < ROUNDS_MOST && outcome == OUTCOME_CHANGED; i++)
		outcome = look(g, own, &old, &result);
	see(g, own, &old, &view);
	fault = find_fault(g, &view, &old);
	if (outcome == OUTCOME_CHANGED && fault.until_unix != 0)
		result = report_unguarded(g, &fault, view.coming_keys);
	if (g->keys)
		guard_hold_back_cds(g, &view.trust);
	return result;
}

/* --- How the history goes on --- */

/* Does it belong to one of our keys, which signs the DNSKEY set? */
static bool
signs_keys(const struct guard *g, struct bytes dnskey)
{
	for (size_t i = 0; i < g->keys->n; i++)
		if (bytes_equal(g->keys->items[i].dnskey, dnskey))
			return g->keys->items[i].signs_keys;
	return false;
}

/* The DNSKEY set as it stands in the store, with TTL and other signers' keys, once ours are in it.
 */
static void
set_final(struct guard *g, struct sets own)
{
	struct arena *a = g->keep->a;
	const struct node *apex = store_apex(g->store);
	struct rrset set = apex ? node_rrset(g->store, apex, TYPE_DNSKEY) : (struct rrset){0};
	struct bytes *in_set = arena_alloc(a, set.n * sizeof(*in_set) + 1);
	struct guard_sets store;

	if (!g->keys) {
		guard_sets_of_store(a, g->store, g->keep->name, own, &store);
		g->dnskey = store.dnskey;
		g->signers = store.signers;
		return;
	}
	guard_sets_of_keys(g);
	g->dnskey.ttl_s = set.n ? set.records[0].ttl_s : 0;
	for (size_t i = 0; i < set.n; i++) {
		struct record_key key =
		    record_key_of(&g->store->apex, record_rdata(&set.records[i]));

		key.signs = signs_keys(g, record_rdata(&set.records[i]));
		in_set[i] = record_of_key(a, TYPE_DNSKEY, &key);
	}
	set_records(a, &g->dnskey, in_set, set.n);
	guard_drop_offline(g);
}

/* Unsigned data that had a longer TTL may be held when the zone begins to be signed: this says
 * until when. Nothing else is kept of unsigned zones. */
static void
note_longer_ttl(struct guard *g, struct sets own, const struct guard_sets *old)
{
	const struct set *before = old->signers.items, *coming = g->signers.items;

	for (size_t i = 0; i < own.n; i++)
		if (own.items[i].type == TYPE_RRSIG && set_is_open(&own.items[i]))
			return; /* the history has all its sets */
	if (before->n == 0 && coming->n == 0 && before->ttl_s > coming->ttl_s)
		history_add_set(&g->keep->closed, before);
}

void
guard_compare(struct guard *g)
{
	struct sets own =
	    sets_of_owner(history_zone(g->keep->history, g->keep->name), g->keep->name);
	struct guard_sets old;
	bool there = g->published->there;

	guard_sets_of_published(g->keep->a, g->published, g->keep->name, own, &old);
	set_final(g, own);
	keep_compare_set(g->keep, own, (struct sets){&old.dnskey, there ? 1 : 0},
	    (struct sets){&g->dnskey, 1}, false);
	keep_compare_set(g->keep, own, (struct sets){old.signers.items, there ? old.signers.n : 0},
	    g->signers, false);
	note_longer_ttl(g, own, &old);
	for (size_t i = 0; i < g->former.n_sets; i++)
		history_add_set(&g->keep->closed, &g->former.sets[i]);
}

static void
end_set(struct keep *keep, struct sets own, const struct set *published)
{
	for (size_t i = 0; i < own.n; i++)
		if (set_is_open(&own.items[i]) && set_same(&own.items[i], published))
			return; /* as one of those it ends */
	history_add_set(&keep->closed, published);
}

void
guard_leave(struct keep *keep, const struct published *published)
{
	struct sets own = sets_of_owner(history_zone(keep->history, keep->name), keep->name);
	struct guard_sets old;

	guard_sets_of_published(keep->a, published, keep->name, own, &old);
	if (old.dnskey.n == 0)
		return;
	for (size_t i = 0; i < own.n; i++)
		if ((own.items[i].type == TYPE_DNSKEY || own.items[i].type == TYPE_RRSIG) &&
		    set_is_open(&own.items[i]))
			history_add_set(&keep->closed, &own.items[i]);
	end_set(keep, own, &old.dnskey);
	for (size_t i = 0; i < old.signers.n; i++)
		end_set(keep, own, &old.signers.items[i]);
}

/* --- Without a history --- */

/* What it would know of keys that sign and are not in the zone: they are ours. */
static struct set
own_signers(struct arena *a, const struct guard_pair *pair, const char *zone)
{
	struct set own = {
	    .zone = zone, .owner = zone, .type = TYPE_RRSIG, .until_unix = TIME_NEVER};
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

static const struct set *
find_uncovered(const struct set *dnskey, struct sets signers)
{
	for (size_t i = 0; i < signers.n; i++)
		if (!trust_covers(dnskey, &signers.items[i]))
			return &signers.items[i];
	return NULL;
}

void
guard_warn(const struct guard_pair *pair)
{
	struct arena *a = &pair->diags->arena;
	const char *zone = history_name(a, pair->store->apex.wire);
	struct keep keep = {.a = a, .name = zone};
	struct guard next = {
	    .keep = &keep, .diags = pair->diags, .keys = pair->keys, .store = pair->store};
	struct set known = own_signers(a, pair, zone);
	const struct set *uncovered;
	struct guard_sets old;

	guard_sets_of_published(a, pair->published, zone, (struct sets){&known, 1}, &old);
	if (old.dnskey.n == 0 || old.signers.items[0].n == 0)
		return;
	guard_sets_of_keys(&next);
	if (find_uncovered(&old.dnskey, next.signers))
		warn(pair, &old.dnskey,
		    "no key of its DNSKEY set signs the zone now: for %s resolvers may hold that "
		    "set, and find the zone bogus");
	uncovered = find_uncovered(&next.dnskey, old.signers);
	if (uncovered)
		warn(pair, uncovered,
		    "the DNSKEY set lacks the keys that signed its data: for %s resolvers may hold "
		    "that, and find it bogus");
}

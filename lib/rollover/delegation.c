#include "rollover/delegation.h"

#include "base/duration.h"
#include "dnssec/cds.h"
#include "dnssec/keystate.h"
#include "history/state.h"
#include "rollover/parent.h"
#include "rollover/sighting.h"
#include "rollover/trust.h"
#include "zone/lookup.h"

/* One child. */
struct child {
	const struct delegations *run;
	const struct project_zone *zone;
	const char *name; /* as the history writes it */
	struct rrset ds;
	struct pos pos;          /* of the delegation, or of the DS set */
	const struct keys *keys; /* of which there are files */
	struct sets dnskey;      /* that may be held of it */
};

static bool
is_signed_elsewhere(const struct project_zone *zone)
{
	return zone->dnssec == PROJECT_DNSSEC_EXTERNAL;
}

/* --- What may be held of a child --- */

static bool
has_set(const struct history *some, const struct set *set)
{
	for (size_t i = 0; i < some->n_sets; i++)
		if (strcmp(some->sets[i].owner, set->owner) == 0 && set_same(&some->sets[i], set))
			return true;
	return false;
}

static size_t
take_sets(const struct child *child, const struct history *some, uint16_t type, int64_t until_unix,
    struct set *out)
{
	size_t n = 0;

	for (size_t i = 0; i < some->n_sets; i++) {
		if (some->sets[i].type != type || strcmp(some->sets[i].owner, child->name) != 0)
			continue;
		out[n] = some->sets[i];
		if (set_is_open(&out[n]))
			out[n].until_unix = until_unix;
		n++;
	}
	return n;
}

/* Those of the history, and what the child is about to publish: two changes that are right each by
 * itself, one of the DS set and one of the keys, may not fit together. */
static struct sets
held_of(const struct child *child, uint16_t type)
{
	const struct delegations *run = child->run;
	struct arena *a = run->keep->a;
	struct sets known = trust_sets(a, run->keep->history, child->name, type);
	const struct keep *keep = run->keep_of(run->ctx, child->zone);
	struct set *items;
	size_t n = 0;

	if (!keep)
		return known;
	items = arena_alloc(
	    a, (known.n + keep->closed.n_sets + keep->opened.n_sets) * sizeof(*items) + 1);
	for (size_t i = 0; i < known.n; i++)
		if (!set_is_open(&known.items[i]) || !has_set(&keep->closed, &known.items[i]))
			items[n++] = known.items[i];
	n += take_sets(child, &keep->closed, type, run->now_unix, items + n);
	n += take_sets(child, &keep->opened, type, TIME_NEVER, items + n);
	return (struct sets){items, n};
}

static uint32_t
hold_s(const struct child *child)
{
	return parent_hold_s(child->run->keep->project, child->zone);
}

/* --- Keys --- */

static bool
is_of_a_file(const struct child *child, struct bytes ds)
{
	uint8_t digest[CDS_LONGEST];

	for (size_t i = 0; child->keys && i < child->keys->n; i++) {
		const struct key *key = &child->keys->items[i];

		if (key->algorithm->number == ds.data[2] &&
		    (ds.data[3] == DS_SHA256 || ds.data[3] == DS_SHA384) &&
		    ds_rdata(&child->zone->name, key->dnskey, ds.data[3], digest) == ds.len &&
		    memcmp(digest, ds.data, ds.len) == 0)
			return true;
	}
	return false;
}

static bool
is_of_a_set(const struct child *child, struct bytes ds)
{
	for (size_t i = 0; i < child->dnskey.n; i++)
		for (size_t k = 0; k < child->dnskey.items[i].n; k++) {
			struct record_key key =
			    record_read_key(TYPE_DNSKEY, child->dnskey.items[i].rdata[k]);

			if (trust_is_of_key(ds, &key))
				return true;
		}
	return false;
}

/* Is it known which DNSKEY set the child has now? A zone that went to another signer has one of
 * which nothing is known but the sets before. */
static bool
is_known(const struct child *child)
{
	return is_signed_elsewhere(child->zone) ? sets_newest(child->dnskey) != NULL
						: child->dnskey.n > 0;
}

static bool
is_signed(const struct child *child)
{
	const struct set *newest = sets_newest(child->dnskey);

	return child->zone->sign || (newest && newest->n > 0);
}

static struct set
set_of(const struct child *child, struct rrset ds)
{
	struct keep *keep = child->run->keep;
	struct bytes *rdata = arena_alloc(keep->a, ds.n * sizeof(*rdata) + 1);
	struct set set = {.zone = keep->name,
	    .owner = child->name,
	    .type = TYPE_DS,
	    .ttl_s = ds.n ? ds.records[0].ttl_s : 0,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};

	for (size_t i = 0; i < ds.n; i++)
		rdata[i] = record_rdata(&ds.records[i]);
	set_records(keep->a, &set, rdata, ds.n);
	return set;
}

static struct set
published_set(const struct child *child)
{
	const struct published *published = child->run->published;
	const struct node *node =
	    published->there ? store_node(&published->store, &child->zone->name) : NULL;

	return set_of(
	    child, node ? node_rrset(&published->store, node, TYPE_DS) : (struct rrset){0});
}

/* The DS sets of the history; of one that lost them what the published file has. */
static struct sets
held_ds(const struct child *child)
{
	struct arena *a = child->run->keep->a;
	struct sets known = trust_sets(a, child->run->keep->history, child->name, TYPE_DS);
	struct set published = published_set(child), *only;

	if (known.n > 0 || published.n == 0)
		return known;
	only = arena_alloc(a, sizeof(*only));
	*only = published;
	return (struct sets){only, 1};
}

/* --- Judgement --- */

/* A DS set that is published already has appeared. */
static bool
is_held(struct sets held, const struct set *set)
{
	for (size_t i = 0; i < held.n; i++)
		if (set_is_open(&held.items[i]) && set_same(&held.items[i], set))
			return true;
	return false;
}

/* Does the DS set lead to all DNSKEY sets that servers of the child have? */
static bool
anchors_all(const struct child *child, const struct set *ds)
{
	for (size_t i = 0; i < child->dnskey.n; i++)
		if (set_is_open(&child->dnskey.items[i]) &&
		    !trust_anchors(ds, &child->dnskey.items[i]))
			return false;
	return true;
}

/* A signer elsewhere swapped its keys: then the sooner the DS set follows, the better. */
static bool
is_mending(const struct child *child, const struct set *coming, const struct set *old)
{
	return old->n > 0 && !anchors_all(child, old) && anchors_all(child, coming);
}

static int
check_appearance(const struct child *child, const struct set *coming, struct sets held)
{
	const struct delegations *run = child->run;
	struct trust trust = {.keys = child->dnskey,
	    .signers = held_of(child, TYPE_RRSIG),
	    .ds_known = true,
	    .hold_s = hold_s(child)};
	struct trust_fault fault;
	struct buf when = {0};
	int result;

	if (is_held(held, coming) || run->forced(S_DS_EARLY, run->forced_ctx))
		return 0;
	fault = trust_may_appear(&trust, coming, run->now_unix);
	if (fault.until_unix == 0)
		return 0;
	if (fault.until_unix == TIME_NEVER)
		buf_puts(&when, "its keys sign it so");
	else
		instant_print_iso(&when, fault.until_unix);
	result = diag_error(run->diags, child->pos, S_DS_EARLY,
	    "the DS set of %s must not appear until %.*s: resolvers may hold %s that is not valid "
	    "under it",
	    child->zone->name_text, (int)when.len, when.data,
	    fault.signers ? "data of the zone" : "a DNSKEY set of the zone");
	buf_free(&when);
	return result;
}

/* Of a child that is signed here and was never built nothing is known that a DS set could suit. */
static int
check_known(const struct child *child, bool there)
{
	if (there || child->run->forced(S_DS_EARLY, child->run->forced_ctx))
		return 0;
	return diag_error(child->run->diags, child->pos, S_DS_EARLY,
	    "the DS set of %s must not appear until it is known what is published of the zone: "
	    "zonepp build %s",
	    child->zone->name_text, child->zone->name_text);
}

/* What a DS set does wrong that is published already goes on whether or not the parent is
 * published: its other records must not wait for that, nor its signatures end. */
static int
refuse(const struct child *child, bool there)
{
	if (!there)
		return -1;
	child->run->keep->n_early++;
	return 0;
}

static int
check_records(const struct child *child, bool there)
{
	int result = 0;

	for (size_t i = 0; i < child->ds.n; i++) {
		struct bytes ds = record_rdata(&child->ds.records[i]);

		if (ds.len <= 4 || is_of_a_file(child, ds) || is_of_a_set(child, ds))
			continue;
		diag_add(child->run->diags, child->ds.records[i].pos, S_DS_STRANGE,
		    is_signed_elsewhere(child->zone)
			? "the DS record %u is of no key that is known of %s, which is signed "
			  "elsewhere"
			: "the DS record %u is of no key of %s",
		    (unsigned)(ds.data[0] << 8 | ds.data[1]), child->zone->name_text);
		if (refuse(child, there) < 0)
			result = -1;
	}
	return result;
}

/* No build keeps keys in a zone that is signed elsewhere: what it has now is judged as it is. */
static int
check_anchors(const struct child *child, const struct set *coming, bool there)
{
	if (anchors_all(child, coming))
		return 0;
	diag_add(child->run->diags, child->pos, S_DS_BROKEN,
	    "the DS set of %s leads to no key that signs its DNSKEY set: resolvers find the zone "
	    "bogus",
	    child->zone->name_text);
	return refuse(child, there);
}

static int
report_unsigned(const struct child *child, bool there)
{
	diag_add(child->run->diags, child->pos, S_DS_UNSIGNED,
	    "%s has a DS record here, and is not signed: no resolver would find it",
	    child->zone->name_text);
	return refuse(child, there);
}

/* Nothing can be said of a DS set whose zone is not known. */
static int
report_unjudged(const struct child *child)
{
	return diag_add(child->run->diags, child->pos, S_DS_UNJUDGED,
	    "the DS set of %s is not judged: it is signed elsewhere, and its keys are not known",
	    child->zone->name_text);
}

/* The DS set that is to be published; `held` are those that may be held of it. */
static int
judge(const struct child *child, const struct set *coming, struct sets held)
{
	const struct set *newest = sets_newest(held);
	struct set published = published_set(child);
	bool there = is_held(held, coming) || set_same(&published, coming);
	bool elsewhere = is_signed_elsewhere(child->zone);

	if (!is_signed(child) && (!elsewhere || is_known(child)))
		return report_unsigned(child, there);
	if (!child->keys && !is_known(child) && elsewhere)
		return check_appearance(child, coming, held) < 0 ? -1 : report_unjudged(child);
	if (!child->keys && !is_known(child))
		return check_known(child, there);
	if (check_records(child, there) < 0)
		return -1;
	if (!is_known(child))
		return elsewhere ? check_appearance(child, coming, held)
				 : check_known(child, there);
	if (elsewhere && there)
		return check_anchors(child, coming, there);
	if (elsewhere && is_mending(child, coming, newest ? newest : &published))
		return 0;
	return check_appearance(child, coming, held);
}

/* --- A DS set that is to come --- */

static struct bytes
ds_of(const struct child *child, const struct key *key)
{
	uint8_t *ds = arena_bytes(child->run->keep->a, CDS_LONGEST);

	return (struct bytes){ds, ds_rdata(&child->zone->name, key->dnskey, DS_SHA256, ds)};
}

static bool
wants_ds(const struct key *key, int64_t now_unix)
{
	int64_t end_unix = key->time[KEY_SYNC_DELETE];

	return keystate_wants_ds(key, now_unix) && (end_unix == KEY_NO_TIME || end_unix > now_unix);
}

/* When it may be the parent's only one; 0: now. */
static int64_t
appears_at(const struct child *child, struct bytes ds)
{
	const struct delegations *run = child->run;
	struct trust trust = {.keys = child->dnskey,
	    .signers = held_of(child, TYPE_RRSIG),
	    .ds_known = true,
	    .hold_s = hold_s(child)};
	struct set alone = {.type = TYPE_DS, .until_unix = TIME_NEVER};

	set_records(run->keep->a, &alone, &ds, 1);
	return trust_may_appear(&trust, &alone, run->now_unix).until_unix;
}

/* Does $DS name the child, and will it have a record for it by itself? Of a child that is yet to be
 * built that is taken for granted. */
static bool
is_coming(const struct child *child)
{
	const struct delegations *run = child->run;
	const struct keys *keys;
	bool coming = false;

	if (!run->made || !run->made[child->zone - run->keep->project->zones])
		return false;
	keys = run->keys_of(run->ctx, run->keep->a, child->zone);
	for (size_t i = 0; keys && i < keys->n && !coming; i++)
		coming = wants_ds(&keys->items[i], run->now_unix) &&
			 appears_at(child, ds_of(child, &keys->items[i])) != TIME_NEVER;
	return coming;
}

/* --- One child --- */

/* Of a parent that the history does not know nobody knows what it had until now: a DS record of any
 * key that signs the DNSKEY set may be held, and it alone. It may not know the child either. */
static void
add_former(const struct child *child, const struct set *published)
{
	struct keep *keep = child->run->keep;
	const struct set *keys = sets_newest(child->dnskey);
	struct set only;

	if (!keys && sighting_published(keep->a, keep->project, child->zone, &only))
		keys = &only;
	for (size_t i = 0; keys && i < keys->n; i++) {
		struct record_key key = record_read_key(TYPE_DNSKEY, keys->rdata[i]);
		struct bytes ds = trust_ds_of_key(keep->a, &key);
		struct set former = *published;

		if (!key.signs || !(key.flags & KEY_FLAG_SEP) || (key.flags & KEY_FLAG_REVOKE))
			continue;
		if (former.ttl_s < UNKNOWN_TTL_S)
			former.ttl_s = UNKNOWN_TTL_S;
		set_records(keep->a, &former, &ds, 1);
		if (former.n != published->n || !set_has(published, ds))
			history_add_set(&keep->closed, &former);
	}
}

static void
compare(const struct child *child, struct sets held, const struct set *coming)
{
	const struct delegations *run = child->run;
	struct set published = published_set(child);

	if (held.n == 0 && published.n > 0)
		add_former(child, &published);
	keep_compare_set(run->keep, held, (struct sets){&published, run->published->there ? 1 : 0},
	    (struct sets){coming, 1}, is_signed(child));
}

static int
check_child(const struct delegations *run, const struct project_zone *zone)
{
	struct arena *a = run->keep->a;
	const struct node *node = store_node(run->store, &zone->name);
	struct child child = {.run = run, .zone = zone, .name = history_name(a, zone->name.wire)};
	struct set coming;
	struct sets held;
	int result = 0;

	if (!node || !(node->flags & NODE_NS))
		return 0; /* it is not delegated here */
	*run->any = true;
	child.ds = node_rrset(run->store, node, TYPE_DS);
	child.pos = child.ds.n ? child.ds.records[0].pos : node_records(run->store, node)->pos;
	child.dnskey = held_of(&child, TYPE_DNSKEY);
	coming = set_of(&child, child.ds);
	held = held_ds(&child);
	if (child.ds.n > 0)
		child.keys = run->keys_of(run->ctx, a, zone);
	if (child.ds.n > 0)
		result = judge(&child, &coming, held);
	else if (zone->sign && !is_coming(&child))
		diag_add(run->diags, child.pos, S_DS_NONE,
		    "%s is signed, and has no DS record here: nobody validates it",
		    zone->name_text);
	compare(&child, trust_sets(a, run->keep->history, child.name, TYPE_DS), &coming);
	return result;
}

/* Zones of the project stand in canonical order: what is below a zone follows it. */
int
delegations_check(const struct delegations *run)
{
	const struct project *project = run->keep->project;
	const struct project_zone *parent = run->keep->zone, *last = NULL;
	size_t relative;
	int result = 0;

	for (const struct project_zone *zone = parent + 1;
	     zone < project->zones + project->n_zones &&
	     name_in_zone(
		 zone->name.wire, zone->name.len, parent->name.wire, parent->name.len, &relative);
	     zone++) {
		if (last && name_in_zone(zone->name.wire, zone->name.len, last->name.wire,
				last->name.len, &relative))
			continue; /* that one's child */
		last = zone;
		if (check_child(run, zone) < 0)
			result = -1;
	}
	return result;
}

/* --- $DS --- */

static bool
has_record(const struct set *set, struct bytes ds)
{
	return set && set_has(set, ds);
}

static bool
may_appear(const struct child *child, struct bytes ds)
{
	return child->dnskey.n > 0 && appears_at(child, ds) == 0;
}

/* Does each DS set that may be held have it? */
static bool
is_held_everywhere(const struct child *child, struct sets held, struct bytes ds)
{
	for (size_t i = 0; i < held.n; i++)
		if (held.items[i].n > 0 && !set_has(&held.items[i], ds) &&
		    set_release(&held.items[i], hold_s(child)) > child->run->now_unix)
			return false;
	return true;
}

/* The keys that are to have a record, and of those the parent has no more use for the ones that
 * must stay. */
static size_t
choose(const struct child *child, struct sets held, struct bytes *out)
{
	const struct set *newest = sets_newest(held);
	bool trusted = false;
	size_t n = 0;

	for (size_t i = 0; i < child->keys->n; i++) {
		const struct key *key = &child->keys->items[i];
		struct bytes rdata = ds_of(child, key);

		if (!wants_ds(key, child->run->now_unix) ||
		    (!has_record(newest, rdata) && !may_appear(child, rdata)))
			continue;
		trusted = trusted ||
			  (has_record(newest, rdata) && is_held_everywhere(child, held, rdata));
		out[n++] = rdata;
	}
	for (size_t i = 0, n_wanted = n; newest && !trusted && i < newest->n; i++) {
		bool there = false;

		for (size_t k = 0; k < n_wanted; k++)
			there = there || bytes_equal(out[k], newest->rdata[i]);
		if (!there)
			out[n++] = newest->rdata[i];
	}
	return n;
}

/* Of a zone that is signed elsewhere a file says which keys are its own, and the history that they
 * are published: what servers answer is no proof to make a DS record of (RFC 8078 section 3). */
static const char *
why_none(const struct child *child)
{
	if (child->zone->sign)
		return child->keys ? NULL
				   : "the keys of the child cannot be read, or there are none";
	if (!is_signed_elsewhere(child->zone))
		return "$DS names a zone that is not signed here";
	if (!child->keys)
		return "the child is signed elsewhere: $DS wants the .key files of its keys in the "
		       "folder of keys";
	return child->dnskey.n > 0
		   ? NULL
		   : "it is not known which keys the child has, which is signed elsewhere: name "
		     "its `servers:`, and zonepp roll asks them";
}

int
delegation_ds(struct delegations *run, struct arena *a, const struct name *name,
    struct bytes **rdata, size_t *n, const char **why)
{
	const struct project_zone *zone = parent_zone_named(run->keep->project, name->wire);
	struct child child = {.run = run, .zone = zone};
	const struct set *newest;
	struct sets held;

	*why = "$DS names no zone of the project";
	if (!zone)
		return -1;
	if (!run->made)
		run->made = arena_zalloc(run->keep->a, run->keep->project->n_zones);
	run->made[zone - run->keep->project->zones] = true;
	child.keys = run->keys_of(run->ctx, run->keep->a, zone);
	child.name = history_name(run->keep->a, zone->name.wire);
	child.dnskey = held_of(&child, TYPE_DNSKEY);
	*why = why_none(&child);
	if (*why)
		return -1;
	held = held_ds(&child);
	newest = sets_newest(held);
	*rdata = arena_alloc(a, (child.keys->n + (newest ? newest->n : 0) + 1) * sizeof(**rdata));
	*n = choose(&child, held, *rdata);
	return 0;
}

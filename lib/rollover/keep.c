#include "rollover/keep.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/duration.h"
#include "history/answer.h"
#include "history/state.h"
#include "rollover/gate.h"
#include "rollover/project_history.h"

#include <stdlib.h>

/* The rows of a use of a named certificate at one owner. */
struct use {
	const struct named_use *is;
	const struct project_certificate *certificate;
	const char *owner; /* as the history writes it */
	struct certchain current, next;
};

/* --- What is held --- */

static bool
has_open(struct sets sets, const struct set *set)
{
	for (size_t i = 0; i < sets.n; i++)
		if (set_is_open(&sets.items[i]) && set_same(&sets.items[i], set))
			return true;
	return false;
}

/* Sets of the closest wildcard above the name that the history has. */
static struct sets
sets_of_wildcard(const struct keep *keep, const char *owner)
{
	struct sets zone = history_zone(keep->history, keep->name), sets = {0};

	while (sets.n == 0 && strcmp(owner, keep->name) != 0 && strchr(owner, '.')) {
		owner = strchr(owner, '.') + 1;
		sets = sets_of_owner(zone, arena_printf(keep->a, "*.%s", owner));
	}
	return sets;
}

/* Of a name that the history lacks: whoever holds what a wildcard above it was answered may hold it
 * here, be it that something else came between lately. */
static void
inherit(struct keep *keep, const char *owner, struct history *out)
{
	struct sets sets = sets_of_wildcard(keep, owner);

	for (size_t i = 0; i < sets.n; i++) {
		struct set set = sets.items[i];

		set.owner = owner;
		history_add_set(out, &set);
	}
}

/* Adds what the published file answers for the name, where the history does not have it. */
static void
add_published(
    struct keep *keep, const struct published *published, const char *owner, struct history *out)
{
	struct sets known = sets_of_owner(history_zone(keep->history, keep->name), owner);
	struct set set;

	if (known.n == 0)
		inherit(keep, owner, out);
	if (!published->there)
		return;
	answer_of(keep->a, &published->store, keep->name, owner, &set, NULL);
	if (set.n > 0 && !has_open(known, &set))
		history_add_set(out, &set);
}

static void
find_held(struct keep *keep, const struct published *published, const struct answer_names *names)
{
	struct sets known = history_zone(keep->history, keep->name);

	keep->held = (struct history){.a = keep->a};
	for (size_t i = 0; i < known.n; i++)
		if (set_is_of_service(&known.items[i]))
			history_add_set(&keep->held, &known.items[i]);
	for (size_t i = 0; i < keep->marked.n_sets; i++)
		if (set_is_of_service(&keep->marked.sets[i]))
			history_add_set(&keep->held, &keep->marked.sets[i]);
	for (size_t i = 0; i < names->n; i++)
		add_published(keep, published, names->items[i], &keep->held);
	history_sort(&keep->held);
}

static struct sets
held_of(const struct keep *keep, const char *owner)
{
	struct sets all = {keep->held.sets, keep->held.n_sets};

	return sets_of_owner(all, owner);
}

/* What is published at the name: by the published file, or where that is lost by the history. */
static struct set
published_at(const struct keep *keep, const struct published *published, const char *owner)
{
	struct set set = {.zone = keep->name, .owner = owner, .type = TYPE_TLSA};
	const struct set *newest;

	if (published->there) {
		answer_of(keep->a, &published->store, keep->name, owner, &set, NULL);
		return set;
	}
	newest = sets_newest(held_of(keep, owner));
	return newest ? *newest : set;
}

/* --- Uses --- */

/* Neighbouring uses are often of the same files. */
static void
chain_once(struct arena *a, const struct certs *certs, const struct certs *last,
    const struct certchain *last_chain, struct certchain *out)
{
	if (certs && certs == last)
		*out = *last_chain;
	else if (certs)
		certchain_of(a, certs, out);
}

static void
use_next(const struct keep *keep, const struct named_use *is, struct use *use)
{
	struct use last = *use;
	const struct named_use *before = last.is;

	*use = (struct use){.is = is,
	    .certificate = &keep->project->certificates[is->named - keep->named],
	    .owner = history_name(keep->a, is->owner.wire)};
	chain_once(
	    keep->a, is->current, before ? before->current : NULL, &last.current, &use->current);
	chain_once(keep->a, is->next, before ? before->next : NULL, &last.next, &use->next);
}

/* --- Names that are answered with the records of a use --- */

/* By its owner, or where an alias or a wildcard leads to that. */
struct led_name {
	const char *owner, *name;
};

struct led_names {
	struct led_name *items;
	size_t n;
};

static int
by_owner(const void *a, const void *b)
{
	const struct led_name *x = a, *y = b;
	int order = strcmp(x->owner, y->owner);

	return order ? order : strcmp(x->name, y->name);
}

static struct led_names
find_led(const struct keep *keep, const struct keep_run *run, const struct answer_names *names)
{
	struct led_names led = {arena_alloc(keep->a, names->n * sizeof(*led.items) + 1), 0};

	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->items[i], *from;
		struct set answer;

		answer_of(keep->a, run->store, keep->name, name, &answer, &from);
		if (answer_names_have(&keep->owners, name))
			from = name;
		if (from && answer_names_have(&keep->owners, from))
			led.items[led.n++] = (struct led_name){from, name};
	}
	if (led.n > 1)
		qsort(led.items, led.n, sizeof(*led.items), by_owner);
	return led;
}

/* The number of the first one whose owner is not below; or with `behind` above. */
static size_t
bound(struct led_names all, const char *owner, bool behind)
{
	size_t low = 0, high = all.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(all.items[middle].owner, owner);

		if (order < 0 || (behind && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct led_names
led_to(struct led_names all, const char *owner)
{
	size_t begin = bound(all, owner, false);

	return (struct led_names){all.items + begin, bound(all, owner, true) - begin};
}

/* --- Records that stay --- */

struct kept {
	const struct named_use *is; /* at its owner */
	const char *owner;
	struct bytes rdata;
};

/* What the zone will have at the owner of the use: what the template asks for, by any means, and
 * what stays. */
static struct set
coming_at(const struct keep *keep, const struct keep_run *run, const struct use *use)
{
	const struct node *node = store_node(run->store, &use->is->owner);
	struct rrset wanted = node ? node_rrset(run->store, node, TYPE_TLSA) : (struct rrset){0};
	struct bytes *rdata = arena_alloc(keep->a, (wanted.n + keep->n_kept) * sizeof(*rdata) + 1);
	struct set set = {.owner = use->owner, .type = TYPE_TLSA};
	size_t n = 0;

	for (size_t i = 0; i < wanted.n; i++)
		rdata[n++] = record_rdata(&wanted.records[i]);
	for (size_t i = 0; i < keep->n_kept; i++)
		if (strcmp(keep->kept[i].owner, use->owner) == 0)
			rdata[n++] = keep->kept[i].rdata;
	set_records(keep->a, &set, rdata, n);
	return set;
}

static void
keep_record(
    struct keep *keep, const struct keep_run *run, const struct use *use, struct bytes rdata)
{
	struct set coming = coming_at(keep, run, use);

	if (set_has(&coming, rdata))
		return;
	keep->kept =
	    arena_grow(keep->a, keep->kept, keep->n_kept, &keep->cap_kept, sizeof(*keep->kept));
	keep->kept[keep->n_kept++] = (struct kept){use->is, use->owner, rdata};
}

static void
add_kept(const struct keep *keep, const struct keep_run *run)
{
	for (size_t i = 0; i < keep->n_kept; i++) {
		const struct named_use *is = keep->kept[i].is;
		struct parsed parsed = {.zone = &run->store->apex,
		    .owner = &is->owner,
		    .type = TYPE_TLSA,
		    .ttl_s = is->ttl_s,
		    .pos = is->pos,
		    .rdata = keep->kept[i].rdata};

		store_add(run->store, &parsed);
	}
}

/* RFC 7671 section 9: who takes the stronger digest does not look at weaker ones of the same usage
 * and selector. */
static bool
is_other_digest(const struct use *use, struct bytes rdata)
{
	struct tlsa_params now = use->is->params;

	return now.usage == rdata.data[0] && now.selector == rdata.data[1] &&
	       now.matching != rdata.data[2] && now.matching != TLSA_FULL &&
	       rdata.data[2] != TLSA_FULL;
}

/* The record with the digest that is in use now, if what it stands for is known. */
static void
keep_other_digest(
    struct keep *keep, const struct keep_run *run, const struct use *use, struct bytes rdata)
{
	const struct history *history = keep->history;
	struct certchain chain;

	for (size_t i = 0; i < history->n_notes; i++) {
		const struct note *note = &history->notes[i];

		if (note->chain && certchain_read(keep->a, note->id, note->chain, &chain) &&
		    certchain_matches(&chain, rdata)) {
			keep_record(keep, run, use,
			    certchain_record(keep->a, &chain, rdata, use->is->params.matching));
			return;
		}
	}
}

/* Keeps the published records of the name that stand for the chain; NULL: all. */
static void
keep_published(struct keep *keep, const struct keep_run *run, const struct use *use,
    const char *name, const struct certchain *chain)
{
	struct set published = published_at(keep, run->published, name);

	for (size_t i = 0; published.type == TYPE_TLSA && i < published.n; i++) {
		struct bytes rdata = published.rdata[i];

		if (chain && !certchain_matches(chain, rdata))
			continue;
		if (is_other_digest(use, rdata))
			keep_other_digest(keep, run, use, rdata);
		else
			keep_record(keep, run, use, rdata);
	}
}

/* --- A certificate that came too early --- */

/* When the open set ends, if it is not published: when the next one began, which another build
 * knows. TIME_NEVER: with this build. */
static int64_t
end_of(const struct keep *keep, const struct keep_run *run, struct sets held, const struct set *set)
{
	int64_t end = TIME_NEVER;
	struct set published;

	for (size_t i = 0; i < held.n && set->since_unix != TIME_UNKNOWN; i++) {
		int64_t begun = held.items[i].since_unix;

		if (begun > set->since_unix && begun < end)
			end = begun;
	}
	if (end == TIME_NEVER)
		return end;
	published = published_at(keep, run->published, set->owner);
	return set_same(&published, set) ? TIME_NEVER : end;
}

/* A set that is published now will not be, as the new one takes the certificate. */
static struct gate
wait_of(
    const struct keep *keep, const struct keep_run *run, const struct use *use, const char *name)
{
	bool servers = keep->zone->n_servers + use->certificate->n_servers > 0;
	struct sets held = held_of(keep, name);
	struct set *sets = arena_alloc(keep->a, held.n * sizeof(*sets) + 1);
	struct gate gate = {0};

	for (size_t i = 0; i < held.n; i++) {
		sets[i] = held.items[i];
		if (!set_is_open(&sets[i]) || servers)
			continue;
		sets[i].until_unix = end_of(keep, run, held, &sets[i]);
		if (set_is_open(&sets[i]))
			sets[i].until_unix = run->now_unix;
	}
	gate_wait(keep->history, (struct sets){sets, held.n}, &use->current,
	    use->certificate->wait_s, &gate);
	return gate;
}

static void
report_early(
    struct keep *keep, const struct keep_run *run, const struct use *use, int64_t until_unix)
{
	struct buf when = {0};

	if (until_unix == TIME_NEVER)
		buf_puts(&when, "all servers are seen to answer with its record (zonepp roll asks "
				"them), and the wait is over");
	else
		instant_print_iso(&when, until_unix);
	keep->n_early += diag_add(run->diags, use->is->pos, D_TOO_EARLY,
			     "certificate \"%s\" was replaced too early: it is not safe to use "
			     "until %.*s",
			     use->certificate->name, (int)when.len, when.data) < 0;
	buf_free(&when);
}

/* --- A certificate that was deployed, and never became current --- */

/* Is it the chain of a file? Then that file tells what becomes of its records. */
static bool
is_at_hand(const struct keep *keep, const struct use *use, const char *id)
{
	if (strcmp(use->current.id, id) == 0 || (use->is->next && strcmp(use->next.id, id) == 0))
		return true;
	for (size_t i = 0; i < keep->project->n_certificates; i++)
		if (keep->certificates[i].current &&
		    strcmp(keep->certificates[i].current_chain.id, id) == 0)
			return true;
	return false;
}

static bool
is_lost(const struct keep *keep, const struct use *use, const struct note *deployed)
{
	return certificate_is_named(keep->project, use->certificate, deployed) &&
	       certificate_is_presented(keep->history, deployed, use->current.id) &&
	       !is_at_hand(keep, use, deployed->id);
}

static void
report_lost(const struct keep_run *run, const struct use *use, int64_t deployed_unix)
{
	struct buf when = {0};

	instant_print_iso(&when, deployed_unix);
	diag_add(run->diags, use->is->pos, D_DEPLOYED_LOST,
	    "certificate \"%s\": the one that was deployed at %.*s is neither current nor next, "
	    "and its records stay",
	    use->certificate->name, (int)when.len, when.data);
	buf_free(&when);
}

/* What is published may have no record of it, as DANE was off when it was deployed, or none that
 * the new records let clients look at. */
static void
make_records(struct keep *keep, const struct keep_run *run, const struct use *use, const char *name,
    const struct certchain *chain)
{
	struct set coming = coming_at(keep, run, use);
	struct bytes *rdata;
	size_t n;

	coming.owner = name;
	if (certchain_taken(chain, &coming))
		return;
	n = certchain_records(keep->a, chain, use->is->params, &rdata);
	for (size_t i = 0; i < n; i++)
		keep_record(keep, run, use, rdata[i]);
}

static void
keep_lost(
    struct keep *keep, const struct keep_run *run, const struct use *use, struct led_names names)
{
	for (size_t i = 0; i < keep->history->n_notes; i++) {
		const struct note *note = &keep->history->notes[i];
		size_t n_kept = keep->n_kept;
		struct certchain chain;

		if (note->kind != NOTE_DEPLOYED || !is_lost(keep, use, note) ||
		    !certchain_read(keep->a, note->id, note->chain, &chain))
			continue;
		for (size_t k = 0; k < names.n; k++)
			keep_published(keep, run, use, names.items[k].name, &chain);
		for (size_t k = 0; k < names.n; k++)
			make_records(keep, run, use, names.items[k].name, &chain);
		if (keep->n_kept > n_kept)
			report_lost(run, use, note->t_unix);
	}
}

/* --- Of a zone that is not known: what was before --- */

static void
guess(struct keep *keep, const struct keep_run *run, const struct use *use)
{
	struct set last, before, coming = coming_at(keep, run, use);
	struct bytes *rest, *strange;
	size_t n_rest = 0, n_strange = 0;

	if (run->published->there)
		last = published_at(keep, run->published, use->owner);
	else
		answer_of(keep->a, run->store, keep->name, use->owner, &last, NULL);
	rest = arena_alloc(keep->a, last.n * sizeof(*rest) + 1);
	strange = arena_alloc(keep->a, last.n * sizeof(*strange) + 1);
	for (size_t i = 0; last.type == TYPE_TLSA && i < last.n; i++) {
		struct bytes rdata = last.rdata[i];
		bool current = certchain_matches(&use->current, rdata);
		bool next = use->is->next && certchain_matches(&use->next, rdata);

		if (!current && !next && !set_has(&coming, rdata))
			strange[n_strange++] = rdata;
		if (current || !next)
			rest[n_rest++] = rdata;
	}
	before = last;
	before.since_unix = TIME_UNKNOWN;
	before.until_unix = run->now_unix;
	before.rdata = n_strange ? strange : rest;
	before.n = n_strange ? n_strange : n_rest;
	if (before.n == 0 || before.n == last.n)
		return;
	history_add_set(&keep->held, &before);
	before.until_unix = TIME_NEVER; /* with the publication */
	history_add_set(&keep->closed, &before);
}

/* --- All of it --- */

static void
find_names(struct keep *keep, const struct keep_run *run, struct answer_names *names)
{
	*names = (struct answer_names){.a = keep->a};
	answer_names_add_sets(names, history_zone(keep->history, keep->name));
	if (run->published->there)
		answer_names_add(names, &run->published->store);
}

/* What may be held at each name that is known, and at those of the zone. */
static struct led_names
begin(struct keep *keep, const struct keep_run *run)
{
	struct answer_names names;
	struct use use = {0};

	keep->opened = keep->closed = (struct history){.a = keep->a};
	keep->owners = (struct answer_names){.a = keep->a};
	find_names(keep, run, &names);
	answer_names_add(&names, run->store);
	for (const struct named_use *is = run->uses; is; is = is->next_use) {
		struct set owner = {
		    .type = TYPE_TLSA, .owner = history_name(keep->a, is->owner.wire)};

		answer_names_add_sets(&names, (struct sets){&owner, 1});
		answer_names_add_sets(&keep->owners, (struct sets){&owner, 1});
	}
	answer_names_sort(&names);
	answer_names_sort(&keep->owners);
	find_held(keep, run->published, &names);
	for (const struct named_use *is = run->uses; is && !keep->is_known; is = is->next_use) {
		use_next(keep, is, &use);
		guess(keep, run, &use);
	}
	history_sort(&keep->held);
	return find_led(keep, run, &names);
}

/* The alarm is one, whichever of the names raise it. */
static bool
find_early(
    struct keep *keep, const struct keep_run *run, const struct use *use, struct led_names names)
{
	int64_t until = 0;

	for (size_t i = 0; i < names.n; i++) {
		struct gate gate = wait_of(keep, run, use, names.items[i].name);

		if (gate.until_unix <= run->now_unix)
			continue;
		keep_published(keep, run, use, names.items[i].name, NULL);
		until = instant_later(until, gate.until_unix);
	}
	if (until > 0)
		report_early(keep, run, use, until);
	return until > 0;
}

void
keep_records(struct keep *keep, const struct keep_run *run)
{
	struct led_names led = begin(keep, run);
	struct use use = {0};

	for (const struct named_use *is = run->uses; is; is = is->next_use) {
		struct led_names names;

		use_next(keep, is, &use);
		names = led_to(led, use.owner);
		if (!find_early(keep, run, &use, names))
			keep_lost(keep, run, &use, names);
	}
	add_kept(keep, run);
}

/* --- How the history goes on --- */

static bool
is_in_state(const struct keep *keep, const struct set *set)
{
	struct sets known = sets_of_owner(history_zone(keep->history, keep->name), set->owner);

	for (size_t i = 0; i < known.n; i++)
		if (known.items[i].since_unix == set->since_unix && set_is_open(&known.items[i]) &&
		    set_same(&known.items[i], set))
			return true;
	return false;
}

/* Are servers asked what they answer for the name? Then its sets are open until they are. */
static bool
has_servers(
    const struct keep *keep, const struct keep_run *run, struct sets held, const struct set *answer)
{
	size_t n = keep->project->n_certificates;

	for (size_t i = 0; i < n; i++) {
		const struct certificate *certificate = &keep->certificates[i];

		if (certificate->is->n_servers > 0 &&
		    (!certificate->current ||
			certificate_index_is_service(
			    keep->index, keep->history, held, i, run->now_unix) ||
			gate_has_record(keep->history, (struct sets){answer, 1},
			    &certificate->current_chain, certificate->is->wait_s, run->now_unix,
			    false)))
			return true;
	}
	return keep->zone->n_servers > 0;
}

/* Whether a certificate has a record in sets that may be held. */
struct dependence {
	const struct keep *keep;
	int64_t now_unix;
	struct sets sets;
	bool found;
};

static void
see_record(void *ctx, struct bytes rdata)
{
	struct dependence *d = ctx;
	const struct keep *keep = d->keep;
	struct chain_keys keys = chain_index_find(&keep->index->chains, rdata);

	for (size_t i = 0; i < keys.n && !d->found; i++) {
		const struct certificate *certificate = &keep->certificates[keys.items[i].number];

		d->found = gate_has_record(keep->history, d->sets, &certificate->current_chain,
		    certificate->is->wait_s, d->now_unix, false);
	}
}

/* Does a certificate of the project depend on the name? */
static bool
is_of_certificate(
    const struct keep *keep, const struct keep_run *run, struct sets held, const struct set *answer)
{
	const struct sets both[] = {held, {answer, 1}};
	struct dependence d = {.keep = keep, .now_unix = run->now_unix};

	if (answer_names_have(&keep->owners, answer->owner))
		return true;
	for (size_t i = 0; i < 2; i++) {
		d.sets = both[i];
		gate_each_record(keep->history, d.sets, see_record, &d);
	}
	return d.found;
}

static void
end_set(struct keep *keep, const struct keep_run *run, struct sets held, const struct set *set,
    const struct set *answer)
{
	bool stays = has_servers(keep, run, held, answer);
	struct set closed = *set;

	if (!stays) {
		closed.until_unix = end_of(keep, run, held, set);
		history_add_set(&keep->closed, &closed);
	} else if (!is_in_state(keep, set)) {
		history_add_set(&keep->opened, set);
	}
}

/* Does a record come, or do all leave? */
static bool
any_comes(struct sets held, const struct set *answer, bool any)
{
	size_t n_there = 0;

	for (size_t i = 0; i < answer->n; i++)
		for (size_t k = 0; k < held.n; k++)
			if (set_is_open(&held.items[k]) &&
			    set_has(&held.items[k], answer->rdata[i])) {
				n_there++;
				break;
			}
	return answer->n == 0 ? any && !has_open(held, answer) : n_there < answer->n;
}

/* Is it the set that was published last, and known to be? One that had been replaced begins anew.
 */
static bool
is_there(const struct keep *keep, struct sets held, const struct set *answer)
{
	const struct set *newest = sets_newest(held);

	return newest && set_same(newest, answer) && is_in_state(keep, newest);
}

static void
compare_name(struct keep *keep, const struct keep_run *run, const char *owner)
{
	struct sets held = held_of(keep, owner);
	struct set answer, begun;
	bool any = false;

	answer_of(keep->a, run->store, keep->name, owner, &answer, NULL);
	for (size_t i = 0; i < held.n; i++) {
		const struct set *set = &held.items[i];

		any = any || set->n > 0;
		if (set_is_open(set) && !set_same(set, &answer))
			end_set(keep, run, held, set, &answer);
	}
	begun = answer;
	begun.since_unix = TIME_NEVER; /* when it is published */
	if (!is_there(keep, held, &answer) && (answer.n > 0 || any))
		history_add_set(&keep->opened, &begun);
	if (any_comes(held, &answer, any) && is_of_certificate(keep, run, held, &answer))
		keep->n_changes++;
}

void
keep_compare(struct keep *keep, const struct keep_run *run)
{
	struct answer_names names;

	find_names(keep, run, &names);
	answer_names_add_sets(&names, (struct sets){keep->marked.sets, keep->marked.n_sets});
	answer_names_add(&names, run->store);
	answer_names_sort(&names);
	for (size_t i = 0; i < names.n; i++)
		if (held_of(keep, names.items[i]).n == 0)
			add_published(keep, run->published, names.items[i], &keep->held);
	history_sort(&keep->held);
	for (size_t i = 0; i < names.n; i++)
		compare_name(keep, run, names.items[i]);
}

/* Is it of data that nobody signs? */
static bool
is_unsigned(const struct set *set)
{
	return set->type == TYPE_RRSIG && set->n == 0;
}

void
keep_track(struct keep *keep, bool is_tracked)
{
	struct history closed = {.a = keep->a};

	keep->is_tracked = is_tracked;
	if (is_tracked || keep->is_known)
		return;
	for (size_t i = 0; i < keep->closed.n_sets; i++)
		if (is_unsigned(&keep->closed.sets[i]))
			history_add_set(&closed, &keep->closed.sets[i]);
	keep->opened = (struct history){.a = keep->a};
	keep->closed = closed;
}

static bool
is_among(struct sets sets, const struct set *set)
{
	for (size_t i = 0; i < sets.n; i++)
		if (set_same(&sets.items[i], set))
			return true;
	return false;
}

/* A build that ended early, or whose hook failed, may have published others: their end is known
 * now. */
static void
end_marked(struct keep *keep, struct sets own, struct sets coming)
{
	for (size_t i = 0; i < keep->marked.n_sets; i++) {
		const struct set *set = &keep->marked.sets[i];

		if (set->type == coming.items->type &&
		    strcmp(set->owner, coming.items->owner) == 0 && !is_among(coming, set) &&
		    !has_open(own, set))
			history_add_set(&keep->closed, set);
	}
}

/* What the published file alone tells of ends. Returns whether there is any. */
static bool
end_published(struct keep *keep, struct sets own, struct sets published, struct sets coming)
{
	bool any = false;

	for (size_t i = 0; i < published.n; i++) {
		const struct set *set = &published.items[i];

		if (has_open(own, set) || is_among(coming, set) ||
		    (set->n == 0 && coming.items->n == 0))
			continue;
		any = true;
		history_add_set(&keep->closed, set);
	}
	return any;
}

void
keep_compare_set(
    struct keep *keep, struct sets own, struct sets published, struct sets coming, bool always)
{
	bool any = always || coming.items->n > 0;

	for (size_t i = 0; i < own.n; i++) {
		const struct set *set = &own.items[i];

		if (set->type != coming.items->type || !set_is_open(set))
			continue;
		any = true;
		if (!is_among(coming, set))
			history_add_set(&keep->closed, set);
	}
	any = end_published(keep, own, published, coming) || any;
	end_marked(keep, own, coming);
	for (size_t i = 0; i < coming.n && any; i++) {
		struct set begun = coming.items[i];

		begun.since_unix = TIME_NEVER;
		if (!has_open(own, &begun))
			history_add_set(&keep->opened, &begun);
	}
}

static bool
is_marked(const struct keep *keep, const struct set *set)
{
	for (size_t i = 0; i < keep->marked.n_sets; i++)
		if (strcmp(keep->marked.sets[i].owner, set->owner) == 0 &&
		    set_same(&keep->marked.sets[i], set))
			return true;
	return false;
}

void
keep_failed(struct keep *keep, const struct published *published)
{
	struct keep_run run = {.published = published};
	struct answer_names names;

	keep->opened = keep->closed = (struct history){.a = keep->a};
	if (!keep->held.a) {
		find_names(keep, &run, &names);
		answer_names_sort(&names);
		find_held(keep, published, &names);
	}
	for (size_t i = 0; i < keep->held.n_sets; i++) {
		const struct set *set = &keep->held.sets[i];

		if (set_is_open(set) && !is_in_state(keep, set) && !is_marked(keep, set))
			history_add_set(&keep->opened, set);
	}
}

static bool
asks_servers(const struct keep *keep)
{
	for (size_t i = 0; i < keep->project->n_certificates; i++)
		if (keep->project->certificates[i].n_servers > 0)
			return true;
	return keep->zone->n_servers > 0;
}

/* Does a name have several open sets, of which only the published file tells which is right? */
static bool
is_settled(const struct keep *keep, struct sets known)
{
	for (size_t i = 1; i < known.n; i++)
		if (set_is_open(&known.items[i]))
			for (size_t k = i;
			     k-- > 0 && strcmp(known.items[k].owner, known.items[i].owner) == 0;)
				if (set_is_open(&known.items[k]) &&
				    known.items[k].type == known.items[i].type)
					return asks_servers(keep);
	return true;
}

bool
keep_is_of_use(const struct keep *keep)
{
	return keep->is_tracked || keep->is_published || keep->has_mark || keep->n_early > 0 ||
	       keep->n_kept + keep->opened.n_sets + keep->closed.n_sets > 0;
}

void
keep_pack(struct keep *keep, struct arena *to)
{
	struct history opened = {.a = to}, closed = {.a = to};

	history_copy_sets(&opened, &keep->opened);
	history_copy_sets(&closed, &keep->closed);
	keep->opened = opened;
	keep->closed = closed;
	keep->owners = (struct answer_names){0};
	keep->held = (struct history){0};
	keep->kept = NULL;
	keep->a = to;
}

static void
print_set(struct buf *b, struct set set)
{
	set.since_unix = TIME_UNKNOWN;
	set.until_unix = set_is_open(&set) ? TIME_NEVER : 0;
	sets_print(b, &set, 1);
}

void
keep_print(struct buf *b, const struct keep *keep, int64_t now_unix)
{
	struct sets known = history_zone(keep->history, keep->name);
	struct history after = {.a = keep->a}, closed = keep->closed;
	bool is_kept = keep->is_known || (keep->is_published && keep->is_tracked);
	uint8_t sha256[DIGEST_LEN];
	struct buf sets = {0};

	for (size_t i = 0; i < known.n; i++)
		history_add_set(&after, &known.items[i]);
	if (keep->is_published)
		history_end(&after, &closed, now_unix);
	for (size_t i = 0; keep->is_published && i < keep->opened.n_sets; i++)
		history_add_set(&after, &keep->opened.sets[i]);
	history_sort(&after);
	history_prune(&after, project_history_wait_s(keep->project), now_unix);
	buf_printf(b, "%d", is_kept);
	if (!keep->is_published && !is_settled(keep, known))
		buf_puts(b, " unsettled");
	if (!keep->is_published && keep->marked.n_sets > 0)
		buf_puts(b, " marked"); /* their end is to be written down */
	for (size_t i = 0; i < after.n_sets; i++)
		if (is_kept || !is_unsigned(&after.sets[i])) /* it changes nothing until signed */
			print_set(&sets, after.sets[i]);
	digest_sha256((struct bytes){(const uint8_t *)sets.data, sets.len}, sha256);
	buf_putc(b, ' ');
	hex_encode(b, (struct bytes){sha256, sizeof(sha256)});
	buf_free(&sets);
}

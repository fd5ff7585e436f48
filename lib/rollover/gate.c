#include "rollover/gate.h"

#include "base/duration.h"
#include "dane/tlsa.h"
#include "dns/type.h"
#include "history/state.h"

enum { ALIASES_MOST = 8 }; /* from zone to zone */

/* The sets at the end of an alias, in whichever zone they are. */
static struct sets
sets_of_alias(const struct history *history, const struct set *alias)
{
	struct arena a = {0};
	struct sets sets = history_owner(history, history_name(&a, alias->rdata[0].data));

	arena_free(&a);
	return sets;
}

/* Looks at each set that may be held, and until when: that of an alias, at most as long as the
 * alias. */
struct walk {
	const struct history *history;
	const struct certchain *chain;
	uint32_t wait_s;
	int64_t now;
	void (*see)(struct walk *walk, const struct set *set, int64_t release_unix);
	struct gate *gate;
	bool has_record;
	void (*each)(void *ctx, struct bytes rdata);
	void *ctx;
};

/* Names that led to one another. */
struct way {
	const char *owner;
	const struct way *from;
	int depth;
};

/* No answer comes back to a name that it came from. */
static bool
is_circle(const struct way *way)
{
	for (const struct way *from = way->from; from; from = from->from)
		if (strcmp(from->owner, way->owner) == 0)
			return true;
	return false;
}

static void
walk_on(struct walk *walk, struct sets sets, int64_t most_unix, const struct way *from)
{
	struct way way = {.from = from, .depth = from ? from->depth + 1 : 0};

	if (sets.n == 0)
		return;
	way.owner = sets.items[0].owner;
	if (is_circle(&way) || way.depth > ALIASES_MOST)
		return;
	for (size_t i = 0; i < sets.n; i++) {
		const struct set *set = &sets.items[i];
		int64_t release = set_release(set, walk->wait_s);

		if (release <= walk->now)
			continue;
		release = release < most_unix ? release : most_unix;
		if (set->type == TYPE_TLSA)
			walk->see(walk, set, release);
		else if (set->type == TYPE_CNAME)
			walk_on(walk, sets_of_alias(walk->history, set), release, &way);
	}
}

static void
walk_sets(struct walk *walk, struct sets sets)
{
	walk_on(walk, sets, TIME_NEVER, NULL);
}

static void
see_refusal(struct walk *walk, const struct set *set, int64_t release_unix)
{
	if (release_unix <= walk->gate->until_unix || certchain_taken(walk->chain, set))
		return;
	*walk->gate = (struct gate){release_unix, set};
}

void
gate_wait(const struct history *history, struct sets sets, const struct certchain *chain,
    uint32_t wait_s, struct gate *gate)
{
	struct walk walk = {.history = history,
	    .chain = chain,
	    .wait_s = wait_s,
	    .now = TIME_UNKNOWN,
	    .see = see_refusal,
	    .gate = gate};

	walk_sets(&walk, sets);
}

static void
see_record(struct walk *walk, const struct set *set, int64_t release_unix)
{
	(void)release_unix;
	for (size_t i = 0; i < set->n && !walk->has_record; i++)
		walk->has_record = certchain_matches(walk->chain, set->rdata[i]);
}

/* Of usage 3, which is of one certificate or key and looks at no names (RFC 7671 section 5.1). */
static void
see_own_record(struct walk *walk, const struct set *set, int64_t release_unix)
{
	(void)release_unix;
	for (size_t i = 0; i < set->n && !walk->has_record; i++)
		walk->has_record = set->rdata[i].data[0] == TLSA_DANE_EE &&
				   certchain_matches(walk->chain, set->rdata[i]);
}

bool
gate_has_record(const struct history *history, struct sets sets, const struct certchain *chain,
    uint32_t wait_s, int64_t now_unix, bool own)
{
	struct walk walk = {.history = history,
	    .chain = chain,
	    .wait_s = wait_s,
	    .now = now_unix,
	    .see = own ? see_own_record : see_record};

	walk_sets(&walk, sets);
	return walk.has_record;
}

/* --- Names and their records --- */

static void
see_each(struct walk *walk, const struct set *set, int64_t release_unix)
{
	(void)release_unix;
	for (size_t i = 0; i < set->n; i++)
		walk->each(walk->ctx, set->rdata[i]);
}

void
gate_each_record(const struct history *history, struct sets sets,
    void (*each)(void *ctx, struct bytes rdata), void *ctx)
{
	struct walk walk = {
	    .history = history, .now = TIME_UNKNOWN, .see = see_each, .each = each, .ctx = ctx};

	walk_sets(&walk, sets);
}

bool
gate_next(const struct history *history, size_t *at, struct answered *out)
{
	const struct set *first;
	size_t n = 0;

	while (*at < history->n_sets && !set_is_of_service(&history->sets[*at]))
		++*at;
	first = history->sets + *at;
	if (*at >= history->n_sets)
		return false;
	while (*at + n < history->n_sets && strcmp(first[n].owner, first->owner) == 0 &&
	       strcmp(first[n].zone, first->zone) == 0)
		n++;
	*out = (struct answered){.sets = {first, n}};
	out->published = sets_newest(out->sets);
	*at += n;
	return true;
}

int64_t
gate_since(const struct answered *service, const struct certchain *chain)
{
	int64_t since = TIME_UNKNOWN, first = TIME_NEVER;

	for (size_t i = 0; i < service->sets.n; i++) {
		const struct set *set = &service->sets.items[i];

		if (set->type == TYPE_CNAME)
			continue;
		if (!certchain_taken(chain, set))
			since = instant_later(since, set->until_unix);
		else if (set->since_unix < first)
			first = set->since_unix;
	}
	return since == TIME_UNKNOWN && first != TIME_NEVER ? first : since;
}

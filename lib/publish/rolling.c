#include "publish/rolling_run.h"

#include "base/duration.h"

const struct project_certificate *
rolling_certificate(const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->n_certificates; i++)
		if (strcmp(project->certificates[i].name, name) == 0)
			return &project->certificates[i];
	return NULL;
}

/* The template's directives were read without a problem, so there is none here. */
static struct rolling_use
use_of(struct rolling_run *r, const struct named_use *is)
{
	struct rolling_use use = {.is = is,
	    .certificate = rolling_certificate(r->rolling->project, is->named->name),
	    .owner = fact_name(r->a, &is->owner),
	    .pick = pick_word(is->pick)};

	pins_of(r->a, r->diags, is->pos, is->current, is->params, is->pick, &use.current);
	if (is->next)
		pins_of(r->a, r->diags, is->pos, is->next, is->params, is->pick, &use.next);
	return use;
}

/* --- One use --- */

static void
arrange_current(struct rolling_run *r, const struct rolling_use *use)
{
	int64_t until = rollover_left(&r->rolling->facts, r->rolling->zone, use->owner,
	    use->certificate, use->is->current, r->now);

	for (size_t i = 0; i < use->current.n; i++) {
		struct fact fact = rolling_fact(r, use, use->is->current, use->current.records[i]);
		int64_t safe = fact.ttl_s == FACT_SETTLED ? 0 : rolling_safe_at(r, use, &fact);

		if (safe <= r->now)
			fact.ttl_s = FACT_SETTLED;
		else
			until = instant_later(until, safe);
		facts_add(r->a, &r->rolling->after, fact);
	}
	if (until != 0)
		rolling_too_early(r, use, until);
	else
		rolling_keep_stray(r, use);
}

static void
arrange_next(struct rolling_run *r, const struct rolling_use *use)
{
	for (size_t i = 0; i < use->next.n; i++)
		if (!pins_have(&use->current, use->next.records[i]))
			facts_add(r->a, &r->rolling->after,
			    rolling_fact(r, use, use->is->next, use->next.records[i]));
}

/* A TTL that was lowered counts as long as copies with it may be around. */
static void
arrange_ttl(struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);
	size_t n;
	const struct fact *ttl =
	    facts_of_owner(&r->rolling->facts, FACT_TTL, r->rolling->zone, use->owner, &n);
	struct fact now = {.kind = FACT_TTL,
	    .zone = r->rolling->zone,
	    .owner = use->owner,
	    .ttl_s = use->is->ttl_s,
	    .t_unix = FACT_OPEN};
	struct fact before = now;

	facts_add(r->a, &r->rolling->after, now);
	if (set.n && set.records[0].ttl_s > use->is->ttl_s) {
		before.ttl_s = set.records[0].ttl_s;
		before.t_unix = r->now + 2 * before.ttl_s;
		facts_add(r->a, &r->rolling->after, before);
	}
	for (size_t i = 0; i < n; i++) {
		if (ttl[i].ttl_s <= now.ttl_s || ttl[i].t_unix <= r->now)
			continue;
		before = ttl[i];
		if (before.t_unix == FACT_OPEN)
			before.t_unix = r->now + 2 * before.ttl_s;
		facts_add(r->a, &r->rolling->after, before);
	}
}

static struct rolling_run
run_begin(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix)
{
	return (struct rolling_run){.rolling = rolling,
	    .a = rolling->a,
	    .diags = diags,
	    .loaded = loaded,
	    .previous = previous,
	    .now = now_unix};
}

/* What a clock that is behind tells of records would soon seem to be long ago. */
static void
check_clock(struct rolling_run *r)
{
	enum { ASKEW_S = 3600 }; /* hosts differ by as much */
	const struct named_use *first = r->loaded->directives.tlsa.named_uses;
	struct buf times = {0};

	if (r->rolling->n_awaited == 0 || r->now >= r->rolling->latest_unix - ASKEW_S)
		return;
	instant_print_iso(&times, r->now);
	buf_puts(&times, ", and the state file tells of ");
	instant_print_iso(&times, r->rolling->latest_unix);
	diag_add(r->diags, first ? first->pos : pos_none(), D_CLOCK,
	    "records of certificates change, the clock says %.*s", (int)times.len, times.data);
	buf_free(&times);
}

void
rolling_arrange(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix)
{
	struct rolling_run r = run_begin(rolling, diags, loaded, previous, now_unix);

	rolling->after = (struct facts){0};
	rolling_find_valid(&r);
	for (const struct named_use *is = loaded->directives.tlsa.named_uses; is;
	     is = is->next_use) {
		struct rolling_use use = use_of(&r, is);

		arrange_current(&r, &use);
		arrange_next(&r, &use);
		arrange_ttl(&r, &use);
	}
	facts_sort(&rolling->after);
	rolling_rest(&r);
	facts_sort(&rolling->after);
	check_clock(&r);
}

/* --- A zone that is not published --- */

static void
remember_use(struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);
	bool good;
	size_t n;

	facts_of_owner(&r->rolling->facts, FACT_PUBLISHED, r->rolling->zone, use->owner, &n);
	if (n > 0)
		return;
	good = rolling_begins_well(r, use);
	for (size_t i = 0; i < set.n; i++) {
		struct bytes rdata = record_rdata(&set.records[i]);
		struct fact fact = rolling_new_fact(r, use, fact_record(r->a, rdata));

		if (good && pins_match(use->is->current, fact.record))
			fact.ttl_s = FACT_SETTLED;
		facts_add(r->a, &r->rolling->failed, fact);
	}
}

void
rolling_remember(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix)
{
	struct rolling_run r = run_begin(rolling, diags, loaded, previous, now_unix);

	rolling->failed = (struct facts){0};
	for (const struct named_use *is = loaded->directives.tlsa.named_uses; is;
	     is = is->next_use) {
		struct rolling_use use = use_of(&r, is);

		remember_use(&r, &use);
	}
}

/* --- Ahead of the publication --- */

/* Does the fact stay as it is, or become a less careful one? */
static bool
stays(const struct rolling *rolling, const struct fact *old)
{
	const struct fact *fact = facts_find(&rolling->after, old->key);

	return fact && fact->t_unix <= old->t_unix && fact->ttl_s <= old->ttl_s;
}

int
rolling_forget(struct rolling *rolling, struct diags *diags)
{
	const struct facts *facts = &rolling->facts;
	struct facts gone = {0};

	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if ((fact->kind == FACT_PUBLISHED || fact->kind == FACT_SEEN) &&
		    !stays(rolling, fact))
			facts_add(rolling->a, &gone, *fact);
	}
	return gone.n ? rolling->forget(rolling->ctx, diags, &gone) : 0;
}

#include "publish/rolling_run.h"

static bool
is_used(const struct rolling_run *r, const char *owner, const char *name)
{
	size_t n;
	const struct fact *facts =
	    facts_of_owner(&r->rolling->after, FACT_PUBLISHED, r->rolling->zone, owner, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(facts[i].name, name) == 0)
			return true;
	return false;
}

struct fact
rolling_leave(const struct project *project, const struct facts *facts, const struct fact *fact,
    int64_t now_unix)
{
	const struct project_certificate *certificate = rolling_certificate(project, fact->name);
	struct rollover_record record;

	if (!certificate || fact->kind != FACT_PUBLISHED)
		return *fact;
	record = rollover_record_of(facts, certificate, fact);
	return rollover_leave(certificate, fact->zone, fact->owner, fact->record,
	    later(record.ttl_s, fact->ttl_s), now_unix);
}

/* Copies of records that the zone gave up live on for a while. */
static void
arrange_left(struct rolling_run *r, const struct fact *old)
{
	const struct rolling *rolling = r->rolling;
	const struct project_certificate *certificate =
	    rolling_certificate(rolling->project, old->name);

	if (!certificate)
		return;
	if (is_used(r, old->owner, old->name) &&
	    (old->kind == FACT_PUBLISHED || rollover_vanish(certificate, old) <= r->now))
		return;
	facts_add(r->a, &r->rest, rolling_leave(rolling->project, &rolling->facts, old, r->now));
}

/* Who saw the record keeps to have seen it, while there is something to wait for. */
static void
arrange_seen(struct rolling_run *r, const struct fact *seen)
{
	size_t n_valid, n;
	const struct fact *valid = rolling_valid(r, seen->owner, &n_valid);
	const struct fact *after =
	    facts_of_owner(&r->rolling->after, FACT_PUBLISHED, r->rolling->zone, seen->owner, &n);
	bool was = false, waits = false;

	for (size_t i = 0; i < n_valid; i++)
		was = was || strcmp(valid[i].record, seen->record) == 0;
	for (size_t i = 0; i < n; i++)
		waits = waits || (after[i].ttl_s != FACT_SETTLED &&
				     strcmp(after[i].record, seen->record) == 0);
	if (was && waits)
		facts_add(r->a, &r->rest, *seen);
}

void
rolling_rest(struct rolling_run *r)
{
	const struct facts *facts = &r->rolling->facts;

	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (fact->kind == FACT_PUBLISHED || fact->kind == FACT_LEAVING ||
		    fact->kind == FACT_LEFT)
			arrange_left(r, fact);
		else if (fact->kind == FACT_SEEN)
			arrange_seen(r, fact);
	}
	for (size_t i = 0; i < r->rest.n; i++)
		facts_add(r->a, &r->rolling->after, r->rest.items[i]);
}

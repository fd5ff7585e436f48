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
    int64_t ttl_s, int64_t now_unix)
{
	const struct project_certificate *certificate = rolling_certificate(project, fact->name);
	size_t n;
	const struct fact *ttl;

	if (fact->kind != FACT_PUBLISHED)
		return *fact;
	ttl = facts_of_owner(facts, FACT_TTL, fact->zone, fact->owner, &n);
	for (size_t i = 0; i < n; i++)
		if (ttl[i].t_unix > now_unix)
			ttl_s = instant_later(ttl_s, ttl[i].ttl_s);
	ttl_s = instant_later(ttl_s, fact->ttl_s);
	if (!certificate)
		return rollover_leave_nameless(fact, ttl_s, now_unix);
	return rollover_leave(certificate, fact->zone, fact->owner, fact->record, ttl_s, now_unix);
}

bool
rolling_is_covered(const struct facts *facts, const struct fact *fact)
{
	size_t n;
	const struct fact *others =
	    facts_of_owner(facts, FACT_PUBLISHED, fact->zone, fact->owner, &n);

	if (fact->kind != FACT_PUBLISHED || fact->ttl_s == FACT_SETTLED)
		return false;
	for (size_t i = 0; i < n; i++)
		if (others[i].ttl_s == FACT_SETTLED && strcmp(others[i].name, fact->name) == 0)
			return true;
	return false;
}

/* Does the record stay under another name? */
static bool
stays_there(const struct rolling_run *r, const struct fact *old)
{
	size_t n;
	const struct fact *facts =
	    facts_of_owner(&r->rolling->after, FACT_PUBLISHED, r->rolling->zone, old->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(facts[i].record, old->record) == 0)
			return true;
	return false;
}

/* Is there nothing that copies of the record, which is there no more, could do? */
static bool
is_over(const struct rolling_run *r, const struct fact *old)
{
	const struct project_certificate *certificate =
	    rolling_certificate(r->rolling->project, old->name);

	if (rolling_is_covered(&r->rolling->facts, old))
		return true;
	if (!certificate)
		return old->kind == FACT_PUBLISHED ? stays_there(r, old)
						   : rollover_is_over(old, r->now);
	return is_used(r, old->owner, old->name) &&
	       (old->kind == FACT_PUBLISHED || rollover_vanish(certificate, old) <= r->now);
}

/* Copies of records that the zone gave up live on for a while. */
static void
arrange_left(struct rolling_run *r, const struct fact *old)
{
	const struct rolling *rolling = r->rolling;
	struct rrset set;

	if (is_over(r, old))
		return;
	set = rolling_published(r, old->owner);
	r->rolling->n_awaited += old->kind == FACT_PUBLISHED;
	facts_add(r->a, &r->rest,
	    rolling_leave(
		rolling->project, &rolling->facts, old, set.n ? set.records[0].ttl_s : 0, r->now));
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

static const char *
owner_of(const struct rolling_run *r, const struct node *node)
{
	struct name name = {0};

	name.len = (uint8_t)node_wire(&r->previous->store, node, name.wire);
	return fact_name(r->a, &name);
}

static void
leave_unnoted(struct rolling_run *r, const struct project_certificate *certificate,
    const struct certs *certs, const struct node *node)
{
	struct rrset set = node_rrset(&r->previous->store, node, TYPE_TLSA);

	for (size_t i = 0; i < set.n; i++) {
		const char *record = fact_record(r->a, record_rdata(&set.records[i]));

		if (!pins_match(certs, record) || rolling_is_wanted(r, node, &set.records[i]))
			continue;
		r->rolling->n_awaited++;
		facts_add(r->a, &r->rest,
		    rollover_leave(certificate, r->rolling->zone, owner_of(r, node), record,
			set.records[i].ttl_s, r->now));
	}
}

/* Nothing is known of the zone: the state file was lost, or its template never named a certificate.
 * What leaves the zone now and stands for one is in caches all the same. */
static void
arrange_unnoted(struct rolling_run *r, const struct project_certificate *certificate)
{
	struct diags own = {0}; /* what is wrong with the file is told of elsewhere */
	const struct certs *certs = rollover_current(&own, certificate);
	const struct store *store = &r->previous->store;

	for (size_t i = 0; certs && r->previous->there && i < store->n_nodes; i++)
		if (store->nodes[i].flags & NODE_TLSA)
			leave_unnoted(r, certificate, certs, &store->nodes[i]);
	diags_take_unreadable(r->diags, &own);
	diags_free(&own);
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
	for (size_t i = 0; facts->n == 0 && i < r->rolling->project->n_certificates; i++)
		arrange_unnoted(r, &r->rolling->project->certificates[i]);
	for (size_t i = 0; i < r->rest.n; i++)
		facts_add(r->a, &r->rolling->after, r->rest.items[i]);
}

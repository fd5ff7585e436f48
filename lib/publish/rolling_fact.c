#include "publish/rolling_run.h"

/* A record that stands for the same certificates at the same owner: another digest, or under
 * another name. Copies that have it serve as well. */
static const struct fact *
equivalent_fact(
    const struct rolling_run *r, const struct rolling_use *use, const struct certs *certs)
{
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (pins_match(certs, facts[i].record))
			return &facts[i];
	return NULL;
}

static const struct fact *
exact_fact(const struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(facts[i].record, record) == 0 &&
		    strcmp(facts[i].name, use->certificate->name) == 0 &&
		    strcmp(facts[i].pick, use->pick) == 0)
			return &facts[i];
	return NULL;
}

struct fact
rolling_new_fact(const struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	return (struct fact){.kind = FACT_PUBLISHED,
	    .zone = r->rolling->zone,
	    .owner = use->owner,
	    .name = use->certificate->name,
	    .pick = use->pick,
	    .record = record,
	    .ttl_s = rolling_longest_ttl(r, use),
	    .t_unix = r->now};
}

/* The current certificate stays safe under a record that is new, as copies without it have another
 * one that stands for it. Another certificate for which the new record stands is safe only when
 * those copies have vanished: one with the same key, or of the same CA. */
static void
leave_copy(struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	if (pins_match(use->is->current, record))
		facts_add(r->a, &r->rest,
		    rollover_leave(use->certificate, r->rolling->zone, use->owner, record,
			rolling_longest_ttl(r, use), r->now));
}

static void
leave_copies(struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	struct rrset set = rolling_published(r, use->owner);
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	if (r->previous->there && rolling_is_published(r, use->owner, record))
		return;
	for (size_t i = 0; i < n; i++)
		leave_copy(r, use, facts[i].record);
	for (size_t i = 0; n == 0 && i < set.n; i++)
		leave_copy(r, use, fact_record(r->a, record_rdata(&set.records[i])));
}

struct fact
rolling_fact(struct rolling_run *r, const struct rolling_use *use, const struct certs *certs,
    const char *record)
{
	const struct fact *exact = exact_fact(r, use, record);
	const struct fact *old = exact ? exact : equivalent_fact(r, use, certs);
	struct fact fact = rolling_new_fact(r, use, record);

	r->rolling->n_awaited += !rolling_is_published(r, use->owner, record);
	if (old) {
		fact.ttl_s = old->ttl_s;
		fact.t_unix = old->t_unix;
	} else if (certs == use->is->current && !rolling_is_known(r, use->owner) &&
		   rolling_begins_well(r, use))
		fact.ttl_s = FACT_SETTLED;
	if (!exact && certs == use->is->current)
		leave_copies(r, use, record);
	return fact;
}

int64_t
rolling_safe_at(const struct rolling_run *r, const struct rolling_use *use, const struct fact *fact)
{
	struct rollover_record record =
	    rollover_record_of(&r->rolling->facts, use->certificate, fact);

	return rollover_safe_at(&record);
}

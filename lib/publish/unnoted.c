#define _GNU_SOURCE
#include "publish/unnoted.h"

#include "history/published.h"

/* A zone that is looked at. */
struct look {
	struct arena a;
	const struct roll *roll;
	struct facts facts; /* of the zone */
	bool strict;
};

/* Does one fact of these kinds tell of the certificate, and of the record, unless NULL? */
static bool
is_told(const struct look *look, unsigned kinds, const char *record)
{
	for (size_t i = 0; i < look->facts.n; i++) {
		const struct fact *fact = &look->facts.items[i];

		if ((kinds >> fact->kind & 1) && (!record || strcmp(fact->record, record) == 0) &&
		    strcmp(fact->name, look->roll->certificate->name) == 0)
			return true;
	}
	return false;
}

/* Does a client that has the set take the current certificate, and not the next one? A record that
 * had left, for all that is known, may be there since a build ended ahead of its publication. */
static bool
holds_back(struct look *look, struct rrset set)
{
	const struct roll *roll = look->roll;
	bool current = false, next = false;

	for (size_t i = 0; i < set.n; i++) {
		const char *record = fact_record(&look->a, record_rdata(&set.records[i]));

		current = current || pins_match(roll->current, record) ||
			  is_told(look, 1u << FACT_LEFT | 1u << FACT_LEAVING, record);
		next = next || (roll->next && pins_match(roll->next, record));
	}
	return current && (look->strict || !next);
}

static bool
any_holds_back(struct look *look, const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++)
		if (holds_back(look, node_rrset(store, &store->nodes[i], TYPE_TLSA)))
			return true;
	return false;
}

/* The file is not parsed where it cannot have TLSA records. What is there and is no file may. */
static int
may_hold_tlsa(
    struct diags *diags, const struct roots *roots, const char *path, bool *there, bool *may)
{
	struct diags own = {0};
	struct text text;
	int result;

	*may = file_load_if(&own, pos_none(), roots, path, &text) < 0 ||
	       (text.data && strcasestr(text.data, "TLSA"));
	*there = *may || text.data;
	result = diags_take_unreadable(diags, &own);
	diags_free(&own);
	return result;
}

static int
look_at(struct diags *diags, struct look *look, const struct roots *outputs,
    const struct project_zone *zone, bool *found)
{
	struct previous published;
	bool there, may;
	int result;

	*found = false;
	if (is_told(look, 1u << FACT_PUBLISHED, NULL))
		return 0;
	if (may_hold_tlsa(diags, outputs, zone->output, &there, &may) < 0)
		return -1;
	if (!may) {
		*found = look->strict && !there;
		return 0;
	}
	result = previous_load(diags, &published, outputs, zone->output, &zone->name, 1);
	*found = !published.there || any_holds_back(look, &published.store);
	previous_free(&published);
	return result;
}

int
unnoted_zone(struct diags *diags, const struct project *project, const struct facts *facts,
    const struct roll *roll, bool strict, const char **out)
{
	bool found = false;
	int result = 0;

	*out = NULL;
	for (size_t i = 0; !found && result == 0 && i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];
		struct look look = {.roll = roll, .strict = strict};

		facts_of_zone(&look.a, facts, fact_name(&look.a, &zone->name), &look.facts);
		result = look_at(diags, &look, &project->outputs, zone, &found);
		if (found)
			*out = zone->name_text;
		arena_free(&look.a);
	}
	return result;
}

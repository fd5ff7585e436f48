#define _GNU_SOURCE
#include "publish/unnoted.h"

#include "publish/previous.h"

/* The file is not parsed where it cannot have TLSA records. */
static bool
may_hold_tlsa(const char *path, bool *there)
{
	struct diags own = {0};
	struct text text;
	bool may = file_load_if(&own, pos_none(), NULL, path, &text) < 0 ||
		   (text.data && strcasestr(text.data, "TLSA"));

	*there = may || text.data;
	diags_free(&own);
	return may;
}

/* Does a client that has the set take the current certificate, and not the next one? */
static bool
holds_back(const struct roll *roll, bool strict, struct arena *a, struct rrset set)
{
	bool current = false, next = false;

	for (size_t i = 0; i < set.n; i++) {
		const char *record = fact_record(a, record_rdata(&set.records[i]));

		current = current || pins_match(roll->current, record);
		next = next || (roll->next && pins_match(roll->next, record));
	}
	return current && (strict || !next);
}

static bool
any_holds_back(const struct roll *roll, bool strict, const struct store *store)
{
	struct arena scratch = {0};
	bool found = false;

	for (size_t i = 0; !found && i < store->n_nodes; i++)
		found = holds_back(
		    roll, strict, &scratch, node_rrset(store, &store->nodes[i], TYPE_TLSA));
	arena_free(&scratch);
	return found;
}

static bool
is_unnoted(const struct project_zone *zone, const struct roll *roll, bool strict)
{
	struct previous published;
	bool there, found;

	if (!may_hold_tlsa(zone->output, &there))
		return strict && !there;
	previous_load(&published, zone->output, &zone->name, 1);
	found = !published.there || any_holds_back(roll, strict, &published.store);
	previous_free(&published);
	return found;
}

static bool
is_noted(const struct facts *facts, const struct project_zone *zone, const char *certificate)
{
	struct arena scratch = {0};
	struct facts of_zone = {0};
	bool noted = false;

	facts_of_zone(&scratch, facts, fact_name(&scratch, &zone->name), &of_zone);
	for (size_t i = 0; i < of_zone.n; i++)
		noted = noted || (of_zone.items[i].kind == FACT_PUBLISHED &&
				     strcmp(of_zone.items[i].name, certificate) == 0);
	arena_free(&scratch);
	return noted;
}

const char *
unnoted_zone(
    const struct project *project, const struct facts *facts, const struct roll *roll, bool strict)
{
	for (size_t i = 0; i < project->n_zones; i++)
		if (!is_noted(facts, &project->zones[i], roll->certificate->name) &&
		    is_unnoted(&project->zones[i], roll, strict))
			return project->zones[i].name_text;
	return NULL;
}

#include "project/rollover_part.h"

static bool
stands_for(const struct project_certificate *certificate, const char *record)
{
	struct diags own = {0}; /* what is wrong with the file is told of elsewhere */
	const struct certs *certs = rollover_current(&own, certificate);
	bool match = certs && pins_match(certs, record);

	diags_free(&own);
	return match;
}

static bool
has_name(const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->n_certificates; i++)
		if (strcmp(project->certificates[i].name, name) == 0)
			return true;
	return false;
}

static const char *
name_of(const struct project *project, const struct fact *fact)
{
	if (has_name(project, fact->name))
		return fact->name;
	for (size_t i = 0; i < project->n_certificates; i++)
		if (stands_for(&project->certificates[i], fact->record))
			return project->certificates[i].name;
	return fact->name;
}

static bool
is_left(const struct fact *fact)
{
	return fact->kind == FACT_LEFT || fact->kind == FACT_LEAVING;
}

static struct fact
adopt_left(const struct project *project, struct fact fact)
{
	fact.name = name_of(project, &fact);
	if (has_name(project, fact.name) || rollover_is_nameless(&fact))
		return fact;
	if (fact.kind == FACT_LEAVING)
		return rollover_leave_nameless(&fact, fact.ttl_s, fact.t_unix);
	fact.name = ROLLOVER_NAMELESS;
	return fact;
}

void
rollover_adopt(const struct project *project, struct facts *facts)
{
	for (size_t i = 0; i < facts->n; i++) {
		struct fact *fact = &facts->items[i];

		if (fact->kind == FACT_PUBLISHED)
			fact->name = name_of(project, fact);
		else if (is_left(fact))
			*fact = adopt_left(project, *fact);
	}
}

void
rollover_adopt_left(struct arena *a, const struct project *project, struct facts *facts)
{
	struct facts adopted = {0};

	for (size_t i = 0; i < facts->n; i++) {
		struct fact fact = facts->items[i];

		facts_add(a, &adopted, is_left(&fact) ? adopt_left(project, fact) : fact);
	}
	facts_sort(&adopted);
	*facts = adopted;
}

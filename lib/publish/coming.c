#include "publish/coming.h"

#include "publish/rolling.h"

static int
add_kept(const struct project *project, const struct project_zone *zone, const struct facts *facts,
    int64_t now_unix, struct coming *out)
{
	struct arena *a = &out->rest.arena;
	struct rolling rolling = {.a = a, .project = project, .zone = fact_name(a, &zone->name)};
	struct previous previous;
	int result;

	facts_of_zone(a, facts, rolling.zone, &rolling.facts);
	result =
	    previous_load(&out->diags, &previous, &project->outputs, zone->output, &zone->name, 1);
	if (result == 0)
		rolling_arrange(&rolling, &out->rest, &out->zone, &previous, now_unix);
	previous_free(&previous);
	return result;
}

int
coming_load(const struct project *project, const struct project_zone *zone,
    const struct tlsa_names *certificates, const struct facts *facts, int64_t now_unix,
    struct coming *out)
{
	struct load_options load = {.path = zone->template,
	    .zone = &zone->name,
	    .roots = &project->roots,
	    .secrets = project->secrets,
	    .limits = &project->limits,
	    .certificates = certificates,
	    .includes = load_includes(project, zone),
	    .dane = zone->dane,
	    .now = now_unix};
	int result;

	out->diags = out->rest = (struct diags){.severities = project->severities};
	result = load_zone(&out->diags, &load, &out->zone);
	if (result == 0 && out->zone.directives.tlsa.named_uses)
		result = add_kept(project, zone, facts, now_unix, out);
	store_sort(&out->zone.store);
	return result;
}

void
coming_free(struct coming *coming)
{
	load_free(&coming->zone);
	diags_free(&coming->diags);
	diags_free(&coming->rest);
}

#include "publish/coming.h"

#include "history/state.h"
#include "rollover/keep.h"

/* As a build does, with all that it looks at. */
static int
add_kept(const struct coming_world *world, const struct project_zone *zone, struct coming *out)
{
	struct arena *a = &out->rest.arena;
	struct keep keep = {.a = a,
	    .project = world->project,
	    .zone = zone,
	    .history = &world->history,
	    .certificates = world->certificates,
	    .named = world->names.items,
	    .name = history_name(a, zone->name.wire)};
	struct previous previous;
	struct keep_run run = {.diags = &out->rest,
	    .store = &out->zone.store,
	    .uses = out->zone.directives.tlsa.named_uses,
	    .previous = &previous,
	    .now_unix = world->now};
	int result = previous_load(
	    &out->diags, &previous, &world->project->outputs, zone->output, &zone->name, 1);

	keep.is_known = history_serial(&world->history, keep.name) != NULL;
	if (result == 0)
		keep_records(&keep, &run);
	if (keep.n_kept > 0)
		store_sort(&out->zone.store);
	previous_free(&previous);
	return result;
}

int
coming_begin(
    struct diags *diags, const struct project *project, int64_t now_unix, struct coming_world *out)
{
	*out = (struct coming_world){.project = project,
	    .names = load_certificates(&diags->arena, project),
	    .now = now_unix};
	if (roll_history(diags, project, now_unix, &out->history) < 0)
		return -1;
	return certificates_load(diags, project, &out->certificates);
}

int
coming_load(const struct coming_world *world, const struct project_zone *zone, struct coming *out)
{
	const struct project *project = world->project;
	struct load_options load = {.path = zone->template,
	    .zone = &zone->name,
	    .roots = &project->roots,
	    .secrets = project->secrets,
	    .limits = &project->limits,
	    .certificates = &world->names,
	    .includes = load_includes(project, zone),
	    .dane = zone->dane,
	    .now = world->now};
	int result;

	out->diags = out->rest = (struct diags){.severities = project->severities};
	result = load_zone(&out->diags, &load, &out->zone);
	store_sort(&out->zone.store);
	if (result == 0 && out->zone.directives.tlsa.named_uses)
		result = add_kept(world, zone, out);
	return result;
}

void
coming_free(struct coming *coming)
{
	load_free(&coming->zone);
	diags_free(&coming->diags);
	diags_free(&coming->rest);
}

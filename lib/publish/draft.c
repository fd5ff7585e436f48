#include "publish/draft.h"

#include "history/state.h"
#include "rollover/keep.h"
#include "rollover/project_history.h"

/* As a build does, with all that it looks at. */
static int
add_kept(const struct draft_world *world, const struct project_zone *zone, struct draft *out)
{
	struct arena *a = &out->rest.arena;
	struct keep keep = {.a = a,
	    .project = world->project,
	    .zone = zone,
	    .history = &world->history,
	    .certificates = world->certificates,
	    .named = world->names.items,
	    .name = history_name(a, zone->name.wire)};
	struct published published;
	struct keep_run run = {.diags = &out->rest,
	    .store = &out->zone.store,
	    .uses = out->zone.directives.tlsa.named_uses,
	    .published = &published,
	    .now_unix = world->now};
	int result = published_load(
	    &out->diags, &published, &world->project->outputs, zone->output, &zone->name, 1);

	keep.is_known = history_serial(&world->history, keep.name) != NULL;
	if (result == 0)
		keep_records(&keep, &run);
	if (keep.n_kept > 0)
		store_sort(&out->zone.store);
	published_free(&published);
	return result;
}

int
draft_begin(
    struct diags *diags, const struct project *project, int64_t now_unix, struct draft_world *out)
{
	*out = (struct draft_world){.project = project,
	    .names = load_certificates(&diags->arena, project),
	    .locked = diags->locked,
	    .now = now_unix};
	if (project_history_load(diags, project, now_unix, &out->history) < 0)
		return -1;
	return certificates_load(diags, project, &out->history, &out->certificates);
}

int
draft_load(const struct draft_world *world, const struct project_zone *zone, struct draft *out)
{
	const struct project *project = world->project;
	struct load_options load = load_of(project, zone, &world->names, world->now);
	int result;

	out->diags = out->rest =
	    (struct diags){.severities = project->severities, .locked = world->locked};
	result = load_zone(&out->diags, &load, &out->zone);
	store_sort(&out->zone.store);
	if (result == 0 && out->zone.directives.tlsa.named_uses)
		result = add_kept(world, zone, out);
	return result;
}

void
draft_free(struct draft *draft)
{
	load_free(&draft->zone);
	diags_free(&draft->diags);
	diags_free(&draft->rest);
}

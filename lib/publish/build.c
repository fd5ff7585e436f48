#include "publish/build.h"

#include "base/mem.h"
#include "base/pool.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A template of this size is worth all threads; smaller ones are done side by side. */
enum { LARGE_TEMPLATE = 1 << 20 };

struct build_run {
	const struct project *project;
	const struct build_options *options;
	struct build_zone **small;
};

static void
build_zone(const struct build_run *run, struct build_zone *build, unsigned n_workers)
{
	const struct project_zone *zone = build->zone;
	struct zone_job job = {
	    .load = {.path = zone->template,
		.zone = &zone->name,
		.roots = &run->project->roots,
		.dane = zone->dane,
		.now = run->options->now},
	    .output = zone->output,
	    .serial = zone->serial == PROJECT_SERIAL_KEEP ? ZONE_SERIAL_KEEP : ZONE_SERIAL_AUTO,
	    .sign = zone->sign,
	    .keys_folder = zone->keys,
	    .validity_s = zone->policy->validity_s,
	    .offset_s = zone->policy->inception_offset_s,
	    .jitter_s = zone->policy->jitter_s,
	    .n_workers = n_workers,
	};

	build->built = zone_publish(&build->diags, &job, &build->result) == 0;
	if (build->diags.n == 0)
		diags_free(&build->diags); /* its texts are of no use any more */
}

static void
build_small(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct build_run *run = ctx;

	(void)worker;
	(void)slot;
	build_zone(run, run->small[chunk], 1);
}

static bool
is_large(const struct project_zone *zone)
{
	struct stat st;

	return stat(zone->template, &st) == 0 && st.st_size >= LARGE_TEMPLATE;
}

static void
build_all(struct build_run *run, struct build *build)
{
	struct pool_work work = {.ctx = run, .work = build_small};

	run->small = mem_alloc(build->n * sizeof(*run->small));
	for (size_t i = 0; i < build->n; i++) {
		if (is_large(build->zones[i].zone))
			build_zone(run, &build->zones[i], run->options->n_workers);
		else
			run->small[work.n_chunks++] = &build->zones[i];
	}
	pool_run(run->options->n_workers, &work);
	free(run->small);
}

/* Marks the zones that are asked for; a name that the project lacks is an error. */
static int
choose_zones(struct diags *diags, const struct project *project, const char *const *names,
    bool *chosen)
{
	int result = 0;

	for (; *names; names++) {
		const struct project_zone *zone = project_zone_find(diags, project, *names);

		if (zone)
			chosen[zone - project->zones] = true;
		else
			result = -1;
	}
	return result;
}

int
build_project(struct diags *diags, const struct project *project,
    const struct build_options *options, struct build *build)
{
	struct build_run run = {.project = project, .options = options};
	bool *chosen = arena_alloc(&diags->arena, project->n_zones * sizeof(*chosen) + 1);
	bool all = !*options->zones;
	int result = 0;

	*build = (struct build){0};
	memset(chosen, all, project->n_zones * sizeof(*chosen));
	if (choose_zones(diags, project, options->zones, chosen) < 0)
		return -1;
	build->zones = mem_alloc(project->n_zones * sizeof(*build->zones));
	memset(build->zones, 0, project->n_zones * sizeof(*build->zones));
	for (size_t i = 0; i < project->n_zones; i++)
		if (chosen[i])
			build->zones[build->n++].zone = &project->zones[i];
	build_all(&run, build);
	for (size_t i = 0; i < build->n; i++)
		if (!build->zones[i].built)
			result = -1;
	return result;
}

void
build_free(struct build *build)
{
	for (size_t i = 0; i < build->n; i++)
		diags_free(&build->zones[i].diags);
	free(build->zones);
	*build = (struct build){0};
}

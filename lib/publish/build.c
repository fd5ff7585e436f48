#define _GNU_SOURCE
#include "publish/build_part.h"

#include "base/mem.h"
#include "base/pool.h"
#include "project/lock.h"
#include "publish/cache.h"
#include "publish/zone.h"
#include "rollover/deploying.h"
#include "rollover/project_history.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* A template of this size is worth all threads; smaller ones are done side by side. */
enum {
	LARGE_TEMPLATE = 1 << 20,
	ARENA_SMALL = 512, /* of what a zone leaves: there are many */
	/* Small zones whose files are synced together, and records that wait for that. */
	TOGETHER_MOST = 32,
	RECORDS_TOGETHER = 50000,
};

/* Of most zones. */
static const struct keep nothing_kept;

struct plan_run {
	const struct build_options *options;
	struct build_zone *zone;
};

static int
take_plan(void *ctx, const struct zone_plan *plan)
{
	const struct plan_run *run = ctx;

	run->zone->result = plan->result;
	run->zone->changes = plan->changes;
	return run->options->plan(run->options->plan_ctx, run->zone, plan);
}

/* Those of a good build are in the cache, also where it was not built now. One that failed has read
 * what it could. */
static void
find_inputs(struct build_zone *build, const struct zone_job *job)
{
	const struct diags *diags = build->diags;
	const char *output = file_absolute(&build->arena, job->zone->output);

	if (build->built)
		build->n_inputs = cache_inputs(job, &build->arena, &build->inputs);
	if (build->n_inputs > 0)
		return;
	build->inputs = arena_alloc(&build->arena, (diags->n_inputs + 1) * sizeof(*build->inputs));
	for (size_t i = 0; i < diags->n_inputs; i++) {
		const char *path = diags->inputs[i].path;

		if (diags->inputs[i].there && strcmp(path, output) != 0)
			build->inputs[build->n_inputs++] =
			    arena_text(&build->arena, path, strlen(path));
	}
	if (build->n_inputs == 0)
		build->inputs[build->n_inputs++] =
		    file_absolute(&build->arena, job->zone->template);
}

struct diags *
build_diags_of(struct build_run *run, struct build_zone *zone)
{
	if (zone->diags != &run->build->silent)
		return zone->diags;
	zone->diags = mem_alloc(sizeof(*zone->diags));
	*zone->diags = run->like;
	zone->diags->home = zone->zone->pos;
	zone->diags->zone = zone->zone->name_text;
	return zone->diags;
}

static void
free_diags(struct build *build, struct build_zone *zone)
{
	if (zone->diags == &build->silent)
		return;
	diags_free(zone->diags);
	free(zone->diags);
	zone->diags = &build->silent;
}

static bool
is_silent(const struct diags *diags)
{
	return diags->told.n == 0 && diags->n == 0 && diags->status == 0;
}

/* Of most zones nothing is left but how their build ended: there may be many. */
static void
pack(struct build_run *run, struct build_zone *build, struct keep *keep)
{
	if (keep_is_of_use(keep)) {
		struct keep *left = arena_alloc(&build->arena, sizeof(*left));

		keep_pack(keep, &build->arena);
		*left = *keep;
		build->keep = left;
	}
	if (is_silent(build->diags))
		free_diags(run->build, build);
	else
		diags_pack(build->diags);
}

/* One of the zones that are built together. */
struct making {
	struct build_zone *build;
	struct zone_job job;
	struct keep keep;
	struct plan_run plan;
	struct arena work;      /* until the zone is done */
	struct zone_run *draft; /* that is still to be published; or NULL */
};

static struct zone_job
job_of(struct build_run *run, struct making *making, unsigned n_workers)
{
	struct build_zone *build = making->build;
	const struct project_zone *zone = build->zone;
	struct build_keys *folder = zone->sign ? build_keys_of(run, zone->keys) : NULL;
	struct zone_job job = {
	    .load = load_of(run->project, zone, &run->certificates, run->now),
	    .zone = zone,
	    .outputs = &run->project->outputs,
	    .own = &run->project->own,
	    .keys = folder && !folder->bad ? &folder->keys : NULL,
	    .keys_unreadable = folder && folder->bad,
	    .tokens = run->tokens,
	    .safety = run->project->safety,
	    .binding = run->options->locked,
	    .anew = run->lock_changed,
	    .prove = zone->prove || run->options->prove,
	    .previous = zone->output,
	    .mark = project_mark_path(&making->work, run->project, zone),
	    .has_hook = run->project->hooks[PROJECT_HOOK_CHANGED].argv ||
			run->project->hooks[PROJECT_HOOK_DONE].argv,
	    .review = run->reviewer ? build_review : NULL,
	    .review_ctx = run,
	    .force = run->options->force,
	    .werror = run->options->werror,
	    .keys_of = build_keys_of_child,
	    .keep_of = build_keep_of_child,
	    .keys_ctx = run,
	    .severities = run->project->severities,
	    .keep = &making->keep,
	    .today = run->options->today,
	    .live = !run->options->check,
	    .after = run->options->after,
	    .plan = run->options->plan ? take_plan : NULL,
	    .plan_ctx = &making->plan,
	    .cache = project_own_path(&making->work, run->project, zone, ".build"),
	    .index = project_own_path(&making->work, run->project, zone, ".index"),
	    .n_workers = n_workers,
	};

	job.index_previous = job.index;
	job.load.n_abreast = run->n_abreast;
	return job;
}

/* All but the publication. */
static void
begin_zone(struct build_run *run, struct making *making, unsigned n_workers)
{
	struct build_zone *build = making->build;
	struct diags *diags = build_diags_of(run, build);

	making->work = (struct arena){0};
	making->keep = build_keep_begin(run, &making->work, build);
	making->plan = (struct plan_run){run->options, build};
	making->job = job_of(run, making, n_workers);
	making->draft = NULL;
	if (run->options->status)
		build->built = zone_status(diags, &making->job, &build->status) == 0;
	else if (run->options->check)
		build->built = zone_check(diags, &making->job) == 0;
	else
		build->built = zone_draft(diags, &making->job, &build->result, &making->draft) == 0;
}

static void
end_zone(struct build_run *run, struct making *making)
{
	struct build_zone *build = making->build;

	build_keep_sources(build);
	if (run->options->inputs)
		find_inputs(build, &making->job);
	pack(run, build, &making->keep);
	arena_free(&making->work);
	progress_step(run->options->progress);
}

/* Publishes the drafts among them. */
static void
end_zones(struct build_run *run, struct making *makings, size_t n)
{
	struct zone_run *drafts[TOGETHER_MOST];
	struct making *of[TOGETHER_MOST];
	int done[TOGETHER_MOST];
	size_t n_drafts = 0;

	for (size_t i = 0; i < n; i++)
		if (makings[i].draft) {
			build_doubt_lock(run, build_diags_of(run, makings[i].build));
			of[n_drafts] = &makings[i];
			drafts[n_drafts++] = makings[i].draft;
		}
	if (n_drafts > 0)
		zones_publish(drafts, n_drafts, done);
	for (size_t i = 0; i < n_drafts; i++)
		of[i]->build->built = done[i] == 0;
	for (size_t i = 0; i < n; i++)
		end_zone(run, &makings[i]);
}

/* Those whose draft is made wait for the others, with their records in memory: not for many. */
static void
build_zones(struct build_run *run, struct build_zone *const *zones, size_t n, unsigned n_workers)
{
	struct making *makings = mem_alloc(n * sizeof(*makings));
	size_t begun = 0, n_records = 0;

	for (size_t i = 0; i < n; i++) {
		struct making *making = &makings[begun++];

		making->build = zones[i];
		begin_zone(run, making, n_workers);
		if (making->draft)
			n_records += zones[i]->result.n_records;
		else
			end_zone(run, &makings[--begun]);
		if (n_records > RECORDS_TOGETHER) {
			end_zones(run, makings, begun);
			begun = n_records = 0;
		}
	}
	end_zones(run, makings, begun);
	free(makings);
}

static void
build_small(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct build_run *run = ctx;
	size_t begin = chunk * run->n_together, left = run->n_small - begin;

	(void)worker;
	(void)slot;
	build_zones(run, run->small + begin, left < run->n_together ? left : run->n_together, 1);
}

/* How many small zones are published together. Each has files open meanwhile; all workers are to
 * have some, and whoever reviews a zone is not to wait for others. */
static size_t
zones_together(const struct build_run *run)
{
	enum { FILES = 6, CHUNKS = 4 }; /* of a zone; for each worker, at least */
	size_t n_workers = run->options->n_workers > 1 ? run->options->n_workers : 1;
	size_t n = n_workers > 1 ? run->n_small / (n_workers * CHUNKS) : run->n_small;
	struct rlimit limit;

	if (n > TOGETHER_MOST)
		n = TOGETHER_MOST;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	if (n > limit.rlim_cur / 2 / FILES / n_workers)
		n = limit.rlim_cur / 2 / FILES / n_workers;
	return n < 1 || run->reviewer ? 1 : n;
}

static bool
is_large(const struct project_zone *zone)
{
	struct stat st;

	return stat(zone->template, &st) == 0 && st.st_size >= LARGE_TEMPLATE;
}

/* Those of one level are built side by side. */
static void
build_level(struct build_run *run, struct build *build, const unsigned *levels, unsigned level)
{
	struct pool_work work = {.ctx = run, .work = build_small};

	run->n_small = 0;
	for (size_t i = 0; i < build->n; i++) {
		struct build_zone *zone = &build->zones[i];

		if (levels[i] != level)
			continue;
		if (is_large(zone->zone))
			build_zones(run, &zone, 1, run->options->n_workers);
		else
			run->small[run->n_small++] = zone;
	}
	run->n_together = zones_together(run);
	work.n_chunks = (run->n_small + run->n_together - 1) / run->n_together;
	run->n_abreast = pool_abreast(run->options->n_workers, work.n_chunks);
	pool_run(run->options->n_workers, &work);
}

/* A zone's level is above those of the zones below it, which are built first: what they are about
 * to publish decides on their DS records. Returns the highest level. The zones stand in canonical
 * order. */
static unsigned
find_levels(const struct build *build, unsigned *levels)
{
	size_t *above = mem_alloc(build->n * sizeof(*above) + 1), relative;
	unsigned highest = 0;

	for (size_t i = 0; i < build->n; i++) {
		const struct name *name = &build->zones[i].zone->name, *other;

		levels[i] = 0;
		for (above[i] = i > 0 ? i - 1 : i; above[i] != i;) {
			size_t at = above[i];

			other = &build->zones[at].zone->name;
			if (name_in_zone(name->wire, name->len, other->wire, other->len, &relative))
				break;
			above[i] = above[at] == at ? i : above[at];
		}
	}
	for (size_t i = build->n; i-- > 0;) {
		if (levels[above[i]] <= levels[i] && above[i] != i)
			levels[above[i]] = levels[i] + 1;
		highest = levels[i] > highest ? levels[i] : highest;
	}
	free(above);
	return highest;
}

static void
build_all(struct build_run *run, struct build *build)
{
	unsigned *levels = mem_alloc(build->n * sizeof(*levels) + 1);
	unsigned highest = find_levels(build, levels);

	run->small = mem_alloc(build->n * sizeof(*run->small) + 1);
	progress_count(run->options->progress, build->n, "zones");
	for (size_t i = 0; i < build->n; i++) {
		if (build->zones[i].zone->sign)
			build_keys_of(run, build->zones[i].zone->keys);
		build_read_children(run, build->zones[i].zone);
	}
	for (unsigned level = 0; level <= highest; level++)
		build_level(run, build, levels, level);
	free(run->small);
	free(levels);
}

int
build_choose(struct diags *diags, const struct project *project,
    const struct build_options *options, bool *chosen)
{
	int result = 0;

	memset(chosen, 0, project->n_zones * sizeof(*chosen));
	if (!*options->zones)
		shard_zones(options->shard, project, chosen);
	for (const char *const *names = options->zones; *names; names++) {
		const struct project_zone *zone = project_zone_find(diags, project, *names);

		if (zone)
			chosen[zone - project->zones] = true;
		else
			result = -1;
	}
	return result;
}

static int
check_zones(const struct build *build)
{
	for (size_t i = 0; i < build->n; i++)
		if (!build->zones[i].built)
			return -1;
	return 0;
}

/* None is built, so nothing is told of any. */
static void
drop_zones(struct build *build)
{
	for (size_t i = 0; i < build->n; i++) {
		free_diags(build, &build->zones[i]);
		arena_free(&build->zones[i].arena);
		buf_free(&build->zones[i].text);
		buf_free(&build->zones[i].line);
	}
	build->n = 0;
}

/* What is built with the project locked. That the history cannot be written is found out ahead. */
static int
build_locked(struct build_run *run)
{
	int lock = -1, read = -1, written;

	if (run->options->check || lock_begin(run->diags, run->project, LOCK_STATE, &lock) == 0)
		read = build_read_lock(run) < 0 ? -1 : build_read_history(run);
	lock_end(lock);
	if (read < 0) {
		drop_zones(run->build);
		return -1;
	}
	if (build_begin_review(run) < 0) {
		drop_zones(run->build);
		return -1;
	}
	run->tokens = tokens_new();
	build_all(run, run->build);
	tokens_free(run->tokens);
	build_end_review(run);
	if (!run->options->check) /* who only looks goes on with it */
		run->diags->locked = NULL;
	written = build_write_lock(run);
	if (run->options->plan && build_plan_history(run) < 0)
		return -1;
	if (run->options->check)
		return check_zones(run->build) < 0 ? -1 : written;
	return publication_of_build(run) < 0 ? -1 : written;
}

int
build_project(struct diags *diags, const struct project *project,
    const struct build_options *options, struct build *build)
{
	struct build_run run = {.diags = diags,
	    .project = project,
	    .options = options,
	    .build = build,
	    .lock = {{-1, -1}},
	    .locked = arena_zalloc(&diags->arena, sizeof(struct locked))};
	const struct source *source =
	    project->n_zones > 0 ? diags_source_of(diags, project->zones[0].pos) : NULL;
	bool *chosen = arena_alloc(&diags->arena, project->n_zones * sizeof(*chosen) + 1);
	int result;

	*build = (struct build){0};
	diags->severities = project->severities;
	run.like = (struct diags){.waiting = diags->waiting,
	    .home_source = source,
	    .home_path = project->path,
	    .locked = run.locked};
	if (build_choose(diags, project, options, chosen) < 0)
		return -1;
	build->zones = mem_alloc(project->n_zones * sizeof(*build->zones));
	memset(build->zones, 0, project->n_zones * sizeof(*build->zones));
	for (size_t i = 0; i < project->n_zones; i++)
		if (chosen[i]) {
			build->zones[build->n].arena.next_size = ARENA_SMALL;
			build->zones[build->n].diags = &build->silent;
			build->zones[build->n].keep = &nothing_kept;
			build->zones[build->n++].zone = &project->zones[i];
		}
	run.certificates = load_certificates(&diags->arena, project);
	if (!options->check && lock_begin_build(diags, project, options->shard, &run.lock) < 0) {
		drop_zones(build);
		return -1;
	}
	run.now = build_now(options);
	result = options->check ? lock_check(diags, project) : deploying_settle_all(diags, project);
	if (!options->check && result < 0) /* which certificates are in use? */
		drop_zones(build);
	else if (build_locked(&run) < 0)
		result = -1;
	lock_end_build(&run.lock);
	return result;
}

void
build_free(struct build *build)
{
	drop_zones(build);
	free(build->zones);
	*build = (struct build){0};
}

#include "publish/publication.h"

#include "base/mem.h"
#include "history/mark.h"
#include "publish/build_part.h"
#include "publish/zone_part.h"
#include "rollover/project_history.h"

#include <stdlib.h>

/* Is it to be published? */
static int
review(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	const char *draft;

	if (!job->review)
		return 0;
	if (output_is_stream(run->out))
		return diag_error(run->diags, pos_none(), P_REVIEW_ENDED,
		    "the output of %s, %s, is a device or a pipe, beside which there is no draft "
		    "that "
		    "review could read",
		    job->zone->name_text, job->zone->output);
	draft = output_draft_name(run->out);
	if (!draft)
		return 0;
	return job->review(job->review_ctx, run->diags, job->zone, run->result->serial, draft);
}

/* Do sets begin with the publication? Where the file stays as it is, that tells of servers which
 * may not know of it: their hook failed, and what a mark told of it is lost. */
static bool
any_begins(const struct keep *keep)
{
	for (size_t i = 0; i < keep->opened.n_sets; i++)
		if (keep->opened.sets[i].since_unix == TIME_NEVER)
			return true;
	return false;
}

/* Adds the sets that end and that the published file alone told of. */
static void
add_unwritten(struct history *publication, const struct keep *keep)
{
	for (size_t i = 0; i < keep->closed.n_sets; i++) {
		const struct set *set = &keep->closed.sets[i];

		if (set_is_open(set) && set->since_unix == TIME_UNKNOWN)
			history_add_set(publication, set);
	}
}

/* Writes the zone's mark. Nothing is left of what changes nothing, unless there is a mark already;
 * then it is NULL, as where it fails. */
static struct output *
write_mark(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	const struct keep *keep = job->keep;
	bool needed = job->has_hook || (keep && keep->opened.n_sets + keep->closed.n_sets > 0);
	struct history publication = {.a = &run->diags->arena};
	struct serial serial;
	struct output *out;

	if (!keep || !needed || (!output_draft(run->out) && !any_begins(keep)))
		return NULL;
	for (size_t i = 0; i < keep->opened.n_sets; i++)
		history_add_set(&publication, &keep->opened.sets[i]);
	add_unwritten(&publication, keep);
	serial = (struct serial){keep->name, run->result->serial, job->load.now};
	history_add_serial(&publication, &serial);
	job->keep->has_mark = true;
	out = mark_write(run->diags, job->own, job->mark, &publication);
	run->failed = !out;
	return out;
}

/* Files of the zones, and whose they are. */
struct commits {
	struct output **outs;
	struct zone_run **runs;
	size_t n;
	int *done;
	bool *changed;
};

static struct commits
commits_begin(size_t n)
{
	return (struct commits){.outs = mem_alloc((n + 1) * sizeof(struct output *)),
	    .runs = mem_alloc((n + 1) * sizeof(struct zone_run *)),
	    .done = mem_alloc((n + 1) * sizeof(int)),
	    .changed = mem_alloc((n + 1) * sizeof(bool))};
}

static void
commits_add(struct commits *commits, struct zone_run *run, struct output *out)
{
	commits->outs[commits->n] = out;
	commits->runs[commits->n++] = run;
}

static void
commits_make(struct commits *commits)
{
	output_commit_all(commits->outs, commits->n, commits->done, commits->changed);
	for (size_t i = 0; i < commits->n; i++)
		if (commits->done[i] < 0)
			commits->runs[i]->failed = true;
}

static void
commits_end(struct commits *commits)
{
	free(commits->outs);
	free(commits->runs);
	free(commits->done);
	free(commits->changed);
}

static void
mark(struct zone_run *const *runs, size_t n)
{
	struct commits commits = commits_begin(n);
	struct output *out;

	for (size_t i = 0; i < n; i++)
		if (!runs[i]->failed && (out = write_mark(runs[i])))
			commits_add(&commits, runs[i], out);
	commits_make(&commits);
	commits_end(&commits);
}

static void
rename_drafts(struct zone_run *const *runs, size_t n)
{
	struct commits commits = commits_begin(n);

	for (size_t i = 0; i < n; i++)
		if (!runs[i]->failed)
			commits_add(&commits, runs[i], runs[i]->out);
	commits_make(&commits);
	for (size_t i = 0; i < commits.n; i++) {
		struct zone_run *run = commits.runs[i];

		if (run->failed)
			continue;
		run->result->changed = commits.changed[i];
		if (run->job->keep)
			run->job->keep->is_published = true;
	}
	commits_end(&commits);
}

static int
remember(struct zone_run *run)
{
	zone_note_until(run);
	if (run->job->cache)
		cache_store(
		    run->job, &run->cache_keys, run->diags, run->result, output_sha256(run->out));
	if (run->index_out)
		index_commit(run->index_out, &run->keys, run->settings, output_sha256(run->out));
	return 0;
}

static int
unmark(struct build_run *build, struct build_zone *zone)
{
	struct diags own = build->like; /* mostly there is nothing to tell */
	int result = 0;

	if (zone->keep->has_mark)
		result = mark_remove(&own, &build->project->own,
		    project_mark_path(&own.arena, build->project, zone->zone));
	if (own.n > 0)
		diags_join(build_diags_of(build, zone), &own);
	diags_free(&own);
	return result;
}

/* A hook that hangs keeps no other zone's publication from being ended. What is wrong with that is
 * told of when all are. */
static void
end_told(void *ctx)
{
	struct build_run *build = ctx;
	struct diags_mark before = diags_mark(build->diags);
	bool any = false;

	for (size_t i = 0; i < build->build->n && !any; i++)
		any = build->build->zones[i].told && !build->build->zones[i].noted;
	if (any && build_write_history(build) < 0) {
		diags_reset(build->diags, before);
		return;
	}
	for (size_t i = 0; i < build->build->n && any; i++)
		if (build->build->zones[i].noted && build->build->zones[i].told)
			unmark(build, &build->build->zones[i]);
}

static int
run_hooks(struct build_run *build)
{
	build_run_hooks(build, end_told);
	return 0;
}

static int
run_done(struct build_run *build)
{
	build_run_done(build);
	return 0;
}

/* The time at which `done` had told the servers is that of the publication. */
static int
write_told(struct build_run *build)
{
	for (size_t i = 0; i < build->build->n; i++)
		if (build->build->zones[i].awaits_done)
			return build_write_history(build);
	return 0;
}

/* clang-format off */
const struct publication_step publication_steps[] = {
	{"draft", zone_write, NULL, NULL, NULL, 0,
	    "it begins anew; a draft without a name is gone, one with a temporary name goes now"},
	{"review", review, NULL, NULL, NULL, 0,
	    "it begins anew, and asks again"},
	{"mark", NULL, mark, NULL, NULL, LEFT_MARK,
	    "it publishes the zone, and runs the hook even if that has changed back meanwhile"},
	{"rename", NULL, rename_drafts, NULL, NULL, LEFT_MARK | LEFT_ZONE,
	    "it finds the zone as it would make it, and runs the hook"},
	{"cache", remember, NULL, NULL, NULL, LEFT_MARK | LEFT_ZONE | LEFT_CACHE,
	    "the same: what the cache has of the history is not yet so"},
	{"hook", NULL, NULL, NULL, run_hooks, LEFT_MARK | LEFT_ZONE | LEFT_CACHE | LEFT_TOLD,
	    "it runs the hook once more, and counts the publication from that time"},
	{"history", NULL, NULL, NULL, build_write_history,
	    LEFT_MARK | LEFT_ZONE | LEFT_CACHE | LEFT_TOLD | LEFT_HISTORY,
	    "it runs the hook once more"},
	{"done", NULL, NULL, NULL, run_done, LEFT_MARK | LEFT_ZONE | LEFT_CACHE | LEFT_TOLD | LEFT_HISTORY,
	    "it runs both hooks once more"},
	{"told", NULL, NULL, NULL, write_told, LEFT_MARK | LEFT_ZONE | LEFT_CACHE | LEFT_TOLD | LEFT_HISTORY,
	    "the same"},
	{"unmark", NULL, NULL, unmark, NULL, LEFT_ZONE | LEFT_CACHE | LEFT_TOLD | LEFT_HISTORY,
	    "nothing"},
	{NULL, NULL, NULL, NULL, NULL, 0, NULL},
};
/* clang-format on */

/* One that failed leaves no draft. */
static void
step_run(const struct publication_step *step, struct zone_run *run)
{
	if (step->of_run && !run->failed)
		run->failed = step->of_run(run) < 0;
	if (run->failed && run->out)
		output_abort(run->out);
	if (run->failed && run->index_out)
		index_abort(run->index_out);
	if (!run->failed && run->job->after)
		run->job->after(step);
}

int
publication_draft(struct zone_run *run)
{
	for (const struct publication_step *step = publication_steps; step->of_run; step++)
		step_run(step, run);
	return run->failed ? -1 : 0;
}

void
publication_of_zones(struct zone_run *const *runs, size_t n)
{
	const struct publication_step *step = publication_steps;

	while (!step->of_runs)
		step++;
	for (; step->of_run || step->of_runs; step++) {
		if (step->of_runs)
			step->of_runs(runs, n);
		for (size_t i = 0; i < n; i++)
			step_run(step, runs[i]);
	}
}

static void
step_zones(struct build_run *build, const struct publication_step *step)
{
	for (size_t i = 0; i < build->build->n; i++) {
		struct build_zone *zone = &build->build->zones[i];

		if (zone->built && !zone->unfinished && step->of_zone(build, zone) < 0)
			zone->unfinished = true;
	}
}

int
publication_of_build(struct build_run *build)
{
	for (const struct publication_step *step = publication_steps; step->name; step++) {
		if (step->of_build && step->of_build(build) < 0)
			return -1;
		if (step->of_zone)
			step_zones(build, step);
		if ((step->of_zone || step->of_build) && build->options->after)
			build->options->after(step);
	}
	for (size_t i = 0; i < build->build->n; i++)
		if (!build->build->zones[i].built || build->build->zones[i].unfinished)
			return -1;
	return 0;
}

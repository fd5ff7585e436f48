#include "publish/build_part.h"

#include "base/duration.h"
#include "history/mark.h"
#include "history/state.h"
#include "rollover/deploying.h"
#include "rollover/project_history.h"

#include <stdlib.h>

struct keep
build_keep_begin(const struct build_run *run, struct arena *a, const struct build_zone *zone)
{
	struct keep keep = {.a = a,
	    .project = run->project,
	    .zone = zone->zone,
	    .history = &run->history,
	    .certificates = run->project_certificates,
	    .index = &run->index,
	    .named = run->certificates.items,
	    .name = history_name(a, zone->zone->name.wire),
	    .latest_unix = run->history.latest_unix,
	    .has_mark = zone->was_marked,
	    .marked = zone->keep->marked};

	keep.is_known = history_serial(&run->history, keep.name) != NULL;
	return keep;
}

/* Reads the zone's mark, which few have. */
static int
begin_zone(struct build_run *run, const struct marks *marks, struct build_zone *build)
{
	struct arena a = {0};
	const char *path = project_mark_path(&a, run->project, build->zone);
	struct keep *keep;
	int result = 0;

	if (marks_have(marks, path)) {
		keep = arena_zalloc(&build->arena, sizeof(*keep));
		keep->marked.a = &run->diags->arena;
		result = mark_read(
		    run->diags, &run->project->own, path, &build->was_marked, &keep->marked);
		build->keep = keep;
	}
	arena_free(&a);
	return result;
}

int
build_read_history(struct build_run *run)
{
	const struct project *project = run->project;
	struct arena *a = &run->diags->arena;
	struct state_reading reading = {run->now, project_history_wait_s(project)};
	int result = state_load(run->diags, &project->own,
	    state_path(a, project->path, project->folder), reading, &run->history);
	struct marks marks;

	if (result == 0)
		result = deploying_look(run->diags, project, false, &run->history);
	if (result < 0 ||
	    certificates_load(run->diags, project, &run->history, &run->project_certificates) < 0)
		return -1;
	certificate_index_make(
	    a, run->project_certificates, project->n_certificates, false, &run->index);
	marks_list(&project->own, project_mark_path(a, project, &project->zones[0]), &marks);
	for (size_t i = 0; i < run->build->n; i++)
		if (begin_zone(run, &marks, &run->build->zones[i]) < 0)
			result = -1;
	marks_free(&marks);
	return result;
}

/* Is it known what the zone's build makes of the history, and not written yet? */
static bool
is_due(const struct build_zone *build)
{
	return !build->noted && (!build->built || build->told || build->unfinished);
}

/* Are its new sets to be written down ahead of `done`, which tells of them? That hook may take the
 * state file elsewhere. What they replace stays open until it has succeeded. */
static bool
is_to_announce(const struct build_zone *build)
{
	return build->awaits_done && !build->announced && !build->told && !build->unfinished;
}

/* When it happened: the rest is written down together, later. */
static int64_t
time_of(const struct build_zone *build, int64_t now, const struct history *history)
{
	return build->told ? history_now(history, build->told_unix) : now;
}

/* Nothing closes and nothing opens where servers do not know of it yet. */
static void
apply_closed(const struct build *build, int64_t now, struct arena *a, struct history *history)
{
	struct history closed = {.a = a};

	for (size_t i = 0; i < build->n; i++) {
		const struct build_zone *zone = &build->zones[i];
		int64_t then = time_of(zone, now, history);
		bool applies = is_due(zone) && !zone->unfinished;

		for (size_t k = 0; k < zone->keep->closed.n_sets && applies; k++) {
			struct set set = zone->keep->closed.sets[k];

			if (set_is_open(&set) || zone->was_marked)
				set.until_unix = then; /* whoever was to be told of it */
			history_add_set(&closed, &set);
		}
	}
	history_end(history, &closed, now);
	history_sort(history);
}

static void
apply_opened(const struct build *build, int64_t now, struct arena *a, struct history *history)
{
	struct history opened = {.a = a};

	for (size_t i = 0; i < build->n; i++) {
		const struct build_zone *zone = &build->zones[i];
		int64_t then = time_of(zone, now, history);
		bool due = is_due(zone) && !zone->unfinished && !zone->announced;
		bool applies = due || is_to_announce(zone);

		for (size_t k = 0; k < zone->keep->opened.n_sets && applies; k++) {
			struct set set = zone->keep->opened.sets[k];

			if (set.since_unix == TIME_NEVER)
				set.since_unix = history_begin(history, &set, then);
			history_add_set(&opened, &set);
		}
	}
	for (size_t i = 0; i < opened.n_sets; i++)
		history_add_set(history, &opened.sets[i]);
}

/* Servers may hold the serial of a zone whose hook failed; its time is that of the hook, once it is
 * known. The first one is written down with the zone's sets: a zone that has a serial is one that
 * is known. */
static void
apply_serial(const struct build_run *run, const struct build_zone *build, int64_t now,
    struct history *history)
{
	const struct keep *keep = build->keep;
	struct arena *a = history->a;
	struct arena_mark mark = arena_mark(a);
	const char *name = history_name(a, build->zone->name.wire);
	const struct serial *known = history_serial(&run->history, name);
	struct serial serial = {name, build->result.serial, time_of(build, now, history)};
	bool is_new = !known || known->serial != serial.serial;
	bool is_told = build->was_marked && !build->unfinished;
	bool is_ours = keep->is_published || build->was_marked; /* or of the build before */

	if (build->built && (!is_new || is_ours) &&
	    (known ? is_new || is_told : keep->is_tracked && !build->unfinished))
		history_add_serial(history, &serial);
	else
		arena_reset(a, mark);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A zone that the project no longer has is published no more. It may come back, and servers may
 * have its serial for as long as they do not let it expire. When it left is not known, and it may
 * have been published unchanged for years before. */
static void
end_zones(const struct build_run *run, int64_t now, struct history *history)
{
	const int64_t expired_s = (int64_t)10 * 365 * 86400;
	struct arena *a = history->a;
	size_t n = run->project->n_zones, kept = 0;
	const char **names = arena_alloc(a, n * sizeof(*names) + 1);

	for (size_t i = 0; i < n; i++)
		names[i] = history_name(a, run->project->zones[i].name.wire);
	qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 0; i < history->n_sets; i++) {
		struct set *set = &history->sets[i];

		if (set_is_open(set) && !bsearch(&set->zone, names, n, sizeof(*names), by_text))
			set->until_unix = instant_later(now, set->since_unix);
	}
	for (size_t i = 0; i < history->n_serials; i++)
		if (history->serials[i].t_unix > run->options->now - expired_s ||
		    bsearch(&history->serials[i].zone, names, n, sizeof(*names), by_text))
			history->serials[kept++] = history->serials[i];
	history->n_serials = kept;
}

/* Which certificates are in use, as far as files tell. */
static void
note_current(const struct build_run *run, int64_t now, struct history *history)
{
	struct history new = {.a = history->a};

	for (size_t i = 0; i < run->project->n_certificates; i++)
		certificate_note_current(history, &run->project_certificates[i], now, &new);
	for (size_t i = 0; i < new.n_notes; i++)
		history_add_note(history, &new.notes[i]);
}

/* What the build makes of the history that the file holds now. Sets are forgotten by the time at
 * which it began: where the clock went ahead since, they are held all the same. */
struct change {
	const struct build_run *run;
	int64_t now;
};

static void
change_history(const void *ctx, struct history *history)
{
	const struct change *change = ctx;
	const struct build *build = change->run->build;
	struct arena *a = history->a;
	int64_t now = history_now(history, change->now);

	end_zones(change->run, now, history);
	apply_closed(build, now, a, history);
	apply_opened(build, now, a, history);
	for (size_t i = 0; i < build->n; i++)
		if (is_due(&build->zones[i]) || is_to_announce(&build->zones[i]))
			apply_serial(change->run, &build->zones[i], now, history);
	note_current(change->run, now, history);
}

/* Has the build nothing to write? What others have written since is their affair. */
static bool
changes_nothing(const struct build_run *run, const struct change *change)
{
	struct arena scratch = {0};
	struct history after;
	bool nothing;

	if (run->history_written || !run->history.is_as_saved)
		return false;
	after = history_copy(&scratch, &run->history);
	change_history(change, &after);
	history_sort(&after);
	history_prune(&after, project_history_wait_s(run->project), run->options->now);
	nothing = history_is_copy(&after, &run->history);
	arena_free(&scratch);
	return nothing;
}

int
build_write_history(struct build_run *run)
{
	struct change change = {run, build_now(run->options)};

	struct arena *a = &run->diags->arena;
	const char *path = state_path(a, run->project->path, run->project->folder);
	int result;

	if (changes_nothing(run, &change)) {
		result = state_tidy(run->diags, &run->project->own, path);
	} else {
		run->history_written = true;
		result = project_history_rewrite(
		    run->diags, run->project, run->options->now, change_history, &change);
	}
	if (result < 0)
		return -1;
	for (size_t i = 0; i < run->build->n; i++) {
		struct build_zone *zone = &run->build->zones[i];

		zone->noted = zone->noted || is_due(zone);
		zone->announced = zone->announced || is_to_announce(zone);
	}
	return 0;
}

/* The history with the sets that zones are publishing: of all zones it was read already. */
static int
load_before(struct build_run *run)
{
	struct build *build = run->build;

	if (build->n < run->project->n_zones)
		return project_history_load(run->diags, run->project, run->now, &build->before);
	build->before = history_copy(&run->diags->arena, &run->history);
	for (size_t i = 0; i < build->n; i++)
		history_copy_sets(&build->before, &build->zones[i].keep->marked);
	history_sort(&build->before);
	return 0;
}

int
build_plan_history(struct build_run *run)
{
	struct build *build = run->build;
	struct change change = {run, run->now};

	if (load_before(run) < 0)
		return -1;
	build->after = history_copy(&run->diags->arena, &build->before);
	for (size_t i = 0; i < build->n; i++) {
		build->zones[i].told = build->zones[i].built;
		build->zones[i].told_unix = run->now;
	}
	change_history(&change, &build->after);
	history_sort(&build->after);
	return 0;
}

#include "rollover/project_history.h"

#include "history/mark.h"
#include "history/state.h"
#include "project/lock.h"
#include "rollover/certificate.h"

const char *
project_mark_path(struct arena *a, const struct project *project, const struct project_zone *zone)
{
	return project_own_path(a, project, zone, ".hook");
}

uint32_t
project_history_wait_s(const struct project *project)
{
	uint32_t longest = certificates_longest_wait(project);

	for (size_t i = 0; i < project->n_policies; i++)
		if (project->policies[i].propagation_s > longest)
			longest = project->policies[i].propagation_s;
	return longest;
}

int
project_history_load(
    struct diags *diags, const struct project *project, int64_t now_unix, struct history *out)
{
	struct arena *a = &diags->arena;
	struct state_reading reading = {now_unix, project_history_wait_s(project)};
	int result = state_load(
	    diags, &project->own, state_path(a, project->path, project->folder), reading, out);
	struct history marked = {.a = a};
	struct marks marks;
	bool there;

	marks_list(&project->own, project_mark_path(a, project, &project->zones[0]), &marks);
	for (size_t i = 0; result == 0 && i < project->n_zones; i++) {
		const char *path = project_mark_path(a, project, &project->zones[i]);

		if (marks_have(&marks, path))
			result = mark_read(diags, &project->own, path, &there, &marked);
	}
	marks_free(&marks);
	for (size_t i = 0; i < marked.n_sets; i++)
		history_add_set(out, &marked.sets[i]);
	history_sort(out);
	return result;
}

static bool
is_same_note(const struct note *a, const struct note *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 && strcmp(a->id, b->id) == 0 &&
	       (!a->event || strcmp(a->event, b->event) == 0);
}

static bool
is_same_set(const struct set *a, const struct set *b)
{
	return strcmp(a->zone, b->zone) == 0 && strcmp(a->owner, b->owner) == 0 &&
	       a->since_unix == b->since_unix && a->until_unix == b->until_unix && set_same(a, b);
}

static void
remove_from(struct history *history, const struct history *gone)
{
	size_t n_sets = 0, n_notes = 0;

	for (size_t i = 0; i < history->n_sets; i++) {
		bool goes = false;

		for (size_t k = 0; k < gone->n_sets && !goes; k++)
			goes = is_same_set(&history->sets[i], &gone->sets[k]);
		if (!goes)
			history->sets[n_sets++] = history->sets[i];
	}
	for (size_t i = 0; i < history->n_notes; i++) {
		bool goes = false;

		for (size_t k = 0; k < gone->n_notes && !goes; k++)
			goes = is_same_note(&history->notes[i], &gone->notes[k]);
		if (!goes)
			history->notes[n_notes++] = history->notes[i];
	}
	history->n_sets = n_sets;
	history->n_notes = n_notes;
}

static int
rewrite(struct diags *diags, const struct project *project, int64_t now,
    void (*change)(const void *ctx, struct history *history), const void *ctx)
{
	const char *path = state_path(&diags->arena, project->path, project->folder);
	struct state_reading reading = {TIME_NEVER, project_history_wait_s(project)};
	struct history history;

	if (state_load(diags, &project->own, path, reading, &history) < 0)
		return -1;
	change(ctx, &history);
	history_sort(&history);
	history_prune(&history, reading.wait_s, now);
	return state_save(diags, &project->own, path, &history);
}

int
project_history_rewrite(struct diags *diags, const struct project *project, int64_t now_unix,
    void (*change)(const void *ctx, struct history *history), const void *ctx)
{
	struct diags own; /* a run may change it many times */
	int result = -1, lock;

	diags_part(diags, &own);
	if (lock_begin(&own, project, LOCK_STATE, &lock) == 0) {
		result = rewrite(&own, project, now_unix, change, ctx);
		lock_end(lock);
	}
	diags_join(diags, &own);
	return result;
}

static void
add_and_remove(const void *ctx, struct history *history)
{
	const struct project_history_change *change = ctx;

	remove_from(history, &change->remove);
	for (size_t i = 0; i < change->add.n_sets; i++)
		history_add_set(history, &change->add.sets[i]);
	for (size_t i = 0; i < change->add.n_notes; i++) {
		struct note note = change->add.notes[i];

		note.t_unix = history_now(history, note.t_unix);
		history_add_note(history, &note);
	}
}

int
project_history_change(struct diags *diags, const struct project *project,
    const struct project_history_change *change, int64_t now_unix)
{
	const struct history *add = &change->add, *remove = &change->remove;

	if (add->n_sets + add->n_notes + remove->n_sets + remove->n_notes == 0)
		return 0;
	return project_history_rewrite(diags, project, now_unix, add_and_remove, change);
}

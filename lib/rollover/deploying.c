#include "rollover/deploying.h"

#include "history/mark.h"
#include "history/state.h"
#include "project/lock.h"

#include <poll.h>

/* Several project files in one folder may have certificates of one name. */
static const char *
path_of(struct arena *a, const struct project *project, const struct project_certificate *is)
{
	return file_join(a, project->folder,
	    arena_printf(a, ".zonepp/%s.%s.deploy", state_stem(a, project->path), is->name));
}

static struct note
note_of(struct arena *a, const struct certificate *certificate, int64_t now_unix)
{
	const struct certchain *current = &certificate->current_chain;

	return (struct note){.kind = NOTE_DEPLOYED,
	    .name = certificate->is->name,
	    .id = current->id,
	    .chain = certchain_print(a, current),
	    .t_unix = now_unix};
}

int
deploying_begin(struct diags *diags, const struct project *project,
    const struct certificate *certificate, int64_t now_unix)
{
	struct history history = {.a = &diags->arena};
	struct note note = note_of(history.a, certificate, now_unix);

	history_add_note(&history, &note);
	return state_save(
	    diags, &project->own, path_of(history.a, project, certificate->is), &history);
}

int
deploying_end(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate)
{
	return mark_remove(diags, &project->own, path_of(&diags->arena, project, certificate));
}

void
deploying_failed(struct diags *diags, const struct history *history,
    const struct certificate *certificate, int64_t now_unix, struct project_history_change *change)
{
	struct note deployed = note_of(change->add.a, certificate, now_unix);
	struct diags own = {0};
	struct certificate now;

	certificate_load(&own, certificate->is, &now);
	/* Cut short: whoever mends it makes it what it was to become. */
	if (!now.current) {
		now.current = certificate->next;
		now.current_chain = certificate->next_chain;
	}
	if (now.current && strcmp(now.current_chain.id, deployed.id) != 0) {
		certificate_note_current(history, &now, deployed.t_unix, &change->add);
		history_add_note(&change->add, &deployed);
		diag_add(diags, certificate->is->pos, P_DEPLOY_HALF,
		    "certificate \"%s\": deploy failed when it had replaced current: the records "
		    "of the one before stay, as servers may still present it",
		    certificate->is->name);
	}
	diags_free(&own);
}

/* Was it written down all the same? */
static bool
has_ended(const struct history *history, const struct certificate *now, const struct note *begun)
{
	const struct note *deployed = now->current ? history_note(history, NOTE_DEPLOYED,
							 now->is->name, NULL, now->current_chain.id)
						   : NULL;

	return deployed && deployed->t_unix >= begun->t_unix;
}

/* What it left: `change`, in whose arena it is, gets what follows. */
static void
find_left(struct diags *diags, const struct history *history, const struct project_certificate *is,
    const struct note *begun, struct project_history_change *change)
{
	struct diags own = {0};
	struct certificate certificate;

	certificate_load(&own, is, &certificate);
	if (!has_ended(history, &certificate, begun) &&
	    certchain_read(change->add.a, begun->id, begun->chain, &certificate.current_chain))
		deploying_failed(diags, history, &certificate, begun->t_unix, change);
	diags_free(&own);
}

static int
take_over(struct diags *diags, const struct project *project, const struct project_certificate *is,
    const struct note *begun)
{
	struct arena *a = &diags->arena;
	struct project_history_change change = {.add.a = a, .remove.a = a};
	struct history history;

	if (project_history_load(diags, project, TIME_NEVER, &history) < 0)
		return -1;
	find_left(diags, &history, is, begun, &change);
	return project_history_change(diags, project, &change, begun->t_unix);
}

/* What was written down ahead of a command: NULL where there is nothing. */
static int
read_begun(struct diags *diags, const struct project *project, const struct project_certificate *is,
    bool *there, const struct note **out)
{
	const char *path = path_of(&diags->arena, project, is);
	struct state_reading reading = {TIME_NEVER, project_history_wait_s(project)};
	struct certchain chain;
	struct history begun;

	*out = NULL;
	if (mark_is_there(diags, &project->own, path, there) < 0)
		return -1;
	if (!*there)
		return 0;
	if (state_load(diags, &project->own, path, reading, &begun) < 0)
		return -1;
	*out = history_note(&begun, NOTE_DEPLOYED, is->name, NULL, NULL);
	if (*out && certchain_read(&diags->arena, (*out)->id, (*out)->chain, &chain))
		return 0;
	return diag_add_path(diags, path, P_STATE,
	    "it does not tell which certificate was in use when deploy of \"%s\" began: see which "
	    "one servers present, make it current, and remove the file",
	    is->name);
}

int
deploying_settle(
    struct diags *diags, const struct project *project, const struct project_certificate *is)
{
	const struct note *begun;
	bool there;

	if (read_begun(diags, project, is, &there, &begun) < 0)
		return -1;
	if (!there)
		return 0;
	if (begun && take_over(diags, project, is, begun) < 0)
		return -1;
	return deploying_end(diags, project, is);
}

/* Whoever runs the command has the lock until what was written down ahead of it is gone. */
static bool
is_under_way(struct arena *a, const struct project *project, const struct project_certificate *is)
{
	const char *lock = lock_of_certificate(a, is->name);

	return lock_is_above(a, project, lock) || lock_is_held(a, project, lock);
}

int
deploying_look(
    struct diags *diags, const struct project *project, bool ended, struct history *history)
{
	struct project_history_change change = {.add.a = history->a, .remove.a = history->a};

	for (size_t i = 0; i < project->n_certificates; i++) {
		const struct project_certificate *is = &project->certificates[i];
		struct diags own = {0}; /* whoever settles it tells of it */
		const struct note *begun;
		bool there;

		if (read_begun(diags, project, is, &there, &begun) < 0)
			return -1;
		if (!begun || (ended && is_under_way(history->a, project, is)))
			continue;
		if (ended && read_begun(diags, project, is, &there, &begun) < 0) /* just now? */
			return -1;
		if (begun)
			find_left(&own, history, is, begun, &change);
		diags_free(&own);
	}
	for (size_t i = 0; i < change.add.n_notes; i++)
		history_add_note(history, &change.add.notes[i]);
	history_sort(history);
	return 0;
}

/* What a killed run had started ends a moment after it. */
static int
try_lock(
    struct diags *diags, const struct project *project, const char *name, bool *taken, int *lock)
{
	enum { MOMENT_MS = 1000 };

	for (int i = 0; i < MOMENT_MS; i++) {
		if (lock_try(diags, project, name, taken, lock) < 0)
			return -1;
		if (*taken)
			return 0;
		poll(NULL, 0, 1);
	}
	return 0;
}

static int
settle_unless_locked(
    struct diags *diags, const struct project *project, const struct project_certificate *is)
{
	struct arena *a = &diags->arena;
	const char *name = lock_of_certificate(a, is->name);
	bool there, taken;
	int lock, result;

	if (mark_is_there(diags, &project->own, path_of(a, project, is), &there) < 0)
		return -1;
	if (!there || lock_is_above(a, project, name))
		return 0;
	if (try_lock(diags, project, name, &taken, &lock) < 0)
		return -1;
	result = taken ? deploying_settle(diags, project, is) : 0;
	lock_end(lock);
	return result;
}

int
deploying_settle_all(struct diags *diags, const struct project *project)
{
	int result = 0;

	for (size_t i = 0; i < project->n_certificates; i++)
		if (settle_unless_locked(diags, project, &project->certificates[i]) < 0)
			result = -1;
	return result;
}

#include "rollover/keytell.h"

#include "base/mem.h"
#include "history/state.h"
#include "project/lock.h"

#include <stdlib.h>

/* From so many on that were told, they are written down together: each time the whole state file is
 * written. A run that is killed tells as many again. */
enum { TOGETHER = 32 };

/* Tells of the keys of one zone. */
struct teller {
	struct keytell *tell;
	const struct project_zone *zone;
	const char *name; /* as the history writes it */
	struct diags diags, look;
	const struct note *telling;
	struct buf input;
	struct hook_queue queue;
};

void
keytell_begin(struct keytell *tell, struct diags *diags, const struct project *project,
    bool is_wanted, bool is_nested, int64_t now_unix)
{
	*tell = (struct keytell){.diags = diags,
	    .project = project,
	    .now_unix = now_unix,
	    .is_wanted = is_wanted,
	    .is_nested = is_nested,
	    .tried.a = &diags->arena};
	if (is_wanted)
		tell->is_deaf = arena_zalloc(&diags->arena, project->n_zones);
}

void
keytell_begin_round(struct keytell *tell)
{
	tell->is_busy = tell->ran = tell->is_locked = false;
	tell->tellers = NULL;
	tell->n_tellers = 0;
	tell->folder = (struct key_folder){0};
	diags_part(tell->diags, &tell->look);
	tell->made = (struct ds_made){.a = &tell->look.arena};
	tell->told = tell->taken = (struct history){.a = &tell->look.arena};
	if (tell->is_wanted && !tell->is_nested &&
	    lock_try(tell->diags, tell->project, LOCK_TELL, &tell->is_locked, &tell->lock) < 0)
		tell->result = -1;
}

/* --- What happened --- */

static int
load(struct keytell *tell, struct diags *diags, const struct project_zone *zone,
    const struct history *history, struct keyevents *out)
{
	if (!tell->folder.path || strcmp(tell->folder.path, zone->keys) != 0) {
		tell->is_bad =
		    key_folder_read(&tell->look.arena, diags, zone->keys, &tell->folder) < 0;
		tell->folder.path = zone->keys;
	}
	if (tell->is_bad)
		return -1;
	return keyevents_begin(
	    diags, tell->project, history, zone, &tell->folder, tell->now_unix, &tell->made, out);
}

/* What is wrong with keys is told of elsewhere, unless they cannot be read. */
void
keytell_find(
    struct keytell *tell, const struct history *history, struct project_history_change *change)
{
	const struct project *project = tell->project;

	if (!tell->is_wanted)
		return;
	for (size_t i = 0; i < project->n_zones; i++) {
		struct keyevents events;
		struct diags own;

		if (!project->zones[i].sign || keyevents_are_none(history, &project->zones[i]))
			continue;
		diags_part(tell->diags, &own);
		if (load(tell, &own, &project->zones[i], history, &events) == 0)
			keyevents_find(&events, change);
		if (diags_take_unreadable(tell->diags, &own) < 0)
			tell->result = -1;
		diags_free(&own);
	}
	keyevents_end(project, history, change);
}

/* --- Telling --- */

/* Copies that outlive the round. */
static void
note_tried(struct keytell *tell, const struct note *pending)
{
	struct arena *a = &tell->diags->arena;
	struct note note = *pending;

	note.name = arena_text(a, note.name, strlen(note.name));
	note.event = arena_text(a, note.event, strlen(note.event));
	note.id = arena_text(a, note.id, strlen(note.id));
	history_add_note(&tell->tried, &note);
	history_sort(&tell->tried);
}

static bool
next(void *ctx, struct hook *out)
{
	struct teller *teller = ctx;
	struct keytell *tell = teller->tell;
	size_t number = (size_t)(teller->zone - tell->project->zones);
	struct keyevents events;

	while (!tell->is_deaf[number] && (teller->telling = keyevents_first(
					      tell->history, teller->name, &tell->tried)) != NULL) {
		note_tried(tell, teller->telling);
		diags_free(&teller->look);
		diags_part(&teller->diags, &teller->look);
		buf_clear(&teller->input);
		if (load(tell, &teller->look, teller->zone, tell->history, &events) < 0 ||
		    !keyevent_print(&teller->input, &events, teller->telling))
			continue;
		*out = hook_of_key(
		    &teller->look.arena, tell->project, teller->zone, teller->telling->id);
		out->input = (struct text){teller->input.data, teller->input.len};
		out->held = &tell->lock;
		out->n_held = 1;
		tell->ran = true;
		return true;
	}
	return false;
}

static void
write_down(struct keytell *tell)
{
	struct project_history_change change = {.add = tell->told, .remove = tell->taken};

	if (project_history_change(tell->diags, tell->project, &change, tell->now_unix) < 0)
		tell->result = -1;
	tell->told.n_notes = tell->taken.n_notes = 0;
}

static void
ended(void *ctx, enum hook_end how)
{
	struct teller *teller = ctx;
	struct keytell *tell = teller->tell;
	struct note told = *teller->telling;

	tell->is_deaf[teller->zone - tell->project->zones] = how == HOOK_LATE;
	if (how != HOOK_DONE) {
		tell->result = -1;
		return;
	}
	told.kind = NOTE_KEY_TOLD;
	told.t_unix = tell->now_unix;
	history_add_note(&tell->told, &told);
	history_add_note(&tell->taken, teller->telling);
	if (tell->tried.n_notes < TOGETHER || tell->told.n_notes >= TOGETHER)
		write_down(tell);
}

/* What could not be written down afterwards is not done. */
static bool
may_write(struct keytell *tell)
{
	const struct project *project = tell->project;

	if (state_try(tell->diags, &project->own,
		state_path(&tell->look.arena, project->path, project->folder)) == 0)
		return true;
	tell->result = -1;
	return false;
}

static struct teller *
begin_teller(struct keytell *tell, const struct project_zone *zone, const char *name)
{
	struct teller *teller = &tell->tellers[tell->n_tellers++];

	*teller = (struct teller){.tell = tell, .zone = zone, .name = name};
	diags_part(tell->diags, &teller->diags);
	diags_part(&teller->diags, &teller->look);
	return teller;
}

const struct hook_queue *
keytell_queues(struct keytell *tell, const struct history *history, size_t *n)
{
	const struct project *project = tell->project;
	struct hook_queue *queues;

	*n = 0;
	tell->history = history;
	if (!tell->is_wanted || history_notes(history, NOTE_KEY_PENDING, NULL).n == 0)
		return NULL;
	tell->tellers = mem_alloc(project->n_zones * sizeof(*tell->tellers));
	queues = arena_alloc(&tell->look.arena, project->n_zones * sizeof(*queues));
	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];
		const char *name = history_name(&tell->look.arena, zone->name.wire);

		if (zone->sign && !tell->is_deaf[i] && keyevents_first(history, name, &tell->tried))
			begin_teller(tell, zone, name);
	}
	tell->is_busy = tell->n_tellers > 0 && !tell->is_locked;
	if (tell->n_tellers == 0 || !tell->is_locked || !may_write(tell))
		return NULL;
	for (size_t i = 0; i < tell->n_tellers; i++)
		queues[(*n)++] =
		    (struct hook_queue){&tell->tellers[i], &tell->tellers[i].diags, next, ended};
	return queues;
}

void
keytell_end_round(struct keytell *tell)
{
	write_down(tell);
	for (size_t i = 0; i < tell->n_tellers; i++) {
		struct teller *teller = &tell->tellers[i];

		diags_free(&teller->look);
		buf_free(&teller->input);
		diags_join(tell->diags, &teller->diags);
	}
	free(tell->tellers);
	if (tell->is_locked)
		lock_end(tell->lock);
	diags_free(&tell->look);
}

bool
keytell_goes_on(struct keytell *tell)
{
	int lock;

	if (!tell->is_busy)
		return tell->ran;
	if (lock_begin(tell->diags, tell->project, LOCK_TELL, &lock) < 0)
		return false;
	lock_end(lock);
	return true;
}

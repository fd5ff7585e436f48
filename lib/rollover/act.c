#include "rollover/act.h"

#include "base/mem.h"
#include "history/state.h"
#include "project/hook.h"
#include "project/lock.h"
#include "rollover/deploying.h"
#include "rollover/event.h"
#include "rollover/keytell.h"
#include "rollover/project_history.h"

#include <stdlib.h>

enum { ABREAST = 16 };

struct act {
	struct diags *diags;
	const struct project *project;
	const char *const *names; /* of certificates to deploy; NULL: none */
	int64_t now;
	bool is_nested;             /* such a command started this run */
	struct rollovers rollovers; /* of this round */
	struct actor *actors;
	struct keytell keys;
	int result;
};

/* What the run does for one certificate. */
struct actor {
	struct act *act;
	size_t number;
	struct diags diags; /* its part of the run's */
	int result;
	bool is_known; /* where the certificate stands, */
	bool ran;      /* one of its commands did, */
	bool is_busy;  /* another run has its lock: all in this round */
	int lock;
	bool is_locked;
	bool tried_deploy;
	bool is_deaf;         /* its notify command hangs */
	struct history tried; /* events that were told, or were to be */

	/* The last look at it, and what it came to. */
	struct diags look;
	struct rollovers rollovers;
	struct rollover rollover;
	const struct note *telling; /* the event that is told; NULL: it is deployed */
	struct buf input;
};

static const struct project_certificate *
certificate_of(const struct actor *actor)
{
	return &actor->act->project->certificates[actor->number];
}

static struct project_history_change
change_begin(struct diags *diags)
{
	return (struct project_history_change){.add.a = &diags->arena, .remove.a = &diags->arena};
}

/* Returns -1 where it could not be written down, which is told of. */
static int
change_history(struct actor *actor, struct project_history_change *change)
{
	return project_history_change(&actor->diags, actor->act->project, change, actor->act->now);
}

/* Copies that outlive the look. */
static void
note_tried(struct actor *actor, const struct note *pending)
{
	struct arena *a = &actor->diags.arena;
	struct note note = *pending;

	note.name = certificate_of(actor)->name;
	note.event = arena_text(a, note.event, strlen(note.event));
	note.id = arena_text(a, note.id, strlen(note.id));
	history_add_note(&actor->tried, &note);
	history_sort(&actor->tried);
}

/* --- Deploying --- */

static bool
may_deploy(const struct actor *actor, const struct rollover *rollover)
{
	const char *const *names = actor->act->names;

	return names && rollover_is_chosen(names, certificate_of(actor)) && !actor->tried_deploy &&
	       rollover_is_due(rollover);
}

/* Is what was judged now current, or still next, with the current one as it was? Files that were
 * exchanged while the command ran are not what was judged. */
static bool
is_as_judged(const struct certificate *judged, bool was_same, const struct certificate *now)
{
	const struct certchain *next = &judged->next_chain;
	bool stays = now->next && strcmp(now->next_chain.id, next->id) == 0;
	const char *leaf;

	if (!now->current)
		return false;
	leaf = now->current_chain.leaf_id;
	return strcmp(now->current_chain.id, next->id) == 0 ||
	       (strcmp(leaf, next->leaf_id) == 0 && !was_same) ||
	       (strcmp(leaf, judged->current_chain.leaf_id) == 0 && stays);
}

static int
check_deployed(struct actor *actor)
{
	const struct project_certificate *is = certificate_of(actor);
	const struct rollover *rollover = &actor->rollover;
	struct diags own;
	struct certificate now;
	bool good;

	diags_part(&actor->diags, &own);
	certificate_load(&own, is, &now);
	good = is_as_judged(&rollover->certificate, rollover->is_same, &now);
	if (good) {
		diags_free(&own);
		return 0;
	}
	diags_join(&actor->diags, &own); /* what cannot be read, if that is why */
	return diag_error(&actor->diags, is->pos, P_EXCHANGED,
	    "certificate \"%s\": its files were exchanged while deploy ran: it is not known which "
	    "one was taken into use; judged was %s",
	    is->name, rollover->certificate.next_chain.leaf_id);
}

static struct hook
begin_deploy(struct actor *actor)
{
	const struct project_certificate *is = certificate_of(actor);
	const struct certificate *certificate = &actor->rollover.certificate;

	actor->tried_deploy = true;
	certs_check_loadable(&actor->diags, is->pos, certificate->next);
	return hook_of_certificate(&actor->look.arena, actor->act->project, HOOK_DEPLOY, is,
	    certificate->next_chain.leaf_id);
}

static void
end_deploy(struct actor *actor, enum hook_end how)
{
	struct arena *a = &actor->look.arena;
	struct project_history_change change = change_begin(&actor->look);
	const struct certchain *next = &actor->rollover.certificate.next_chain;
	struct note deployed = {.kind = NOTE_DEPLOYED,
	    .name = certificate_of(actor)->name,
	    .id = next->id,
	    .chain = certchain_print(a, next),
	    .t_unix = actor->act->now};

	if (how == HOOK_DONE && check_deployed(actor) == 0) {
		/* No build need have seen the one that was in use until now. */
		certificate_note_current(&actor->act->rollovers.history,
		    &actor->rollover.certificate, deployed.t_unix - 1, &change.add);
		history_add_note(&change.add, &deployed);
	} else {
		events_add_failure(&actor->rollover, actor->act->now, &change);
		if (how != HOOK_DONE)
			deploying_failed(&actor->diags, &actor->act->rollovers.history,
			    &actor->rollover.certificate, actor->act->now, &change);
		actor->result = -1;
	}
	if (change_history(actor, &change) < 0 ||
	    deploying_end(&actor->diags, actor->act->project, certificate_of(actor)) < 0)
		actor->result = -1;
}

/* --- Telling --- */

static struct hook
begin_telling(struct actor *actor)
{
	struct hook hook;

	note_tried(actor, actor->telling);
	buf_clear(&actor->input);
	event_print(&actor->input, &actor->rollovers, &actor->rollover, actor->telling);
	hook = hook_of_certificate(&actor->look.arena, actor->act->project, HOOK_NOTIFY,
	    certificate_of(actor), actor->telling->id);
	hook.input = (struct text){actor->input.data, actor->input.len};
	return hook;
}

/* What was told is written down at once, so that it is told once. */
static void
end_telling(struct actor *actor, enum hook_end how)
{
	struct project_history_change change = change_begin(&actor->look);
	struct note told = *actor->telling;

	told.kind = NOTE_TOLD;
	told.t_unix = actor->act->now;
	actor->is_deaf = how == HOOK_LATE;
	if (how == HOOK_DONE) {
		history_add_note(&change.add, &told);
		history_add_note(&change.remove, actor->telling);
	}
	if (how != HOOK_DONE || change_history(actor, &change) < 0)
		actor->result = -1;
}

/* --- What comes next --- */

/* Writes down what was found in `rollovers`, ahead of telling it: it is told some day, even if that
 * fails until the rollover is over. */
static int
note_events(struct diags *diags, const struct act *act, struct rollovers *rollovers,
    struct project_history_change *change)
{
	if (project_history_change(diags, act->project, change, act->now) < 0)
		return -1;
	for (size_t i = 0; i < change->add.n_notes; i++)
		history_add_note(&rollovers->history, &change->add.notes[i]);
	history_sort(&rollovers->history);
	return 0;
}

/* Is there something to do for the certificate? */
static bool
choose(struct actor *actor, const struct rollovers *rollovers, const struct rollover *rollover)
{
	const struct project_certificate *is = certificate_of(actor);

	actor->telling = NULL;
	if (is->notify && !actor->is_deaf)
		actor->telling = events_first(&rollovers->history, is->name, &actor->tried);
	return actor->telling || may_deploy(actor, rollover);
}

/* Files and history may have changed while other commands ran. Returns -1 where nothing can be
 * done; what is wrong with the certificate alone is told of elsewhere. */
static int
look_again(struct actor *actor)
{
	const struct act *act = actor->act;
	struct project_history_change change;

	diags_free(&actor->look);
	diags_part(&actor->diags, &actor->look);
	change = change_begin(&actor->look);
	if (rollovers_look_again(&actor->look, act->project, &act->rollovers, actor->number,
		act->now, &actor->rollovers, &actor->rollover) < 0) {
		if (diags_take_unreadable(&actor->diags, &actor->look) < 0)
			actor->result = -1;
		return -1;
	}
	if (!actor->rollover.certificate.current)
		return -1;
	events_find(&actor->rollovers, act->project, &actor->rollover, act->now, &change);
	return note_events(&actor->diags, act, &actor->rollovers, &change);
}

/* Returns -1 where the lock cannot be had, because another run has it or for good. */
static int
lock(struct actor *actor)
{
	const char *name = lock_of_certificate(&actor->diags.arena, certificate_of(actor)->name);

	if (actor->is_locked)
		return 0;
	if (lock_try(&actor->diags, actor->act->project, name, &actor->is_locked, &actor->lock) < 0)
		return actor->result = -1;
	actor->is_busy = !actor->is_locked;
	if (actor->is_busy)
		return -1;
	if (deploying_settle(&actor->diags, actor->act->project, certificate_of(actor)) < 0)
		return actor->result = -1;
	return 0;
}

static void
unlock(struct actor *actor)
{
	if (actor->is_locked)
		lock_end(actor->lock);
	actor->is_locked = false;
	diags_free(&actor->look);
	buf_free(&actor->input);
}

/* What could not be written down afterwards is not done. */
static int
check_state(struct actor *actor)
{
	const struct project *project = actor->act->project;
	const char *path = state_path(&actor->look.arena, project->path, project->folder);

	if (state_try(&actor->diags, &project->own, path) < 0)
		return actor->result = -1;
	return 0;
}

static int
write_ahead(struct actor *actor)
{
	const struct act *act = actor->act;

	if (deploying_begin(&actor->diags, act->project, &actor->rollover.certificate, act->now) <
	    0)
		return actor->result = -1;
	return 0;
}

static bool
next(void *ctx, struct hook *out)
{
	struct actor *actor = ctx;

	if (lock(actor) < 0 || look_again(actor) < 0 ||
	    !choose(actor, &actor->rollovers, &actor->rollover) || check_state(actor) < 0) {
		unlock(actor);
		return false;
	}
	if (!actor->telling && write_ahead(actor) < 0) {
		unlock(actor);
		return false;
	}
	*out = actor->telling ? begin_telling(actor) : begin_deploy(actor);
	out->held = &actor->lock;
	out->n_held = 1;
	actor->ran = true;
	return true;
}

static void
ended(void *ctx, enum hook_end how)
{
	struct actor *actor = ctx;

	if (actor->telling)
		end_telling(actor, how);
	else
		end_deploy(actor, how);
}

/* --- Rounds --- */

/* Looks at all certificates, and notes what happened. What is wrong with one of them is told of
 * elsewhere, unless it cannot be read. */
static void
look_at(struct act *act, struct diags *look, struct project_history_change *change)
{
	for (size_t i = 0; i < act->rollovers.n_certificates; i++) {
		struct actor *actor = &act->actors[i];

		actor->is_known = act->rollovers.certificates[i].current &&
				  rollover_judge(look, act->project, &act->rollovers, i, act->now,
				      &actor->rollover) == 0;
		if (actor->is_known)
			events_find(
			    &act->rollovers, act->project, &actor->rollover, act->now, change);
	}
	events_end(&act->rollovers, act->project, act->now, change);
	if (diags_take_unreadable(act->diags, look) < 0)
		act->result = -1;
}

static void
run_commands(struct act *act)
{
	size_t n = act->rollovers.n_certificates, n_keys;
	const struct hook_queue *keys =
	    keytell_queues(&act->keys, &act->rollovers.history, &n_keys);
	struct hook_queue *queues = mem_alloc((n + n_keys) * sizeof(*queues));
	struct hooks hooks = {.queues = queues, .n_abreast = ABREAST};

	for (size_t i = 0; i < n; i++) {
		struct actor *actor = &act->actors[i];

		actor->ran = actor->is_busy = false;
		if (actor->is_known && choose(actor, &act->rollovers, &actor->rollover))
			queues[hooks.n++] = (struct hook_queue){actor, &actor->diags, next, ended};
	}
	for (size_t i = 0; i < n_keys; i++)
		queues[hooks.n++] = keys[i];
	hooks_run(act->project, &hooks);
	free(queues);
}

/* Returns -1 where nothing can be done, with problems added. */
static int
act_round(struct act *act)
{
	struct project_history_change change;
	struct diags look;
	int result;

	diags_part(act->diags, &look);
	change = change_begin(&look);
	keytell_begin_round(&act->keys);
	result = rollovers_begin(&look, act->project, act->now, &act->rollovers);
	if (result < 0) {
		keytell_end_round(&act->keys);
		diags_join(act->diags, &look);
		return -1;
	}
	look_at(act, &look, &change);
	keytell_find(&act->keys, &act->rollovers.history, &change);
	result = note_events(act->diags, act, &act->rollovers, &change);
	if (result == 0 && !act->is_nested)
		run_commands(act);
	keytell_end_round(&act->keys);
	diags_free(&look);
	return result;
}

/* Waits until another run has done what it does for a certificate. */
static int
wait_for(struct act *act, const struct actor *actor)
{
	const char *name = certificate_of(actor)->name;
	int lock;

	if (lock_begin(
		act->diags, act->project, lock_of_certificate(&act->diags->arena, name), &lock) < 0)
		return -1;
	lock_end(lock);
	return 0;
}

/* Is there perhaps something left to do? */
static bool
goes_on(struct act *act)
{
	const struct actor *busy = NULL;

	for (size_t i = 0; i < act->rollovers.n_certificates; i++) {
		if (act->actors[i].ran)
			return true;
		if (act->actors[i].is_busy && !busy)
			busy = &act->actors[i];
	}
	if (busy)
		return wait_for(act, busy) == 0;
	return keytell_goes_on(&act->keys);
}

static int
act_all(struct act *act)
{
	size_t n = act->project->n_certificates;
	bool all = !act->names || *act->names == NULL;
	int round;

	keytell_begin(&act->keys, act->diags, act->project,
	    all && act->project->hooks[PROJECT_HOOK_NOTIFY].argv, act->is_nested, act->now);

	act->actors = mem_alloc(n * sizeof(*act->actors));
	for (size_t i = 0; i < n; i++) {
		struct actor *actor = &act->actors[i];

		*actor = (struct actor){.act = act, .number = i};
		diags_part(act->diags, &actor->diags);
		actor->tried.a = &actor->diags.arena;
	}
	while ((round = act_round(act)) == 0 && goes_on(act))
		;
	if (round < 0)
		act->result = -1;
	for (size_t i = 0; i < n; i++) {
		if (act->actors[i].result < 0)
			act->result = -1;
		diags_join(act->diags, &act->actors[i].diags);
	}
	if (act->keys.result < 0)
		act->result = -1;
	free(act->actors);
	return act->result;
}

/* Did such a command start this run? */
static bool
is_nested(struct arena *a, const struct project *project, const char **lock)
{
	for (size_t i = 0; i < project->n_certificates; i++) {
		*lock = lock_of_certificate(a, project->certificates[i].name);
		if (lock_is_above(a, project, *lock))
			return true;
	}
	*lock = LOCK_TELL;
	return lock_is_above(a, project, *lock);
}

int
rollovers_notify(struct diags *diags, const struct project *project, int64_t now_unix)
{
	struct act act = {.diags = diags, .project = project, .now = now_unix};
	const char *lock;

	if (deploying_settle_all(diags, project) < 0)
		return -1;
	act.is_nested = is_nested(&diags->arena, project, &lock);
	return project->n_certificates > 0 || project->hooks[PROJECT_HOOK_NOTIFY].argv
		   ? act_all(&act)
		   : 0;
}

int
rollovers_deploy(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix)
{
	struct act act = {.diags = diags, .project = project, .names = names, .now = now_unix};
	const char *lock;

	if (is_nested(&diags->arena, project, &lock))
		return lock_refuse(diags, project, lock);
	return deploying_settle_all(diags, project) < 0 ? -1 : act_all(&act);
}

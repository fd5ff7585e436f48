#include "rollover/notify.h"

#include "base/duration.h"
#include "dns/rdata.h"
#include "history/state.h"
#include "project/hook.h"
#include "project/lock.h"

#include <stdlib.h>

struct notify {
	struct diags *diags;
	const struct project *project;
	struct rolls *rolls;
	int64_t now;
};

/* --- Events --- */

static const char *
leaf_of(const struct certs *certs, const struct certchain *chain)
{
	return certs ? chain->leaf_id : NULL;
}

static const char *
current_id(const struct roll *roll)
{
	return leaf_of(roll->certificate.current, &roll->certificate.current_chain);
}

static const char *
next_id(const struct roll *roll)
{
	return leaf_of(roll->certificate.next, &roll->certificate.next_chain);
}

/* Each says which certificate the event is about now; NULL: it did not happen. */

static const char *
was_published(const struct notify *notify, const struct roll *roll)
{
	(void)notify;
	return roll->is_published && !roll->is_same ? next_id(roll) : NULL;
}

static const char *
became_ready(const struct notify *notify, const struct roll *roll)
{
	return roll->gate ? was_published(notify, roll) : NULL;
}

static const char *
was_deployed(const struct notify *notify, const struct roll *roll)
{
	const struct history *history = &notify->rolls->history;
	const char *name = roll->certificate.is->name;

	if (roll->deployed_unix != TIME_NEVER)
		return next_id(roll);
	return roll->certificate.current && history_note(history, NOTE_DEPLOYED, name, NULL,
						roll->certificate.current_chain.id)
		   ? current_id(roll)
		   : NULL;
}

/* Was the event written down: is it told, or still to be? */
static bool
is_noted(const struct notify *notify, const struct roll *roll, const char *event, const char *id)
{
	const struct history *history = &notify->rolls->history;
	const char *name = roll->certificate.is->name;

	return id && (history_note(history, NOTE_TOLD, name, event, id) ||
			 history_note(history, NOTE_PENDING, name, event, id));
}

/* What was published as the next one is the current one, and the old record is gone. */
static const char *
is_finished(const struct notify *notify, const struct roll *roll)
{
	if (!roll->certificate.current || !roll->is_used || roll->has_former ||
	    roll->phase == ROLL_EARLY)
		return NULL;
	if (is_noted(notify, roll, "published", current_id(roll)))
		return current_id(roll);
	return roll->is_same && is_noted(notify, roll, "published", next_id(roll)) ? next_id(roll)
										   : NULL;
}

/* Two weeks, or a third of the lifetime of a short-lived certificate, is left, and the next one,
 * if there is one, does not last longer. */
static const char *
is_expiring(const struct notify *notify, const struct roll *roll)
{
	enum { SOON_S = 14 * 86400 };
	int64_t from, to, next_to = 0, soon;

	if (!roll->certificate.current)
		return NULL;
	certs_dates(roll->certificate.current, &from, &to);
	if (to == 0)
		return NULL;
	if (roll->certificate.next)
		certs_dates(roll->certificate.next, &(int64_t){0}, &next_to);
	soon = (to - from) / 3 < SOON_S ? (to - from) / 3 : SOON_S;
	return notify->now >= to - soon && next_to <= to ? current_id(roll) : NULL;
}

static const char *
came_early(const struct notify *notify, const struct roll *roll)
{
	(void)notify;
	return roll->phase == ROLL_EARLY ? current_id(roll) : NULL;
}

/* In the order in which they happen. */
static const struct event {
	const char *name;
	const char *(*of)(
	    const struct notify *notify, const struct roll *roll); /* or NULL: deploy.c
								    * says when */
	const char *message;
} events[] = {
    {"published", was_published, "the records of the next certificate are published"},
    {"ready", became_ready, "the next certificate may be taken into use"},
    {"failed", NULL, "the deploy command failed; it runs again the next time"},
    {"deployed", was_deployed, "the next certificate was taken into use"},
    {"early", came_early,
	"the current certificate was replaced too early: caches refuse it; put the old one back"},
    {"finished", is_finished, "the old records have left; the rollover is finished"},
    {"expiring", is_expiring, "the certificate expires soon, and there is no next one"},
};

enum { N_EVENTS = sizeof(events) / sizeof(events[0]) };

static size_t
event_number(const struct note *pending)
{
	size_t i = 0;

	while (i < N_EVENTS - 1 && strcmp(events[i].name, pending->event) != 0)
		i++;
	return i;
}

/* --- What is told --- */

void
rolls_put_time(struct json *j, const char *key, int64_t t_unix)
{
	struct buf b = {0};

	json_key(j, key);
	if (t_unix == TIME_NEVER || t_unix == TIME_UNKNOWN) {
		json_null(j);
	} else {
		instant_print_iso(&b, t_unix);
		json_text(j, (struct text){b.data, b.len});
	}
	buf_free(&b);
}

/* When the first known set with it began, of those behind the last one without it. */
static int64_t
record_since(const struct held *service, struct bytes rdata)
{
	int64_t without = TIME_UNKNOWN, since = TIME_NEVER;

	for (size_t i = 0; i < service->sets.n; i++) {
		const struct set *set = &service->sets.items[i];

		if (!set_has(set, rdata) && set->since_unix > without && set != service->published)
			without = set->since_unix;
	}
	for (size_t i = 0; i < service->sets.n; i++) {
		const struct set *set = &service->sets.items[i];

		if (set_has(set, rdata) && set->since_unix > without && set->since_unix < since)
			since = set->since_unix;
	}
	return since;
}

static void
put_record(struct json *j, const struct held *service, struct bytes rdata)
{
	struct buf b = {0};

	rdata_print(&b, TYPE_TLSA, rdata);
	buf_putc(&b, '\0');
	json_begin(j, '{');
	json_member(j, "zone", service->published->zone);
	json_member(j, "owner", service->published->owner);
	json_member(j, "record", b.data);
	rolls_put_time(j, "since", record_since(service, rdata));
	json_end(j, '}');
	buf_free(&b);
}

void
rolls_put_records(
    struct json *j, const struct rolls *rolls, const struct roll *roll, int64_t now_unix)
{
	struct held service;
	size_t at = 0;

	json_key(j, "records");
	json_begin(j, '[');
	while (gate_next(&rolls->history, &at, &service)) {
		const struct set *published = service.published;

		if (!published || published->type != TYPE_TLSA ||
		    !roll_is_service(rolls, roll, &service, now_unix))
			continue;
		for (size_t i = 0; i < published->n; i++)
			put_record(j, &service, published->rdata[i]);
	}
	json_end(j, ']');
}

/* The certificate that the event is about; NULL: it is there no more. */
static const struct certs *
certs_of(const struct roll *roll, const char *id)
{
	if (roll->certificate.next && strcmp(id, next_id(roll)) == 0)
		return roll->certificate.next;
	return roll->certificate.current && strcmp(id, current_id(roll)) == 0
		   ? roll->certificate.current
		   : NULL;
}

static void
put_event(const struct notify *notify, const struct roll *roll, const struct note *pending,
    struct buf *out)
{
	const struct project_certificate *is = roll->certificate.is;
	const struct certs *certs = certs_of(roll, pending->id);
	struct arena *a = &notify->diags->arena;
	struct json j = {.out = out};
	int64_t from, to = 0;

	if (certs)
		certs_dates(certs, &from, &to);
	json_begin(&j, '{');
	json_member(&j, "event", pending->event);
	json_member(&j, "certificate", is->name);
	json_member(&j, "message",
	    arena_printf(a, "certificate %s: %s", is->name, events[event_number(pending)].message));
	rolls_put_time(&j, "time", pending->t_unix);
	json_member(&j, "id", pending->id);
	json_member(&j, "current", file_absolute(a, is->current));
	json_member(&j, "next", is->next ? file_absolute(a, is->next) : NULL);
	rolls_put_time(&j, "not_after", to ? to : TIME_NEVER);
	rolls_put_time(
	    &j, "safe_at", roll->phase == ROLL_EARLY ? roll->safe_unix : roll->gate_unix);
	rolls_put_records(&j, notify->rolls, roll, notify->now);
	json_end(&j, '}');
	buf_putc(out, '\n');
}

/* --- Telling --- */

static struct roll_change
change_begin(const struct notify *notify)
{
	struct arena *a = &notify->diags->arena;

	return (struct roll_change){.add.a = a, .remove.a = a};
}

/* What was told is written down at once, so that it is told once. */
static int
tell(const struct notify *notify, const struct roll *roll, const struct note *pending)
{
	const struct project *project = notify->project;
	struct roll_change change = change_begin(notify);
	struct note told = *pending;
	struct buf b = {0};
	struct hook hook = {
	    .what = "notify", .lock = LOCK_NOTIFY, .problem = P_NOTIFY, .id = pending->id};
	int result;

	if (state_try(notify->diags, state_path(change.add.a, project->path, project->folder)) < 0)
		return -1;
	put_event(notify, roll, pending, &b);
	hook.input = (struct text){b.data, b.len};
	result = hook_certificate(
	    notify->diags, project, roll->certificate.is, roll->certificate.is->notify, hook);
	buf_free(&b);
	if (result < 0)
		return -1;
	told.kind = NOTE_TOLD;
	told.t_unix = notify->now;
	history_add_note(&change.add, &told);
	history_add_note(&change.remove, pending);
	return roll_change(notify->diags, project, &change, notify->now);
}

/* What happened is written down ahead of telling it: it is told some day, even if that fails until
 * the rollover is over. */
static int
note_events(const struct notify *notify, const struct roll *roll)
{
	struct roll_change change = change_begin(notify);

	for (size_t i = 0; roll->certificate.is->notify && i < N_EVENTS; i++) {
		struct note pending = {.kind = NOTE_PENDING,
		    .name = roll->certificate.is->name,
		    .event = events[i].name,
		    .id = events[i].of ? events[i].of(notify, roll) : NULL,
		    .t_unix = notify->now};

		if (!pending.id || is_noted(notify, roll, pending.event, pending.id))
			continue;
		history_add_note(&change.add, &pending);
		history_add_note(&notify->rolls->history, &pending);
	}
	history_sort(&notify->rolls->history);
	return roll_change(notify->diags, notify->project, &change, notify->now);
}

/* In the order in which it happened. */
static int
by_time(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	if (x->t_unix != y->t_unix)
		return x->t_unix < y->t_unix ? -1 : 1;
	return (int)event_number(x) - (int)event_number(y);
}

static int
tell_all(const struct notify *notify, const struct roll *roll)
{
	const struct history *history = &notify->rolls->history;
	struct history pending = {.a = &notify->diags->arena};
	int result = 0;

	for (size_t i = 0; roll->certificate.is->notify && i < history->n_notes; i++)
		if (history->notes[i].kind == NOTE_PENDING &&
		    strcmp(history->notes[i].name, roll->certificate.is->name) == 0)
			history_add_note(&pending, &history->notes[i]);
	if (pending.n_notes > 0)
		qsort(pending.notes, pending.n_notes, sizeof(*pending.notes), by_time);
	for (size_t i = 0; i < pending.n_notes; i++)
		if (tell(notify, roll, &pending.notes[i]) < 0)
			result = -1;
	return result;
}

/* --- Notes that tell of nothing any more --- */

static bool
is_id(const char *id, const char *other)
{
	return other && strcmp(id, other) == 0;
}

/* May a set be held that has a record for the chain? */
static bool
is_pinned(const struct notify *notify, const struct note *note)
{
	struct arena a = {0};
	struct held service;
	struct certchain chain;
	bool pinned = false;
	size_t at = 0;

	if (certchain_read(&a, note->id, note->chain, &chain))
		while (!pinned && gate_next(&notify->rolls->history, &at, &service))
			pinned = gate_is_pinned(&notify->rolls->history, service.sets, &chain,
			    certificates_longest_wait(notify->project), notify->now);
	arena_free(&a);
	return pinned;
}

/* A certificate that is neither current nor next may come back one day as a new one. What was in
 * use matters as long as a set may be held that has a record for it; and the last one longer. */
static bool
is_stale(const struct notify *notify, const struct roll *roll, const struct note *note)
{
	const struct certificate *certificate = &roll->certificate;

	if (strcmp(note->name, certificate->is->name) != 0)
		return false;
	if (note->kind == NOTE_PENDING)
		return !certificate->is->notify;
	if (note->kind == NOTE_TOLD)
		return !is_id(note->id, next_id(roll)) && !is_id(note->id, current_id(roll));
	return !(certificate->current && is_id(note->id, certificate->current_chain.id)) &&
	       !(certificate->next && is_id(note->id, certificate->next_chain.id)) &&
	       !is_id(note->id, roll->stray) && !is_pinned(notify, note);
}

static int
prune(const struct notify *notify, const struct roll *roll)
{
	const struct history *history = &notify->rolls->history;
	struct roll_change change = change_begin(notify);

	for (size_t i = 0; i < history->n_notes; i++)
		if (is_stale(notify, roll, &history->notes[i]))
			history_add_note(&change.remove, &history->notes[i]);
	return roll_change(notify->diags, notify->project, &change, notify->now);
}

/* Of a name that the project has no more: what was in use matters as long as it is held. */
static int
prune_former(const struct notify *notify)
{
	const struct history *history = &notify->rolls->history;
	struct roll_change change = change_begin(notify);

	for (size_t i = 0; i < history->n_notes; i++) {
		const struct note *note = &history->notes[i];

		if (!project_has_certificate(notify->project, note->name) &&
		    (!note->chain || !is_pinned(notify, note)))
			history_add_note(&change.remove, note);
	}
	return roll_change(notify->diags, notify->project, &change, notify->now);
}

/* --- All of it --- */

static bool
has_notes(const struct history *history, const char *name)
{
	for (size_t i = 0; i < history->n_notes; i++)
		if (strcmp(history->notes[i].name, name) == 0)
			return true;
	return false;
}

static int
notify_one(const struct notify *notify, size_t number)
{
	const struct certificate *certificate = &notify->rolls->certificates[number];
	struct diags own = {0}; /* what is wrong was told of elsewhere */
	struct roll roll;
	int result = 0;

	if (!certificate->is->notify && !has_notes(&notify->rolls->history, certificate->is->name))
		return 0;
	if (certificate->current &&
	    roll_judge(&own, notify->project, notify->rolls, number, notify->now, &roll) == 0) {
		result = note_events(notify, &roll);
		if (result == 0)
			result = tell_all(notify, &roll);
		if (prune(notify, &roll) < 0)
			result = -1;
	} else {
		result = diags_take_unreadable(notify->diags, &own);
	}
	diags_free(&own);
	return result;
}

static int
notify_all(struct notify *notify)
{
	const struct project *project = notify->project;
	static const char *const all[] = {NULL};
	struct diags own = {0};
	struct rolls rolls;
	int result = 0;

	notify->rolls = &rolls;
	if (rolls_load(&own, project, all, notify->now, &rolls) < 0 &&
	    diags_take_unreadable(notify->diags, &own) < 0)
		result = -1;
	for (size_t i = 0; i < project->n_certificates && rolls.history.a; i++)
		if (rolls.certificates[i].is && notify_one(notify, i) < 0)
			result = -1;
	if (rolls.history.a && prune_former(notify) < 0)
		result = -1;
	diags_free(&own);
	return result;
}

int
rolls_notify(struct diags *diags, const struct project *project, int64_t now_unix)
{
	struct notify notify = {.diags = diags, .project = project, .now = now_unix};
	int result, lock;

	/* In a notify command: the run that started it tells the rest. */
	if (project->n_certificates == 0 || lock_is_above(&diags->arena, project, LOCK_NOTIFY))
		return 0;
	if (lock_begin(diags, project, LOCK_NOTIFY, &lock) < 0)
		return -1;
	result = notify_all(&notify);
	lock_end(lock);
	return result;
}

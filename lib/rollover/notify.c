#include "rollover/notify.h"

#include "base/duration.h"
#include "dns/rdata.h"
#include "history/state.h"
#include "project/hook.h"
#include "project/lock.h"
#include "rollover/project_history.h"

#include <stdlib.h>

struct notify {
	struct diags *diags;
	const struct project *project;
	struct rollovers *rollovers;
	int64_t now;
};

/* --- Events --- */

static const char *
leaf_of(const struct certs *certs, const struct certchain *chain)
{
	return certs ? chain->leaf_id : NULL;
}

static const char *
current_id(const struct rollover *rollover)
{
	return leaf_of(rollover->certificate.current, &rollover->certificate.current_chain);
}

static const char *
next_id(const struct rollover *rollover)
{
	return leaf_of(rollover->certificate.next, &rollover->certificate.next_chain);
}

/* Each says which certificate the event is about now; NULL: it did not happen. */

static const char *
was_published(const struct notify *notify, const struct rollover *rollover)
{
	(void)notify;
	return rollover->is_published && !rollover->is_same ? next_id(rollover) : NULL;
}

static const char *
became_ready(const struct notify *notify, const struct rollover *rollover)
{
	return rollover->gate ? was_published(notify, rollover) : NULL;
}

static const char *
was_deployed(const struct notify *notify, const struct rollover *rollover)
{
	const struct history *history = &notify->rollovers->history;
	const char *name = rollover->certificate.is->name;

	if (rollover->deployed_unix != TIME_NEVER)
		return next_id(rollover);
	return rollover->certificate.current && history_note(history, NOTE_DEPLOYED, name, NULL,
						    rollover->certificate.current_chain.id)
		   ? current_id(rollover)
		   : NULL;
}

/* Was the event written down: is it told, or still to be? */
static bool
is_noted(
    const struct notify *notify, const struct rollover *rollover, const char *event, const char *id)
{
	const struct history *history = &notify->rollovers->history;
	const char *name = rollover->certificate.is->name;

	return id && (history_note(history, NOTE_TOLD, name, event, id) ||
			 history_note(history, NOTE_PENDING, name, event, id));
}

/* What was published as the next one is the current one, and the old record is gone. */
static const char *
is_finished(const struct notify *notify, const struct rollover *rollover)
{
	if (!rollover->certificate.current || !rollover->is_used || rollover->has_former ||
	    rollover->phase == ROLLOVER_EARLY)
		return NULL;
	if (is_noted(notify, rollover, "published", current_id(rollover)))
		return current_id(rollover);
	return rollover->is_same && is_noted(notify, rollover, "published", next_id(rollover))
		   ? next_id(rollover)
		   : NULL;
}

/* Two weeks, or a third of the lifetime of a short-lived certificate, is left, and the next one,
 * if there is one, does not last longer. */
static const char *
is_expiring(const struct notify *notify, const struct rollover *rollover)
{
	enum { SOON_S = 14 * 86400 };
	int64_t from, to, next_to = 0, soon;

	if (!rollover->certificate.current)
		return NULL;
	certs_dates(rollover->certificate.current, &from, &to);
	if (to == 0)
		return NULL;
	if (rollover->certificate.next)
		certs_dates(rollover->certificate.next, &(int64_t){0}, &next_to);
	soon = (to - from) / 3 < SOON_S ? (to - from) / 3 : SOON_S;
	return notify->now >= to - soon && next_to <= to ? current_id(rollover) : NULL;
}

static const char *
came_early(const struct notify *notify, const struct rollover *rollover)
{
	(void)notify;
	return rollover->phase == ROLLOVER_EARLY ? current_id(rollover) : NULL;
}

/* In the order in which they happen. */
static const struct event {
	const char *name;
	const char *(*of)(
	    const struct notify *notify, const struct rollover *rollover); /* or NULL: deploy.c
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
rollovers_put_time(struct json *j, const char *key, int64_t t_unix)
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
	rollovers_put_time(j, "since", record_since(service, rdata));
	json_end(j, '}');
	buf_free(&b);
}

void
rollovers_put_records(struct json *j, const struct rollovers *rollovers,
    const struct rollover *rollover, int64_t now_unix)
{
	struct held service;
	size_t at = 0;

	json_key(j, "records");
	json_begin(j, '[');
	while (gate_next(&rollovers->history, &at, &service)) {
		const struct set *published = service.published;

		if (!published || published->type != TYPE_TLSA ||
		    !rollover_is_service(rollovers, rollover, &service, now_unix))
			continue;
		for (size_t i = 0; i < published->n; i++)
			put_record(j, &service, published->rdata[i]);
	}
	json_end(j, ']');
}

/* The certificate that the event is about; NULL: it is there no more. */
static const struct certs *
certs_of(const struct rollover *rollover, const char *id)
{
	if (rollover->certificate.next && strcmp(id, next_id(rollover)) == 0)
		return rollover->certificate.next;
	return rollover->certificate.current && strcmp(id, current_id(rollover)) == 0
		   ? rollover->certificate.current
		   : NULL;
}

static void
put_event(const struct notify *notify, const struct rollover *rollover, const struct note *pending,
    struct buf *out)
{
	const struct project_certificate *is = rollover->certificate.is;
	const struct certs *certs = certs_of(rollover, pending->id);
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
	rollovers_put_time(&j, "time", pending->t_unix);
	json_member(&j, "id", pending->id);
	json_member(&j, "current", file_absolute(a, is->current));
	json_member(&j, "next", is->next ? file_absolute(a, is->next) : NULL);
	rollovers_put_time(&j, "not_after", to ? to : TIME_NEVER);
	rollovers_put_time(&j, "safe_at",
	    rollover->phase == ROLLOVER_EARLY ? rollover->safe_unix : rollover->gate_unix);
	rollovers_put_records(&j, notify->rollovers, rollover, notify->now);
	json_end(&j, '}');
	buf_putc(out, '\n');
}

/* --- Telling --- */

static struct project_history_change
change_begin(const struct notify *notify)
{
	struct arena *a = &notify->diags->arena;

	return (struct project_history_change){.add.a = a, .remove.a = a};
}

/* What was told is written down at once, so that it is told once. */
static int
tell(const struct notify *notify, const struct rollover *rollover, const struct note *pending)
{
	const struct project *project = notify->project;
	struct project_history_change change = change_begin(notify);
	struct note told = *pending;
	struct buf b = {0};
	struct hook hook = {
	    .what = "notify", .lock = LOCK_NOTIFY, .problem = P_NOTIFY, .id = pending->id};
	int result;

	if (state_try(notify->diags, state_path(change.add.a, project->path, project->folder)) < 0)
		return -1;
	put_event(notify, rollover, pending, &b);
	hook.input = (struct text){b.data, b.len};
	result = hook_certificate(notify->diags, project, rollover->certificate.is,
	    rollover->certificate.is->notify, hook);
	buf_free(&b);
	if (result < 0)
		return -1;
	told.kind = NOTE_TOLD;
	told.t_unix = notify->now;
	history_add_note(&change.add, &told);
	history_add_note(&change.remove, pending);
	return project_history_change(notify->diags, project, &change, notify->now);
}

/* What happened is written down ahead of telling it: it is told some day, even if that fails until
 * the rollover is over. */
static int
note_events(const struct notify *notify, const struct rollover *rollover)
{
	struct project_history_change change = change_begin(notify);

	for (size_t i = 0; rollover->certificate.is->notify && i < N_EVENTS; i++) {
		struct note pending = {.kind = NOTE_PENDING,
		    .name = rollover->certificate.is->name,
		    .event = events[i].name,
		    .id = events[i].of ? events[i].of(notify, rollover) : NULL,
		    .t_unix = notify->now};

		if (!pending.id || is_noted(notify, rollover, pending.event, pending.id))
			continue;
		history_add_note(&change.add, &pending);
		history_add_note(&notify->rollovers->history, &pending);
	}
	history_sort(&notify->rollovers->history);
	return project_history_change(notify->diags, notify->project, &change, notify->now);
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
tell_all(const struct notify *notify, const struct rollover *rollover)
{
	const struct history *history = &notify->rollovers->history;
	struct history pending = {.a = &notify->diags->arena};
	int result = 0;

	for (size_t i = 0; rollover->certificate.is->notify && i < history->n_notes; i++)
		if (history->notes[i].kind == NOTE_PENDING &&
		    strcmp(history->notes[i].name, rollover->certificate.is->name) == 0)
			history_add_note(&pending, &history->notes[i]);
	if (pending.n_notes > 0)
		qsort(pending.notes, pending.n_notes, sizeof(*pending.notes), by_time);
	for (size_t i = 0; i < pending.n_notes; i++)
		if (tell(notify, rollover, &pending.notes[i]) < 0)
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
		while (!pinned && gate_next(&notify->rollovers->history, &at, &service))
			pinned = gate_has_record(&notify->rollovers->history, service.sets, &chain,
			    certificates_longest_wait(notify->project), notify->now);
	arena_free(&a);
	return pinned;
}

/* A certificate that is neither current nor next may come back one day as a new one. What was in
 * use matters as long as a set may be held that has a record for it; and the last one longer. */
static bool
is_stale(const struct notify *notify, const struct rollover *rollover, const struct note *note)
{
	const struct certificate *certificate = &rollover->certificate;

	if (strcmp(note->name, certificate->is->name) != 0)
		return false;
	if (note->kind == NOTE_PENDING)
		return !certificate->is->notify;
	if (note->kind == NOTE_TOLD)
		return !is_id(note->id, next_id(rollover)) &&
		       !is_id(note->id, current_id(rollover));
	return !(certificate->current && is_id(note->id, certificate->current_chain.id)) &&
	       !(certificate->next && is_id(note->id, certificate->next_chain.id)) &&
	       !is_id(note->id, rollover->lost) && !is_pinned(notify, note);
}

static int
prune(const struct notify *notify, const struct rollover *rollover)
{
	const struct history *history = &notify->rollovers->history;
	struct project_history_change change = change_begin(notify);

	for (size_t i = 0; i < history->n_notes; i++)
		if (is_stale(notify, rollover, &history->notes[i]))
			history_add_note(&change.remove, &history->notes[i]);
	return project_history_change(notify->diags, notify->project, &change, notify->now);
}

/* Of a name that the project has no more: what was in use matters as long as it is held. */
static int
prune_former(const struct notify *notify)
{
	const struct history *history = &notify->rollovers->history;
	struct project_history_change change = change_begin(notify);

	for (size_t i = 0; i < history->n_notes; i++) {
		const struct note *note = &history->notes[i];

		if (!project_has_certificate(notify->project, note->name) &&
		    (!note->chain || !is_pinned(notify, note)))
			history_add_note(&change.remove, note);
	}
	return project_history_change(notify->diags, notify->project, &change, notify->now);
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
	const struct certificate *certificate = &notify->rollovers->certificates[number];
	struct diags own = {0}; /* what is wrong was told of elsewhere */
	struct rollover rollover;
	int result = 0;

	if (!certificate->is->notify &&
	    !has_notes(&notify->rollovers->history, certificate->is->name))
		return 0;
	if (certificate->current && rollover_judge(&own, notify->project, notify->rollovers, number,
					notify->now, &rollover) == 0) {
		result = note_events(notify, &rollover);
		if (result == 0)
			result = tell_all(notify, &rollover);
		if (prune(notify, &rollover) < 0)
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
	struct rollovers rollovers;
	int result = 0;

	notify->rollovers = &rollovers;
	if (rollovers_load(&own, project, all, notify->now, &rollovers) < 0 &&
	    diags_take_unreadable(notify->diags, &own) < 0)
		result = -1;
	for (size_t i = 0; i < project->n_certificates && rollovers.history.a; i++)
		if (rollovers.certificates[i].is && notify_one(notify, i) < 0)
			result = -1;
	if (rollovers.history.a && prune_former(notify) < 0)
		result = -1;
	diags_free(&own);
	return result;
}

int
rollovers_notify(struct diags *diags, const struct project *project, int64_t now_unix)
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

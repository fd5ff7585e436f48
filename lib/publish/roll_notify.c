#include "publish/roll_run.h"

#include "base/duration.h"
#include "project/hook.h"
#include "project/lock.h"

#include <stdlib.h>

struct notify {
	struct diags *diags;
	const struct project *project;
	struct facts *facts; /* sorted */
	int64_t now;
};

static bool
has_fact(const struct facts *facts, enum fact_kind kind, const char *name, const char *event,
    const char *id)
{
	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (fact->kind == kind && strcmp(fact->name, name) == 0 &&
		    (!event || strcmp(fact->event, event) == 0) && strcmp(fact->id, id) == 0)
			return true;
	}
	return false;
}

static bool
is_coming(const struct roll *roll)
{
	return roll->facts.used && roll->facts.has_next && !roll->facts.same &&
	       roll->facts.next_since != ROLLOVER_NEVER;
}

/* Each says which certificate the event is about now; NULL: it did not happen. */

static const char *
was_published(const struct notify *notify, const struct roll *roll)
{
	(void)notify;
	return is_coming(roll) ? roll->next_id : NULL;
}

static const char *
became_ready(const struct notify *notify, const struct roll *roll)
{
	(void)notify;
	return is_coming(roll) && roll->rollover.gate ? roll->next_id : NULL;
}

static const char *
was_deployed(const struct notify *notify, const struct roll *roll)
{
	const char *ids[] = {roll->next_id, roll->current_id};
	const char *chains[] = {roll->next_chain, roll->current_chain};

	for (size_t i = 0; i < 2; i++)
		if (ids[i] && has_fact(notify->facts, FACT_DEPLOYED, roll->certificate->name, NULL,
				  chains[i]))
			return ids[i];
	return NULL;
}

/* Was the event written down: is it told, or still to be? */
static bool
is_noted(const struct notify *notify, const struct roll *roll, const char *event, const char *id)
{
	const char *name = roll->certificate->name;

	return id && (has_fact(notify->facts, FACT_NOTIFIED, name, event, id) ||
			 has_fact(notify->facts, FACT_PENDING, name, event, id));
}

/* What was published as the next one is the current one, and the old record is gone. */
static const char *
is_finished(const struct notify *notify, const struct roll *roll)
{
	if (!roll->current || !roll->facts.used || roll->facts.leftover ||
	    roll->rollover.phase == ROLLOVER_EARLY)
		return NULL;
	if (is_noted(notify, roll, "published", roll->current_id))
		return roll->current_id;
	return roll->facts.same && is_noted(notify, roll, "published", roll->next_id)
		   ? roll->next_id
		   : NULL;
}

/* Two weeks, or a third of the lifetime of a short-lived certificate, is left, and the next one,
 * if there is one, does not last longer. */
static const char *
is_expiring(const struct notify *notify, const struct roll *roll)
{
	enum { SOON_S = 14 * 86400 };
	int64_t from, to, next_to = 0, soon;

	if (!roll->current)
		return NULL;
	pins_dates(roll->current, &from, &to);
	if (to == 0)
		return NULL;
	if (roll->next)
		pins_dates(roll->next, &(int64_t){0}, &next_to);
	soon = (to - from) / 3 < SOON_S ? (to - from) / 3 : SOON_S;
	return notify->now >= to - soon && next_to <= to ? roll->current_id : NULL;
}

static const struct event {
	const char *name;
	const char *(*of)(const struct notify *notify, const struct roll *roll);
	const char *message;
} events[] = {
    {"published", was_published, "the records of the next certificate are published"},
    {"ready", became_ready, "the next certificate may be taken into use"},
    {"deployed", was_deployed, "the next certificate was taken into use"},
    {"finished", is_finished, "the old records have left; the rollover is finished"},
    {"expiring", is_expiring, "the certificate expires soon, and there is no next one"},
};

enum { N_EVENTS = sizeof(events) / sizeof(events[0]) };

static size_t
event_number(const struct fact *pending)
{
	size_t i = 0;

	while (i < N_EVENTS - 1 && strcmp(events[i].name, pending->event) != 0)
		i++;
	return i;
}

static void
put_time(struct json *j, const char *key, int64_t t_unix)
{
	struct buf b = {0};

	json_key(j, key);
	if (t_unix == ROLLOVER_NEVER)
		json_null(j);
	else {
		instant_print_iso(&b, t_unix);
		json_text(j, (struct text){b.data, b.len});
	}
	buf_free(&b);
}

void
rolls_put_records(struct json *j, const struct facts *facts, const char *name)
{
	json_key(j, "records");
	json_begin(j, '[');
	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (fact->kind != FACT_PUBLISHED || strcmp(fact->name, name) != 0)
			continue;
		json_begin(j, '{');
		json_member(j, "zone", fact->zone);
		json_member(j, "owner", fact->owner);
		json_member(j, "record", fact->record);
		put_time(j, "since", fact->t_unix);
		json_end(j, '}');
	}
	json_end(j, ']');
}

/* The certificate that the event is about; NULL: it is there no more. */
static const struct certs *
certs_of(const struct roll *roll, const char *id)
{
	if (roll->next && strcmp(id, roll->next_id) == 0)
		return roll->next;
	return roll->current && strcmp(id, roll->current_id) == 0 ? roll->current : NULL;
}

static void
put_event(const struct notify *notify, const struct roll *roll, const struct fact *pending,
    struct buf *out)
{
	const struct project_certificate *certificate = roll->certificate;
	const struct certs *certs = certs_of(roll, pending->id);
	struct arena *a = &notify->diags->arena;
	struct json j = {.out = out};
	int64_t from, to = 0;

	if (certs)
		pins_dates(certs, &from, &to);
	json_begin(&j, '{');
	json_member(&j, "event", pending->event);
	json_member(&j, "certificate", certificate->name);
	json_member(&j, "message",
	    arena_printf(
		a, "certificate %s: %s", certificate->name, events[event_number(pending)].message));
	put_time(&j, "time", pending->t_unix);
	json_member(&j, "id", pending->id);
	json_member(&j, "current", file_absolute(a, certificate->current));
	json_member(&j, "next", certificate->next ? file_absolute(a, certificate->next) : NULL);
	put_time(&j, "not_after", to ? to : ROLLOVER_NEVER);
	put_time(&j, "safe_at", roll->rollover.gate_unix);
	rolls_put_records(&j, notify->facts, certificate->name);
	json_end(&j, '}');
	buf_putc(out, '\n');
}

/* What was told is written down at once, so that it is told once. */
static int
tell(const struct notify *notify, const struct roll *roll, const struct fact *pending)
{
	struct roll_change change = {.a = &notify->diags->arena};
	struct fact notified = *pending;
	struct buf b = {0};
	struct hook hook = {.what = "notify", .lock = LOCK_NOTIFY, .problem = P_NOTIFY};
	int result;

	if (state_try(notify->diags, state_path(change.a, notify->project)) < 0)
		return -1;
	put_event(notify, roll, pending, &b);
	hook.input = (struct text){b.data, b.len};
	result = hook_certificate(
	    notify->diags, notify->project, roll->certificate, roll->certificate->notify, hook);
	buf_free(&b);
	if (result < 0)
		return -1;
	notified.kind = FACT_NOTIFIED;
	notified.t_unix = notify->now;
	facts_add(change.a, &change.add, notified);
	facts_add(change.a, &change.remove, *pending);
	return roll_change(notify->diags, notify->project, &change);
}

/* What happened is written down ahead of telling it: it is told some day, even if that fails until
 * the rollover is over. */
static int
note_events(const struct notify *notify, const struct roll *roll)
{
	struct roll_change change = {.a = &notify->diags->arena};

	for (size_t i = 0; roll->certificate->notify && i < N_EVENTS; i++) {
		struct fact pending = {.kind = FACT_PENDING,
		    .name = roll->certificate->name,
		    .event = events[i].name,
		    .id = events[i].of(notify, roll),
		    .t_unix = notify->now};

		if (!pending.id || is_noted(notify, roll, pending.event, pending.id))
			continue;
		facts_add(change.a, &change.add, pending);
		facts_add(change.a, notify->facts, pending);
	}
	facts_sort(notify->facts);
	return roll_change(notify->diags, notify->project, &change);
}

/* In the order in which it happened. */
static int
by_time(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;

	if (x->t_unix != y->t_unix)
		return x->t_unix < y->t_unix ? -1 : 1;
	return (int)event_number(x) - (int)event_number(y);
}

static int
tell_all(const struct notify *notify, const struct roll *roll)
{
	const struct facts *facts = notify->facts;
	struct facts pending = {0};
	int result = 0;

	for (size_t i = 0; roll->certificate->notify && i < facts->n; i++)
		if (facts->items[i].kind == FACT_PENDING &&
		    strcmp(facts->items[i].name, roll->certificate->name) == 0)
			facts_add(&notify->diags->arena, &pending, facts->items[i]);
	if (pending.n > 0)
		qsort(pending.items, pending.n, sizeof(*pending.items), by_time);
	for (size_t i = 0; i < pending.n; i++)
		if (tell(notify, roll, &pending.items[i]) < 0)
			result = -1;
	return result;
}

static bool
is_id(const char *id, const char *other)
{
	return other && strcmp(id, other) == 0;
}

/* A certificate that is neither current nor next may come back one day as a new one. That one was
 * deployed is of no use any more once it is the current one, and that was told; or once another one
 * came to be. One that came too early may be put back. */
static bool
is_stale(const struct notify *notify, const struct roll *roll, const struct fact *fact)
{
	const char *name = roll->certificate->name;

	if ((fact->kind != FACT_NOTIFIED && fact->kind != FACT_DEPLOYED &&
		fact->kind != FACT_PENDING) ||
	    strcmp(fact->name, name) != 0)
		return false;
	if (fact->kind == FACT_PENDING)
		return !roll->certificate->notify;
	if (fact->kind == FACT_NOTIFIED)
		return !is_id(fact->id, roll->next_id) && !is_id(fact->id, roll->current_id);
	if (is_id(fact->id, roll->next_chain) || is_id(fact->id, roll->stray) ||
	    roll->rollover.phase == ROLLOVER_EARLY)
		return false;
	return !is_id(fact->id, roll->current_chain) || !roll->certificate->notify ||
	       is_noted(notify, roll, "deployed", roll->current_id);
}

static int
prune(const struct notify *notify, const struct roll *roll)
{
	struct roll_change change = {.a = &notify->diags->arena};

	for (size_t i = 0; i < notify->facts->n; i++)
		if (is_stale(notify, roll, &notify->facts->items[i]))
			facts_add(change.a, &change.remove, notify->facts->items[i]);
	return roll_change(notify->diags, notify->project, &change);
}

static bool
has_any(const struct facts *facts, enum fact_kind kind, const char *name)
{
	for (size_t i = 0; i < facts->n; i++)
		if (facts->items[i].kind == kind && strcmp(facts->items[i].name, name) == 0)
			return true;
	return false;
}

static int
notify_one(const struct notify *notify, const struct project_certificate *certificate)
{
	struct diags own = {0}; /* what is wrong with the files was told of elsewhere */
	struct roll roll;
	int result = 0;

	if (!certificate->notify && !has_any(notify->facts, FACT_NOTIFIED, certificate->name) &&
	    !has_any(notify->facts, FACT_PENDING, certificate->name) &&
	    !has_any(notify->facts, FACT_DEPLOYED, certificate->name))
		return 0;
	if (roll_of(&own, notify->project, certificate, notify->facts, notify->now, &roll) == 0) {
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

int
rolls_notify(struct diags *diags, const struct project *project, int64_t now_unix)
{
	struct facts facts;
	struct notify notify = {
	    .diags = diags, .project = project, .facts = &facts, .now = now_unix};
	int result, lock;

	/* In a notify command: the run that started it tells the rest. */
	if (project->n_certificates == 0 || lock_is_above(&diags->arena, project, LOCK_NOTIFY))
		return 0;
	if (lock_begin(diags, project, LOCK_NOTIFY, &lock) < 0)
		return -1;
	result = roll_known(diags, project, now_unix, &facts);
	for (size_t i = 0; result == 0 && i < project->n_certificates; i++)
		if (notify_one(&notify, &project->certificates[i]) < 0)
			result = -1;
	lock_end(lock);
	return result;
}

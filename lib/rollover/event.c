#include "rollover/event.h"

#include "base/duration.h"
#include "dns/rdata.h"

/* --- What happened --- */

/* What an event is looked for in. */
struct look {
	const struct history *history;
	const struct rollover *rollover;
	int64_t now;
};

static const char *
current_id(const struct rollover *rollover)
{
	return rollover->certificate.current ? rollover->certificate.current_chain.leaf_id : NULL;
}

static const char *
next_id(const struct rollover *rollover)
{
	return rollover->certificate.next ? rollover->certificate.next_chain.leaf_id : NULL;
}

/* Each says to which certificate the event has happened; NULL: to none. */

static const char *
was_published(const struct look *look)
{
	return look->rollover->is_published && !look->rollover->is_same ? next_id(look->rollover)
									: NULL;
}

static const char *
became_ready(const struct look *look)
{
	return look->rollover->gate ? was_published(look) : NULL;
}

static const char *
was_deployed(const struct look *look)
{
	const struct certificate *certificate = &look->rollover->certificate;

	if (look->rollover->deployed_unix != TIME_NEVER)
		return next_id(look->rollover);
	return history_note(look->history, NOTE_DEPLOYED, certificate->is->name, NULL,
		   certificate->current_chain.id)
		   ? current_id(look->rollover)
		   : NULL;
}

static const char *
came_early(const struct look *look)
{
	return look->rollover->phase == ROLLOVER_EARLY ? current_id(look->rollover) : NULL;
}

/* Is it told, or still to be? */
static bool
is_noted(const struct look *look, const char *event, const char *id)
{
	const char *name = look->rollover->certificate.is->name;

	return id && (history_note(look->history, NOTE_TOLD, name, event, id) ||
			 history_note(look->history, NOTE_PENDING, name, event, id));
}

/* What was published as the next one is the current one, and the old record is gone. */
static const char *
is_finished(const struct look *look)
{
	const struct rollover *rollover = look->rollover;

	if (!rollover->is_used || rollover->has_former || rollover->phase == ROLLOVER_EARLY)
		return NULL;
	if (is_noted(look, "published", current_id(rollover)))
		return current_id(rollover);
	return rollover->is_same && is_noted(look, "published", next_id(rollover))
		   ? next_id(rollover)
		   : NULL;
}

/* Two weeks, or a third of the lifetime of a short-lived certificate, is left, and the next one,
 * if there is one, does not last longer. */
static const char *
is_expiring(const struct look *look)
{
	enum { SOON_S = 14 * 86400 };
	const struct certificate *certificate = &look->rollover->certificate;
	int64_t from, to, next_to = 0, soon;

	certs_dates(certificate->current, &from, &to);
	if (to == 0)
		return NULL;
	if (certificate->next)
		certs_dates(certificate->next, &(int64_t){0}, &next_to);
	soon = (to - from) / 3 < SOON_S ? (to - from) / 3 : SOON_S;
	return look->now >= to - soon && next_to <= to ? current_id(look->rollover) : NULL;
}

static const char failed[] = "failed", early[] = "early";

/* In the order in which they happen. */
static const struct event {
	const char *name;
	const char *(*of)(const struct look *look); /* NULL: see events_add_failure */
	const char *message;
} events[] = {
    {"published", was_published, "the records of the next certificate are published"},
    {"ready", became_ready, "the next certificate may be taken into use"},
    {failed, NULL, "the deploy command failed; it runs again the next time"},
    {"deployed", was_deployed, "the next certificate was taken into use"},
    {early, came_early,
	"the current certificate was replaced too early: caches refuse it; put the old one back"},
    {"finished", is_finished, "the old records have left; the rollover is finished"},
    {"expiring", is_expiring, "the certificate expires soon, and there is no next one"},
};

enum { N_EVENTS = sizeof(events) / sizeof(events[0]) };

static size_t
number_of(const struct note *pending)
{
	size_t i = 0;

	while (i < N_EVENTS - 1 && strcmp(events[i].name, pending->event) != 0)
		i++;
	return i;
}

/* --- Notes that tell of nothing any more --- */

static bool
is_id(const char *id, const char *other)
{
	return other && strcmp(id, other) == 0;
}

/* May a set be held that has a record for the chain? */
static bool
is_held(const struct rollovers *rollovers, const struct project *project, const struct note *note,
    int64_t now)
{
	struct arena a = {0};
	struct answered service;
	struct certchain chain;
	bool held = false;
	size_t at = 0;

	if (certchain_read(&a, note->id, note->chain, &chain))
		while (!held && gate_next(&rollovers->history, &at, &service))
			held = gate_has_record(&rollovers->history, service.sets, &chain,
			    certificates_longest_wait(project), now, false);
	arena_free(&a);
	return held;
}

/* A certificate that is neither current nor next may come back one day as a new one, and so may an
 * outage of one. Of a file that cannot be read nobody knows. */
static bool
is_told_for_good(const struct rollover *rollover, const struct note *note)
{
	if (strcmp(note->event, early) == 0 && rollover->phase != ROLLOVER_EARLY)
		return true;
	return !rollover->certificate.is_unusable && !is_id(note->id, next_id(rollover)) &&
	       !is_id(note->id, current_id(rollover));
}

/* What was in use matters as long as a set may be held that has a record for it; and the last one
 * longer. */
static bool
is_stale(const struct rollovers *rollovers, const struct project *project,
    const struct rollover *rollover, const struct note *note, int64_t now)
{
	const struct certificate *certificate = &rollover->certificate;

	if (note->kind == NOTE_PENDING)
		return !certificate->is->notify;
	if (note->kind == NOTE_TOLD)
		return is_told_for_good(rollover, note);
	return !is_id(note->id, certificate->current_chain.id) &&
	       !is_id(note->id, certificate->next_chain.id) && !is_id(note->id, rollover->lost) &&
	       !is_held(rollovers, project, note, now);
}

/* --- All of them --- */

static void
add(const struct rollover *rollover, const char *event, const char *id, int64_t now,
    struct project_history_change *change)
{
	struct note pending = {.kind = NOTE_PENDING,
	    .name = rollover->certificate.is->name,
	    .event = event,
	    .id = id,
	    .t_unix = now};

	if (rollover->certificate.is->notify)
		history_add_note(&change->add, &pending);
}

void
events_find(const struct rollovers *rollovers, const struct project *project,
    const struct rollover *rollover, int64_t now_unix, struct project_history_change *change)
{
	const char *name = rollover->certificate.is->name;
	static const enum note_kind kinds[] = {
	    NOTE_CURRENT, NOTE_DEPLOYED, NOTE_PENDING, NOTE_TOLD};
	struct look look = {&rollovers->history, rollover, now_unix};

	for (size_t i = 0; i < N_EVENTS; i++) {
		const char *id = events[i].of ? events[i].of(&look) : NULL;

		if (id && !is_noted(&look, events[i].name, id))
			add(rollover, events[i].name, id, now_unix, change);
	}
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct notes notes = history_notes(&rollovers->history, kinds[k], name);

		for (size_t i = 0; i < notes.n; i++)
			if (is_stale(rollovers, project, rollover, &notes.items[i], now_unix))
				history_add_note(&change->remove, &notes.items[i]);
	}
}

void
events_end(const struct rollovers *rollovers, const struct project *project, int64_t now_unix,
    struct project_history_change *change)
{
	for (size_t i = 0; i < rollovers->inherited.n_notes; i++)
		history_add_note(&change->add, &rollovers->inherited.notes[i]);
	for (size_t i = 0; i < rollovers->history.n_notes; i++) {
		const struct note *note = &rollovers->history.notes[i];

		if (note->kind != NOTE_KEY_PENDING && note->kind != NOTE_KEY_TOLD &&
		    !project_has_certificate(project, note->name) &&
		    (!note->chain || !is_held(rollovers, project, note, now_unix)))
			history_add_note(&change->remove, note);
	}
}

void
events_add_failure(
    const struct rollover *rollover, int64_t now_unix, struct project_history_change *change)
{
	add(rollover, failed, next_id(rollover), now_unix, change);
}

/* In the order in which they happened. */
static bool
is_before(const struct note *a, const struct note *b)
{
	return a->t_unix < b->t_unix || (a->t_unix == b->t_unix && number_of(a) < number_of(b));
}

const struct note *
events_first(const struct history *history, const char *name, const struct history *tried)
{
	struct notes notes = history_notes(history, NOTE_PENDING, name);
	const struct note *first = NULL;

	for (size_t i = 0; i < notes.n; i++) {
		const struct note *note = &notes.items[i];

		if (!history_note(tried, NOTE_PENDING, name, note->event, note->id) &&
		    (!first || is_before(note, first)))
			first = note;
	}
	return first;
}

/* --- What is told --- */

void
event_put_time(struct json *j, const char *key, int64_t t_unix)
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
record_since(const struct answered *service, struct bytes rdata)
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
put_record(struct json *j, const struct answered *service, struct bytes rdata)
{
	struct buf b = {0};

	rdata_print(&b, TYPE_TLSA, rdata);
	buf_putc(&b, '\0');
	json_begin(j, '{');
	json_member(j, "zone", service->published->zone);
	json_member(j, "owner", service->published->owner);
	json_member(j, "record", b.data);
	event_put_time(j, "since", record_since(service, rdata));
	json_end(j, '}');
	buf_free(&b);
}

void
event_put_records(
    struct json *j, const struct rollovers *rollovers, const struct rollover *rollover)
{
	struct answered service;
	size_t at = 0;

	json_key(j, "records");
	json_begin(j, '[');
	while (certificate_services_next(&rollovers->services, rollover->number, &at, &service)) {
		const struct set *published = service.published;

		if (!published || published->type != TYPE_TLSA)
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

void
event_print(struct buf *out, const struct rollovers *rollovers, const struct rollover *rollover,
    const struct note *pending)
{
	const struct project_certificate *is = rollover->certificate.is;
	const struct certs *certs = certs_of(rollover, pending->id);
	int64_t from, to = 0, safe = rollover->gate_unix;
	struct json j = {.out = out};
	struct arena a = {0};

	if (certs)
		certs_dates(certs, &from, &to);
	if (strcmp(pending->event, early) == 0)
		safe = rollover->phase == ROLLOVER_EARLY ? rollover->safe_unix : TIME_NEVER;
	json_begin(&j, '{');
	json_member(&j, "event", pending->event);
	json_member(&j, "certificate", is->name);
	json_member(&j, "message",
	    arena_printf(&a, "certificate %s: %s", is->name, events[number_of(pending)].message));
	event_put_time(&j, "time", pending->t_unix);
	json_member(&j, "id", pending->id);
	json_member(&j, "current", file_absolute(&a, is->current));
	json_member(&j, "next", is->next ? file_absolute(&a, is->next) : NULL);
	event_put_time(&j, "not_after", to ? to : TIME_NEVER);
	event_put_time(&j, "safe_at", safe);
	event_put_records(&j, rollovers, rollover);
	json_end(&j, '}');
	buf_putc(out, '\n');
	arena_free(&a);
}

#include "report/rollover.h"

#include "base/json.h"
#include "report/table.h"
#include "rollover/event.h"

enum { N_COLUMNS = 5 };

static const char *
time_or_dash(struct arena *a, int64_t t_unix)
{
	return t_unix == TIME_NEVER ? "-" : table_instant(a, t_unix);
}

/* --- What happens next --- */

static const char *
unknown_step(struct arena *a, const struct rollover *rollover)
{
	return arena_printf(
	    a, "it is not known what zone %s answers: zonepp build finds out", rollover->unknown);
}

/* Whoever holds that set refuses the certificate. */
static const char *
servers_step(struct arena *a, const struct rollover *rollover)
{
	const char *owner = rollover->by ? rollover->by->owner : rollover->certificate.is->name;

	if (rollover->lagging)
		return arena_printf(
		    a, "server %s must answer with newer records of %s", rollover->lagging, owner);
	return arena_printf(
	    a, "all servers of %s must answer with newer records; zonepp roll asks them", owner);
}

static const char older_step[] = "next was issued before current: take it into use by hand";

static const char *
ready_step(struct arena *a, const struct rollover *rollover)
{
	(void)a;
	if (rollover->certificate.is->deploy && rollover->is_older)
		return older_step;
	return rollover->certificate.is->deploy ? "zonepp roll --deploy takes next into use"
						: "take next into use, and make it current";
}

static const char *
unused_step(struct arena *a, const struct rollover *rollover)
{
	if (rollover->unknown)
		return unknown_step(a, rollover);
	if (rollover->left_unix == TIME_NEVER)
		return servers_step(a, rollover);
	if (rollover_is_due(rollover))
		return ready_step(a, rollover);
	if (rollover->left_unix != 0)
		return arena_printf(a,
		    "none: its records left the zones, and caches forget them by %s",
		    table_instant(a, rollover->left_unix));
	return arena_printf(a,
	    "no zone has its records: write cert:%s in a $TLSA, run zonepp build",
	    rollover->certificate.is->name);
}

static const char *
steady_step(struct arena *a, const struct rollover *rollover)
{
	if (!rollover->certificate.is->next)
		return "none: it has no \"next\"";
	if (rollover->has_other_chain && rollover->certificate.is->deploy &&
	    rollover->deployed_unix == TIME_NEVER)
		return "zonepp roll --deploy takes the other chain of next into use";
	if (rollover->certificate.next)
		return "none: next is current";
	return arena_printf(a, "a next certificate in %s", rollover->certificate.is->next);
}

static const char *
finishing_step(struct arena *a, const struct rollover *rollover)
{
	if (rollover->lost)
		return arena_printf(a, "%s must become the certificate that was deployed",
		    rollover->certificate.is->current);
	return "zonepp build removes the old records";
}

static const char *
new_step(struct arena *a, const struct rollover *rollover)
{
	return rollover->unknown ? unknown_step(a, rollover)
				 : "zonepp build publishes the records of next";
}

static const char *
unseen_step(struct arena *a, const struct rollover *rollover)
{
	return rollover->unknown ? unknown_step(a, rollover) : servers_step(a, rollover);
}

static const char *
waiting_step(struct arena *a, const struct rollover *rollover)
{
	(void)a;
	if (rollover->certificate.is->deploy && rollover->is_older)
		return "then next, issued before current, may be taken into use by hand";
	return rollover->certificate.is->deploy ? "then zonepp roll --deploy takes next into use"
						: "then next may be taken into use";
}

static const char *
deployed_step(struct arena *a, const struct rollover *rollover)
{
	return arena_printf(
	    a, "%s must become what next is, then zonepp build", rollover->certificate.is->current);
}

static const char *
early_step(struct arena *a, const struct rollover *rollover)
{
	(void)a;
	return rollover->safe_unix == TIME_NEVER
		   ? "put the old certificate back; zonepp build publishes the record of this one"
		   : "put the old certificate back until then";
}

static const char *(*const steps[N_ROLLOVER_PHASES])(
    struct arena *a, const struct rollover *rollover) = {
    [ROLLOVER_UNUSED] = unused_step,
    [ROLLOVER_STEADY] = steady_step,
    [ROLLOVER_FINISHING] = finishing_step,
    [ROLLOVER_NEW] = new_step,
    [ROLLOVER_UNSEEN] = unseen_step,
    [ROLLOVER_WAITING] = waiting_step,
    [ROLLOVER_READY] = ready_step,
    [ROLLOVER_DEPLOYED] = deployed_step,
    [ROLLOVER_EARLY] = early_step,
};

/* Where only its record is there, the certificate itself is waited for too. */
static bool
is_request(const struct rollover *rollover)
{
	return rollover->certificate.is->deploy && rollover->certificate.next &&
	       rollover->certificate.next->key &&
	       (rollover->phase == ROLLOVER_WAITING || rollover->phase == ROLLOVER_READY);
}

/* Where it stands is not known without the current certificate. */
static const char *
phase_of(const struct rollover *rollover)
{
	return rollover->certificate.current ? rollover_phase_name(rollover->phase) : "-";
}

const char *
report_rollover_step(struct arena *a, const struct rollover *rollover)
{
	if (!rollover->certificate.current)
		return "its current certificate must be there, and readable";
	if (rollover->refusal && rollover->phase != ROLLOVER_EARLY)
		return rollover->refusal;
	if (is_request(rollover))
		return arena_printf(a, "%s, a %s, must become the certificate",
		    rollover->certificate.is->next, rollover->certificate.next->key->what);
	return steps[rollover->phase](a, rollover);
}

/* --- Table --- */

static void
put_key_row(struct arena *a, const struct keyroll *roll, const char **row)
{
	row[0] = arena_printf(
	    a, "%s %s %u", roll->zone->name_text, keyroll_role_name(roll->role), roll->key->tag);
	row[1] = keyroll_phase_name(roll->phase);
	row[2] = roll->since_unix == TIME_UNKNOWN ? "-" : table_instant(a, roll->since_unix);
	row[3] = time_or_dash(a, roll->at_unix);
	row[4] = keyroll_words(a, roll);
}

void
report_rollover_table(
    struct buf *out, const struct rollovers *rollovers, const struct keyrolls *keys)
{
	const char *head[N_COLUMNS] = {
	    keys->n > 0 ? "NAME" : "CERTIFICATE", "PHASE", "SINCE", "SAFE AT", "NEXT"};
	struct arena a = {0};
	size_t n_rows = rollovers->n + keys->n + 1;
	const char **cells = arena_alloc(&a, n_rows * sizeof(head));

	memcpy(cells, head, sizeof(head));
	for (size_t i = 0; i < rollovers->n; i++) {
		const struct rollover *rollover = &rollovers->items[i];
		const char **row = cells + (i + 1) * N_COLUMNS;

		row[0] = rollover->certificate.is->name;
		row[1] = phase_of(rollover);
		row[2] = time_or_dash(&a, rollover->since_unix);
		row[3] = time_or_dash(&a, rollover->safe_unix);
		row[4] = report_rollover_step(&a, rollover);
	}
	for (size_t i = 0; i < keys->n; i++)
		put_key_row(&a, &keys->items[i], cells + (rollovers->n + 1 + i) * N_COLUMNS);
	if (n_rows > 1)
		report_table(out, cells, n_rows, N_COLUMNS);
	arena_free(&a);
}

/* --- What a build changes --- */

static void
put_step(struct buf *out, struct arena *a, const char *phase, int64_t safe_unix, const char *step)
{
	buf_puts(out, phase);
	if (safe_unix != TIME_NEVER)
		buf_printf(out, " until %s", table_instant(a, safe_unix));
	buf_printf(out, ": %s", step);
}

size_t
report_rollover_changes(struct buf *out, const struct report_rollover_change *change,
    const char *begin, const char *end)
{
	struct arena a = {0};
	size_t n = 0;

	for (size_t i = 0; i < change->before->n && i < change->after->n; i++) {
		const struct rollover *was = &change->before->items[i];
		const struct rollover *is = &change->after->items[i];

		if (was->phase == is->phase && was->safe_unix == is->safe_unix &&
		    is->phase != ROLLOVER_EARLY)
			continue;
		buf_printf(out, "%scertificate %s: ", begin, is->certificate.is->name);
		put_step(out, &a, phase_of(is), is->safe_unix, report_rollover_step(&a, is));
		buf_puts(out, end);
		n++;
	}
	for (size_t i = 0; i < change->keys_before->n && i < change->keys_after->n; i++) {
		const struct keyroll *was = &change->keys_before->items[i];
		const struct keyroll *is = &change->keys_after->items[i];

		if (was->phase == is->phase && was->at_unix == is->at_unix)
			continue;
		buf_printf(out, "%skey %u of %s: ", begin, is->key->tag, is->zone->name_text);
		put_step(
		    out, &a, keyroll_phase_name(is->phase), is->at_unix, keyroll_words(&a, is));
		buf_puts(out, end);
		n++;
	}
	arena_free(&a);
	return n;
}

/* --- JSON --- */

static void
put_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text_of(text));
}

static void
put_file(struct json *j, const char *key, const char *path, const struct certs *certs,
    const struct certchain *chain)
{
	int64_t from, to = 0;

	json_key(j, key);
	if (!path || !certs) {
		json_null(j);
		return;
	}
	certs_dates(certs, &from, &to);
	json_begin(j, '{');
	put_text(j, "path", path);
	put_text(j, "id", chain->leaf_id);
	event_put_time(j, "not_after", to ? to : TIME_NEVER);
	json_end(j, '}');
}

static void
put_gate(struct json *j, const struct rollover *rollover)
{
	json_key(j, "gate");
	json_begin(j, '{');
	json_key(j, "safe");
	json_bool(j, rollover->gate);
	event_put_time(j, "at", rollover->gate_unix);
	json_end(j, '}');
}

static void
put_rollover(struct json *j, struct arena *a, const struct rollovers *rollovers,
    const struct rollover *rollover)
{
	const struct certificate *certificate = &rollover->certificate;

	json_begin(j, '{');
	put_text(j, "certificate", certificate->is->name);
	put_text(j, "phase", phase_of(rollover));
	event_put_time(j, "since", rollover->since_unix);
	event_put_time(j, "safe_at", rollover->safe_unix);
	put_text(j, "step", report_rollover_step(a, rollover));
	put_gate(j, rollover);
	put_file(j, "current", certificate->is->current, certificate->current,
	    &certificate->current_chain);
	put_file(j, "next", certificate->is->next, certificate->next, &certificate->next_chain);
	event_put_records(j, rollovers, rollover);
	json_end(j, '}');
}

static void
put_key(struct json *j, struct arena *a, const struct keyroll *roll)
{
	json_begin(j, '{');
	put_text(j, "zone", roll->zone->name_text);
	put_text(j, "role", keyroll_role_name(roll->role));
	put_text(j, "algorithm", roll->key->algorithm->name);
	json_key(j, "key");
	json_number(j, roll->key->tag);
	json_key(j, "successor");
	if (roll->successor)
		json_number(j, roll->successor->tag);
	else
		json_null(j);
	put_text(j, "phase", keyroll_phase_name(roll->phase));
	event_put_time(j, "since", roll->since_unix);
	event_put_time(j, "safe_at", roll->at_unix);
	put_text(j, "step", keyroll_words(a, roll));
	json_end(j, '}');
}

void
report_rollover_json(
    struct buf *out, const struct rollovers *rollovers, const struct keyrolls *keys)
{
	struct json j = {.out = out};
	struct arena a = {0};

	json_begin(&j, '[');
	for (size_t i = 0; i < rollovers->n; i++)
		put_rollover(&j, &a, rollovers, &rollovers->items[i]);
	for (size_t i = 0; i < keys->n; i++)
		put_key(&j, &a, &keys->items[i]);
	json_end(&j, ']');
	buf_putc(out, '\n');
	arena_free(&a);
}

/* --- Gate --- */

static const char *
gate_reason(struct arena *a, const struct rollover *rollover)
{
	const struct certificate *certificate = &rollover->certificate;

	if (!rollover->is_used)
		return unused_step(a, rollover);
	if (rollover->unknown)
		return unknown_step(a, rollover);
	if (!certificate->is->next)
		return "it has no \"next\" in the project file, whose records could be published";
	if (!certificate->next)
		return arena_printf(a, "there is no %s yet, whose records could be published",
		    certificate->is->next);
	if (rollover->refusal)
		return rollover->refusal;
	return rollover->is_used && !rollover->is_published ? new_step(a, rollover)
							    : servers_step(a, rollover);
}

void
report_rollover_gate(struct buf *out, const struct rollover *rollover)
{
	const char *name = rollover->certificate.is->name;
	int64_t at = rollover->gate_unix;
	struct arena a = {0};

	if (rollover->gate)
		buf_printf(out, "%s: safe since %s\n", name, table_instant(&a, at));
	else if (at != TIME_NEVER)
		buf_printf(out, "%s: wait until %s\n", name, table_instant(&a, at));
	else
		buf_printf(out, "%s: wait: %s\n", name, gate_reason(&a, rollover));
	arena_free(&a);
}

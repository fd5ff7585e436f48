#include "report/roll.h"

#include "base/json.h"
#include "report/table.h"
#include "rollover/notify.h"

enum { N_COLUMNS = 5 };

static const char *
time_or_dash(struct arena *a, int64_t t_unix)
{
	return t_unix == TIME_NEVER ? "-" : table_instant(a, t_unix);
}

/* --- What happens next --- */

static const char *
unknown_step(struct arena *a, const struct roll *roll)
{
	return arena_printf(
	    a, "it is not known what zone %s answers: zonepp build finds out", roll->unknown);
}

/* Whoever holds that set refuses the certificate. */
static const char *
servers_step(struct arena *a, const struct roll *roll)
{
	const char *owner = roll->by ? roll->by->owner : roll->certificate.is->name;

	if (roll->lagging)
		return arena_printf(
		    a, "server %s must answer with newer records of %s", roll->lagging, owner);
	return arena_printf(
	    a, "all servers of %s must answer with newer records; zonepp roll asks them", owner);
}

static const char older_step[] = "next was issued before current: take it into use by hand";

static const char *
ready_step(struct arena *a, const struct roll *roll)
{
	(void)a;
	if (roll->certificate.is->deploy && roll->is_older)
		return older_step;
	return roll->certificate.is->deploy ? "zonepp roll --deploy takes next into use"
					    : "take next into use, and make it current";
}

static const char *
unused_step(struct arena *a, const struct roll *roll)
{
	if (roll->unknown)
		return unknown_step(a, roll);
	if (roll->left_unix == TIME_NEVER)
		return servers_step(a, roll);
	if (roll_is_due(roll))
		return ready_step(a, roll);
	if (roll->left_unix != 0)
		return arena_printf(a,
		    "none: its records left the zones, and caches forget them by %s",
		    table_instant(a, roll->left_unix));
	return arena_printf(a,
	    "no zone has its records: write cert:%s in a $TLSA, run zonepp build",
	    roll->certificate.is->name);
}

static const char *
steady_step(struct arena *a, const struct roll *roll)
{
	if (!roll->certificate.is->next)
		return "none: it has no \"next\"";
	if (roll->has_other_chain && roll->certificate.is->deploy &&
	    roll->deployed_unix == TIME_NEVER)
		return "zonepp roll --deploy takes the other chain of next into use";
	if (roll->certificate.next)
		return "none: next is current";
	return arena_printf(a, "a next certificate in %s", roll->certificate.is->next);
}

static const char *
finishing_step(struct arena *a, const struct roll *roll)
{
	if (roll->stray)
		return arena_printf(a, "%s must become the certificate that was deployed",
		    roll->certificate.is->current);
	return "zonepp build removes the old records";
}

static const char *
new_step(struct arena *a, const struct roll *roll)
{
	return roll->unknown ? unknown_step(a, roll) : "zonepp build publishes the records of next";
}

static const char *
unseen_step(struct arena *a, const struct roll *roll)
{
	return roll->unknown ? unknown_step(a, roll) : servers_step(a, roll);
}

static const char *
waiting_step(struct arena *a, const struct roll *roll)
{
	(void)a;
	if (roll->certificate.is->deploy && roll->is_older)
		return "then next, issued before current, may be taken into use by hand";
	return roll->certificate.is->deploy ? "then zonepp roll --deploy takes next into use"
					    : "then next may be taken into use";
}

static const char *
deployed_step(struct arena *a, const struct roll *roll)
{
	return arena_printf(
	    a, "%s must become what next is, then zonepp build", roll->certificate.is->current);
}

static const char *
early_step(struct arena *a, const struct roll *roll)
{
	(void)a;
	return roll->safe_unix == TIME_NEVER
		   ? "put the old certificate back; zonepp build publishes the record of this one"
		   : "put the old certificate back until then";
}

static const char *(*const steps[N_ROLL_PHASES])(struct arena *a, const struct roll *roll) = {
    [ROLL_UNUSED] = unused_step,
    [ROLL_STEADY] = steady_step,
    [ROLL_FINISHING] = finishing_step,
    [ROLL_NEW] = new_step,
    [ROLL_UNSEEN] = unseen_step,
    [ROLL_WAITING] = waiting_step,
    [ROLL_READY] = ready_step,
    [ROLL_DEPLOYED] = deployed_step,
    [ROLL_EARLY] = early_step,
};

/* Where only its record is there, the certificate itself is waited for too. */
static bool
is_request(const struct roll *roll)
{
	return roll->certificate.is->deploy && roll->certificate.next &&
	       roll->certificate.next->key &&
	       (roll->phase == ROLL_WAITING || roll->phase == ROLL_READY);
}

/* Where it stands is not known without the current certificate. */
static const char *
phase_of(const struct roll *roll)
{
	return roll->certificate.current ? roll_phase_name(roll->phase) : "-";
}

static const char *
step_of(struct arena *a, const struct roll *roll)
{
	if (!roll->certificate.current)
		return "its current certificate must be there, and readable";
	if (roll->unfit && roll->phase != ROLL_EARLY)
		return roll->unfit;
	if (is_request(roll))
		return arena_printf(a, "%s, a %s, must become the certificate",
		    roll->certificate.is->next, roll->certificate.next->key->what);
	return steps[roll->phase](a, roll);
}

/* --- Table --- */

void
report_roll_table(struct buf *out, const struct rolls *rolls)
{
	static const char *const head[N_COLUMNS] = {
	    "CERTIFICATE", "PHASE", "SINCE", "SAFE AT", "NEXT"};
	struct arena a = {0};
	const char **cells = arena_alloc(&a, (rolls->n + 1) * sizeof(head));

	memcpy(cells, head, sizeof(head));
	for (size_t i = 0; i < rolls->n; i++) {
		const struct roll *roll = &rolls->items[i];
		const char **row = cells + (i + 1) * N_COLUMNS;

		row[0] = roll->certificate.is->name;
		row[1] = phase_of(roll);
		row[2] = time_or_dash(&a, roll->since_unix);
		row[3] = time_or_dash(&a, roll->safe_unix);
		row[4] = step_of(&a, roll);
	}
	if (rolls->n > 0)
		report_table(out, cells, rolls->n + 1, N_COLUMNS);
	arena_free(&a);
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
	rolls_put_time(j, "not_after", to ? to : TIME_NEVER);
	json_end(j, '}');
}

static void
put_gate(struct json *j, const struct roll *roll)
{
	json_key(j, "gate");
	json_begin(j, '{');
	json_key(j, "safe");
	json_bool(j, roll->gate);
	rolls_put_time(j, "at", roll->gate_unix);
	json_end(j, '}');
}

static void
put_roll(struct json *j, struct arena *a, const struct rolls *rolls, const struct roll *roll,
    int64_t now_unix)
{
	const struct certificate *certificate = &roll->certificate;

	json_begin(j, '{');
	put_text(j, "certificate", certificate->is->name);
	put_text(j, "phase", phase_of(roll));
	rolls_put_time(j, "since", roll->since_unix);
	rolls_put_time(j, "safe_at", roll->safe_unix);
	put_text(j, "step", step_of(a, roll));
	put_gate(j, roll);
	put_file(j, "current", certificate->is->current, certificate->current,
	    &certificate->current_chain);
	put_file(j, "next", certificate->is->next, certificate->next, &certificate->next_chain);
	rolls_put_records(j, rolls, roll, now_unix);
	json_end(j, '}');
}

void
report_roll_json(struct buf *out, const struct rolls *rolls, int64_t now_unix)
{
	struct json j = {.out = out};
	struct arena a = {0};

	json_begin(&j, '[');
	for (size_t i = 0; i < rolls->n; i++)
		put_roll(&j, &a, rolls, &rolls->items[i], now_unix);
	json_end(&j, ']');
	buf_putc(out, '\n');
	arena_free(&a);
}

/* --- Gate --- */

static const char *
gate_reason(struct arena *a, const struct roll *roll)
{
	const struct certificate *certificate = &roll->certificate;

	if (!roll->is_used)
		return unused_step(a, roll);
	if (roll->unknown)
		return unknown_step(a, roll);
	if (!certificate->is->next)
		return "it has no \"next\" in the project file, whose records could be published";
	if (!certificate->next)
		return arena_printf(a, "there is no %s yet, whose records could be published",
		    certificate->is->next);
	if (roll->unfit)
		return roll->unfit;
	return roll->is_used && !roll->is_published ? new_step(a, roll) : servers_step(a, roll);
}

void
report_roll_gate(struct buf *out, const struct roll *roll)
{
	const char *name = roll->certificate.is->name;
	int64_t at = roll->gate_unix;
	struct arena a = {0};

	if (roll->gate)
		buf_printf(out, "%s: safe since %s\n", name, table_instant(&a, at));
	else if (at != TIME_NEVER)
		buf_printf(out, "%s: wait until %s\n", name, table_instant(&a, at));
	else
		buf_printf(out, "%s: wait: %s\n", name, gate_reason(&a, roll));
	arena_free(&a);
}

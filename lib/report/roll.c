#include "report/roll.h"

#include "base/json.h"
#include "report/table.h"

enum { N_COLUMNS = 5 };

static const char *
time_or_dash(struct arena *a, int64_t t_unix)
{
	return t_unix == ROLLOVER_NEVER ? "-" : table_instant(a, t_unix);
}

/* --- What happens next --- */

static const char left_step[] = "all its servers must answer without its former records";

static const char *
unnoted_step(struct arena *a, const struct roll *roll)
{
	return arena_printf(a,
	    "zone %s may have records of it that are not known of: zonepp build notes those of "
	    "cert:%s",
	    roll->unnoted, roll->certificate->name);
}

static const char older_step[] = "next was issued before current: take it into use by hand";

static const char *
ready_step(struct arena *a, const struct roll *roll)
{
	(void)a;
	if (roll->certificate->deploy && roll->older)
		return older_step;
	return roll->certificate->deploy ? "zonepp roll --deploy takes next into use"
					 : "take next into use, and make it current";
}

static const char *
unused_step(struct arena *a, const struct roll *roll)
{
	if (roll->unnoted)
		return unnoted_step(a, roll);
	if (roll->leaving)
		return left_step;
	if (roll_is_due(roll))
		return ready_step(a, roll);
	if (roll->facts.left_unix != ROLLOVER_NEVER)
		return arena_printf(a,
		    "none: its records left the zones, and caches forget them by %s",
		    table_instant(a, roll->facts.left_unix));
	const char *name = roll->certificate->name;

	return arena_printf(
	    a, "no zone has its records: write cert:%s in a $TLSA, run zonepp build", name);
}

static const char *
steady_step(struct arena *a, const struct roll *roll)
{
	if (!roll->certificate->next)
		return "none: it has no \"next\"";
	if (roll->other_chain && roll->certificate->deploy &&
	    roll->facts.deployed_unix == ROLLOVER_NEVER)
		return "zonepp roll --deploy takes the other chain of next into use";
	if (roll->facts.has_next)
		return "none: next is current";
	return arena_printf(a, "a next certificate in %s", roll->certificate->next);
}

static const char *
finishing_step(struct arena *a, const struct roll *roll)
{
	if (roll->stray)
		return arena_printf(a, "%s must become the certificate that was deployed",
		    roll->certificate->current);
	return "zonepp build removes the old records";
}

static const char *
new_step(struct arena *a, const struct roll *roll)
{
	if (roll->unnoted)
		return unnoted_step(a, roll);
	return "zonepp build publishes the records of next";
}

static const char *
unseen_step(struct arena *a, const struct roll *roll)
{
	if (!roll->unseen)
		return left_step;
	return arena_printf(a, "server %s must answer with the records of next", roll->unseen);
}

static const char *
waiting_step(struct arena *a, const struct roll *roll)
{
	(void)a;
	if (roll->certificate->deploy && roll->older)
		return "then next, issued before current, may be taken into use by hand";
	return roll->certificate->deploy ? "then zonepp roll --deploy takes next into use"
					 : "then next may be taken into use";
}

static const char *
deployed_step(struct arena *a, const struct roll *roll)
{
	return arena_printf(
	    a, "%s must become what next is, then zonepp build", roll->certificate->current);
}

static const char *
early_step(struct arena *a, const struct roll *roll)
{
	(void)a;
	return roll->facts.current_since == ROLLOVER_NEVER
		   ? "put the old certificate back; zonepp build publishes the record of this one"
		   : "put the old certificate back until then";
}

static const char *(*const steps[N_ROLLOVER_PHASES])(struct arena *a, const struct roll *roll) = {
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
is_request(const struct roll *roll)
{
	return roll->certificate->deploy && roll->next && roll->next->key &&
	       (roll->rollover.phase == ROLLOVER_WAITING || roll->rollover.phase == ROLLOVER_READY);
}

/* Where it stands is not known without the current certificate. */
static const char *
phase_of(const struct roll *roll)
{
	return roll->current ? rollover_phase_name(roll->rollover.phase) : "-";
}

static const char *
step_of(struct arena *a, const struct roll *roll)
{
	if (!roll->current)
		return "its current certificate must be there, and readable";
	if (roll->unfit && roll->rollover.phase != ROLLOVER_EARLY)
		return roll->unfit;
	if (is_request(roll))
		return arena_printf(a, "%s, a %s, must become the certificate",
		    roll->certificate->next, roll->next->key->what);
	return steps[roll->rollover.phase](a, roll);
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

		row[0] = roll->certificate->name;
		row[1] = phase_of(roll);
		row[2] = time_or_dash(&a, roll->rollover.since_unix);
		row[3] = time_or_dash(&a, roll->rollover.safe_unix);
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
put_time(struct json *j, struct arena *a, const char *key, int64_t t_unix)
{
	json_key(j, key);
	if (t_unix == ROLLOVER_NEVER)
		json_null(j);
	else
		json_text(j, text_of(table_instant(a, t_unix)));
}

static void
put_file(struct json *j, struct arena *a, const char *key, const char *path,
    const struct certs *certs, const char *id)
{
	int64_t from, to = 0;

	json_key(j, key);
	if (!path || !certs) {
		json_null(j);
		return;
	}
	pins_dates(certs, &from, &to);
	json_begin(j, '{');
	put_text(j, "path", path);
	put_text(j, "id", id);
	put_time(j, a, "not_after", to ? to : ROLLOVER_NEVER);
	json_end(j, '}');
}

static void
put_gate(struct json *j, struct arena *a, const struct rollover *rollover)
{
	json_key(j, "gate");
	json_begin(j, '{');
	json_key(j, "safe");
	json_bool(j, rollover->gate);
	put_time(j, a, "at", rollover->gate_unix);
	json_end(j, '}');
}

static void
put_roll(struct json *j, struct arena *a, const struct rolls *rolls, const struct roll *roll)
{
	const struct project_certificate *certificate = roll->certificate;

	json_begin(j, '{');
	put_text(j, "certificate", certificate->name);
	put_text(j, "phase", phase_of(roll));
	put_time(j, a, "since", roll->rollover.since_unix);
	put_time(j, a, "safe_at", roll->rollover.safe_unix);
	put_text(j, "step", step_of(a, roll));
	put_gate(j, a, &roll->rollover);
	put_file(j, a, "current", certificate->current, roll->current, roll->current_id);
	put_file(j, a, "next", certificate->next, roll->next, roll->next_id);
	rolls_put_records(j, &rolls->facts, certificate->name);
	json_end(j, '}');
}

void
report_roll_json(struct buf *out, const struct rolls *rolls)
{
	struct json j = {.out = out};
	struct arena a = {0};

	json_begin(&j, '[');
	for (size_t i = 0; i < rolls->n; i++)
		put_roll(&j, &a, rolls, &rolls->items[i]);
	json_end(&j, ']');
	buf_putc(out, '\n');
	arena_free(&a);
}

/* --- Gate --- */

static const char *
gate_reason(struct arena *a, const struct roll *roll)
{
	if (!roll->facts.used)
		return unused_step(a, roll);
	if (!roll->certificate->next)
		return "it has no \"next\" in the project file, whose records could be published";
	if (!roll->facts.has_next)
		return arena_printf(a, "there is no %s yet, whose records could be published",
		    roll->certificate->next);
	if (roll->facts.same)
		return early_step(a, roll);
	if (roll->unfit)
		return roll->unfit;
	return roll->facts.next_since == ROLLOVER_NEVER ? new_step(a, roll) : unseen_step(a, roll);
}

void
report_roll_gate(struct buf *out, const struct roll *roll)
{
	const char *name = roll->certificate->name;
	int64_t at = roll->rollover.gate_unix;
	struct arena a = {0};

	if (roll->rollover.gate)
		buf_printf(out, "%s: safe since %s\n", name, table_instant(&a, at));
	else if (at != ROLLOVER_NEVER)
		buf_printf(out, "%s: wait until %s\n", name, table_instant(&a, at));
	else
		buf_printf(out, "%s: wait: %s\n", name, gate_reason(&a, roll));
	arena_free(&a);
}

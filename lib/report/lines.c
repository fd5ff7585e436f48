/* One JSON object a line: what a run that is ended early wrote is whole, several runs can be
 * joined, and grep and jq read it as it comes. */
#include "report/format_part.h"

#include "report/safe.h"

static const char *const severities[] = {
    [SEVERITY_NOTE] = "note", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};

static void
put_or_null(struct json *j, const char *key, const char *text)
{
	json_member(j, key, text && *text ? text : NULL);
}

static void
put_number(struct json *j, const char *key, uint64_t number)
{
	json_key(j, key);
	if (number)
		json_number(j, (int64_t)number);
	else
		json_null(j);
}

static void
put_place(struct json *j, const struct place *place, uint32_t end_column)
{
	json_member(j, "path", place->path);
	put_number(j, "line", place->line);
	put_number(j, "column", place->line ? place->column : 0);
	if (end_column)
		put_number(j, "endColumn", place->line ? end_column : 0);
}

static void
put_included(struct json *j, const struct diag *d)
{
	json_key(j, "included");
	json_begin(j, '[');
	for (size_t i = 0; i < d->n_included; i++) {
		json_begin(j, '{');
		put_place(j, &d->included[i], 0);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void
put_problem(
    const struct report *r, struct buf *out, const struct diags *diags, const struct diag *d)
{
	const struct problem_info *info = &problem_table[d->problem];
	struct buf next = {0};
	struct json j = {.out = out};

	json_begin(&j, '{');
	json_member(&j, "code", info->code);
	json_member(&j, "severity", severities[d->severity]);
	put_place(&j, &d->place, d->place.column + d->underline);
	report_safe_member(&j, "message", d->message);
	put_or_null(&j, "law", info->law);
	put_or_null(&j, "remedy", info->remedy);
	json_member(&j, "next", format_next(r, diags, d, &next));
	put_or_null(&j, "replacement", d->fix);
	put_number(&j, "more", d->n_more);
	put_included(&j, d);
	json_end(&j, '}');
	buf_putc(out, '\n');
	buf_free(&next);
}

void
format_json(struct report *r, struct buf *out, const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		put_problem(r, out, diags, &diags->items[i]);
}

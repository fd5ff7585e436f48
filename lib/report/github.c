/* Workflow commands of GitHub, which become annotations of a pull request. A step has room for ten
 * of each level, and drops the others without a word: the tenth then tells how many there are, and
 * all behind the ninth stand in the log. */
#include "report/format_part.h"

#include "report/safe.h"

enum { ANNOTATIONS_MOST = 10 };

static const char *const levels[] = {
    [SEVERITY_NOTE] = "notice", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};
static const char *const plurals[] = {
    [SEVERITY_NOTE] = "notes", [SEVERITY_WARNING] = "warnings", [SEVERITY_ERROR] = "errors"};

/* In properties, `:` and `,` have a meaning, too. */
static void
put_escaped(struct buf *out, const char *text, bool property)
{
	struct buf safe = {0};

	report_safe(&safe, text);
	for (size_t i = 0; i < safe.len; i++)
		if (safe.data[i] == '%' || (property && strchr(":,", safe.data[i])))
			buf_printf(out, "%%%02X", (unsigned)safe.data[i]);
		else
			buf_putc(out, safe.data[i]);
	buf_free(&safe);
}

static void
put_annotation(struct buf *out, const struct diag *d)
{
	buf_printf(out, "::%s ", levels[d->severity]);
	if (d->place.path) {
		buf_puts(out, "file=");
		put_escaped(out, format_path(d->place.path), true);
		buf_putc(out, ',');
	}
	if (d->place.line)
		buf_printf(out, "line=%llu,col=%u,endColumn=%u,", (unsigned long long)d->place.line,
		    format_column(d), format_end_column(d));
	buf_printf(out, "title=%s::", problem_table[d->problem].code);
	put_escaped(out, d->message, false);
	if (d->note) {
		buf_puts(out, "%0A");
		put_escaped(out, d->note, false);
	}
	buf_putc(out, '\n');
}

static void
put_problem(struct report *r, struct buf *out, const struct diag *d)
{
	struct buf *held = &r->held[d->severity], *line = &r->held_line[d->severity];
	size_t n = ++r->n_severity[d->severity];

	if (n < ANNOTATIONS_MOST) {
		put_annotation(out, d);
	} else if (n == ANNOTATIONS_MOST) {
		put_annotation(held, d);
		format_gcc_line(line, d);
	} else {
		buf_put(out, line->data, line->len);
		buf_clear(line);
		format_gcc_line(out, d);
	}
}

void
format_github(struct report *r, struct buf *out, const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		put_problem(r, out, &diags->items[i]);
}

void
format_github_end(struct report *r, struct buf *out)
{
	for (int level = SEVERITY_ERROR; level >= SEVERITY_NOTE; level--) {
		size_t n = r->n_severity[level];

		if (n == ANNOTATIONS_MOST)
			buf_put(out, r->held[level].data, r->held[level].len);
		else if (n > ANNOTATIONS_MOST)
			buf_printf(out,
			    "::%s title=zonepp::%zu more %s: see the log of this step\n",
			    levels[level], n - ANNOTATIONS_MOST + 1, plurals[level]);
	}
}

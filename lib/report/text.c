/* Problems as people and editors read them. */
#include "report/format_part.h"

#include "report/quote.h"
#include "report/safe.h"

static const struct {
	const char *word, *colour;
} severities[] = {
    [SEVERITY_NOTE] = {"note", "\033[1;36m"},
    [SEVERITY_WARNING] = {"warning", "\033[1;35m"},
    [SEVERITY_ERROR] = {"error", "\033[1;31m"},
};

static const char bold[] = "\033[1m", green[] = "\033[1;32m", plain[] = "\033[m";

static void
put_colour(struct buf *out, bool colour, const char *sequence)
{
	if (colour)
		buf_puts(out, sequence);
}

/* `file:line:column`, as much of it as there is. */
static void
put_place(struct buf *out, const struct place *place)
{
	report_safe(out, place->path ? place->path : "zonepp");
	if (place->line)
		buf_printf(out, ":%llu:%u", (unsigned long long)place->line, place->column);
}

static void
put_message(struct buf *out, const struct diag *d, bool colour)
{
	put_colour(out, colour, bold);
	put_place(out, &d->place);
	buf_puts(out, ": ");
	put_colour(out, colour, severities[d->severity].colour);
	buf_printf(out, "%s: ", severities[d->severity].word);
	put_colour(out, colour, plain);
	put_colour(out, colour, bold);
	report_safe(out, d->message);
	put_colour(out, colour, plain);
	buf_printf(out, " [%s]\n", problem_table[d->problem].code);
}

static void
put_remark(struct buf *out, const char *what, const char *text, bool colour)
{
	if (!text)
		return;
	put_colour(out, colour, severities[SEVERITY_NOTE].colour);
	buf_printf(out, "%s: ", what);
	put_colour(out, colour, plain);
	report_safe(out, text);
	buf_putc(out, '\n');
}

void
format_tty(struct report *r, struct buf *out, const struct diags *diags)
{
	const char *mark = r->colour ? green : "", *end = r->colour ? plain : "";
	struct buf next = {0};

	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];

		for (size_t j = 0; j < d->n_included; j++) {
			buf_puts(out, "in file included from ");
			put_place(out, &d->included[j]);
			buf_putc(out, '\n');
		}
		put_message(out, d, r->colour);
		if (d->line_text.data && !quote_may_hold_password(d->line_text))
			quote_print(out, d, mark, end);
		put_remark(out, "note", d->note, r->colour);
		put_remark(out, "next", format_next(r, diags, d, &next), r->colour);
	}
	buf_free(&next);
}

void
format_gcc_line(struct buf *out, const struct diag *d)
{
	put_message(out, d, false);
}

void
format_gcc(struct report *r, struct buf *out, const struct diags *diags)
{
	(void)r;
	for (size_t i = 0; i < diags->n; i++)
		format_gcc_line(out, &diags->items[i]);
}

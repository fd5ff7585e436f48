#define _GNU_SOURCE
#include "report/quote.h"

#include "report/safe.h"

enum {
	TAB_WIDTH = 8,
	QUOTE_COLUMNS = 160, /* of a quoted line; longer ones are cut around the word */
	QUOTE_BEFORE = 60,   /* columns that stay ahead of the word then */
	QUOTE_BYTES = 4096,  /* looked at on either side of the word, however long the line is */
};

/* In a line a tab goes to the next tab stop. */
static struct cell
cell_in_line(struct text text, size_t column)
{
	struct cell cell = {.n_bytes = 1};

	if (*text.data != '\t')
		return safe_cell(text);
	cell.width = cell.n_text = TAB_WIDTH - (unsigned)(column % TAB_WIDTH);
	memset(cell.text, ' ', cell.n_text);
	return cell;
}

/* The part of a line that is looked at, and the columns in it that matter. */
struct quote {
	struct text text;
	size_t mark;     /* byte where the underline begins */
	size_t mark_end; /* byte behind it */
	bool cut_before, cut_after;
	size_t width;              /* columns of `text` */
	size_t column, column_end; /* of the underline */
	size_t from, to;           /* columns that are shown */
};

static bool
is_continuation(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

/* Bounds the work for lines of any length. */
static struct quote
quote_window(const struct diag *d)
{
	struct text line = d->line_text;
	size_t mark = d->place.column - 1 < line.len ? d->place.column - 1 : line.len;
	size_t begin = mark > QUOTE_BYTES ? mark - QUOTE_BYTES : 0;
	size_t end = line.len - mark > QUOTE_BYTES ? mark + QUOTE_BYTES : line.len;
	struct quote q = {0};

	while (begin < mark && begin > 0 && is_continuation(line.data[begin]))
		begin++;
	while (end > mark && end < line.len && is_continuation(line.data[end]))
		end--;
	q.text = (struct text){line.data + begin, end - begin};
	q.mark = mark - begin;
	q.mark_end = q.text.len - q.mark < d->underline ? q.text.len : q.mark + d->underline;
	q.cut_before = begin > 0;
	q.cut_after = end < line.len;
	return q;
}

/* Finds the columns of the underline, and which columns to show. */
static void
quote_measure(struct quote *q)
{
	size_t column = 0;

	q->column = SIZE_MAX;
	for (size_t at = 0; at < q->text.len;) {
		struct cell cell = cell_in_line(text_behind(q->text, at), column);

		at += cell.n_bytes;
		if (q->column == SIZE_MAX && at > q->mark)
			q->column = column;
		column += cell.width;
		if (at <= q->mark_end)
			q->column_end = column;
	}
	q->width = q->to = column;
	if (q->column == SIZE_MAX)
		q->column = column;
	if (q->column_end <= q->column)
		q->column_end = q->column + 1;
	if (q->width <= QUOTE_COLUMNS)
		return;
	if (q->column > QUOTE_BEFORE)
		q->from = q->column - QUOTE_BEFORE;
	if (q->width - q->from > QUOTE_COLUMNS)
		q->to = q->from + QUOTE_COLUMNS;
	q->cut_before |= q->from > 0;
	q->cut_after |= q->to < q->width;
}

/* Appends the columns to show; returns the column of the first. */
static size_t
quote_put(struct buf *out, const struct quote *q)
{
	size_t column = 0, first = SIZE_MAX;

	if (q->cut_before)
		buf_puts(out, "...");
	for (size_t at = 0; at < q->text.len && column < q->to;) {
		struct cell cell = cell_in_line(text_behind(q->text, at), column);

		if (column >= q->from && column + cell.width <= q->to) {
			buf_put(out, cell.text, cell.n_text);
			if (first == SIZE_MAX)
				first = column;
		}
		at += cell.n_bytes;
		column += cell.width;
	}
	if (q->cut_after)
		buf_puts(out, "...");
	return first == SIZE_MAX ? q->from : first;
}

static void
put_repeated(struct buf *out, char c, size_t n)
{
	if (n) {
		memset(buf_reserve(out, n), c, n);
		out->len += n;
	}
}

void
quote_print(struct buf *out, const struct diag *d, const char *mark, const char *plain)
{
	struct quote q = quote_window(d);
	size_t first, end, ahead;

	quote_measure(&q);
	buf_printf(out, "%5llu | ", (unsigned long long)d->place.line);
	first = quote_put(out, &q);
	end = q.column_end < q.to || q.column_end > q.width ? q.column_end : q.to;
	ahead = (q.cut_before ? 3 : 0) + q.column - first;
	buf_puts(out, "\n      | ");
	put_repeated(out, ' ', ahead);
	buf_puts(out, mark);
	buf_putc(out, '^');
	put_repeated(out, '~', end > q.column ? end - q.column - 1 : 0);
	buf_puts(out, plain);
	buf_putc(out, '\n');
	if (d->fix) {
		buf_puts(out, "      | ");
		put_repeated(out, ' ', ahead);
		buf_puts(out, mark);
		report_safe(out, d->fix);
		buf_puts(out, plain);
		buf_putc(out, '\n');
	}
}

/* How many of the first octets are of that set. */
static size_t
span(struct text text, const char *set)
{
	size_t n = 0;

	while (n < text.len && text.data[n] && strchr(set, text.data[n]))
		n++;
	return n;
}

static bool
begins_with(struct text text, const char *what)
{
	return text.len >= strlen(what) && memcmp(text.data, what, strlen(what)) == 0;
}

/* Is what stands behind pass= the name of what holds the password: a file, or a variable that is
 * called as most are? */
static bool
names_password(struct text value)
{
	static const char env[] = "env:";

	if (begins_with(value, "file:"))
		return true;
	if (!begins_with(value, env))
		return false;
	value = text_behind(value, sizeof(env) - 1);
	value = text_behind(value, span(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"));
	return value.len == 0 || span(value, " \t\r;)\"',}]") > 0;
}

/* The line can be as long as a file, and hold any octet. */
bool
quote_may_hold_password(struct text line)
{
	static const char pass[] = "pass";
	const char *at;

	while ((at = memmem(line.data, line.len, pass, sizeof(pass) - 1))) {
		struct text value = text_behind(line, (size_t)(at - line.data) + sizeof(pass) - 1);

		line = value;
		value = text_behind(value, span(value, "abcdefghijklmnopqrstuvwxyz"));
		if (value.len == 0 || (*value.data != '=' && *value.data != ':'))
			continue;
		value = text_behind(value, 1);
		if (!names_password(text_behind(value, span(value, " \t\"'"))))
			return true;
	}
	return false;
}

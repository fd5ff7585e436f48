#include "report/text.h"

#include <stdio.h>

enum {
	TAB_WIDTH = 8,
	QUOTE_COLUMNS = 160, /* of a quoted line; longer ones are cut around the word */
	QUOTE_BEFORE = 60,   /* columns that stay ahead of the word then */
	QUOTE_BYTES = 4096,  /* looked at on either side of the word, however long the line is */
};

static const struct {
	const char *word, *colour;
} severities[] = {
    [SEVERITY_NOTE] = {"note", "\033[1;36m"},
    [SEVERITY_WARNING] = {"warning", "\033[1;35m"},
    [SEVERITY_ERROR] = {"error", "\033[1;31m"},
};

static const char bold[] = "\033[1m", green[] = "\033[1;32m", plain[] = "\033[m";

/* What the terminal gets for one character of somebody's text. */
struct cell {
	char text[16];
	unsigned n_text;  /* bytes of it */
	unsigned n_bytes; /* of the original */
	unsigned width;   /* columns */
};

static bool
is_in(uint32_t c, const uint32_t (*ranges)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* Characters that steer the terminal or change the order of what is shown. */
static bool
is_control(uint32_t c)
{
	static const uint32_t ranges[][2] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
	    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},
	    {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};

	return is_in(c, ranges, sizeof(ranges) / sizeof(ranges[0]));
}

/* Columns of a character: Unicode's combining marks and East Asian wide characters, coarsely. */
static unsigned
width_of(uint32_t c)
{
	static const uint32_t combining[][2] = {{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd},
	    {0x64b, 0x65f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
	    {0xfe20, 0xfe2f}};
	static const uint32_t wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
	    {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
	    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
	    {0x20000, 0x3fffd}};

	if (is_in(c, combining, sizeof(combining) / sizeof(combining[0])))
		return 0;
	return is_in(c, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* Decodes one character of UTF-8 (RFC 3629 section 4); returns its length, or 0 if it is none. */
static unsigned
utf8_decode(const uint8_t *p, size_t left, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (n == 0 || n > left || p[0] > 0xf4)
		return 0;
	*c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (unsigned i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff) ? 0 : n;
}

static struct cell
cell_escaped(unsigned n_bytes, const char *format, unsigned value)
{
	struct cell cell = {.n_bytes = n_bytes};

	cell.n_text = (unsigned)snprintf(cell.text, sizeof(cell.text), format, value);
	cell.width = cell.n_text;
	return cell;
}

/* The cell for the character at `text`, which has a byte at least. Bytes that are no UTF-8 and
 * ASCII control characters show as \x1b, others that must not reach a terminal as \u202e. */
static struct cell
cell_next(struct text text)
{
	const uint8_t *p = (const uint8_t *)text.data;
	struct cell cell;
	uint32_t c = 0;
	unsigned n = utf8_decode(p, text.len, &c);

	if (n == 0)
		return cell_escaped(1, "\\x%02x", *p);
	if (is_control(c))
		return cell_escaped(n, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
	cell = (struct cell){.n_text = n, .n_bytes = n, .width = width_of(c)};
	memcpy(cell.text, p, n);
	return cell;
}

/* As cell_next, in a line: a tab goes to the next tab stop. */
static struct cell
cell_in_line(struct text text, size_t column)
{
	struct cell cell = {.n_bytes = 1};

	if (*text.data != '\t')
		return cell_next(text);
	cell.width = cell.n_text = TAB_WIDTH - (unsigned)(column % TAB_WIDTH);
	memset(cell.text, ' ', cell.n_text);
	return cell;
}

static struct text
text_behind(struct text text, size_t n)
{
	return (struct text){text.data + n, text.len - n};
}

void
report_safe(struct buf *out, const char *s)
{
	struct text rest = text_of(s);

	while (rest.len) {
		struct cell cell = cell_next(rest);

		buf_put(out, cell.text, cell.n_text);
		rest = text_behind(rest, cell.n_bytes);
	}
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

static void
put_colour(struct buf *out, struct report_style style, const char *colour)
{
	if (style.colour)
		buf_puts(out, colour);
}

/* The quoted line with its number, and the underline below it. */
static void
put_quote(struct buf *out, const struct diag *d, struct report_style style)
{
	struct quote q = quote_window(d);
	size_t first, end;

	quote_measure(&q);
	buf_printf(out, "%5llu | ", (unsigned long long)d->place.line);
	first = quote_put(out, &q);
	end = q.column_end < q.to || q.column_end > q.width ? q.column_end : q.to;
	buf_puts(out, "\n      | ");
	put_repeated(out, ' ', (q.cut_before ? 3 : 0) + q.column - first);
	put_colour(out, style, green);
	buf_putc(out, '^');
	put_repeated(out, '~', end > q.column ? end - q.column - 1 : 0);
	put_colour(out, style, plain);
	buf_putc(out, '\n');
}

/* Is what stands behind pass= the name of what holds the password: a file, or a variable that is
 * called as most are? */
static bool
names_password(const char *value)
{
	static const char file[] = "file:", env[] = "env:";

	if (strncmp(value, file, sizeof(file) - 1) == 0)
		return true;
	if (strncmp(value, env, sizeof(env) - 1) != 0)
		return false;
	value += sizeof(env) - 1;
	value += strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return !*value || strchr(" \t\r;)\"',}]", *value);
}

/* Has the line a pass=, or password:, behind which the password itself may stand? */
static bool
may_hold_password(struct text line)
{
	static const char pass[] = "pass", letters[] = "abcdefghijklmnopqrstuvwxyz";
	struct buf copy = {0};
	bool may = false;

	buf_put(&copy, line.data, line.len);
	buf_putc(&copy, '\0');
	for (const char *at = strstr(copy.data, pass); at && !may; at = strstr(at, pass)) {
		at += sizeof(pass) - 1;
		at += strspn(at, letters);
		may = (*at == '=' || *at == ':') &&
		      !names_password(at + 1 + strspn(at + 1, " \t\"'"));
	}
	buf_free(&copy);
	return may;
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
put_message(struct buf *out, const struct diag *d, struct report_style style)
{
	put_colour(out, style, bold);
	put_place(out, &d->place);
	buf_puts(out, ": ");
	put_colour(out, style, severities[d->severity].colour);
	buf_printf(out, "%s: ", severities[d->severity].word);
	put_colour(out, style, plain);
	put_colour(out, style, bold);
	report_safe(out, d->message);
	put_colour(out, style, plain);
	buf_printf(out, " [%s]\n", problem_table[d->problem].code);
}

static void
render_tty(struct buf *out, const struct diags *diags, struct report_style style)
{
	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];

		for (size_t j = 0; j < d->n_included; j++) {
			buf_puts(out, "in file included from ");
			put_place(out, &d->included[j]);
			buf_putc(out, '\n');
		}
		put_message(out, d, style);
		if (d->line_text.data && !may_hold_password(d->line_text))
			put_quote(out, d, style);
		if (d->note) {
			put_colour(out, style, severities[SEVERITY_NOTE].colour);
			buf_puts(out, "note: ");
			put_colour(out, style, plain);
			report_safe(out, d->note);
			buf_putc(out, '\n');
		}
	}
}

static void
render_gcc(struct buf *out, const struct diags *diags, struct report_style style)
{
	style.colour = false;
	for (size_t i = 0; i < diags->n; i++)
		put_message(out, &diags->items[i], style);
}

const struct report_format report_formats[] = {
    {"tty", render_tty},
    {"gcc", render_gcc},
    {NULL, NULL},
};

const struct report_format *
report_format_find(const char *name)
{
	for (const struct report_format *format = report_formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	return NULL;
}

void
report_text(struct buf *out, const struct diags *diags, struct report_style style)
{
	const struct report_format *format = style.format ? style.format : report_formats;

	format->render(out, diags, style);
}

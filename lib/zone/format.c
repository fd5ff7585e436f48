#define _GNU_SOURCE
#include "zone/format.h"

#include "base/mem.h"
#include "zone/lex.h"

#include <stdlib.h>

enum {
	TAB = 8,
	OWNER_MOST = 39,   /* a longer owner has its own way, and the others their column */
	COMMENT_MOST = 79, /* and so has a comment behind a longer line */
};

enum piece_kind {
	PIECE_WORD, /* a token or a parenthesis */
	PIECE_COMMENT,
	PIECE_LINE_END,
};

/* What stands behind the type, in order. */
struct piece {
	enum piece_kind kind;
	bool glued; /* no blank ahead of it: alpn="h2" is one value of two tokens */
	struct text text;
};

/* A record, or what stays as it is. */
struct row {
	struct text kept;    /* whole lines, without blanks at their ends; data NULL: a record */
	struct text owner;   /* len 0: the last one */
	struct text ttl;     /* len 0: none, or not ahead of the class */
	struct text kind[3]; /* class, TTL behind it, and type; those that there are */
	size_t n_kind;
	size_t first, n; /* pieces, the last of them the end of the line */
};

struct format {
	struct buf *out;
	struct text text;
	struct row *rows; /* since the last blank line */
	size_t n_rows, cap_rows;
	struct piece *pieces; /* of these rows */
	size_t n_pieces, cap_pieces;
};

/* Where each field of the rows begins; 0 is the beginning of the line. */
struct columns {
	size_t ttl, kind, rdata, comment;
};

/* --- Reading --- */

static const char *
line_end(const struct format *f, const char *p)
{
	const char *end = f->text.data + f->text.len, *newline;

	newline = memchr(p, '\n', (size_t)(end - p));
	return newline ? newline + 1 : end;
}

static struct row *
row_new(struct format *f)
{
	f->rows = mem_grow(f->rows, f->n_rows, &f->cap_rows, sizeof(*f->rows));
	f->rows[f->n_rows] = (struct row){.first = f->n_pieces};
	return &f->rows[f->n_rows++];
}

static void
piece_new(struct format *f, enum piece_kind kind, const char *from, const char *to)
{
	bool glued = from > f->text.data && !strchr(" \t\r\n", from[-1]);

	f->pieces = mem_grow(f->pieces, f->n_pieces, &f->cap_pieces, sizeof(*f->pieces));
	f->pieces[f->n_pieces++] = (struct piece){kind, glued, {from, (size_t)(to - from)}};
}

static const char *
without_blanks(const char *from, const char *to)
{
	while (to > from && strchr(" \t\r\n", to[-1]))
		to--;
	return to;
}

/* The pieces from `p` to `to`, between two tokens or behind the last: parentheses, comments and the
 * ends of lines. */
static void
read_gap(struct format *f, const char *p, const char *to)
{
	while (p < to) {
		const char *from = p, *end = line_end(f, p);

		if (*p == ';') {
			p = without_blanks(p, end < to ? end : to);
			piece_new(f, PIECE_COMMENT, from, p);
		} else if (*p == '(' || *p == ')') {
			piece_new(f, PIECE_WORD, p, p + 1);
			p++;
		} else if (*p == '\n' || *p == '\r') {
			piece_new(f, PIECE_LINE_END, p, end);
			p = end;
		} else {
			p++;
		}
	}
}

static bool
is_class(struct text text)
{
	struct text head = {text.data, 5};

	return text_is_nocase(text, "IN") || text_is_nocase(text, "CH") ||
	       text_is_nocase(text, "HS") || (text.len > 5 && text_is_nocase(head, "CLASS"));
}

/* Ahead of the type, which begins with no digit (RFC 1035 section 5.1). */
static bool
is_ttl(struct text text)
{
	return ascii_is_digit(*text.data);
}

/* Does anything but blanks stand ahead of the first token, or between the first `n`, or is one of
 * them quoted? */
static bool
is_odd(const struct entry *entry, size_t n)
{
	const char *p = entry->begin;

	for (size_t i = 0; i < n; i++) {
		const struct token *token = &entry->tokens[i];

		if (token->quoted || p + strspn(p, " \t") != token->text)
			return true;
		p = token->text + token->len;
	}
	return false;
}

/* Fills in the fields ahead of the RDATA; returns the number of their tokens, or 0 where they have
 * another form than people write. */
static size_t
read_fields(const struct entry *entry, struct row *row)
{
	size_t i = 0, type;

	if (!entry->blank_owner)
		row->owner = token_text(&entry->tokens[i++]);
	if (i < entry->n && is_ttl(token_text(&entry->tokens[i])))
		row->ttl = token_text(&entry->tokens[i++]);
	for (type = i; type < entry->n; type++)
		if (!is_class(token_text(&entry->tokens[type])) &&
		    !is_ttl(token_text(&entry->tokens[type])))
			break;
	if (type == entry->n || type - i >= sizeof(row->kind) / sizeof(row->kind[0]) ||
	    is_odd(entry, type + 1))
		return 0;
	for (; i <= type; i++)
		row->kind[row->n_kind++] = token_text(&entry->tokens[i]);
	return i;
}

static void
keep(struct format *f, struct row *row, const char *from, const char *to)
{
	*row = (struct row){.kept = {from, (size_t)(to - from)}, .first = f->n_pieces};
}

static bool
is_directive(const struct entry *entry)
{
	return !entry->blank_owner && !entry->tokens[0].quoted && *entry->tokens[0].text == '$';
}

/* The entry, with all of its lines: from `line` to `end`. */
static void
read_entry(struct format *f, const struct entry *entry, const char *line, const char *end)
{
	struct row *row = row_new(f);
	size_t i = is_directive(entry) ? 0 : read_fields(entry, row);
	const char *p;

	if (i == 0) {
		keep(f, row, line, end);
		return;
	}
	p = entry->tokens[i - 1].text + entry->tokens[i - 1].len;
	for (; i < entry->n; i++) {
		const struct token *token = &entry->tokens[i];
		const char *begin = token->text - token->quoted;

		read_gap(f, p, begin);
		p = token->text + token->len + token->quoted;
		piece_new(f, PIECE_WORD, begin, p);
	}
	read_gap(f, p, end);
	row->n = f->n_pieces - row->first;
}

/* --- Writing --- */

/* Of one character each, in UTF-8. */
static size_t
width(struct text text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += ((uint8_t)text.data[i] & 0xc0) != 0x80;
	return n;
}

/* The first tab stop behind `n` characters and a blank. */
static size_t
stop_behind(size_t n)
{
	return (n / TAB + 1) * TAB;
}

static void
widen(size_t *most, size_t n)
{
	if (*most < n)
		*most = n;
}

static size_t
kind_width(const struct row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n_kind; i++)
		n += row->kind[i].len + (i > 0);
	return n;
}

static struct columns
columns_of(const struct format *f)
{
	size_t owner = 0, ttl = 0, kind = 0;
	struct columns columns = {0};

	for (size_t i = 0; i < f->n_rows; i++) {
		const struct row *row = &f->rows[i];

		if (row->owner.len <= OWNER_MOST)
			widen(&owner, row->owner.len);
		widen(&ttl, row->ttl.len);
		widen(&kind, kind_width(row));
	}
	columns.ttl = stop_behind(owner);
	columns.kind = columns.ttl + (ttl > 0 ? stop_behind(ttl) : 0);
	columns.rdata = columns.kind + stop_behind(kind);
	return columns;
}

/* A line of the output, and how far it goes. */
struct line {
	struct buf *out;
	size_t at;
};

static void
put(struct line *line, struct text text)
{
	if (text.len > 0)
		buf_put(line->out, text.data, text.len);
	line->at += width(text);
}

/* With tabs; or a blank, where the line is there already. */
static void
go_to(struct line *line, size_t column)
{
	if (line->at >= column && line->at > 0) {
		buf_putc(line->out, ' ');
		line->at++;
	}
	while (line->at < column) {
		buf_putc(line->out, '\t');
		line->at = stop_behind(line->at);
	}
}

/* The pieces from `i` to the next comment or end of a line; returns which that is. */
static size_t
put_words(const struct format *f, struct line *line, size_t i, size_t end, size_t rdata)
{
	bool first = true;

	for (; i < end && f->pieces[i].kind == PIECE_WORD; i++, first = false) {
		const struct piece *piece = &f->pieces[i];

		if (first)
			go_to(line, rdata);
		else if (!piece->glued)
			put(line, (struct text){" ", 1});
		put(line, piece->text);
	}
	return i;
}

static void
put_head(struct line *line, const struct row *row, const struct columns *columns)
{
	put(line, row->owner);
	go_to(line, row->ttl.len > 0 ? columns->ttl : columns->kind);
	if (row->ttl.len > 0) {
		put(line, row->ttl);
		go_to(line, columns->kind);
	}
	for (size_t i = 0; i < row->n_kind; i++) {
		if (i > 0)
			put(line, (struct text){" ", 1});
		put(line, row->kind[i]);
	}
}

/* Writes a row, or with `widest` notes how far its lines go that a comment stands behind. */
static void
put_row(const struct format *f, const struct row *row, const struct columns *columns,
    struct buf *out, size_t *widest)
{
	struct line line = {.out = out};
	size_t end = row->first + row->n;

	put_head(&line, row, columns);
	for (size_t i = row->first; i < end;) {
		i = put_words(f, &line, i, end, columns->rdata);
		if (i < end && f->pieces[i].kind == PIECE_COMMENT) {
			if (widest && line.at <= COMMENT_MOST)
				widen(widest, line.at);
			go_to(&line, line.at == 0             ? columns->rdata
				     : line.at > COMMENT_MOST ? 0
							      : columns->comment);
			put(&line, f->pieces[i++].text);
		}
		if (i < end && f->pieces[i].kind == PIECE_LINE_END) {
			put(&line, f->pieces[i++].text);
			line.at = 0;
		}
	}
}

/* What stays: its lines without blanks at their ends, which no string goes over. */
static void
put_kept(const struct format *f, struct text kept)
{
	const char *end = kept.data + kept.len;

	for (const char *p = kept.data, *next; p < end; p = next) {
		const char *newline;

		next = line_end(f, p);
		newline = next > p && next[-1] == '\n' ? next - 1 : next;
		if (newline > p && newline < next && newline[-1] == '\r')
			newline--;
		buf_put(f->out, p, (size_t)(without_blanks(p, newline) - p));
		buf_put(f->out, newline, (size_t)(next - newline));
	}
}

/* Comments of a row of several lines are its own; those of all others have one column. */
static bool
is_long(const struct format *f, const struct row *row)
{
	for (size_t i = 0; i + 1 < row->n; i++)
		if (f->pieces[row->first + i].kind == PIECE_LINE_END)
			return true;
	return false;
}

static size_t
comment_column(const struct format *f, const struct columns *columns, const struct row *row)
{
	struct buf scratch = {0};
	size_t widest = 0;

	if (row) {
		put_row(f, row, columns, &scratch, &widest);
	} else {
		for (size_t i = 0; i < f->n_rows; i++) {
			buf_clear(&scratch);
			if (!f->rows[i].kept.data && !is_long(f, &f->rows[i]))
				put_row(f, &f->rows[i], columns, &scratch, &widest);
		}
	}
	buf_free(&scratch);
	return stop_behind(widest);
}

/* All rows since the last blank line. */
static void
flush(struct format *f)
{
	struct columns columns = columns_of(f);
	size_t shared = comment_column(f, &columns, NULL);

	for (size_t i = 0; i < f->n_rows; i++) {
		const struct row *row = &f->rows[i];

		if (row->kept.data) {
			put_kept(f, row->kept);
			continue;
		}
		columns.comment = shared;
		if (is_long(f, row)) {
			columns.comment = 0;
			columns.comment = comment_column(f, &columns, row);
		}
		put_row(f, row, &columns, f->out, NULL);
	}
	f->n_rows = f->n_pieces = 0;
}

/* --- The whole --- */

/* Lines of blanks and comments. */
static void
read_between(struct format *f, const char *p, const char *to)
{
	for (const char *next; p < to; p = next) {
		next = line_end(f, p);
		keep(f, row_new(f), p, next);
		if (without_blanks(p, next) == p)
			flush(f);
	}
}

static int
read_all(struct format *f, struct lexer *lexer)
{
	const char *line = f->text.data;
	enum lex_result result;

	while ((result = lex_next(lexer)) == LEX_ENTRY) {
		const char *begin = lexer->entry.begin;

		while (begin > line && begin[-1] != '\n')
			begin--;
		read_between(f, line, begin);
		line = lexer->at;
		read_entry(f, &lexer->entry, begin, line);
	}
	if (result == LEX_BAD)
		return -1;
	read_between(f, line, f->text.data + f->text.len);
	flush(f);
	return 0;
}

/* The last line ends as the one ahead of it. */
static void
end_last_line(struct buf *out, size_t start)
{
	const char *text = out->data + start, *newline = memrchr(text, '\n', out->len - start);

	if (out->data[out->len - 1] != '\n')
		buf_puts(out, newline && newline > text && newline[-1] == '\r' ? "\r\n" : "\n");
}

int
format_text(struct diags *diags, struct text text, uint32_t source, struct buf *out)
{
	struct format f = {.out = out, .text = text};
	struct lexer lexer;
	size_t start = out->len;
	int result;

	lex_begin(&lexer, diags, text, source);
	result = read_all(&f, &lexer);
	lex_end(&lexer);
	free(f.rows);
	free(f.pieces);
	if (result == 0 && out->len > start)
		end_last_line(out, start);
	return result;
}

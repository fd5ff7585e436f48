/* $GENERATE range lhs [ttl] [class] type rhs, as BIND 9 executes it: each value of the range is put
 * into a line of text, which is then parsed like one of the file. */
#include "zone/parse_part.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

struct range {
	long start, stop, step;
};

/* ${offset,width,base} */
struct place_holder {
	long offset;
	unsigned width;
	char base; /* d o x X n N */
};

struct generate {
	struct parser *parser;
	const struct entry *entry;
	struct buf line;
	bool told; /* of an offset that stays */
};

static int
generate_fail(struct generate *g, const char *at, const char *why)
{
	return diag_error(g->parser->diags, entry_pos(g->entry, at), Z_GENERATE, "%s", why);
}

/* Reads a decimal number at `*p`; -1 if there is none or it exceeds `most`. */
static int
number_parse(const char **p, const char *end, long most, long *out)
{
	const char *start = *p;
	long n = 0;

	for (; *p < end && ascii_is_digit(**p); (*p)++) {
		n = n * 10 + (**p - '0');
		if (n > most)
			return -1;
	}
	*out = n;
	return *p > start ? 0 : -1;
}

static int
range_parse(struct generate *g, const struct token *token, struct range *range)
{
	const char *p = token->text, *end = p + token->len;

	*range = (struct range){.step = 1};
	if (number_parse(&p, end, INT_MAX, &range->start) < 0 || p == end || *p++ != '-' ||
	    number_parse(&p, end, INT_MAX, &range->stop) < 0)
		return generate_fail(g, token->text, "the range is start-stop or start-stop/step");
	if (p < end && (*p++ != '/' || number_parse(&p, end, INT_MAX, &range->step) < 0))
		return generate_fail(g, token->text, "the range is start-stop or start-stop/step");
	if (p < end)
		return generate_fail(g, p, "text behind the range");
	if (range->step == 0)
		return generate_fail(g, token->text, "the step is 0");
	if (range->stop < range->start)
		return generate_fail(g, token->text, "the range ends before it begins");
	if ((range->stop - range->start) / range->step >= PARSE_GENERATE_MOST)
		return diag_error(g->parser->diags, token_pos(g->entry, token), Z_GENERATE_SIZE,
		    "the range makes more than %d records", PARSE_GENERATE_MOST);
	return 0;
}

/* Reads `{offset[,width[,base]]}` behind a "$". */
static int
place_holder_parse(struct generate *g, const char **p, const char *end, struct place_holder *out)
{
	enum { WIDTH_MOST = 255 };
	const char *brace = *p;
	long width = 0, sign = 1;

	(*p)++;
	if (*p < end && (**p == '-' || **p == '+'))
		sign = *(*p)++ == '-' ? -1 : 1;
	if (number_parse(p, end, sign < 0 ? -(long)INT_MIN : INT_MAX, &out->offset) < 0)
		return generate_fail(g, brace, "an offset belongs here: ${offset,width,base}");
	out->offset *= sign;
	if (*p < end && **p == ',') {
		(*p)++;
		if (number_parse(p, end, WIDTH_MOST, &width) < 0)
			return generate_fail(g, brace, "the width is a number up to 255");
		if (*p < end && **p == ',') {
			(*p)++;
			if (*p == end || !strchr("doxXnN", **p))
				return generate_fail(g, brace, "the base is one of d o x X n N");
			out->base = *(*p)++;
		}
	}
	if (*p == end || **p != '}')
		return generate_fail(g, brace, "the brace is not closed: ${offset,width,base}");
	(*p)++;
	out->width = (unsigned)width;
	return 0;
}

/* Hex digits from the last to the first with dots between; the width counts the dots too. */
static void
nibbles_print(struct buf *b, uint32_t value, unsigned width, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	do {
		buf_putc(b, digits[value & 15]);
		value >>= 4;
		if (width > 0)
			width--;
		if (width > 0 || value) {
			buf_putc(b, '.');
			if (width > 0)
				width--;
		}
	} while (value || width > 0);
}

/* Negative numbers are decimal, or 32 bits of two's complement in other bases, as in BIND. */
static int
value_print(struct generate *g, const char *at, long value, const struct place_holder *holder)
{
	struct buf *b = &g->line;
	int width = (int)holder->width;

	if (value > INT_MAX || value < INT_MIN)
		return generate_fail(g, at, "the value with its offset is out of range");
	switch (holder->base) {
	case 'o':
		buf_printf(b, "%0*" PRIo32, width, (uint32_t)value);
		break;
	case 'x':
		buf_printf(b, "%0*" PRIx32, width, (uint32_t)value);
		break;
	case 'X':
		buf_printf(b, "%0*" PRIX32, width, (uint32_t)value);
		break;
	case 'n':
	case 'N':
		nibbles_print(b, (uint32_t)value, holder->width, holder->base == 'N');
		break;
	default:
		buf_printf(b, "%0*ld", width, value);
	}
	return 0;
}

/* BIND adds the last offset of the same word to a "$" without a brace, too, of which its manual
 * says nothing. */
static void
tell_offset(struct generate *g, const char *at, long offset)
{
	if (offset != 0 && !g->told)
		diag_add(g->parser->diags, entry_pos(g->entry, at), Z_GENERATE_OFFSET,
		    "$ behind an offset stands for ${%ld} here, as in BIND", offset);
	g->told = g->told || offset != 0;
}

static int
place_holder_next(
    struct generate *g, const char *at, const char **p, const char *end, struct place_holder *out)
{
	*out = (struct place_holder){out->offset, 0, 'd'};
	if (*p < end && **p == '{')
		return place_holder_parse(g, p, end, out);
	tell_offset(g, at, out->offset);
	return 0;
}

/* Appends `text` with its place holders filled; `\x` stays for the lexer, `$$` is one "$". Where
 * the quotes around the text go, those escaped inside it become the line's own. */
static int
fill(struct generate *g, struct text text, bool unquote, long value)
{
	const char *p = text.data, *end = p + text.len;
	struct place_holder holder = {0};

	while (p < end) {
		const char *at = p;

		if (*p == '\\' && p + 1 < end) {
			bool quote = unquote && p[1] == '"';

			buf_put(&g->line, p + quote, 2 - quote);
			p += 2;
		} else if (*p != '$') {
			buf_putc(&g->line, *p++);
		} else if (p + 1 < end && p[1] == '$') {
			buf_puts(&g->line, "\\$");
			p += 2;
		} else {
			p++;
			if (place_holder_next(g, at, &p, end, &holder) < 0 ||
			    value_print(g, at, value + holder.offset, &holder) < 0)
				return -1;
		}
	}
	return 0;
}

/* One quoted right-hand side is the whole RDATA, as in BIND; among several words quotes stay. */
static int
fill_tokens(struct generate *g, long value)
{
	const struct token *tokens = g->entry->tokens;
	const struct token *end = tokens + g->entry->n;
	bool whole = g->entry->n >= 2 && end[-1].quoted && !end[-2].quoted &&
		     type_parse(token_text(&end[-2]), &(uint16_t){0}) == 0;

	buf_clear(&g->line);
	for (const struct token *token = tokens + 2; token < end; token++) {
		bool unquote = whole && token == end - 1, quote = token->quoted && !unquote;

		if (token > tokens + 2)
			buf_putc(&g->line, ' ');
		if (quote)
			buf_putc(&g->line, '"');
		if (fill(g, token_text(token), unquote, value) < 0)
			return -1;
		if (quote)
			buf_putc(&g->line, '"');
	}
	buf_putc(&g->line, '\0');
	return 0;
}

static int
generate_one(struct generate *g, struct pos pos, long value)
{
	struct parser *parser = g->parser;
	struct lexer lexer;
	int result = -1;

	if (fill_tokens(g, value) < 0 || parser_charge(parser, pos, g->line.len) < 0)
		return -1;
	lex_begin_fixed(&lexer, parser->diags, (struct text){g->line.data, g->line.len - 1}, pos);
	if (lex_next(&lexer) == LEX_ENTRY) {
		parser_tell(parser, &lexer.entry, ENTRY_MADE);
		result = parse_record(parser, &lexer.entry);
	}
	lex_end(&lexer);
	return result;
}

int
parse_generate(struct parser *parser, const struct entry *entry)
{
	struct generate g = {.parser = parser, .entry = entry};
	struct pos pos = token_pos(entry, entry->tokens);
	struct name owner = parser->owner;
	struct range range;
	int result = 0;

	if (entry->n < 5)
		return generate_fail(&g, entry->tokens[entry->n - 1].text,
		    "$GENERATE takes a range, an owner, a type and data");
	if (range_parse(&g, &entry->tokens[1], &range) < 0)
		return -1;
	parser->n_generated += (size_t)((range.stop - range.start) / range.step) + 1;
	if (parser->n_generated > PARSE_GENERATED_MOST)
		return diag_error(parser->diags, token_pos(entry, &entry->tokens[1]),
		    Z_GENERATE_SIZE, "all $GENERATE together make more than %d records",
		    PARSE_GENERATED_MOST);
	parser->owner_given = false;
	for (long value = range.start; value <= range.stop && result == 0; value += range.step)
		result = generate_one(&g, pos, value);
	buf_free(&g.line);
	parser->owner = owner;
	parser->owner_given = false;
	return result;
}

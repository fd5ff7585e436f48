#include "zone/lex.h"

#include "base/mem.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum lex_class {
	WORD,
	BLANK,
	NEWLINE,
	RETURN,
	COMMENT,
	OPEN,
	CLOSE,
	QUOTE,
	BACKSLASH,
	NUL,
};

static const uint8_t classes[256] = {
    ['\0'] = NUL,
    [' '] = BLANK,
    ['\t'] = BLANK,
    ['\n'] = NEWLINE,
    ['\r'] = RETURN,
    [';'] = COMMENT,
    ['('] = OPEN,
    [')'] = CLOSE,
    ['"'] = QUOTE,
    ['\\'] = BACKSLASH,
};

static inline enum lex_class
class_of(char c)
{
	return (enum lex_class)classes[(uint8_t)c];
}

void
lex_begin(struct lexer *lexer, struct diags *diags, struct text text, uint32_t source)
{
	*lexer = (struct lexer){.at = text.data, .end = text.data + text.len, .diags = diags};
	lexer->entry.base = text.data;
	lexer->entry.source = source;
}

void
lex_begin_fixed(struct lexer *lexer, struct diags *diags, struct text text, struct pos fixed)
{
	*lexer = (struct lexer){.at = text.data, .end = text.data + text.len, .diags = diags};
	lexer->entry.fixed = fixed;
}

void
lex_end(struct lexer *lexer)
{
	free(lexer->entry.tokens);
	lexer->entry.tokens = NULL;
}

static const char *
line_end(const struct lexer *lexer, const char *p)
{
	const char *newline = memchr(p, '\n', (size_t)(lexer->end - p));

	return newline ? newline : lexer->end;
}

/* Reports a fault at `at` and goes to the end of its line. */
static enum lex_result
lex_fail(struct lexer *lexer, const char *at, enum problem problem, const char *why)
{
	diag_add(lexer->diags, entry_pos(&lexer->entry, at), problem, "%s", why);
	lexer->at = line_end(lexer, at);
	return LEX_BAD;
}

static inline struct token *
token_new(struct entry *entry)
{
	if (entry->n == entry->cap)
		entry->tokens =
		    mem_grow(entry->tokens, entry->n, &entry->cap, sizeof(*entry->tokens));
	return &entry->tokens[entry->n++];
}

/* Goes to the first octet that may not be of the class WORD; some that it stops at are. */
static inline const char *
skip_word(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i least = _mm_set1_epi8('"' + 1);

	for (; end - p >= 16; p += 16) {
		__m128i text = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i parens = _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('(')),
		    _mm_cmpeq_epi8(text, _mm_set1_epi8(')')));
		__m128i others = _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8(';')),
		    _mm_cmpeq_epi8(text, _mm_set1_epi8('\\')));
		__m128i plain = _mm_andnot_si128(
		    _mm_or_si128(parens, others), _mm_cmpeq_epi8(_mm_max_epu8(text, least), text));
		unsigned stops = (unsigned)_mm_movemask_epi8(plain) ^ 0xffff;

		if (stops)
			return p + __builtin_ctz(stops);
	}
#endif
	(void)end;
	return p;
}

/* Scans an unquoted word at `p`; returns its end, or NULL after a problem. */
static inline const char *
scan_word(struct lexer *lexer, const char *p)
{
	struct token *token = token_new(&lexer->entry);
	const char *start = p;
	bool escaped = false;

	for (;;) {
		while (class_of(*(p = skip_word(p, lexer->end))) == WORD)
			p++;
		if (class_of(*p) != BACKSLASH)
			break;
		escaped = true;
		if (p + 1 >= lexer->end || p[1] == '\n' || p[1] == '\r') {
			lex_fail(lexer, p, Z_SYNTAX, "a backslash ends the line");
			return NULL;
		}
		if (p[1] == '\0') {
			lex_fail(lexer, p + 1, Z_SYNTAX, "a NUL byte; write \\000");
			return NULL;
		}
		p += 2;
	}
	*token = (struct token){start, (uint32_t)(p - start), false, escaped};
	return p;
}

/* Scans the string whose opening quote is at `p`; returns what follows it, or NULL. */
static const char *
scan_quoted(struct lexer *lexer, const char *p)
{
	struct token *token = token_new(&lexer->entry);
	const char *quote = p++, *start = p;
	bool escaped = false;

	for (; *p != '"'; p++) {
		if (*p == '\\') {
			escaped = true;
			p++;
		}
		if (p >= lexer->end || *p == '\n') {
			lex_fail(lexer, quote, Z_QUOTE, "the string is not closed on its line");
			return NULL;
		}
		if (*p == '\0') {
			lex_fail(lexer, p, Z_SYNTAX, "a NUL byte; write \\000");
			return NULL;
		}
	}
	*token = (struct token){start, (uint32_t)(p - start), true, escaped};
	return p + 1;
}

/* Goes to the first byte of the next line that holds a token or parenthesis, and notes whether
 * white space stands before it. */
static const char *
skip_empty_lines(struct lexer *lexer, const char *p)
{
	for (;;) {
		const char *start = p;

		while (class_of(*p) == BLANK)
			p++;
		lexer->entry.blank_owner = p > start;
		if (*p == ';')
			p = line_end(lexer, p);
		else if (*p == '\r' && p[1] == '\n')
			p++;
		if (*p != '\n')
			return p;
		p++;
	}
}

static enum lex_result
finish(struct lexer *lexer, const char *p)
{
	const struct token *last = &lexer->entry.tokens[lexer->entry.n - 1];

	lexer->at = p;
	lexer->entry.end = last->text + last->len + last->quoted;
	return LEX_ENTRY;
}

/* The entry goes on to its last parenthesis, so that text-to-text runs replace the whole of it. */
static enum lex_result
finish_parens(struct lexer *lexer, const char *p, const char *last_close)
{
	enum lex_result result = finish(lexer, p);

	if (last_close && last_close >= lexer->entry.end)
		lexer->entry.end = last_close + 1;
	return result;
}

/* The end of the line ahead of the next one that begins with an owner. */
static const char *
before_owner(const struct lexer *lexer, const char *p)
{
	while ((p = line_end(lexer, p)) < lexer->end && strchr(" \t\r\n;)", p[1]))
		p++;
	return p;
}

/* What follows the open parenthesis is looked at once more, for further problems and for records
 * that prove the file; but not again and again, which would take the square of its length. */
static enum lex_result
fail_open(struct lexer *lexer, const char *open)
{
	lex_fail(lexer, open, Z_PAREN, "the parenthesis is never closed");
	lexer->at = lexer->resumed ? lexer->end : before_owner(lexer, open);
	lexer->resumed = true;
	return LEX_BAD;
}

/* The token that a fault ended was never filled in. */
static enum lex_result
drop_token(struct lexer *lexer)
{
	lexer->entry.n--;
	return LEX_BAD;
}

enum lex_result
lex_next(struct lexer *lexer)
{
	struct entry *entry = &lexer->entry;
	const char *p = skip_empty_lines(lexer, lexer->at);
	const char *open = NULL, *last_close = NULL;
	unsigned depth = 0;

	entry->n = 0;
	entry->begin = p;
	for (;;) {
		switch (class_of(*p)) {
		case WORD:
		case BACKSLASH:
			p = scan_word(lexer, p);
			if (!p)
				return drop_token(lexer);
			break;
		case BLANK:
			p++;
			break;
		case QUOTE:
			p = scan_quoted(lexer, p);
			if (!p)
				return drop_token(lexer);
			break;
		case COMMENT:
			p = line_end(lexer, p);
			break;
		case OPEN:
			if (depth++ == 0)
				open = p;
			p++;
			break;
		case CLOSE:
			if (depth == 0)
				return lex_fail(lexer, p, Z_PAREN, "nothing was opened here");
			depth--;
			last_close = p++;
			break;
		case RETURN:
			if (p[1] != '\n')
				return lex_fail(lexer, p, Z_SYNTAX,
				    "a carriage return that does not end a line");
			p++;
			break;
		case NEWLINE:
			p++;
			if (depth > 0)
				break;
			if (entry->n > 0)
				return finish_parens(lexer, p, last_close);
			p = skip_empty_lines(lexer, p);
			entry->begin = p;
			break;
		case NUL:
			if (p < lexer->end)
				return lex_fail(lexer, p, Z_SYNTAX, "a NUL byte; write \\000");
			if (depth > 0)
				return fail_open(lexer, open);
			if (entry->n > 0)
				return finish_parens(lexer, p, last_close);
			lexer->at = p;
			return LEX_END;
		}
	}
}

bool
lex_again(struct lexer *lexer, struct diags *diags, struct diags *told, struct pos pos)
{
	struct text text;
	size_t offset, line;

	*lexer = (struct lexer){.at = NULL};
	if (!diags_text(told, pos, &text, &offset))
		return false;
	for (line = offset; line > 0 && text.data[line - 1] != '\n';)
		line--;
	lex_begin(lexer, diags, (struct text){text.data + line, text.len - line}, pos_source(pos));
	lexer->entry.offset = line;
	return lex_next(lexer) == LEX_ENTRY;
}

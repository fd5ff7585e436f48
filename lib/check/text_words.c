#include "check/text_part.h"

#include "base/codec.h"

enum { OFFSET_BITS = 44 };

/* What follows a position in its source; data NULL: nothing is known of it. */
static struct text
source_from(const struct store *store, struct pos pos, uint32_t *source, size_t *offset)
{
	const struct diags *diags = store->diags;
	struct text text;

	*source = (uint32_t)(pos.at >> OFFSET_BITS);
	*offset = (size_t)(pos.at & ((UINT64_C(1) << OFFSET_BITS) - 1));
	if (*source == 0 || *source > diags->n_sources)
		return (struct text){NULL, 0};
	text = diags->sources[*source - 1].text;
	if (*offset >= text.len)
		return (struct text){NULL, 0};
	return (struct text){text.data + *offset, text.len - *offset};
}

/* Does a directive stand for what is at `text`? Its records are placed at its name or owner. */
static bool
is_directive(struct text text, size_t offset)
{
	const char *p = text.data;

	if (*p == '$')
		return true;
	for (; offset > 0 && p[-1] != '\n'; p--, offset--)
		if (!text_is_blank(p[-1]))
			return true;
	return false;
}

/* The strings are the last words of the entry, unless they are written as RFC 3597 has it. */
static const struct token *
first_string(const struct words *w, size_t n_strings)
{
	const struct entry *entry = &w->lexer.entry;
	const struct token *first = entry->tokens + entry->n - n_strings;

	for (const struct token *t = entry->tokens; t < first; t++)
		if (text_is(token_text(t), "\\#"))
			return NULL;
	return first;
}

void
words_begin(
    struct words *w, const struct store *store, const struct record *record, size_t n_strings)
{
	struct diags none = {0};
	uint32_t source;
	size_t offset;
	struct text text = source_from(store, record->pos, &source, &offset);

	*w = (struct words){.pos = record->pos};
	if (!text.data)
		return;
	/* It was read before without a problem; a parenthesis that was opened ahead of it is one
	 * now, and then nothing is known. */
	lex_begin(&w->lexer, &none, text, source);
	w->lexer.entry.offset = offset;
	if (lex_next(&w->lexer) == LEX_ENTRY) {
		const struct entry *entry = &w->lexer.entry;

		w->last = &entry->tokens[entry->n - 1];
		w->directive = is_directive(text, offset);
		if (!w->directive && entry->n > n_strings)
			w->first = first_string(w, n_strings);
	}
	w->lexer.diags = NULL;
	diags_free(&none);
}

void
words_end(struct words *w)
{
	lex_end(&w->lexer);
}

struct pos
words_string_pos(const struct words *w, size_t i)
{
	return w->first ? token_pos(&w->lexer.entry, w->first + i) : w->pos;
}

struct pos
words_pos(const struct words *w, size_t at)
{
	const struct token *t = w->first;

	for (; t && t <= w->last; t++) {
		size_t i = 0;

		for (; i < t->len && at > 0; at--)
			if (t->text[i] != '\\' || escape_decode(token_text(t), &i) < 0)
				i++;
		if (i < t->len || (at == 0 && t == w->last))
			return entry_pos(&w->lexer.entry, t->text + i);
	}
	return w->pos;
}

bool
words_comment(const struct words *w, size_t i, struct words_comment *out)
{
	const struct token *t = w->first ? w->first + i : w->directive ? w->last : NULL;
	const char *p, *end = w->lexer.end, *behind;

	if (!t || t > w->last)
		return false;
	p = behind = t->text + t->len + t->quoted;
	while (p < end && (text_is_blank(*p) || *p == ')'))
		p++;
	if (p == end || *p != ';')
		return false;
	out->glued = p == behind;
	out->quoted = t->quoted;
	out->pos = entry_pos(&w->lexer.entry, p);
	out->text.data = p + 1;
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	out->text.len = (size_t)(p - out->text.data);
	return true;
}

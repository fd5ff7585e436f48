#include "check/words_part.h"

#include "base/codec.h"
#include "dns/type.h"

/* The words are the last of the entry, unless they are written as RFC 3597 has it. */
static const struct token *
first_of(const struct words *w, size_t n)
{
	const struct entry *entry = &w->lexer.entry;
	const struct token *first = entry->tokens + entry->n - n;

	if (n == 0 || n >= entry->n)
		return NULL;
	for (const struct token *t = entry->tokens; t < first; t++)
		if (text_is(token_text(t), "\\#"))
			return NULL;
	return first;
}

void
words_begin(struct words *w, const struct store *store, const struct record *record, size_t n)
{
	struct diags none = {0};

	*w = (struct words){.pos = record->pos};
	if (lex_again(&w->lexer, &none, store->diags, record->pos)) {
		const struct entry *entry = &w->lexer.entry;

		w->last = &entry->tokens[entry->n - 1];
		w->directive =
		    !entry->blank_owner && !entry->tokens->quoted && *entry->tokens->text == '$';
		if (!w->directive)
			w->first = first_of(w, n);
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
words_nth_pos(const struct words *w, size_t i)
{
	return w->first ? token_pos(&w->lexer.entry, w->first + i) : w->pos;
}

static bool
is_key(const struct token *t, const char *key)
{
	size_t len = strlen(key);

	return t->len >= len && memcmp(t->text, key, len) == 0 &&
	       (t->len == len || t->text[len] == '=');
}

struct pos
words_find(const struct words *w, uint16_t type, size_t ahead, const char *key)
{
	const struct token *t = w->last ? w->lexer.entry.tokens : NULL;
	uint16_t found = 0;

	while (t && t <= w->last && !w->directive &&
	       (type_parse(token_text(t), &found) < 0 || found != type))
		t++;
	for (t = t ? t + ahead : NULL; t && t <= w->last && !w->directive; t++)
		if (!key || is_key(t, key))
			return token_pos(&w->lexer.entry, t);
	return w->pos;
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
	while (p < end && (*p == ' ' || *p == '\t' || *p == ')'))
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

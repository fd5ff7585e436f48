/* Cuts one line into the tokens of an entry, as zone/lex does, for the tests of what lies below it:
 * blanks and quotes, neither comments nor parentheses. Free with words_free(). */
#ifndef WORDS_H
#define WORDS_H

#include "dns/token.h"

struct words {
	struct diags diags;
	struct entry entry;
};

static inline void
words_cut(struct words *w, const char *line)
{
	const char *p = line;

	*w = (struct words){0};
	w->entry.source = diags_source(&w->diags, "test", text_of(line), pos_none());
	w->entry.tokens = calloc(strlen(line) + 1, sizeof(*w->entry.tokens));
	w->entry.base = w->entry.begin = line;
	w->entry.end = line + strlen(line);
	while (*(p += strspn(p, " "))) {
		struct token *t = &w->entry.tokens[w->entry.n++];

		t->quoted = *p == '"';
		t->text = p += t->quoted;
		for (; *p && (t->quoted ? *p != '"' : *p != ' ' && *p != '"'); p++)
			if (*p == '\\') {
				t->escaped = true;
				p++;
			}
		t->len = (uint32_t)(p - t->text);
		p += t->quoted;
	}
}

static inline void
words_free(struct words *w)
{
	free(w->entry.tokens);
	diags_free(&w->diags);
}

#endif

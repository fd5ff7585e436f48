/* One entry of a master file (RFC 1035 section 5.1: a line, or several in parentheses), cut into
 * tokens by zone/lex. Tokens are views of the source; nothing is unescaped or copied. */
#ifndef DNS_TOKEN_H
#define DNS_TOKEN_H

#include "base/diag.h"

struct token {
	const char *text; /* without the quotes of a quoted string */
	uint32_t len;
	bool quoted;
	bool escaped; /* holds at least one backslash */
};

struct entry {
	struct token *tokens;
	size_t n, cap;
	bool blank_owner;        /* the entry begins with white space: the last owner is meant */
	const char *begin, *end; /* its span of the source: first token to the end of the last */
	const char *base;        /* first byte of the text; NULL: a made-up one, see `fixed` */
	size_t offset;           /* of that byte in the source */
	uint32_t source;         /* the source's number among the diags */
	struct pos fixed;        /* where a made-up text stems from (a $GENERATE line) */
};

/* Where byte `at` of the entry is. */
static inline struct pos
entry_pos(const struct entry *entry, const char *at)
{
	return entry->base ? pos_at(entry->source, entry->offset + (size_t)(at - entry->base))
			   : entry->fixed;
}

/* Where a token begins: at its opening quote, if it has one. */
static inline struct pos
token_pos(const struct entry *entry, const struct token *token)
{
	return entry_pos(entry, token->text - token->quoted);
}

static inline struct text
token_text(const struct token *token)
{
	return (struct text){token->text, token->len};
}

#endif

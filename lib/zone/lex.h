/* Lexer: cuts a master file (RFC 1035 section 5.1) into entries of tokens, in place, in one pass.
 * The text ends in '\0' (file_load sees to that), so no byte is checked against the end. */
#ifndef ZONE_LEX_H
#define ZONE_LEX_H

#include "dns/token.h"

enum lex_result {
	LEX_END,   /* no further entry */
	LEX_ENTRY, /* `entry` holds one, of at least one token */
	LEX_BAD,   /* a problem was added; lexing goes on with the next line */
};

struct lexer {
	const char *at, *end;
	struct diags *diags;
	bool resumed;       /* behind a parenthesis that is never closed */
	struct entry entry; /* of the last LEX_ENTRY; its token array is used again */
};

/* Begins with `text`, which is source `source` of `diags`. */
void
lex_begin(struct lexer *lexer, struct diags *diags, struct text text, uint32_t source);

/* Begins with a made-up text whose problems are all at `fixed`. */
void
lex_begin_fixed(struct lexer *lexer, struct diags *diags, struct text text, struct pos fixed);

enum lex_result
lex_next(struct lexer *lexer);

/* Cuts the entry whose line `pos` of `told` is in once more, for messages that point at its words.
 * What is wrong with it goes to `diags`: it was told of before. Returns false where there is no
 * such entry; lex_end is due either way. */
bool
lex_again(struct lexer *lexer, struct diags *diags, struct diags *told, struct pos pos);

void
lex_end(struct lexer *lexer);

#endif

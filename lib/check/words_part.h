/* The words of a record as they stand in its template, for messages that point at one of them. Its
 * line is cut and read again, so this is for problems and texts alone. */
#ifndef CHECK_WORDS_PART_H
#define CHECK_WORDS_PART_H

#include "zone/lex.h"
#include "zone/store.h"

struct words {
	struct lexer lexer;
	const struct token *first; /* of the last words; NULL: they cannot be told apart */
	const struct token *last;  /* of the entry; NULL: there is none */
	struct pos pos;            /* of the record */
	bool directive;            /* which stands for the record */
};

/* Reads the entry of a record whose RDATA end in `n` words. words_end frees it. */
void
words_begin(struct words *w, const struct store *store, const struct record *record, size_t n);

void
words_end(struct words *w);

/* Where an octet of the last words, joined, stands; the record's place if that is not known. */
struct pos
words_pos(const struct words *w, size_t at);

/* Where the last word of number `i` begins. */
struct pos
words_nth_pos(const struct words *w, size_t i);

/* Where the word stands that is `ahead` words behind the type, or the first from there on that is
 * `key` or begins with `key=` (NULL: any); the record's place if there is none. */
struct pos
words_find(const struct words *w, uint16_t type, size_t ahead, const char *key);

/* A comment behind a word. */
struct words_comment {
	struct text text; /* behind its semicolon */
	struct pos pos;
	bool glued;  /* no blank stands ahead of the semicolon */
	bool quoted; /* the word is */
};

/* The comment behind the last word of number `i` on its line; of a directive, that behind its last
 * word. False: there is none. */
bool
words_comment(const struct words *w, size_t i, struct words_comment *out);

#endif

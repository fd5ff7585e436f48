/* The arguments that directives have in common: sources, and options of the form key=value. */
#ifndef DIRECTIVE_ARGUMENTS_H
#define DIRECTIVE_ARGUMENTS_H

#include "dns/token.h"

struct argument {
	struct text key;   /* of an option; len 0: a source */
	const char *value; /* escapes undone; never empty */
	struct text text;  /* the value as the template writes it */
	bool quoted;
	struct pos pos; /* of the value's first byte */
	struct pos key_pos;
};

struct arguments {
	struct argument *items;
	size_t n;
};

/* Reads the tokens of `entry` from `from` on. A word of lower-case letters and hyphens with '='
 * behind it is an option; its value may be quoted, and a source of that form is written ./a=b.
 * `known` are the options of the directive, ended by NULL, each of which may stand once. Returns 0,
 * or -1 after adding all problems. */
int
arguments_read(struct arena *a, struct diags *diags, const struct entry *entry,
    const struct token *from, const char *const *known, struct arguments *out);

/* The option `key`, or NULL. */
const struct argument *
arguments_option(const struct arguments *arguments, const char *key);

#endif

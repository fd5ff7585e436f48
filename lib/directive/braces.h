/* Brace lists, as in the shell: _{25,465}._tcp.{mx1,mx2} stands for four owners. Serves all
 * directives. */
#ifndef DIRECTIVE_BRACES_H
#define DIRECTIVE_BRACES_H

#include "dns/token.h"

enum {
	BRACES_MOST = 4096,           /* texts that one may stand for */
	BRACES_MOST_OCTETS = 1 << 20, /* and their size */
};

/* One of the texts, and where in the entry each octet of it stems from. */
struct braced {
	struct text text;
	const char *const *from;
};

struct braced_list {
	struct braced *items;
	size_t n; /* at least one */
};

/* Writes out the brace lists of `text`, which is a part of `entry`; the last list turns fastest.
 * What follows a backslash is no brace. Returns 0, or -1 with one problem added at the byte. */
int
braces_expand(struct arena *a, struct diags *diags, const struct entry *entry, struct text text,
    struct braced_list *out);

/* Where octet `i` of a text stems from; the end of the text is taken for its last octet. */
struct pos
braced_pos(const struct entry *entry, const struct braced *braced, size_t i);

#endif

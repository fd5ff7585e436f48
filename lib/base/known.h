/* Known: texts, each with a number, among which one is found at once however many there are. */
#ifndef BASE_KNOWN_H
#define BASE_KNOWN_H

#include "base/arena.h"

/* Zero-initialised, but for the arena, is ready for use. */
struct known {
	struct arena *a; /* of the texts, too */
	void *tree;
};

/* The number of that text; one that is not known yet has `number` from here on. */
size_t
known_enter(struct known *known, const char *text, size_t number);

/* Is it known? Its number goes to `*number`. */
bool
known_find(const struct known *known, const char *text, size_t *number);

void
known_free(struct known *known);

#endif

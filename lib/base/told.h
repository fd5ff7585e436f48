/* Which problems were told of where: each that was added to a `diags`, in that order, kept in full
 * there or only counted. */
#ifndef BASE_TOLD_H
#define BASE_TOLD_H

#include "base/problem.h"

#include <stddef.h>
#include <stdint.h>

struct told_entry {
	uint64_t at; /* its position */
	uint16_t problem;
	int8_t severity; /* enum severity */
};

struct told_count {
	enum problem problem;
	size_t n;
};

/* Zero-initialised is ready for use. */
struct told_log {
	struct told_entry *entries;
	size_t n, cap;
	struct told_count *counts; /* of each code that is there */
	size_t n_counts, cap_counts;
	uint32_t *index; /* of entries + 1, by their hash; made when it is asked */
	size_t n_index;  /* a power of two */
	size_t n_indexed;
};

void
told_free(struct told_log *told);

/* Returns how many of its code there are now. */
size_t
told_add(struct told_log *told, const struct told_entry *entry);

/* How many of this code there are. */
size_t
told_count(const struct told_log *told, enum problem problem);

/* Is it there, at this position? */
bool
told_has(struct told_log *told, uint64_t at, enum problem problem);

/* Leaves the first `n`. */
void
told_cut(struct told_log *told, size_t n);

#endif

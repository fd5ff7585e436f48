/* Pool: the same work on many chunks by several threads. Workers claim chunks in order and touch
 * nothing of each other; what they made is taken in the order of the chunks, so that any number of
 * threads gives the same result. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct pool_work {
	void *ctx;
	size_t n_chunks;
	/* Does chunk `chunk`, in worker `worker` (0 to n_workers - 1), into slot `slot`. */
	void (*work)(void *ctx, unsigned worker, size_t slot, size_t chunk);
	/* Takes the finished chunk, in order, one at a time; NULL: nothing to take. Returns -1 to
	 * end the whole work early. */
	int (*take)(void *ctx, size_t slot, size_t chunk);
};

/* Slots in use at a time, for `n_workers`. */
size_t
pool_slots(unsigned n_workers);

/* Chunks that are worked on at a time. */
size_t
pool_abreast(unsigned n_workers, size_t n_chunks);

/* Runs the work on `n_workers` threads, or as many as can be started (none, or 1: on the caller's
 * alone). Returns -1 if take() did. */
int
pool_run(unsigned n_workers, const struct pool_work *work);

/* The number of processors that this process may use, at least 1. */
unsigned
pool_processors(void);

#endif

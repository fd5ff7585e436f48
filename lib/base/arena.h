/* Arena: memory that is freed all at once. One for a run or a zone, a scratch one for each worker.
 * Never returns NULL (mem.h). Not for use by two threads at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/account.h"

struct arena_block;
struct arena_hook;

/* Zero-initialised is ready for use. */
struct arena {
	struct arena_block *block; /* the newest; older ones hang behind it */
	uint8_t *at, *end;         /* free part of `block` */
	size_t next_size;          /* of the next block, in bytes */
	struct arena_hook *hooks;
	struct account *account; /* to which its memory is put; NULL: to none */
};

/* A place to come back to. */
struct arena_mark {
	struct arena_block *block;
	uint8_t *at;
};

/* Aligned for any type; the memory is not cleared. */
void *
arena_alloc(struct arena *a, size_t size);

/* As arena_alloc, all bytes zero. */
void *
arena_zalloc(struct arena *a, size_t size);

/* Without alignment: for wire data and text. */
uint8_t *
arena_bytes(struct arena *a, size_t size);

void *
arena_copy(struct arena *a, const void *data, size_t len);

/* Copies `len` bytes and ends them with '\0'. */
char *
arena_text(struct arena *a, const char *data, size_t len);

char *
arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for one more of the `n` items of `size` bytes at `items` (NULL at first), which may move:
 * twice `*cap` when that is reached. */
void *
arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size);

/* Calls `release(handle)` when the arena is freed, newest first: for foreign handles. */
void
arena_on_free(struct arena *a, void (*release)(void *), void *handle);

struct arena_mark
arena_mark(const struct arena *a);

/* Frees what was taken since the mark; hooks stay. */
void
arena_reset(struct arena *a, struct arena_mark mark);

void
arena_free(struct arena *a);

/* Puts the memory that the arena has, and what it takes from now on, to `account`, which outlives
 * it. */
void
arena_charge(struct arena *a, struct account *account);

/* Hands the memory and the hooks of `from` on to `a`, of which no mark is in use; `from` is empty
 * then. */
void
arena_join(struct arena *a, struct arena *from);

/* `n` empty arenas, one for each worker. */
struct arena *
arenas_new(size_t n);

/* Hands the memory of all on to `a`, and frees the array. */
void
arenas_join(struct arena *a, struct arena *arenas, size_t n);

#endif

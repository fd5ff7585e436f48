#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer a gap that nobody may touch is left behind each piece, as all but the
 * pieces that were given out: a block is one to it else. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ARENA_GUARDED
#endif
#endif
#if defined(ARENA_GUARDED) || defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
enum { GAP = 0 };
#endif

enum { BLOCK_FIRST = 4096, BLOCK_LARGEST = 4 << 20 };

struct arena_block {
	struct arena_block *older;
	uint8_t *end;
	alignas(max_align_t) uint8_t data[];
};

struct arena_hook {
	struct arena_hook *older;
	void (*release)(void *);
	void *handle;
};

static size_t
block_size(const struct arena_block *block)
{
	return (size_t)(block->end - (const uint8_t *)block);
}

/* Free octets from `at` on. */
static size_t
room_at(const struct arena *a)
{
	return a->at ? (size_t)(a->end - a->at) : 0;
}

/* Gives out `size` octets, for which and the gap behind them there is room, `skip` octets on. */
static uint8_t *
arena_take(struct arena *a, size_t skip, size_t size)
{
	uint8_t *p = a->at + skip;

	a->at = p + size + GAP;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

static uint8_t *
arena_refill(struct arena *a, size_t size)
{
	struct arena_block *block;
	size_t room = a->next_size ? a->next_size : BLOCK_FIRST;

	if (room < size + GAP)
		room = size + GAP;
	else if (room < BLOCK_LARGEST)
		a->next_size = room * 2;
	block = mem_alloc(sizeof(*block) + room);
	block->older = a->block;
	block->end = block->data + room;
	a->block = block;
	if (a->account)
		account_take(a->account, LIMIT_MEMORY, block_size(block));
	a->at = block->data;
	a->end = block->end;
	ASAN_POISON_MEMORY_REGION(block->data, room);
	return arena_take(a, 0, size);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	size_t skip = -(uintptr_t)a->at & (alignof(max_align_t) - 1), room = room_at(a);

	if (!a->at || room < skip + size + GAP)
		return arena_refill(a, size);
	return arena_take(a, skip, size);
}

void *
arena_zalloc(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

uint8_t *
arena_bytes(struct arena *a, size_t size)
{
	size_t room = room_at(a);

	if (!a->at || room < size + GAP)
		return arena_refill(a, size);
	return arena_take(a, 0, size);
}

void *
arena_copy(struct arena *a, const void *data, size_t len)
{
	uint8_t *p = arena_bytes(a, len);

	if (len)
		memcpy(p, data, len);
	return p;
}

void *
arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size)
{
	enum { LARGE = 64 }; /* octets of an item: of such there may be few */
	void *more;

	if (n < *cap)
		return items;
	*cap = *cap ? 2 * *cap : size < LARGE ? 16 : 2;
	more = arena_alloc(a, *cap * size);
	if (n)
		memcpy(more, items, n * size);
	return more;
}

char *
arena_text(struct arena *a, const char *data, size_t len)
{
	char *p = (char *)arena_bytes(a, len + 1);

	if (len)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	p = (char *)arena_bytes(a, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return p;
}

void
arena_on_free(struct arena *a, void (*release)(void *), void *handle)
{
	struct arena_hook *hook = mem_alloc(sizeof(*hook));

	hook->older = a->hooks;
	hook->release = release;
	hook->handle = handle;
	a->hooks = hook;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->block, a->at};
}

void
arena_reset(struct arena *a, struct arena_mark mark)
{
	const uint8_t *used = a->at;

	if (a->block != mark.block && mark.block)
		used = mark.block->end;
	while (a->block != mark.block) {
		struct arena_block *older = a->block->older;

		if (a->account)
			account_give(a->account, LIMIT_MEMORY, block_size(a->block));
		free(a->block);
		a->block = older;
	}
	if (mark.at)
		ASAN_POISON_MEMORY_REGION(mark.at, (size_t)(used - mark.at));
	a->at = mark.at;
	a->end = a->block ? a->block->end : NULL;
}

void
arena_free(struct arena *a)
{
	while (a->hooks) {
		struct arena_hook *hook = a->hooks;

		a->hooks = hook->older;
		hook->release(hook->handle);
		free(hook);
	}
	arena_reset(a, (struct arena_mark){NULL, NULL});
	a->next_size = 0;
}

static void
charge_blocks(struct account *account, const struct arena_block *block)
{
	for (; account && block; block = block->older)
		account_take(account, LIMIT_MEMORY, block_size(block));
}

void
arena_charge(struct arena *a, struct account *account)
{
	charge_blocks(account, a->block);
	a->account = account;
}

/* Behind the newest block, which is still being filled. */
void
arena_join(struct arena *a, struct arena *from)
{
	struct arena_block *last = from->block;
	struct arena_hook **oldest = &from->hooks;

	while (*oldest)
		oldest = &(*oldest)->older;
	*oldest = a->hooks;
	a->hooks = from->hooks;
	from->hooks = NULL;
	if (!last)
		return;
	charge_blocks(a->account, last);
	while (last->older)
		last = last->older;
	if (a->block) {
		last->older = a->block->older;
		a->block->older = from->block;
	} else {
		a->block = from->block;
		a->at = a->end = from->block->end;
	}
	from->block = NULL;
	from->at = from->end = NULL;
}

struct arena *
arenas_new(size_t n)
{
	struct arena *arenas = mem_resize(NULL, n, sizeof(*arenas));

	for (size_t i = 0; i < n; i++)
		arenas[i] = (struct arena){0};
	return arenas;
}

void
arenas_join(struct arena *a, struct arena *arenas, size_t n)
{
	for (size_t i = 0; i < n; i++)
		arena_join(a, &arenas[i]);
	free(arenas);
}

#include "base/buf.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

char *
buf_reserve_slow(struct buf *b, size_t extra)
{
	size_t cap = b->cap ? b->cap * 2 : 256;

	if (cap - b->len < extra)
		cap = b->len + extra;
	b->data = mem_resize(b->data, cap, 1);
	b->cap = cap;
	return b->data + b->len;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

char *
buf_text(struct buf *b, struct arena *a)
{
	char *text = arena_text(a, b->data, b->len);

	buf_free(b);
	return text;
}

struct buf *
bufs_new(size_t n)
{
	struct buf *bufs = mem_alloc(n * sizeof(*bufs));

	memset(bufs, 0, n * sizeof(*bufs));
	return bufs;
}

void
bufs_free(struct buf *bufs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_free(&bufs[i]);
	free(bufs);
}

void
buf_vprintf(struct buf *b, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	vsnprintf(buf_reserve(b, (size_t)n + 1), (size_t)n + 1, format, args);
	b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(b, format, args);
	va_end(args);
}

void
buf_decimal(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_put(b, digits + i, sizeof(digits) - i);
}

/* Buf: bytes or text that grow. Zero-initialised is empty and ready; buf_free gives the memory
 * back. Writers that know a bound call buf_reserve once and then write at the end directly. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"
#include "base/view.h"

#include <stdarg.h>

struct buf {
	char *data;
	size_t len, cap;
};

/* Makes room for `extra` bytes more; returns the place where the next byte goes. */
char *
buf_reserve_slow(struct buf *b, size_t extra);

void
buf_free(struct buf *b);

/* What is in the buf, as text in `a`; frees the buf. */
char *
buf_text(struct buf *b, struct arena *a);

/* `n` empty bufs. */
struct buf *
bufs_new(size_t n);

void
bufs_free(struct buf *bufs, size_t n);

void
buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

void
buf_vprintf(struct buf *b, const char *format, va_list args);

/* Writes `value` in decimal. */
void
buf_decimal(struct buf *b, uint64_t value);

static inline char *
buf_reserve(struct buf *b, size_t extra)
{
	if (b->cap - b->len >= extra)
		return b->data + b->len;
	return buf_reserve_slow(b, extra);
}

static inline void
buf_put(struct buf *b, const void *data, size_t len)
{
	if (len) {
		memcpy(buf_reserve(b, len), data, len);
		b->len += len;
	}
}

static inline void
buf_putc(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->len++;
}

static inline void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void
buf_clear(struct buf *b)
{
	b->len = 0;
}

#endif

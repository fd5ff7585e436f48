/* Messages of DNS written by hand, for tests of what reads them. */
#ifndef MESSAGE_FIXTURE_H
#define MESSAGE_FIXTURE_H

#include "unit.h"

#include "base/buf.h"
#include "base/codec.h"
#include "dns/name.h"

/* The labels of a word up to its end or to an `@`, behind which a pointer to an octet stands. */
static inline void
message_put_name(struct buf *b, const char *word, size_t len)
{
	static const struct name root = {.len = 1};
	const char *at = memchr(word, '@', len);
	size_t text_len = at ? (size_t)(at - word) : len;
	struct name_fault fault;
	struct name name;
	unsigned target;

	if (text_len > 0) {
		assert_int_equal(
		    name_parse((struct text){word, text_len}, &root, &name, &fault), 0);
		buf_put(b, name.wire, name.len - (at ? 1u : 0u));
	}
	if (!at)
		return;
	assert_int_equal(sscanf(at + 1, "%x", &target), 1);
	buf_putc(b, (char)(0xc0 | target >> 8));
	buf_putc(b, (char)target);
}

static inline void
message_put_hex(struct buf *b, const char *word, size_t len)
{
	assert_int_equal(len % 2, 0);
	for (size_t i = 0; i < len; i += 2) {
		unsigned octet;

		assert_int_equal(sscanf(word + i, "%2x", &octet), 1);
		buf_putc(b, (char)octet);
	}
}

/* A message of words: `8400` stands for octets, `mail.example.org.` for a name, `mail@0c` and `@0c`
 * for one that goes on at octet 12, `(` and `)` enclose what has its length in two octets ahead. */
static inline struct bytes
message_make(struct arena *a, const char *text)
{
	struct buf b = {0};
	size_t begin = 0, len;
	struct bytes made;

	for (; *(text += strspn(text, " ")); text += len) {
		len = strcspn(text, " ");
		if (*text == '(') {
			buf_put(&b, "\0\0", 2);
			begin = b.len;
		} else if (*text == ')') {
			b.data[begin - 2] = (char)((b.len - begin) >> 8);
			b.data[begin - 1] = (char)(b.len - begin);
		} else if (memchr(text, '.', len) || memchr(text, '@', len)) {
			message_put_name(&b, text, len);
		} else {
			message_put_hex(&b, text, len);
		}
	}
	made = (struct bytes){arena_copy(a, b.data, b.len), b.len};
	buf_free(&b);
	return made;
}

#endif

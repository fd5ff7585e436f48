/* Numbers, hexadecimal, base64 (RFC 4648 section 4) and base32hex without padding (section 7), as
 * RDATA writes them. Encoders append to a buf; decoders write to `out`, which has room for
 * codec_*_decoded(text.len) bytes, and return the number of bytes or -1 for malformed text
 * (an odd number of hex digits, stray characters, bits left over). */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include "base/buf.h"

#include <sys/types.h>

void
hex_encode(struct buf *b, struct bytes in);

/* Upper case, as BIND prints digests. */
void
hex_encode_upper(struct buf *b, struct bytes in);

ssize_t
hex_decode(struct text in, uint8_t *out);

/* Reads a decimal number without a sign; -1 if the text is none or exceeds `most`. */
static inline int
decimal_parse(struct text text, uint64_t most, uint64_t *value)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(text.data[i] - '0');

		if (digit > 9 || v > UINT64_MAX / 10)
			return -1;
		v = v * 10 + digit;
		if (v > most || v < digit)
			return -1;
	}
	*value = v;
	return text.len ? 0 : -1;
}

void
base64_encode(struct buf *b, struct bytes in);

ssize_t
base64_decode(struct text in, uint8_t *out);

/* Lower case, as NSEC3 owner names are commonly written. */
void
base32hex_encode(struct buf *b, struct bytes in);

ssize_t
base32hex_decode(struct text in, uint8_t *out);

/* Reads the escape at byte `*i` of a text, `\DDD` or `\X` (RFC 1035 section 5.1), and moves `*i`
 * behind it; returns its octet, or -1 for a malformed one, and `*i` stays. */
int
escape_decode(struct text text, size_t *i);

#endif

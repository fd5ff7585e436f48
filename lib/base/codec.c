#include "base/codec.h"

enum { BAD = 0xff };

static void
hex_encode_with(struct buf *b, struct bytes in, const char digits[16])
{
	char *p = buf_reserve(b, in.len * 2);
	size_t i;

	for (i = 0; i < in.len; i++) {
		*p++ = digits[in.data[i] >> 4];
		*p++ = digits[in.data[i] & 15];
	}
	b->len += in.len * 2;
}

void
hex_encode(struct buf *b, struct bytes in)
{
	hex_encode_with(b, in, "0123456789abcdef");
}

void
hex_encode_upper(struct buf *b, struct bytes in)
{
	hex_encode_with(b, in, "0123456789ABCDEF");
}

static unsigned
hex_value(char c)
{
	if (ascii_is_digit(c))
		return (unsigned)(c - '0');
	c = (char)ascii_lower((uint8_t)c);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : BAD;
}

ssize_t
hex_decode(struct text in, uint8_t *out)
{
	size_t i;

	if (in.len % 2)
		return -1;
	for (i = 0; i < in.len; i += 2) {
		unsigned high = hex_value(in.data[i]), low = hex_value(in.data[i + 1]);

		if (high == BAD || low == BAD)
			return -1;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (ssize_t)(in.len / 2);
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct buf *b, struct bytes in)
{
	char *p = buf_reserve(b, (in.len + 2) / 3 * 4);
	const uint8_t *d = in.data;
	size_t left = in.len;

	for (; left >= 3; left -= 3, d += 3) {
		*p++ = base64_digits[d[0] >> 2];
		*p++ = base64_digits[(d[0] & 3) << 4 | d[1] >> 4];
		*p++ = base64_digits[(d[1] & 15) << 2 | d[2] >> 6];
		*p++ = base64_digits[d[2] & 63];
	}
	if (left) {
		unsigned second = left == 2 ? d[1] : 0;

		*p++ = base64_digits[d[0] >> 2];
		*p++ = base64_digits[(d[0] & 3u) << 4 | second >> 4];
		*p++ = left == 2 ? base64_digits[(second & 15) << 2] : '=';
		*p++ = '=';
	}
	b->len += (in.len + 2) / 3 * 4;
}

static unsigned
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a' + 26);
	if (ascii_is_digit(c))
		return (unsigned)(c - '0' + 52);
	return c == '+' ? 62 : c == '/' ? 63 : BAD;
}

static unsigned
base32hex_value(char c)
{
	if (ascii_is_digit(c))
		return (unsigned)(c - '0');
	c = (char)ascii_lower((uint8_t)c);
	return c >= 'a' && c <= 'v' ? (unsigned)(c - 'a' + 10) : BAD;
}

/* Digits of `bits` bits each; the bits that are left over must be zero. */
static ssize_t
decode_bits(struct text in, unsigned bits, unsigned (*value)(char), uint8_t *out)
{
	uint32_t acc = 0;
	unsigned n_bits = 0;
	size_t i, n = 0;

	for (i = 0; i < in.len; i++) {
		unsigned v = value(in.data[i]);

		if (v == BAD)
			return -1;
		acc = acc << bits | v;
		n_bits += bits;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (uint8_t)(acc >> n_bits);
			acc &= (1u << n_bits) - 1;
		}
	}
	return acc || n_bits >= bits ? -1 : (ssize_t)n;
}

ssize_t
base64_decode(struct text in, uint8_t *out)
{
	if (in.len % 4)
		return -1;
	if (in.len && in.data[in.len - 1] == '=')
		in.len--;
	if (in.len % 4 == 3 && in.data[in.len - 1] == '=')
		in.len--;
	return decode_bits(in, 6, base64_value, out);
}

void
base32hex_encode(struct buf *b, struct bytes in)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	uint32_t acc = 0;
	unsigned n_bits = 0;
	size_t i;

	for (i = 0; i < in.len; i++) {
		acc = (acc << 8 | in.data[i]) & 0xffff;
		n_bits += 8;
		for (; n_bits >= 5; n_bits -= 5)
			buf_putc(b, digits[acc >> (n_bits - 5) & 31]);
	}
	if (n_bits)
		buf_putc(b, digits[acc << (5 - n_bits) & 31]);
}

ssize_t
base32hex_decode(struct text in, uint8_t *out)
{
	return decode_bits(in, 5, base32hex_value, out);
}

int
escape_decode(struct text text, size_t *i)
{
	const char *p = text.data + *i + 1;
	size_t left = text.len - *i - 1;
	int value;

	if (left == 0)
		return -1;
	if (!ascii_is_digit(*p)) {
		*i += 2;
		return (uint8_t)*p;
	}
	if (left < 3 || !ascii_is_digit(p[1]) || !ascii_is_digit(p[2]))
		return -1;
	value = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	if (value > 255)
		return -1;
	*i += 4;
	return value;
}

/* Views: memory that somebody else owns. */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *data;
	size_t len;
};

struct text {
	const char *data;
	size_t len;
};

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Order of octets; what another begins with comes ahead of it. */
static inline int
bytes_compare(struct bytes a, struct bytes b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	int order = least ? memcmp(a.data, b.data, least) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* So many octets of one kind begin each line that git writes where it cannot merge. */
enum { TEXT_MERGE_MARK = 7 };

static inline bool
text_has_merge_mark(struct text line)
{
	return line.len >= TEXT_MERGE_MARK && memchr("<|=>", *line.data, 4) &&
	       memcmp(line.data, line.data + 1, TEXT_MERGE_MARK - 1) == 0;
}

static inline struct text
text_of(const char *s)
{
	return (struct text){s, strlen(s)};
}

static inline bool
text_is(struct text t, const char *s)
{
	return strlen(s) == t.len && memcmp(t.data, s, t.len) == 0;
}

/* Numbers in network order. */
static inline uint16_t
read_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void
write_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void
write_u32(uint8_t *p, uint32_t value)
{
	write_u16(p, (uint16_t)(value >> 16));
	write_u16(p + 2, (uint16_t)value);
}

/* ASCII case folding, whatever the locale: DNS names and keywords (RFC 4343). */
static inline uint8_t
ascii_lower(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
}

static inline bool
ascii_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool
text_is_nocase(struct text t, const char *s)
{
	size_t i;

	for (i = 0; i < t.len; i++)
		if (!s[i] || ascii_lower((uint8_t)t.data[i]) != ascii_lower((uint8_t)s[i]))
			return false;
	return s[t.len] == '\0';
}

#endif

/* Fields that are numbers, periods and instants. */
#include "dns/field_part.h"

#include "base/duration.h"

#include <inttypes.h>

/* Big-endian, `size` octets. */
static inline void
number_put(struct reader *r, uint64_t value, unsigned size)
{
	while (size-- > 0)
		*r->out++ = (uint8_t)(value >> 8 * size);
}

static inline uint64_t
number_get(struct wire *w, unsigned size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | *w->at++;
	return value;
}

static inline int
number_parse(struct reader *r, unsigned size)
{
	const uint64_t most = UINT64_MAX >> (64 - 8 * size);
	const struct token *t = field_word(r);
	uint64_t value;

	if (!t)
		return -1;
	if (decimal_parse(token_text(t), most, &value) < 0)
		return field_error(
		    r, t->text, "%.*s is not a number from 0 to %" PRIu64, FIELD_SHOWN(t), most);
	if (!field_room(r, size))
		return field_long(r, t);
	number_put(r, value, size);
	return 0;
}

static int
u8_parse(struct reader *r)
{
	return number_parse(r, 1);
}

static int
u8_skip(struct wire *w)
{
	return wire_skip(w, 1);
}

static int
u8_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, *w->at++);
	return 0;
}

static int
u16_parse(struct reader *r)
{
	return number_parse(r, 2);
}

static int
u16_skip(struct wire *w)
{
	return wire_skip(w, 2);
}

static int
u16_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, number_get(w, 2));
	return 0;
}

static int
u32_parse(struct reader *r)
{
	return number_parse(r, 4);
}

static int
u32_skip(struct wire *w)
{
	return wire_skip(w, 4);
}

static int
u32_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, number_get(w, 4));
	return 0;
}

static int
u64_parse(struct reader *r)
{
	return number_parse(r, 8);
}

static int
u64_skip(struct wire *w)
{
	return wire_skip(w, 8);
}

static int
u64_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, number_get(w, 8));
	return 0;
}

static int
ttl_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	uint64_t seconds;

	if (!t)
		return -1;
	if (decimal_parse(token_text(t), UINT32_MAX, &seconds) < 0 &&
	    duration_parse_ttl(token_text(t), UINT32_MAX, &seconds) < 0)
		return field_error(r, t->text,
		    "%.*s is not a period from 0 to 4294967295 seconds, nor one like 1h30m",
		    FIELD_SHOWN(t));
	if (!field_room(r, 4))
		return field_long(r, t);
	number_put(r, seconds, 4);
	return 0;
}

enum { TIME_DIGITS = 14, DAY_S = 86400 };

/* Days from 1970-01-01 to the first of March of `year`, modulo 2^32. */
static unsigned
days_to_march(unsigned year)
{
	return year * 365 + year / 4 - year / 100 + year / 400 - 719468;
}

static unsigned
days_in_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static unsigned
two_digits(const char *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* YYYYMMDDHHMMSS (RFC 4034 section 3.2). */
static int
instant_digits_parse(const char *digits, uint64_t *t_unix)
{
	unsigned year = two_digits(digits) * 100 + two_digits(digits + 2);
	unsigned month = two_digits(digits + 4), day = two_digits(digits + 6);
	unsigned hour = two_digits(digits + 8), minute = two_digits(digits + 10);
	unsigned second = two_digits(digits + 12);
	uint64_t days;

	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
	    hour > 23 || minute > 59 || second > 59)
		return -1;
	year -= month <= 2;
	month = month <= 2 ? month + 9 : month - 3; /* from March */
	days = days_to_march(year) + (153 * month + 2) / 5 + day - 1;
	*t_unix = days * DAY_S + hour * 3600 + minute * 60 + second;
	return 0;
}

static bool
all_digits(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_digit(text.data[i]))
			return false;
	return true;
}

static int
time_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	uint64_t t_unix;
	int rc;

	if (!t)
		return -1;
	if (t->len == TIME_DIGITS && all_digits(token_text(t)))
		rc = instant_digits_parse(t->text, &t_unix);
	else
		rc = decimal_parse(token_text(t), UINT32_MAX, &t_unix);
	if (rc < 0)
		return field_error(r, t->text,
		    "%.*s is not a time as YYYYMMDDHHMMSS, nor seconds up to 4294967295",
		    FIELD_SHOWN(t));
	if (t_unix > UINT32_MAX)
		return field_error(r, t->text,
		    "%.*s is beyond 21060207062815, the last time that 32 bits hold",
		    FIELD_SHOWN(t));
	if (!field_room(r, 4))
		return field_long(r, t);
	number_put(r, t_unix, 4);
	return 0;
}

static void
put_two(char *p, unsigned value)
{
	p[0] = (char)('0' + value / 10);
	p[1] = (char)('0' + value % 10);
}

/* Unsigned seconds since 1970: 1970 to 2106. Years are counted from March, so that the leap day is
 * the last; 1968-03-01 is 671 days before 1970, and no century in between is without a leap day but
 * 2100. */
static int
time_print(struct buf *b, struct wire *w)
{
	uint32_t t_unix = (uint32_t)number_get(w, 4), of_day = t_unix % DAY_S;
	unsigned days = t_unix / DAY_S + 671, year, month;
	char *p = buf_reserve(b, TIME_DIGITS);

	days += days >= 48212; /* 2100-02-29, which is not */
	year = (4 * days + 3) / 1461;
	days -= 1461 * year / 4;
	month = (5 * days + 2) / 153;
	days -= (153 * month + 2) / 5;
	year += month >= 10 ? 1969 : 1968;
	put_two(p, year / 100);
	put_two(p + 2, year % 100);
	put_two(p + 4, month >= 10 ? month - 9 : month + 3);
	put_two(p + 6, days + 1);
	put_two(p + 8, of_day / 3600);
	put_two(p + 10, of_day / 60 % 60);
	put_two(p + 12, of_day % 60);
	b->len += TIME_DIGITS;
	return 0;
}

const struct field_row field_u8 = {u8_parse, u8_skip, u8_print, false};
const struct field_row field_u16 = {u16_parse, u16_skip, u16_print, false};
const struct field_row field_u32 = {u32_parse, u32_skip, u32_print, false};
const struct field_row field_u64 = {u64_parse, u64_skip, u64_print, false};
const struct field_row field_ttl = {ttl_parse, u32_skip, u32_print, false};
const struct field_row field_time = {time_parse, u32_skip, time_print, false};

#define _GNU_SOURCE
#include "base/duration.h"

#include <inttypes.h>
#include <time.h>

struct civil {
	int64_t year;
	unsigned month, day; /* from 1 */
	unsigned hour, minute, second;
};

static const struct {
	char name;
	const char *word;
	uint32_t seconds;
} units[] = {{'s', "second", 1}, {'m', "minute", 60}, {'h', "hour", 3600}, {'d', "day", 86400},
    {'w', "week", 604800}, {'y', "year", 31536000}};

enum {
	DAYS = 3,    /* in the table: the largest unit that is written */
	N_OF_TTL = 5 /* units that servers read */
};

static uint64_t
unit_seconds(char c, size_t n_units)
{
	for (size_t i = 0; i < n_units; i++)
		if (units[i].name == (char)ascii_lower((uint8_t)c))
			return units[i].seconds;
	return 0;
}

static int
parse(struct text text, size_t n_units, uint64_t most, uint64_t *seconds)
{
	const char *p = text.data, *end = p + text.len;
	uint64_t sum = 0;

	if (p == end)
		return -1;
	while (p < end) {
		const char *digits = p;
		uint64_t n = 0, unit = 1;

		for (; p < end && ascii_is_digit(*p); p++) {
			n = n * 10 + (uint64_t)(*p - '0');
			if (n > most)
				return -1;
		}
		if (p == digits)
			return -1;
		if (p < end)
			unit = unit_seconds(*p++, n_units);
		else if (digits != text.data)
			return -1; /* 1h30: of what? */
		if (!unit || n > (most - sum) / unit)
			return -1;
		sum += n * unit;
	}
	*seconds = sum;
	return 0;
}

int
duration_parse(struct text text, uint64_t most, uint64_t *seconds)
{
	return parse(text, sizeof(units) / sizeof(units[0]), most, seconds);
}

int
duration_parse_ttl(struct text text, uint64_t most, uint64_t *seconds)
{
	return parse(text, N_OF_TTL, most, seconds);
}

/* Days since 1970-01-01; years counted from March make February's end the year's. */
static int64_t
days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct civil
civil_from_instant(int64_t t_unix)
{
	int64_t days = t_unix / 86400, rest = t_unix % 86400, era, of_era, y, of_year, m;
	struct civil c;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * y + y / 4 - y / 100);
	m = (5 * of_year + 2) / 153;
	c.day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	c.month = (unsigned)(m < 10 ? m + 3 : m - 9);
	c.year = y + era * 400 + (c.month <= 2);
	c.hour = (unsigned)(rest / 3600);
	c.minute = (unsigned)(rest / 60 % 60);
	c.second = (unsigned)(rest % 60);
	return c;
}

static unsigned
days_in_month(int64_t year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static int
instant_from_civil(const struct civil *c, int64_t *t_unix)
{
	if (c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > days_in_month(c->year, c->month) || c->hour > 23 || c->minute > 59 ||
	    c->second > 59)
		return -1;
	*t_unix = days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
		  c->minute * 60 + c->second;
	return 0;
}

/* Matches `text` against `pattern`, in which a letter stands for one digit of that field. */
static int
match_civil(struct text text, const char *pattern, struct civil *c)
{
	if (text.len != strlen(pattern))
		return -1;
	*c = (struct civil){0};
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(text.data[i] - '0');

		if (!strchr("YMDhms", pattern[i])) {
			if (text.data[i] != pattern[i])
				return -1;
			continue;
		}
		if (!ascii_is_digit(text.data[i]))
			return -1;
		switch (pattern[i]) {
		case 'Y':
			c->year = c->year * 10 + digit;
			break;
		case 'M':
			c->month = c->month * 10 + digit;
			break;
		case 'D':
			c->day = c->day * 10 + digit;
			break;
		case 'h':
			c->hour = c->hour * 10 + digit;
			break;
		case 'm':
			c->minute = c->minute * 10 + digit;
			break;
		default:
			c->second = c->second * 10 + digit;
			break;
		}
	}
	return 0;
}

/* The largest unit that it has. */
static size_t
largest_of(uint64_t seconds)
{
	size_t i = DAYS;

	while (i > 0 && seconds < units[i].seconds)
		i--;
	return i;
}

void
duration_print(struct buf *b, uint64_t seconds)
{
	size_t i = largest_of(seconds);

	buf_printf(b, "%" PRIu64 "%c", seconds / units[i].seconds, units[i].name);
	seconds %= units[i].seconds;
	if (i > 0 && seconds / units[i - 1].seconds > 0)
		buf_printf(b, "%" PRIu64 "%c", seconds / units[i - 1].seconds, units[i - 1].name);
}

static void
put_words(struct buf *b, uint64_t n, size_t unit)
{
	buf_printf(b, "%" PRIu64 " %s%s", n, units[unit].word, n == 1 ? "" : "s");
}

const char *
duration_text(struct arena *a, uint64_t seconds)
{
	size_t i = largest_of(seconds);
	struct buf b = {0};

	put_words(&b, seconds / units[i].seconds, i);
	seconds %= units[i].seconds;
	if (i > 0 && seconds / units[i - 1].seconds > 0) {
		buf_putc(&b, ' ');
		put_words(&b, seconds / units[i - 1].seconds, i - 1);
	}
	return buf_text(&b, a);
}

const char *
duration_ttl_text(struct arena *a, uint32_t ttl_s)
{
	struct buf b = {0};

	put_words(&b, ttl_s, 0);
	if (ttl_s >= 60)
		buf_printf(&b, " (%s)", duration_text(a, ttl_s));
	return buf_text(&b, a);
}

int
instant_parse(struct text text, int64_t *t_unix)
{
	static const char *const patterns[] = {
	    "YYYY-MM-DDThh:mm:ssZ", "YYYY-MM-DD", "YYYYMMDDhhmmss"};
	struct civil c;
	uint64_t seconds;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (match_civil(text, patterns[i], &c) == 0)
			return instant_from_civil(&c, t_unix);
	if (text.len == 0 || text.len > 12 || !ascii_is_digit(text.data[text.len - 1]) ||
	    duration_parse(text, UINT64_C(999999999999), &seconds) < 0)
		return -1;
	*t_unix = (int64_t)seconds;
	return 0;
}

int
instant_parse_from(struct text text, int64_t now, int64_t *t_unix)
{
	static const struct text word = {"now", 3};
	struct text rest = text;
	uint64_t seconds;

	if (text.len >= word.len && memcmp(text.data, word.data, word.len) == 0)
		rest = (struct text){text.data + word.len, text.len - word.len};
	*t_unix = now;
	if (rest.len < text.len && rest.len == 0)
		return 0;
	if (rest.len == 0 || (*rest.data != '+' && *rest.data != '-'))
		return instant_parse(text, t_unix);
	if (duration_parse((struct text){rest.data + 1, rest.len - 1}, INT32_MAX, &seconds) < 0)
		return -1;
	*t_unix += *rest.data == '+' ? (int64_t)seconds : -(int64_t)seconds;
	return 0;
}

uint32_t
instant_date(int64_t t_unix)
{
	struct civil c = civil_from_instant(t_unix);

	return (uint32_t)c.year * 10000 + c.month * 100 + c.day;
}

/* Two digits at a time, behind `ahead` if it is not '\0': every signature prints two instants, and
 * the history has many. */
static char *
put_two(char *p, char ahead, unsigned value)
{
	*p = ahead;
	p += ahead != '\0';
	p[0] = (char)('0' + value / 10);
	p[1] = (char)('0' + value % 10);
	return p + 2;
}

/* A century, a year of it, a month, ..., each behind its own of `ahead`. */
static void
put_fields(struct buf *b, int64_t t_unix, const char ahead[7])
{
	struct civil c = civil_from_instant(t_unix);
	const unsigned fields[] = {(unsigned)(c.year / 100 % 100), (unsigned)(c.year % 100),
	    c.month, c.day, c.hour, c.minute, c.second};
	char *begin = buf_reserve(b, 3 * 7 + 1), *p = begin;

	for (size_t i = 0; i < 7; i++)
		p = put_two(p, ahead[i], fields[i]);
	b->len += (size_t)(p - begin);
}

void
instant_print_digits(struct buf *b, int64_t t_unix)
{
	put_fields(b, t_unix, (const char[7]){0});
}

void
instant_print_iso(struct buf *b, int64_t t_unix)
{
	static const char ahead[7] = {0, 0, '-', '-', 'T', ':', ':'};
	struct civil c = civil_from_instant(t_unix);

	if (c.year >= 0 && c.year <= 9999) {
		put_fields(b, t_unix, ahead);
		buf_putc(b, 'Z');
		return;
	}
	buf_printf(b, "%04lld-%02u-%02uT%02u:%02u:%02uZ", (long long)c.year, c.month, c.day, c.hour,
	    c.minute, c.second);
}

int64_t
instant_of_machine(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

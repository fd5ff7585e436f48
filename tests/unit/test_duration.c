#include "unit.h"

#include "base/duration.h"

enum { NONE = -1 };

static void
durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t most;
		int64_t seconds;
	} rows[] = {
	    {"0", UINT32_MAX, 0},
	    {"90", UINT32_MAX, 90},
	    {"90s", UINT32_MAX, 90},
	    {"30m", UINT32_MAX, 1800},
	    {"12h", UINT32_MAX, 43200},
	    {"14d", UINT32_MAX, 1209600},
	    {"2w", UINT32_MAX, 1209600},
	    {"1h30m", UINT32_MAX, 5400},
	    {"1H30M", UINT32_MAX, 5400},
	    {"30m1h", UINT32_MAX, 5400},
	    {"1w1d1h1m1s", UINT32_MAX, 694861},
	    {"2147483647", INT32_MAX, 2147483647},
	    {"2147483648", INT32_MAX, NONE},
	    {"3551w", INT32_MAX, NONE},
	    {"2147483647s", INT32_MAX, 2147483647},
	    {"2147483647s1s", INT32_MAX, NONE},
	    {"", UINT32_MAX, NONE},
	    {"h", UINT32_MAX, NONE},
	    {"1h30", UINT32_MAX, NONE},
	    {"1y", UINT32_MAX, 31536000},
	    {"1Y1d", UINT32_MAX, 31622400},
	    {"68y", INT32_MAX, 2144448000},
	    {"69y", INT32_MAX, NONE},
	    {"-1", UINT32_MAX, NONE},
	    {"1 h", UINT32_MAX, NONE},
	    {"1.5h", UINT32_MAX, NONE},
	    {"1hh", UINT32_MAX, NONE},
	    {"99999999999999999999", UINT32_MAX, NONE},
	    {"0x10", UINT32_MAX, NONE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint64_t seconds = 0;
		int result = duration_parse(text_of(rows[i].text), rows[i].most, &seconds);

		if ((result < 0 ? NONE : (int64_t)seconds) != rows[i].seconds)
			fail_msg(
			    "\"%s\": %d, %llu", rows[i].text, result, (unsigned long long)seconds);
	}
}

/* A TTL of a year would be text that no server reads. */
static void
ttls(void **state)
{
	uint64_t seconds = 0;

	(void)state;
	assert_int_equal(duration_parse_ttl(text_of("1W2d3h4m5s"), UINT32_MAX, &seconds), 0);
	assert_int_equal(seconds, 788645);
	assert_int_equal(duration_parse_ttl(text_of("1y"), UINT32_MAX, &seconds), -1);
}

static void
words(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text, *ttl;
	} rows[] = {{0, "0 seconds", "0 seconds"}, {1, "1 second", "1 second"},
	    {59, "59 seconds", "59 seconds"}, {60, "1 minute", "60 seconds (1 minute)"},
	    {61, "1 minute 1 second", "61 seconds (1 minute 1 second)"},
	    {3600, "1 hour", "3600 seconds (1 hour)"},
	    {86400 + 59, "1 day", "86459 seconds (1 day)"},
	    {13 * 86400 + 12 * 3600 + 1, "13 days 12 hours", "1166401 seconds (13 days 12 hours)"},
	    {400 * 86400, "400 days", "34560000 seconds (400 days)"}};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_string_equal(duration_text(&a, rows[i].seconds), rows[i].text);
		assert_string_equal(duration_ttl_text(&a, (uint32_t)rows[i].seconds), rows[i].ttl);
	}
	arena_free(&a);
}

/* Instants as date(1) prints them. */
static const struct {
	int64_t t_unix;
	const char *digits, *iso;
} instants[] = {
    {0, "19700101000000", "1970-01-01T00:00:00Z"},
    {-1, "19691231235959", "1969-12-31T23:59:59Z"},
    {951782400, "20000229000000", "2000-02-29T00:00:00Z"},
    {1078012799, "20040228235959", "2004-02-28T23:59:59Z"},
    {1795435200, "20261123120000", "2026-11-23T12:00:00Z"},
    {4102444799, "20991231235959", "2099-12-31T23:59:59Z"},
    {4107542400, "21000301000000", "2100-03-01T00:00:00Z"},
    {4294967295, "21060207062815", "2106-02-07T06:28:15Z"},
};

static void
assert_printed(void (*print)(struct buf *, int64_t), int64_t t_unix, const char *expected)
{
	struct buf b = {0};

	print(&b, t_unix);
	buf_putc(&b, '\0');
	assert_string_equal(b.data, expected);
	buf_free(&b);
}

static void
instants_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(instants); i++) {
		int64_t t_unix = 42;

		assert_printed(instant_print_digits, instants[i].t_unix, instants[i].digits);
		assert_printed(instant_print_iso, instants[i].t_unix, instants[i].iso);
		assert_int_equal(instant_parse(text_of(instants[i].digits), &t_unix), 0);
		assert_int_equal(t_unix, instants[i].t_unix);
		t_unix = 42;
		assert_int_equal(instant_parse(text_of(instants[i].iso), &t_unix), 0);
		assert_int_equal(t_unix, instants[i].t_unix);
	}
}

static void
every_day(void **state)
{
	(void)state;
	for (int64_t t = -86400 * 400; t < INT64_C(5000000000); t += 86400 * 3 + 3607) {
		struct buf b = {0};
		int64_t back = 0;

		instant_print_iso(&b, t);
		assert_int_equal(instant_parse((struct text){b.data, b.len}, &back), 0);
		assert_int_equal(back, t);
		buf_free(&b);
	}
}

static void
other_instants(void **state)
{
	static const char *const bad[] = {"", "now", "2026-02-29", "2026-13-01", "2026-00-01",
	    "2026-01-00", "2026-11-31", "21000229000000", "20261123240000", "20261123126000",
	    "2026-11-23T12:00:60Z", "2026-11-23T12:00:00", "2026-11-23 12:00:00Z", "1h", "1h30",
	    "-5", "1234567890123", "2026-11-23T12:00:00+01:00"};
	int64_t t_unix;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (instant_parse(text_of(bad[i]), &t_unix) != -1)
			fail_msg("\"%s\" was taken", bad[i]);
	assert_int_equal(instant_parse(text_of("2026-11-23"), &t_unix), 0);
	assert_int_equal(t_unix, 1795392000);
	assert_int_equal(instant_parse(text_of("1795435200"), &t_unix), 0);
	assert_int_equal(t_unix, 1795435200);
}

static void
instants_from_now(void **state)
{
	enum { NOW = 1000000000, DAY = 86400 };
	static const struct {
		const char *text;
		int64_t t_unix; /* 0: refused */
	} rows[] = {
	    {"now", NOW},
	    {"+30d", NOW + 30 * DAY},
	    {"now+1y", NOW + 365 * DAY},
	    {"-12h", NOW - DAY / 2},
	    {"+0", NOW},
	    {"+90", NOW + 90},
	    {"2026-11-23", 1795392000},
	    {"90", 90},
	    {"", 0},
	    {"now30d", 0},
	    {"nowadays", 0},
	    {"+", 0},
	    {"now-", 0},
	    {"+-1d", 0},
	    {"30d", 0},
	    {"none", 0},
	    {"+69y", 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t t_unix;
		int result = instant_parse_from(text_of(rows[i].text), NOW, &t_unix);

		if (result != (rows[i].t_unix ? 0 : -1) ||
		    (result == 0 && t_unix != rows[i].t_unix))
			fail_msg("\"%s\": %d, %lld", rows[i].text, result, (long long)t_unix);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(durations),
	    cmocka_unit_test(ttls),
	    cmocka_unit_test(instants_both_ways),
	    cmocka_unit_test(every_day),
	    cmocka_unit_test(other_instants),
	    cmocka_unit_test(instants_from_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

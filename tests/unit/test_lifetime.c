#include "zone_fixture.h"

#include "dnssec/lifetime.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

static struct lifetime
lifetime(const char *expire, const char *ttl, struct lifetime_policy policy)
{
	struct zone_fixture f;
	struct lifetime is;
	char text[400];

	snprintf(text, sizeof(text),
	    "$ORIGIN example.org.\n$TTL 1h\n@ SOA ns1 admin 1 4h 1h %s 1h\n@ NS ns1\nns1 %s A "
	    "192.0.2.1\n",
	    expire, ttl);
	zone_read(&f, text);
	is = lifetime_of(&f.store, &policy);
	zone_free(&f);
	return is;
}

#define OPEN LIFETIME_BY_SOA

static void
lifetimes(void **state)
{
	static const struct {
		const char *expire, *ttl;
		struct lifetime_policy policy;
		struct lifetime is;
	} cases[] = {
	    /* nothing stated: expire, a day for TTLs, and a day until the next run */
	    {"0", "1h", {OPEN, OPEN, DAY / 2, 0}, {14 * DAY, 5 * DAY, DAY / 2, 0}},
	    {"3d", "1h", {OPEN, OPEN, DAY / 2, 0}, {14 * DAY, 5 * DAY, DAY / 2, 0}},
	    {"1w", "1h", {OPEN, OPEN, DAY / 2, 0}, {14 * DAY, 9 * DAY, DAY / 2, 0}},
	    {"1w", "1d", {OPEN, OPEN, DAY / 2, 0}, {14 * DAY, 9 * DAY, DAY / 2, 0}},
	    {"1w", "2d", {OPEN, OPEN, DAY / 2, 0}, {29 * DAY / 2, 10 * DAY, DAY / 2, 0}},
	    {"2w", "1h", {OPEN, OPEN, DAY / 2, 0}, {41 * DAY / 2, 16 * DAY, DAY / 2, 0}},
	    {"4w", "1h", {OPEN, OPEN, DAY / 2, 0}, {69 * DAY / 2, 30 * DAY, DAY / 2, 0}},
	    {"1000h", "1h", {OPEN, OPEN, 0, 0},
		{1000 * HOUR + 6 * DAY, 1000 * HOUR + 2 * DAY, 0, 0}},
	    {"58d", "1h", {OPEN, OPEN, 0, 0}, {64 * DAY, 60 * DAY, 0, 0}},
	    {"59d", "1h", {OPEN, OPEN, 0, 0}, {14 * DAY, 5 * DAY, 0, 0}}, /* not followed */
	    {"4294967295", "1h", {OPEN, OPEN, 0, 0}, {14 * DAY, 5 * DAY, 0, 0}},
	    {"4w", "2147483647", {OPEN, OPEN, 0, 0}, {14 * DAY, 5 * DAY, 0, 0}},
	    /* what is stated stays */
	    {"4w", "1h", {14 * DAY, 5 * DAY, DAY, 0}, {14 * DAY, 5 * DAY, DAY, 0}},
	    {"4w", "1h", {14 * DAY, OPEN, DAY, 0}, {14 * DAY, 5 * DAY, DAY, 0}}, /* no room */
	    {"4w", "1h", {60 * DAY, OPEN, DAY, 0}, {60 * DAY, 30 * DAY, DAY, 0}},
	    {"4w", "1h", {31 * DAY, OPEN, DAY, 0}, {31 * DAY, 31 * DAY * 5 / 14, DAY, 0}},
	    {"1d", "1h", {28 * DAY, OPEN, DAY, 0}, {28 * DAY, 10 * DAY, DAY, 0}},
	    {"4w", "1h", {OPEN, 5 * DAY, DAY, 0}, {14 * DAY, 5 * DAY, DAY, 0}},
	    {"4w", "1h", {OPEN, 20 * DAY, DAY, 0}, {25 * DAY, 20 * DAY, DAY, 0}},
	    /* that for the keys, which is the other one where it is not stated */
	    {"1d", "1h", {14 * DAY, 5 * DAY, 0, 0}, {14 * DAY, 5 * DAY, 0, 14 * DAY}},
	    {"1d", "1h", {14 * DAY, 5 * DAY, 0, OPEN}, {14 * DAY, 5 * DAY, 0, 14 * DAY}},
	    {"1d", "1h", {14 * DAY, 5 * DAY, 0, 90 * DAY}, {14 * DAY, 5 * DAY, 0, 90 * DAY}},
	    {"1d", "1h", {14 * DAY, 5 * DAY, 0, 7 * DAY}, {14 * DAY, 5 * DAY, 0, 7 * DAY}},
	    {"1d", "1h", {OPEN, OPEN, 0, 90 * DAY}, {14 * DAY, 5 * DAY, 0, 90 * DAY}},
	    {"4w", "1h", {OPEN, OPEN, 0, 30 * DAY},
		{34 * DAY, 30 * DAY, 0, 34 * DAY}}, /* too short */
	    {"1d", "1h", {28 * DAY, OPEN, DAY, 7 * DAY}, {28 * DAY, 10 * DAY, DAY, 15 * DAY}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct lifetime is = lifetime(cases[i].expire, cases[i].ttl, cases[i].policy);

		assert_int_equal(is.validity_s, cases[i].is.validity_s);
		assert_int_equal(is.refresh_s, cases[i].is.refresh_s);
		assert_int_equal(is.jitter_s, cases[i].is.jitter_s);
		assert_true(is.refresh_s + is.jitter_s < is.validity_s);
		assert_int_equal(is.keys_validity_s,
		    cases[i].is.keys_validity_s ? cases[i].is.keys_validity_s : is.validity_s);
		assert_true(is.refresh_s + is.jitter_s < is.keys_validity_s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lifetimes)};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

#include "unit.h"

#include "history/serial.h"

/* RFC 1982 section 5.2: the published serial, what is wanted, and what comes. */
static const struct {
	uint32_t published, wanted, next;
} rows[] = {
    {1, 1, 2},
    {1, 2, 2},
    {1, 5, 5},
    {5, 1, 6},
    {0, 0, 1},
    {4294967295u, 4294967295u, 0},
    {4294967295u, 0, 0},
    {4294967295u, 5, 5},
    {0, 4294967295u, 1},
    {0, 2147483647, 2147483647},
    {0, 2147483648u, 1}, /* undefined: not later */
    {2147483648u, 0, 2147483649u},
    {1, 2147483648u, 2147483648u},
    {1, 2147483649u, 2},
    {2026112300, 1795435200, 2026112301},
    {2026112399, 2026112400, 2026112400},
};

static void
next_serials(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct serial_witnesses witnesses = {0};

		serial_put(&witnesses, SERIAL_PUBLISHED, rows[i].published);
		assert_int_equal(serial_next(&witnesses, rows[i].wanted), rows[i].next);
	}
}

/* Whoever knows the highest one counts, and who is asked first where there is no highest. */
static const struct {
	struct serial_witnesses witnesses;
	bool known;
	uint32_t last, next; /* where 1 is wanted */
	enum serial_witness who;
} witnesses[] = {
    {{{0}, {0}}, false, 0, 1, 0},
    {{.of[SERIAL_TEMPLATE] = 9, .known[SERIAL_TEMPLATE] = true}, false, 0, 9, 0},
    {{.of = {[SERIAL_PUBLISHED] = 3, [SERIAL_STATE] = 7},
	 .known = {[SERIAL_PUBLISHED] = true, [SERIAL_STATE] = true}},
	true, 7, 8, SERIAL_STATE},
    {{.of = {[SERIAL_PUBLISHED] = 7, [SERIAL_STATE] = 3},
	 .known = {[SERIAL_PUBLISHED] = true, [SERIAL_STATE] = true}},
	true, 7, 8, SERIAL_PUBLISHED},
    {{.of = {[SERIAL_CACHE] = 5, [SERIAL_TEMPLATE] = 20},
	 .known = {[SERIAL_CACHE] = true, [SERIAL_TEMPLATE] = true}},
	true, 5, 20, SERIAL_CACHE},
    {{.of = {[SERIAL_LIVE] = 40, [SERIAL_PUBLISHED] = 39},
	 .known = {[SERIAL_LIVE] = true, [SERIAL_PUBLISHED] = true}},
	true, 40, 41, SERIAL_LIVE},
    /* half of all away: the newer witness */
    {{.of = {[SERIAL_PUBLISHED] = 1, [SERIAL_STATE] = 2147483649u},
	 .known = {[SERIAL_PUBLISHED] = true, [SERIAL_STATE] = true}},
	true, 1, 2, SERIAL_PUBLISHED},
};

static void
highest_account(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(witnesses); i++) {
		enum serial_witness who = 0;
		uint32_t last = 0;

		assert_int_equal(
		    serial_last(&witnesses[i].witnesses, &last, &who), witnesses[i].known);
		assert_int_equal(serial_is_published(&witnesses[i].witnesses), witnesses[i].known);
		if (witnesses[i].known) {
			assert_int_equal(last, witnesses[i].last);
			assert_int_equal(who, witnesses[i].who);
		}
		assert_int_equal(serial_next(&witnesses[i].witnesses, 1), witnesses[i].next);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(next_serials),
	    cmocka_unit_test(highest_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

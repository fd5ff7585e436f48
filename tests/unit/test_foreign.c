#include "unit.h"

#include "dns/type.h"
#include "zone/foreign.h"

/* No row hides a type that there is. */
static void
types_stay_types(void **state)
{
	const char *const *names = type_names();

	(void)state;
	assert_non_null(names[0]);
	for (; *names; names++)
		assert_null(foreign_type(text_of(*names)));
	assert_null(foreign_type(text_of("TYPE65281")));
	assert_null(foreign_type(text_of("[AGE:")));
	assert_null(foreign_type(text_of("AGE:1")));
	assert_non_null(foreign_type(text_of("[age:3600]")));
	assert_non_null(foreign_type(text_of("Alias")));
	assert_null(foreign_directive(text_of("TTL")));
	assert_non_null(foreign_directive(text_of("date")));
}

static void
lines(void **state)
{
	static const struct {
		const char *first;
		bool quoted, blank_owner, foreign;
	} rows[] = {
	    {"+a.example:192.0.2.1", false, false, true},
	    {".example::a", false, false, true},
	    {"Zexample:a:b", false, false, true},
	    {"+a", false, false, false},
	    {"a:b", false, false, false},
	    {"fe80::1", false, false, false},
	    {"+a:b", true, false, false},
	    {"+a:b", false, true, false},
	    {"", true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct token token = {
		    rows[i].first, (uint32_t)strlen(rows[i].first), rows[i].quoted, false};
		struct entry entry = {.tokens = &token, .n = 1, .blank_owner = rows[i].blank_owner};

		assert_int_equal(foreign_line(&entry) != NULL, rows[i].foreign);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(types_stay_types),
	    cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include "base/known.h"

static void
numbers(void **state)
{
	static const char *const texts[] = {"b", "a", "", "B", "ab"};
	enum { N = sizeof(texts) / sizeof(texts[0]) };
	struct arena a = {0};
	struct known known = {.a = &a};
	size_t number = N;

	(void)state;
	assert_false(known_find(&known, "a", &number));
	for (size_t i = 0; i < N; i++)
		assert_int_equal(known_enter(&known, texts[i], i), i);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(known_enter(&known, texts[i], N), i);
		assert_true(known_find(&known, texts[i], &number));
		assert_int_equal(number, i);
	}
	assert_false(known_find(&known, "c", &number));
	known_free(&known);
	assert_false(known_find(&known, "a", &number));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(numbers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

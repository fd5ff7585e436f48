#include "unit.h"

#include "base/arena.h"

static void
alignment(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t size = 0; size < 5000; size += 7) {
		uint8_t *p = arena_alloc(&a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		memset(p, 0xa5, size);
		memset(arena_bytes(&a, 3), 0x5a, 3);
	}
	arena_free(&a);
}

static void
nothing_is_not_null(void **state)
{
	struct arena a = {0}, b = {0};

	(void)state;
	assert_non_null(arena_alloc(&a, 0));
	assert_non_null(arena_bytes(&b, 0));
	assert_non_null(arena_zalloc(&a, 0));
	assert_string_equal(arena_text(&a, NULL, 0), "");
	arena_free(&a);
	arena_free(&b);
}

static void
large(void **state)
{
	struct arena a = {0};
	uint8_t *p = arena_zalloc(&a, 10 << 20);

	(void)state;
	for (size_t i = 0; i < 10 << 20; i += 4096)
		assert_int_equal(p[i], 0);
	memset(p, 1, 10 << 20);
	arena_free(&a);
}

static void
copies(void **state)
{
	struct arena a = {0};

	(void)state;
	assert_memory_equal(arena_copy(&a, "a\0b", 3), "a\0b", 3);
	assert_string_equal(arena_text(&a, "zone.example", 4), "zone");
	assert_string_equal(arena_printf(&a, "%s-%d", "x", 42), "x-42");
	arena_free(&a);
}

static void
marks(void **state)
{
	struct arena a = {0};
	char *kept = arena_text(&a, "kept", 4);
	struct arena_mark mark = arena_mark(&a);
	char *first = arena_text(&a, "first", 5);

	(void)state;
	for (int i = 0; i < 1000; i++)
		memset(arena_alloc(&a, 1000), i, 1000);
	arena_reset(&a, mark);
	assert_string_equal(kept, "kept");
	assert_ptr_equal(arena_text(&a, "again", 5), first);
	arena_free(&a);

	mark = arena_mark(&a); /* of an empty arena */
	arena_alloc(&a, 100);
	arena_reset(&a, mark);
	assert_non_null(arena_alloc(&a, 100));
	arena_free(&a);
}

static char order[8];

static void
note(void *handle)
{
	strcat(order, handle);
}

static void
hooks(void **state)
{
	struct arena a = {0};
	struct arena_mark mark = arena_mark(&a);

	(void)state;
	arena_on_free(&a, note, "a");
	arena_on_free(&a, note, "b");
	arena_reset(&a, mark);
	assert_string_equal(order, "");
	arena_free(&a);
	assert_string_equal(order, "ba");
	arena_free(&a);
	assert_string_equal(order, "ba");
}

/* What the hooks of an arena free is as old as its memory, in which it may be named. */
static void
joined_hooks(void **state)
{
	struct arena a = {0}, other = {0};

	(void)state;
	*order = '\0';
	arena_on_free(&a, note, "a");
	arena_on_free(&other, note, "b");
	arena_on_free(&other, note, "c");
	arena_join(&a, &other);
	arena_free(&other);
	assert_string_equal(order, "");
	arena_free(&a);
	assert_string_equal(order, "cba");
}

/* What an arena takes, keeps and gives back is in the account, and that of a joined one too. */
static void
accounts(void **state)
{
	struct account account = {0};
	struct limits limits = {.most = {[LIMIT_MEMORY] = 100000}};
	struct arena a = {0}, other = {0};
	struct arena_mark mark;
	uint64_t *taken = &account.taken[LIMIT_MEMORY];

	(void)state;
	account_open(&account, &limits, 3); /* what is stated is not shared */
	arena_alloc(&a, 10000);
	arena_charge(&a, &account);
	assert_in_range(*taken, 10000, 20000);
	mark = arena_mark(&a);
	arena_alloc(&a, 50000);
	assert_in_range(*taken, 60000, 80000);
	arena_reset(&a, mark);
	assert_in_range(*taken, 10000, 20000);
	arena_alloc(&other, 70000);
	arena_join(&a, &other);
	assert_in_range(*taken, 80000, 99000);
	assert_false(account.is_over);
	assert_false(account_may_take(&account, LIMIT_MEMORY, 100000));
	assert_true(account.is_over);
	assert_int_equal(account.reached, LIMIT_MEMORY);
	arena_free(&a);
	assert_int_equal(*taken, 0);
	assert_false(account_take(&account, LIMIT_WORK, 1)); /* once over, it stays so */
}

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>

/* What nobody was given is nobody's. */
static void
guarded(void **state)
{
	struct arena a = {0};
	uint8_t *first = arena_bytes(&a, 13), *second;
	struct arena_mark mark = arena_mark(&a);

	(void)state;
	second = arena_bytes(&a, 4096);
	assert_false(__asan_address_is_poisoned(first + 12));
	assert_true(__asan_address_is_poisoned(first + 13));
	assert_true(__asan_address_is_poisoned(second + 4096));
	arena_reset(&a, mark);
	assert_true(__asan_address_is_poisoned(first + 13));
	second = arena_alloc(&a, 16);
	assert_false(__asan_address_is_poisoned(second + 15));
	assert_true(__asan_address_is_poisoned(second + 16));
	arena_reset(&a, mark);
	assert_true(__asan_address_is_poisoned(second));
	assert_false(__asan_address_is_poisoned(first));
	arena_free(&a);
}
#endif

/* Time counts until the template is read. */
static void
time_of_a_processor(void **state)
{
	struct limits limits = {.most = {[LIMIT_TIME] = 3000}};
	struct account account = {0}, read = {0}, none = {0};
	uint64_t begin_us = account_clock_us();

	(void)state;
	account_open(&account, &limits, 0);
	account_open(&read, &limits, 0);
	account_read(&read);
	for (int i = 0; i < 1000000 && !account.is_over; i++) {
		account_time(&account);
		account_time(&read);
		account_time(&none);
	}
	assert_true(account.is_over);
	assert_int_equal(account.reached, LIMIT_TIME);
	assert_true(account_clock_us() - begin_us >= 3000);
	assert_false(read.is_over || none.is_over);
	assert_int_equal(account_default(LIMIT_TIME), 600 * 1000 * 1000);
}

/* Zones that are read side by side share what the machine has. */
static void
shared(void **state)
{
	struct account alone = {0}, third = {0};

	(void)state;
	account_open(&alone, NULL, 0);
	account_open(&third, NULL, 3);
	assert_int_equal(alone.most[LIMIT_MEMORY], account_default(LIMIT_MEMORY));
	assert_int_equal(third.most[LIMIT_MEMORY], account_default(LIMIT_MEMORY) / 3);
	assert_int_equal(third.most[LIMIT_RECORDS], alone.most[LIMIT_RECORDS]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(alignment),
	    cmocka_unit_test(time_of_a_processor),
	    cmocka_unit_test(shared),
	    cmocka_unit_test(nothing_is_not_null),
	    cmocka_unit_test(large),
	    cmocka_unit_test(copies),
	    cmocka_unit_test(marks),
	    cmocka_unit_test(hooks),
	    cmocka_unit_test(joined_hooks),
	    cmocka_unit_test(accounts),
#if defined(__SANITIZE_ADDRESS__)
	    cmocka_unit_test(guarded),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

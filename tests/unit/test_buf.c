#include "unit.h"

#include "base/buf.h"

static void
assert_buf(const struct buf *b, const char *expected)
{
	assert_int_equal(b->len, strlen(expected));
	if (b->len)
		assert_memory_equal(b->data, expected, b->len);
}

static void
appends(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_put(&b, NULL, 0);
	assert_buf(&b, "");
	buf_puts(&b, "zone");
	buf_putc(&b, '-');
	buf_put(&b, "file", 4);
	buf_printf(&b, " %d%%", 7);
	assert_buf(&b, "zone-file 7%");
	buf_clear(&b);
	assert_buf(&b, "");
	buf_puts(&b, "x");
	assert_buf(&b, "x");
	buf_free(&b);
	assert_null(b.data);
}

/* The text outlives the buf, which is empty then. */
static void
becomes_text(void **state)
{
	struct arena a = {0};
	struct buf b = {0};
	char *text;

	(void)state;
	assert_string_equal(buf_text(&b, &a), "");
	buf_puts(&b, "zone");
	text = buf_text(&b, &a);
	assert_string_equal(text, "zone");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	arena_free(&a);
}

static void
grows(void **state)
{
	struct buf b = {0};

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buf_putc(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 100000);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_reserve(&b, 1 << 20);
	assert_true(b.cap - b.len >= 1 << 20);
	assert_int_equal(b.len, 100000);
	buf_free(&b);
}

static void
decimals(void **state)
{
	static const struct {
		uint64_t value;
		const char *text;
	} rows[] = {{0, "0"}, {9, "9"}, {10, "10"}, {3600, "3600"}, {UINT32_MAX, "4294967295"},
	    {UINT64_MAX, "18446744073709551615"}};
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		buf_clear(&b);
		buf_decimal(&b, rows[i].value);
		assert_buf(&b, rows[i].text);
	}
	buf_free(&b);
}

static void
printf_at_the_edge(void **state)
{
	(void)state;
	for (int n = 250; n < 260; n++) { /* around the first capacity */
		struct buf b = {0};

		buf_printf(&b, "%*s", n, "x");
		assert_int_equal(b.len, n);
		assert_int_equal(b.data[n - 1], 'x');
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(appends),
	    cmocka_unit_test(becomes_text),
	    cmocka_unit_test(grows),
	    cmocka_unit_test(decimals),
	    cmocka_unit_test(printf_at_the_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

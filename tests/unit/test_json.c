#include "unit.h"

#include "base/json.h"

static void
assert_text(struct text in, const char *wanted)
{
	struct buf b = {0};
	struct json j = {.out = &b};

	json_text(&j, in);
	buf_putc(&b, '\0');
	assert_string_equal(b.data, wanted);
	buf_free(&b);
}

/* RFC 8259 section 7, RFC 3629 section 4 */
static void
texts(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"", "\"\""},
	    {"plain", "\"plain\""},
	    {"\" \\ /", "\"\\\" \\\\ /\""},
	    {"\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\""},
	    {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91",
		"\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91\""},
	    /* it may be shown by a terminal */
	    {"\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81", "\"\\u009b\\u202e\\udb40\\udc01\""},
	    {"\xff", "\"\xef\xbf\xbd\""},
	    {"a\x80z", "\"a\xef\xbf\xbdz\""},
	    {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* too long a form */
	    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* a surrogate */
	    {"\xf4\x90\x80\x80",
		"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* above U+10FFFF */
	    {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                /* cut off */
	    {"\xe2\x82z", "\"\xef\xbf\xbd\xef\xbf\xbdz\""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_text(text_of(rows[i].in), rows[i].out);
	assert_text((struct text){"a\0b", 3}, "\"a\\u0000b\"");
}

static void
structure(void **state)
{
	struct buf b = {0};
	struct json j = {.out = &b};

	(void)state;
	json_begin(&j, '[');
	json_begin(&j, '{');
	json_end(&j, '}');
	json_begin(&j, '{');
	json_key(&j, "n");
	json_number(&j, INT64_MIN);
	json_key(&j, "list");
	json_begin(&j, '[');
	json_bool(&j, true);
	json_bool(&j, false);
	json_null(&j);
	json_end(&j, ']');
	json_key(&j, "t");
	json_text(&j, text_of("x"));
	json_end(&j, '}');
	json_end(&j, ']');
	buf_putc(&b, '\0');
	assert_string_equal(
	    b.data, "[{},{\"n\":-9223372036854775808,\"list\":[true,false,null],\"t\":\"x\"}]");
	buf_free(&b);
}

/* For people: a member a line, but for what is flat. */
static void
lines(void **state)
{
	struct buf b = {0};
	struct json j = {.out = &b, .lines = true};

	(void)state;
	json_begin(&j, '{');
	json_member(&j, "a", "b");
	json_key(&j, "list");
	json_begin(&j, '[');
	json_number(&j, 1);
	json_begin(&j, '{');
	json_end(&j, '}');
	json_end(&j, ']');
	json_key(&j, "flat");
	json_begin_flat(&j, '{');
	json_member(&j, "c", NULL);
	json_key(&j, "d");
	json_begin(&j, '[');
	json_bool(&j, true);
	json_number(&j, 2);
	json_end(&j, ']');
	json_end(&j, '}');
	json_end(&j, '}');
	buf_putc(&b, '\0');
	assert_string_equal(b.data, "{\n"
				    "  \"a\": \"b\",\n"
				    "  \"list\": [\n"
				    "    1,\n"
				    "    {}\n"
				    "  ],\n"
				    "  \"flat\": {\"c\": null, \"d\": [true, 2]}\n"
				    "}");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts),
	    cmocka_unit_test(structure),
	    cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

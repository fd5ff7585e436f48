#include "unit.h"

#include "report/format.h"
#include "report/quote.h"

#define RED "\033[1;31m"
#define BOLD "\033[1m"
#define GREEN "\033[1;32m"
#define CYAN "\033[1;36m"
#define PLAIN "\033[m"

static void
assert_report(struct diags *diags, const char *format, bool colour, const char *expected)
{
	struct report report = {.format = report_format_find(format), .colour = colour};
	struct buf out = {0};

	diags_sort(diags);
	report_add(&report, &out, diags);
	report_end(&report, &out);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, expected);
	buf_free(&out);
}

/* One problem at `offset` of `text`; Z_CLASS has a remedy, P_VALUE has no note. */
static void
assert_one(const char *text, size_t offset, enum problem problem, const char *expected)
{
	struct diags diags = {0};
	uint32_t source = diags_source(&diags, "a.zone", text_of(text), pos_none());

	diag_add(&diags, pos_at(source, offset), problem, "bad");
	assert_report(&diags, "tty", false, expected);
	diags_free(&diags);
}

/* Lines that may hold a password are not quoted: they can hold any octet, and be of any length. */
static void
passwords(void **state)
{
	static const struct {
		struct text line;
		bool may;
	} rows[] = {
#define LINE(literal) {literal, sizeof(literal) - 1}
	    {LINE("a pass=secret"), true},
	    {LINE("a pass=env:secret"), true},
	    {LINE("a pass=env:SECRET b"), false},
	    {LINE("a pass=env:SECRET"), false},
	    {LINE("a pass=file:secret"), false},
	    {LINE("a password: secret"), true},
	    {LINE("a pass b"), false},
	    {LINE("a pass=file:a pass=secret"), true},
	    {LINE("a \0 pass=secret"), true},
	    {LINE("a pass=env:SECRET\0secret"), true},
	    {LINE("a pass"), false},
#undef LINE
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (quote_may_hold_password(rows[i].line) != rows[i].may)
			fail_msg("%s", rows[i].line.data);
}

static void
quotes(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
		const char *expected;
	} rows[] = {
	    {"mail A x\n", 7,
		"a.zone:1:8: error: bad [P005]\n"
		"    1 | mail A x\n"
		"      |        ^\n"},
	    {"\n\nmail A 192.0.2.256 ; c\n", 9,
		"a.zone:3:8: error: bad [P005]\n"
		"    3 | mail A 192.0.2.256 ; c\n"
		"      |        ^~~~~~~~~~~\n"},
	    {"\tA\t1.2", 3, /* tab stops every eight columns */
		"a.zone:1:4: error: bad [P005]\n"
		"    1 |         A       1.2\n"
		"      |                 ^~~\n"},
	    {"\"a\tb\" c", 0, /* a tab inside the word */
		"a.zone:1:1: error: bad [P005]\n"
		"    1 | \"a      b\" c\n"
		"      | ^~~~~~~~~~\n"},
	    {"", 0,
		"a.zone:1:1: error: bad [P005]\n"
		"    1 | \n"
		"      | ^\n"},
	    {"abc\n", 3,
		"a.zone:1:4: error: bad [P005]\n"
		"    1 | abc\n"
		"      |    ^\n"},
	    {"\xc3\xbc\xc3\xb6 x\xc3\xa4z", 5, /* characters, not bytes */
		"a.zone:1:6: error: bad [P005]\n"
		"    1 | \xc3\xbc\xc3\xb6 x\xc3\xa4z\n"
		"      |    ^~~\n"},
	    {"\xe6\x97\xa5\xe6\x9c\xac x", 0, /* two columns each */
		"a.zone:1:1: error: bad [P005]\n"
		"    1 | \xe6\x97\xa5\xe6\x9c\xac x\n"
		"      | ^~~~\n"},
	    {"e\xcc\x81g x", 0, /* a combining accent has none */
		"a.zone:1:1: error: bad [P005]\n"
		"    1 | e\xcc\x81g x\n"
		"      | ^~\n"},
	    {"a\033[31mb x", 8, /* no control sequence reaches the terminal */
		"a.zone:1:9: error: bad [P005]\n"
		"    1 | a\\x1b[31mb x\n"
		"      |            ^\n"},
	    {"\xff\x80 x", 3, /* no UTF-8 */
		"a.zone:1:4: error: bad [P005]\n"
		"    1 | \\xff\\x80 x\n"
		"      |          ^\n"},
	    {"\xc2\x9b"
	     "31m x",
		6, /* C1 control: CSI */
		"a.zone:1:7: error: bad [P005]\n"
		"    1 | \\u009b31m x\n"
		"      |           ^\n"},
	    {"a\xe2\x80\xae"
	     "b x",
		6, /* right-to-left override */
		"a.zone:1:7: error: bad [P005]\n"
		"    1 | a\\u202eb x\n"
		"      |          ^\n"},
	    {"a\xed\xa0\x80 \xc0\xaf", 5, /* a surrogate, an overlong form */
		"a.zone:1:6: error: bad [P005]\n"
		"    1 | a\\xed\\xa0\\x80 \\xc0\\xaf\n"
		"      |               ^~~~~~~~\n"},
	    {"a\rb x\r\n", 4,
		"a.zone:1:5: error: bad [P005]\n"
		"    1 | a\\x0db x\n"
		"      |        ^\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_one(rows[i].text, rows[i].offset, P_VALUE, rows[i].expected);
}

/* A line of `n` words of nine letters, `mark` of which is at fault. */
static void
assert_cut(size_t n, size_t mark, const char *before, const char *after)
{
	struct diags diags = {0};
	struct report report = {0};
	struct buf text = {0}, out = {0};
	const char *quote, *underline, *end;

	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s ", i == mark ? "faultyone" : "innocents");
	diag_add(&diags,
	    pos_at(diags_source(&diags, "a", (struct text){text.data, text.len}, pos_none()),
		mark * 10),
	    P_VALUE, "bad");
	report_add(&report, &out, &diags);
	report_end(&report, &out);
	buf_putc(&out, '\0');
	quote = strchr(out.data, '\n') + 1;
	underline = strchr(quote, '\n') + 1;
	end = strchr(underline, '\n');
	assert_true(underline - quote <= 8 + 3 + 160 + 3 + 1);
	assert_true(end - underline <= 8 + 3 + 160);
	assert_memory_equal(quote + 8, before, strlen(before));
	assert_memory_equal(underline - 1 - strlen(after), after, strlen(after));
	assert_memory_equal(quote + (strchr(underline, '^') - underline), "faultyone", 9);
	assert_memory_equal(strchr(underline, '^'), "^~~~~~~~~\n", 10);
	buf_free(&out);
	buf_free(&text);
	diags_free(&diags);
}

static void
long_lines(void **state)
{
	(void)state;
	assert_cut(16, 15, "innocents", "faultyone ");
	assert_cut(17, 0, "faultyone", "...");
	assert_cut(100, 0, "faultyone", "...");
	assert_cut(100, 50, "...", "...");
	assert_cut(100, 99, "...", "faultyone ");
	assert_cut(100000, 0, "faultyone", "...");
	assert_cut(100000, 50000, "...", "...");
	assert_cut(100000, 99999, "...", "faultyone ");
}

static void
long_word(void **state)
{
	struct diags diags = {0};
	struct report report = {0};
	char text[20001];
	struct buf out = {0};

	(void)state;
	memset(text, 'x', 20000);
	text[20000] = '\0';
	diag_add(&diags, pos_at(diags_source(&diags, "a", text_of(text), pos_none()), 0), P_VALUE,
	    "bad");
	report_add(&report, &out, &diags);
	report_end(&report, &out);
	assert_true(out.len < 500);
	buf_free(&out);
	diags_free(&diags);
}

static void
whole_report(struct diags *diags)
{
	uint32_t a = diags_source(diags, "a.zone", text_of("; c\n$INCLUDE b\n"), pos_none());
	uint32_t b = diags_source(diags, "b", text_of("x CH A"), pos_at(a, 4));

	diag_add(diags, pos_at(b, 2), Z_CLASS, "class CH");
	diag_add(diags, pos_at(a, 0), P_VALUE, "a \033[2J\nmessage \xc3\xbc");
	diag_add_path(diags, "x\033.zone", F_READ, "cannot read");
	diag_add(diags, pos_none(), F_SYSTEM, "no threads");
}

static void
formats(void **state)
{
	struct diags diags = {0};

	(void)state;
	whole_report(&diags);
	assert_report(&diags, "gcc", true,
	    "x\\x1b.zone: error: cannot read [F001]\n"
	    "zonepp: error: no threads [F004]\n"
	    "a.zone:1:1: error: a \\x1b[2J\\x0amessage \xc3\xbc [P005]\n"
	    "b:1:3: error: class CH [Z007]\n");
	assert_report(&diags, "tty", false,
	    "x\\x1b.zone: error: cannot read [F001]\n"
	    "zonepp: error: no threads [F004]\n"
	    "a.zone:1:1: error: a \\x1b[2J\\x0amessage \xc3\xbc [P005]\n"
	    "    1 | ; c\n"
	    "      | ^\n"
	    "in file included from a.zone:2:1\n"
	    "b:1:3: error: class CH [Z007]\n"
	    "    1 | x CH A\n"
	    "      |   ^~\n"
	    "note: zonepp writes zones of class IN only\n");
	diags_free(&diags);
}

static void
colours(void **state)
{
	struct diags diags = {0};
	uint32_t a = diags_source(&diags, "a", text_of("x CH A"), pos_none());

	(void)state;
	diag_add(&diags, pos_at(a, 2), Z_CLASS, "class CH");
	assert_report(&diags, "tty", true,
	    BOLD "a:1:3: " RED "error: " PLAIN BOLD "class CH" PLAIN " [Z007]\n"
		 "    1 | x CH A\n"
		 "      |   " GREEN "^~" PLAIN "\n" CYAN "note: " PLAIN
		 "zonepp writes zones of class IN only\n");
	diags_free(&diags);
}

static void
names_of_formats(void **state)
{
	(void)state;
	assert_string_equal(report_format_find("gcc")->name, "gcc");
	assert_null(report_format_find("xml"));
	assert_null(report_format_find(""));
}

static void
nothing(void **state)
{
	struct diags diags = {0};

	(void)state;
	assert_report(&diags, "tty", true, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passwords),
	    cmocka_unit_test(quotes),
	    cmocka_unit_test(long_lines),
	    cmocka_unit_test(long_word),
	    cmocka_unit_test(formats),
	    cmocka_unit_test(colours),
	    cmocka_unit_test(names_of_formats),
	    cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

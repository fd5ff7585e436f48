#include "unit.h"

#include "base/buf.h"
#include "zone/lex.h"

/* Entries as text: tokens with blanks between, quoted ones in quotes, ">" ahead of an entry without
 * owner, and "!CODE line:column" for a fault. */
static const struct {
	const char *text, *entries;
} rows[] = {
    {"", ""},
    {"\n", ""},
    {"\n\n \n\t\n", ""},
    {"   ", ""},
    {"; comment", ""},
    {"; comment\n  ; comment \" ( \\\n", ""},
    {"\r\n \r\n;x\r\n", ""},
    {"a", "a\n"},
    {"a\n", "a\n"},
    {"a\r\n", "a\n"},
    {"a b\n", "a b\n"},
    {" a b\n", ">a b\n"},
    {"\ta b\n", ">a b\n"},
    {"a\tb \t c\t\n", "a b c\n"},
    {"a;b\nc ;d\n", "a\nc\n"},
    {"a\n b\n\n\tc\nd", "a\n>b\n>c\nd\n"},
    {"a\n\n b", "a\n>b\n"},
    {"a\n;\n b", "a\n>b\n"},
    {"a\n  ;\nb", "a\nb\n"},
    {"a\n  \nb", "a\nb\n"},
    {"a\r\n b\r\n", "a\n>b\n"},
    {"a\\;b \\( \\\" \\\\ \\ x", "a\\;b \\( \\\" \\\\ \\ x\n"},
    {"a\\009b", "a\\009b\n"},
    {"\"a\"", "\"a\"\n"},
    {"\"\"", "\"\"\n"},
    {" \"a b;()\t\"", ">\"a b;()\t\"\n"},
    {"\"a\\\"b\" \"\\\\\"", "\"a\\\"b\" \"\\\\\"\n"},
    {"a\"b\"c", "a \"b\" c\n"},
    {"\"a\"\"b\"", "\"a\" \"b\"\n"},
    {"a(b)c", "a b c\n"},
    {"a (\nb ; )\n\n  c\n) d\ne", "a b c d\ne\n"},
    {"a (\r\nb ; )\r\n)\r\n", "a b\n"},
    {"(a)\n( b )\n (c)\n", "a\nb\n>c\n"},
    {"(\na)\n", "a\n"},
    {"()\n(\n)\n a", ">a\n"},
    {"((a (b)) c)\nd", "a b c\nd\n"},
    {"a \")\" ( \"(\" )\n", "a \")\" \"(\"\n"},
    {"$ORIGIN a.\n $x\n", "$ORIGIN a.\n>$x\n"},
    {"a\x80\xff'[]{}<>|", "a\x80\xff'[]{}<>|\n"},
    {"\"open\nb\n", "!Z002 1:1\nb\n"},
    {"a \"open\n", "!Z002 1:3\n"},
    {"a \"open", "!Z002 1:3\n"},
    {"a \"open\\\"\n", "!Z002 1:3\n"},
    {"a \"open\\\n\"\n", "!Z002 1:3\n!Z002 2:1\n"},
    {"a \"open\\", "!Z002 1:3\n"},
    {"a \"open\r\nb\n", "!Z002 1:3\nb\n"},
    {"a)\nb", "!Z003 1:2\nb\n"},
    {"a (b))\nc", "!Z003 1:6\nc\n"},
    {"a\nb (\nc\n", "a\n!Z003 2:3\nc\n"},
    {"b (\n c\n;d\n\ne f\ng (\nh\n", "!Z003 1:3\ne f\n!Z003 6:3\n"},
    {"a (b (c)\n", "!Z003 1:3\n"},
    {"a b\\\nc", "!Z001 1:4\nc\n"},
    {"a b\\", "!Z001 1:4\n"},
    {"a b\\\r\nc", "!Z001 1:4\nc\n"},
    {"a \rb\nc", "!Z001 1:3\nc\n"},
    {"\ra\nc", "!Z001 1:1\nc\n"},
    {"a\r", "!Z001 1:2\n"},
};

static void
entry_print(struct buf *b, const struct entry *entry)
{
	if (entry->blank_owner)
		buf_putc(b, '>');
	for (size_t i = 0; i < entry->n; i++) {
		const struct token *token = &entry->tokens[i];
		const char *quote = token->quoted ? "\"" : "";

		assert_int_equal(
		    token->escaped, token->len && memchr(token->text, '\\', token->len));
		buf_printf(
		    b, "%s%s%.*s%s", i ? " " : "", quote, (int)token->len, token->text, quote);
	}
	buf_putc(b, '\n');
}

static void
lex_print(struct buf *b, struct text text)
{
	struct diags diags = {0};
	struct lexer lexer;
	enum lex_result result;

	buf_clear(b);
	lex_begin(&lexer, &diags, text, diags_source(&diags, "a.zone", text, pos_none()));
	while ((result = lex_next(&lexer)) != LEX_END) {
		if (result == LEX_ENTRY) {
			entry_print(b, &lexer.entry);
			continue;
		}
		assert_true(diags.n > 0);
		buf_printf(b, "!%s %u:%u\n", problem_table[diags.items[diags.n - 1].problem].code,
		    (unsigned)diags.items[diags.n - 1].place.line,
		    diags.items[diags.n - 1].place.column);
	}
	assert_int_equal(lex_next(&lexer), LEX_END);
	lex_end(&lexer);
	diags_free(&diags);
	*buf_reserve(b, 1) = '\0';
}

static void
entries(void **state)
{
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		lex_print(&b, text_of(rows[i].text));
		if (strcmp(b.data, rows[i].entries) != 0)
			fail_msg("\"%s\": %s, not %s", rows[i].text, b.data, rows[i].entries);
	}
	buf_free(&b);
}

static const struct {
	struct text text;
	const char *entries;
} nul_rows[] = {
    {{"\0", 1}, "!Z001 1:1\n"},
    {{"a\0b\nc", 5}, "!Z001 1:2\nc\n"},
    {{"a \"x\0y\"\nc", 9}, "!Z001 1:5\nc\n"},
    {{"a \"\\\0\"\nc", 8}, "!Z001 1:5\nc\n"},
    {{"a \\\0b\nc", 7}, "!Z001 1:4\nc\n"},
    {{"a (\n\0)\nc", 8}, "!Z001 2:1\nc\n"},
    {{"a\0", 2}, "!Z001 1:2\n"},
    {{"a ;\0\nc", 6}, "a\nc\n"},
};

static void
nul_bytes(void **state)
{
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(nul_rows); i++) {
		lex_print(&b, nul_rows[i].text);
		if (strcmp(b.data, nul_rows[i].entries) != 0)
			fail_msg("row %zu: %s, not %s", i, b.data, nul_rows[i].entries);
	}
	buf_free(&b);
}

/* The span of an entry: what a text-to-text run replaces. */
static const struct {
	const char *text, *span;
} spans[] = {
    {"a b ; c\n", "a b"},
    {"  a b  \n", "a b"},
    {"\n\n a \"b\" \n", "a \"b\""},
    {"a (b) ; )\n", "a (b)"},
    {"a (\nb ; c\n) ; d\n", "a (\nb ; c\n)"},
    {"( a ) b;\n", "( a ) b"},
    {"()\n( a\n", NULL},
    {"()\na ; x\n", "a"},
};

static void
spans_of_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(spans); i++) {
		struct diags diags = {0};
		struct text text = text_of(spans[i].text);
		struct lexer lexer;
		enum lex_result result;

		lex_begin(&lexer, &diags, text, diags_source(&diags, "a", text, pos_none()));
		result = lex_next(&lexer);
		assert_int_equal(result, spans[i].span ? LEX_ENTRY : LEX_BAD);
		if (spans[i].span) {
			struct text span = {
			    lexer.entry.begin, (size_t)(lexer.entry.end - lexer.entry.begin)};

			if (!text_is(span, spans[i].span))
				fail_msg(
				    "\"%s\": \"%.*s\"", spans[i].text, (int)span.len, span.data);
		}
		lex_end(&lexer);
		diags_free(&diags);
	}
}

/* Tens of megabytes on one line, and a hundred thousand tokens in parentheses. */
static void
long_lines(void **state)
{
	enum { MANY = 100000, LONG = 20000000 };
	struct diags diags = {0};
	struct buf b = {0};
	struct lexer lexer;

	(void)state;
	buf_puts(&b, "a (");
	for (size_t i = 0; i < MANY; i++)
		buf_puts(&b, i % 10 ? " xyz" : "\n\"x\"");
	buf_puts(&b, ")\n");
	memset(buf_reserve(&b, LONG), 'x', LONG);
	b.len += LONG;
	buf_putc(&b, '\0');
	lex_begin(&lexer, &diags, (struct text){b.data, b.len - 1}, 1);
	assert_int_equal(lex_next(&lexer), LEX_ENTRY);
	assert_int_equal(lexer.entry.n, MANY + 1);
	assert_int_equal(lex_next(&lexer), LEX_ENTRY);
	assert_int_equal(lexer.entry.n, 1);
	assert_int_equal(lexer.entry.tokens[0].len, LONG);
	assert_int_equal(lex_next(&lexer), LEX_END);
	lex_end(&lexer);
	diags_free(&diags);
	buf_free(&b);
}

/* Any bytes: the lexer ends, and moves on with each call. */
static void
random_bytes(void **state)
{
	static const char alphabet[] = "ab \t\n\r;()\"\\$\0";
	uint32_t seed = 1;
	struct buf b = {0};

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char text[24];
		size_t len = i % (sizeof(text) - 1);

		for (size_t j = 0; j < len; j++) {
			seed = seed * 1664525 + 1013904223;
			text[j] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		text[len] = '\0';
		lex_print(&b, (struct text){text, len});
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries),
	    cmocka_unit_test(nul_bytes),
	    cmocka_unit_test(spans_of_entries),
	    cmocka_unit_test(long_lines),
	    cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

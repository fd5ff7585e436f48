#include "unit.h"

#include "publish/format.h"
#include "zone/format.h"

static char *
format(struct diags *diags, const char *text)
{
	struct buf b = {0};
	uint32_t source = diags_source(diags, "a.zone", text_of(text), pos_none());

	if (format_text(diags, text_of(text), source, &b) < 0)
		return NULL;
	return buf_text(&b, &diags->arena);
}

static void
forms(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
	    {"", ""},
	    {"\n\n", "\n\n"},
	    {"; a comment\t \n  ; and one  ", "; a comment\n  ; and one\n"},
	    {"a A 192.0.2.1", "a\tA\t192.0.2.1\n"},
	    {"a   IN  A 192.0.2.1 \r\n", "a\tIN A\t192.0.2.1\r\n"},
	    {"a 1h IN A 192.0.2.1\n in aaaa ::1\n", "a\t1h\tIN A\t192.0.2.1\n\t\tin aaaa\t::1\n"},
	    /* Class ahead of the TTL: as it stands. */
	    {"a IN 1h A 192.0.2.1\n", "a\tIN 1h A\t192.0.2.1\n"},
	    /* Each part between blank lines has columns of its own. */
	    {"longer.name A 192.0.2.1\nb A 192.0.2.2\n\nc A 192.0.2.3\n",
		"longer.name\tA\t192.0.2.1\nb\t\tA\t192.0.2.2\n\nc\tA\t192.0.2.3\n"},
	    {"a A 192.0.2.1\n; here\nlonger.name A 192.0.2.2\n",
		"a\t\tA\t192.0.2.1\n; here\nlonger.name\tA\t192.0.2.2\n"},
	    /* A very long owner moves nobody else. */
	    {"a A 192.0.2.1\n1.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR b\n",
		"a\tA\t192.0.2.1\n1.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR b\n"},
	    {"a A 192.0.2.1 ;x\nb A 192.0.2.2\nc TXT \"a ; b\"   ; y\n",
		"a\tA\t192.0.2.1\t;x\nb\tA\t192.0.2.2\nc\tTXT\t\"a ; b\"\t\t; y\n"},
	    /* Directives stay. */
	    {"$ORIGIN   a.example.\n$TLSA  x   y ; z \n",
		"$ORIGIN   a.example.\n$TLSA  x   y ; z\n"},
	    {"$TLSA x ( y  \n\n z )\na  A 192.0.2.1\n", "$TLSA x ( y\n\n z )\na\tA\t192.0.2.1\n"},
	    /* Several lines. */
	    {"@ SOA a b ( 1 ; serial\n 2 ; refresh\n\n3 4 ; more\n 5 )\n",
		"@\tSOA\ta b ( 1\t; serial\n\t\t2\t; refresh\n\n\t\t3 4\t; more\n\t\t5 )\n"},
	    {"@ SOA a b(1 2 3 4 5)\n", "@\tSOA\ta b(1 2 3 4 5)\n"},
	    {"a TXT (\n; why\n\"b\"\n)\n", "a\tTXT\t(\n\t\t; why\n\t\t\"b\"\n\t\t)\n"},
	    /* What begins in parentheses stays. */
	    {"a ( A 192.0.2.1 )\n", "a ( A 192.0.2.1 )\n"},
	    {"a (  \n A 192.0.2.1 )\n", "a (\n A 192.0.2.1 )\n"},
	    {"()\na  A 192.0.2.1\n", "()\na\tA\t192.0.2.1\n"},
	    /* Words that touch go on to, escapes and quotes are as they were. */
	    {"a HTTPS 1 . alpn=\"h2,h3\"  port=1\n", "a\tHTTPS\t1 . alpn=\"h2,h3\" port=1\n"},
	    {"a\\(  TXT \"  \\\"(  \" \\;\\ b\n", "a\\(\tTXT\t\"  \\\"(  \" \\;\\ b\n"},
	    {"a\\\\(TXT b)\n", "a\\\\(TXT b)\n"},
	    /* A line is as long as people see it. */
	    {"a TXT \"\303\244\303\244\303\244\303\244\" ; x\nb TXT \"1234\" ; y\n",
		"a\tTXT\t\"\303\244\303\244\303\244\303\244\"\t; x\nb\tTXT\t\"1234\"\t; y\n"},
	    {"a TYPE65280 \\# 0\nb APL\n", "a\tTYPE65280\t\\# 0\nb\tAPL\n"},
	    /* Not a zone file. */
	    {"a TXT \"b\n", NULL},
	    {"a TXT ( b\n", NULL},
	    {"a TXT b )\n", NULL},
	};
	struct diags diags = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *got = format(&diags, rows[i].text);

		if (!rows[i].wanted)
			assert_null(got);
		else if (!got || strcmp(got, rows[i].wanted) != 0)
			fail_msg("%s became %s and not %s", rows[i].text, got ? got : "nothing",
			    rows[i].wanted);
		if (got)
			assert_string_equal(format(&diags, got), got);
	}
	diags_free(&diags);
}

/* --- Random templates --- */

struct random {
	uint64_t state;
};

static unsigned
below(struct random *random, unsigned n)
{
	random->state = random->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random->state >> 33) % n;
}

#define ONE_OF(random, table) ((table)[below((random), LENGTH(table))])

static void
put_blanks(struct random *random, struct buf *b)
{
	static const char *const blanks[] = {" ", "\t", "  ", "\t \t", "          "};

	buf_puts(b, ONE_OF(random, blanks));
}

/* Between two words of RDATA; `*depth` counts parentheses. */
static void
put_gap(struct random *random, struct buf *b, unsigned *depth)
{
	static const char *const breaks[] = {
	    "\n", "\r\n", " ; a (comment \"\n", "\t;\n", "\n\n", "\n ; x  \n"};

	put_blanks(random, b);
	if (below(random, 6) == 0) {
		buf_putc(b, '(');
		(*depth)++;
	} else if (*depth > 0 && below(random, 4) == 0) {
		buf_putc(b, ')');
		(*depth)--;
	}
	if (*depth > 0 && below(random, 2) == 0)
		buf_puts(b, ONE_OF(random, breaks));
	if (below(random, 2) == 0)
		put_blanks(random, b);
}

static void
put_record(struct random *random, struct buf *b)
{
	static const char *const owners[] = {"", "@", "a", "mail", "\\(x", "a\\\\b", "*.wild",
	    "_25._tcp.mail", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.ip6.arpa."};
	static const char *const heads[] = {
	    "A", "IN A", "3600 A", "1h IN A", "IN 5m A", "class1 7 A", "5 A", "in A"};
	static const char *const words[] = {"\"\"", "\"a b\"", "\"x;y\"", "\"(\"", "\"\\\"\"",
	    "word", "\\;", "a\\ b", "\"\303\274\"", "k=\"v w\"", "3600", "IN",
	    "\"a text that is long enough to come near the end of a line of eighty\""};
	static const char *const ends[] = {
	    "\n", "\r\n", " \n", " ; why\n", ";why\t\n", "\t; \303\274ber\r\n", "\n\n"};
	const char *head = ONE_OF(random, heads);
	unsigned depth = 0;

	buf_puts(b, ONE_OF(random, owners));
	if (below(random, 12) == 0) {
		put_gap(random, b, &depth);
	}
	put_blanks(random, b);
	buf_put(b, head, strlen(head) - 1);
	buf_puts(b, "TXT");
	for (unsigned n = below(random, 5) + 1; n > 0; n--) {
		put_gap(random, b, &depth);
		buf_puts(b, ONE_OF(random, words));
	}
	for (; depth > 0; depth--)
		buf_puts(b, below(random, 2) ? " )" : ")");
	buf_puts(b, ONE_OF(random, ends));
}

static void
put_line(struct random *random, struct buf *b)
{
	static const char *const others[] = {"\n", "; comment\n", "  ; comment \t\n", " \n",
	    "$TTL  300 ; why\n", "$ORIGIN   b.example.  \n", "$TLSA  a ( b \n c ) ; d\n",
	    "$GENERATE 1-3  $ TXT  \"a  $\"\r\n", "()\n"};

	if (below(random, 4) == 0)
		buf_puts(b, ONE_OF(random, others));
	else
		put_record(random, b);
}

/* Twice is once, and the records are the same. */
static void
walk(void **state)
{
	static const struct load_options options = {.path = "a.zone", .named = true, .dane = true};
	size_t n_formed = 0;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct random random = {i};
		struct diags diags = {0};
		struct buf b = {0};
		const char *text, *once, *twice;
		uint32_t source;

		for (unsigned n = below(&random, 12); n > 0; n--)
			put_line(&random, &b);
		text = buf_text(&b, &diags.arena);
		once = format(&diags, text);
		if (!once)
			fail_msg("walk %u: not formed: %s", i, text);
		twice = format(&diags, once);
		if (!twice || strcmp(once, twice) != 0)
			fail_msg("walk %u: %s\nonce: %s\ntwice: %s", i, text, once, twice);
		source = diags_source(&diags, "a.zone", text_of(text), pos_none());
		if (format_prove(&diags, &options, text_of(text), source, text_of(once)) < 0) {
			for (size_t j = 0; j < diags.n; j++)
				if (diags.items[j].problem == Z_FORMAT)
					fail_msg("walk %u: %s\nbecame: %s", i, text, once);
		} else {
			n_formed++;
		}
		diags_free(&diags);
	}
	assert_true(n_formed > 1000);
}

/* The proof sees each kind of change. */
static void
proof(void **state)
{
	static const char before[] = "$TTL 1h\na TXT k=\"v\" b\n\tA 192.0.2.1\n$TLSA x y\n";
	static const char *const others[] = {
	    "$TTL 2h\na TXT k=\"v\" b\n\tA 192.0.2.1\n$TLSA x y\n",
	    "$TTL 1h\na TXT k=\"v\" b\na A 192.0.2.1\n$TLSA x y\n",
	    "$TTL 1h\na TXT k=v b\n\tA 192.0.2.1\n$TLSA x y\n",
	    "$TTL 1h\na TXT k=\"v\" b\n\tA 192.0.2.1\n$TLSA x z\n",
	    "$TTL 1h\na TXT k=\"v\" b\n\tA 192.0.2.1\n$TLSA x \"y\"\n",
	    "$TTL 1h\n\tA 192.0.2.1\na TXT k=\"v\" b\n$TLSA x y\n",
	    "$TTL 1h\na TXT k=\"v\" b\n\tA 192.0.2.1\n",
	    "$TTL 1h\na TXT k=\"v\" b\n\tA 192.0.2.1 )\n$TLSA x y\n",
	};
	static const struct load_options options = {.path = "a.zone", .named = true, .dane = true};
	struct diags diags = {0};
	uint32_t source = diags_source(&diags, "a.zone", text_of(before), pos_none());

	(void)state;
	assert_int_equal(
	    format_prove(&diags, &options, text_of(before), source, text_of(before)), 0);
	for (size_t i = 0; i < LENGTH(others); i++) {
		assert_int_equal(
		    format_prove(&diags, &options, text_of(before), source, text_of(others[i])),
		    -1);
		assert_int_equal(diags.n, i + 1);
	}
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms),
	    cmocka_unit_test(walk),
	    cmocka_unit_test(proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

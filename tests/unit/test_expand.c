#define _GNU_SOURCE
#include "cert_fixture.h"
#include "zone_fixture.h"

#include "publish/expand.h"

static const struct load_options options = {.path = "a.zone", .dane = true, .now = FROM + DAY};

/* What $TLSA gives for the certificate: RDATA and comment. */
static char tlsa[200];

static int
expand(struct buf *out, struct diags *diags)
{
	int result;

	buf_clear(out);
	result = expand_file(diags, &options, out);
	*buf_reserve(out, 1) = '\0';
	return result;
}

static void
make_tlsa(void)
{
	struct diags diags = {0};
	struct buf b = {0};

	put("a.zone", "$TTL 5\n$TLSA _1._tcp.a. mail.pem\n");
	assert_int_equal(expand(&b, &diags), 0);
	snprintf(tlsa, sizeof(tlsa), "%s", strstr(b.data, "\tTLSA\t") + 1);
	tlsa[strcspn(tlsa, "\n")] = '\0';
	assert_true(strncmp(tlsa, "TLSA\t3 1 1 ", 11) == 0);
	assert_non_null(strstr(tlsa, " ; mail.pem "));
	buf_free(&b);
	diags_free(&diags);
}

static int
setup(void **state)
{
	struct cert_spec spec = {.name = "mail.example.org", .key = fixture_key()};
	struct arena a = {0};

	if (zone_setup(state) != 0)
		return -1;
	put("mail.pem", fixture_cert_pem(&a, &spec));
	EVP_PKEY_free(spec.key);
	arena_free(&a);
	make_tlsa();
	return 0;
}

/* Included files, then a template and what becomes of it; @T stands for `tlsa`. */
static const struct {
	const char *inc, *sub, *text, *expanded;
} rows[] = {
    /* Every byte outside directives */
    {"", "", "", ""},
    {"", "", "; only a comment  \n\n\t\r\n", "; only a comment  \n\n\t\r\n"},
    {"", "",
	"$ORIGIN example.org. ; c\n$TTL 1h30m\n@ ( SOA a b 1 2 3\n 4 5 ) ; x\n  A\t192.0.2.1 \n"
	"$ttl 5\nb TXT \"$TLSA ; x\" \\\"\n (A 192.0.2.2)",
	NULL},
    {"", "", "a. 5 A 192.0.2.1\r\n\r\n  A 192.0.2.2", NULL},
    /* The end of its line, which BIND misses at the end of the file */
    {"", "", "a. 5 A 192.0.2.1\r\n$TTL 5", "a. 5 A 192.0.2.1\r\n$TTL 5\r\n"},
    /* $TLSA */
    {"", "", "$TTL 5\n$TLSA _25._tcp.a. mail.pem\n", "$TTL 5\n_25._tcp.a.\t5\tIN\t@T\n"},
    {"", "", "$TTL 5\n$tlsa _25._tcp.a 7 IN mail.pem", "$TTL 5\n_25._tcp.a\t7\tIN\t@T"},
    {"", "", "$TTL 5\n$TLSA _25._tcp.a mail.pem ; why\n", "$TTL 5\n_25._tcp.a\t5\tIN\t@T ; why\n"},
    {"", "", "$TTL 5\n$TLSA _25._tcp.a mail.pem;why\r\nb. A 192.0.2.1\r\n",
	"$TTL 5\n_25._tcp.a\t5\tIN\t@T;why\r\nb. A 192.0.2.1\r\n"},
    {"", "", "$TTL 5\n\n$TLSA _25._tcp.a ( ; lost\n 3 1 1\n mail.pem ) ; kept\nb. A 192.0.2.1\n",
	"$TTL 5\n\n_25._tcp.a\t5\tIN\t@T ; kept\nb. A 192.0.2.1\n"},
    {"", "", "$TTL 5\n$TLSA _{25,465}._tcp.a mail.pem\n",
	"$TTL 5\n_25._tcp.a\t5\tIN\t@T\n_465._tcp.a\t5\tIN\t@T\n"},
    {"", "", "$TTL 5\r\n$TLSA _{25,465}._tcp.a mail.pem\r\n",
	"$TTL 5\r\n_25._tcp.a\t5\tIN\t@T\r\n_465._tcp.a\t5\tIN\t@T\r\n"},
    {"", "", "$TTL 5\n$TLSA _{25,465}._tcp.a mail.pem",
	"$TTL 5\n_25._tcp.a\t5\tIN\t@T\n_465._tcp.a\t5\tIN\t@T"},
    /* Lines without owner behind $TLSA get theirs */
    {"", "",
	"$ORIGIN o.\n$TTL 5\na A 192.0.2.1\n$TLSA _1._tcp.a mail.pem\n  A 192.0.2.2\n  A "
	"192.0.2.3\n",
	"$ORIGIN o.\n$TTL 5\na A 192.0.2.1\n_1._tcp.a\t5\tIN\t@T\na.o.  A 192.0.2.2\n  A "
	"192.0.2.3\n"},
    {"", "",
	"$ORIGIN o.\n$TTL 5\na A 192.0.2.1\n$TLSA _1._tcp.a mail.pem\n; x\n$ORIGIN p\n (\nA "
	"192.0.2.2 )\n",
	"$ORIGIN o.\n$TTL 5\na A 192.0.2.1\n_1._tcp.a\t5\tIN\t@T\n; x\n$ORIGIN p.o.\na.o. (\nA "
	"192.0.2.2 )\n"},
    /* A relative origin, which NSD and Knot refuse, is written in full */
    {"", "", "$ORIGIN o.\n$origin  p ; c\n$ORIGIN (q\n)\nx 5 A 192.0.2.1\n",
	"$ORIGIN o.\n$origin  p.o. ; c\n$ORIGIN (q.p.o.\n)\nx 5 A 192.0.2.1\n"},
    {"", "", "$ORIGIN o.\n$ORIGIN p\\.\n$ORIGIN @\n$ORIGIN \"o.\"\n",
	"$ORIGIN o.\n$ORIGIN p\\..o.\n$ORIGIN p\\..o.\n$ORIGIN o.\n"},
    {"", "", "$ORIGIN p\nx 5 A 192.0.2.1\n", NULL}, /* a part of a zone whose origin is not known */
    /* $GENERATE becomes the lines that it means, of all types and in all forms */
    {"", "", "$TTL 5\n$GENERATE 1-2 h$ MX 10 ns1\n", "$TTL 5\nh1 MX 10 ns1\nh2 MX 10 ns1\n"},
    {"", "", "$generate 8-16/8 $.${0,3,x} 1h IN ( CNAME\n h$$$ ) ; c\r\n",
	"8.008 1h IN CNAME h\\$8\r\n16.010 1h IN CNAME h\\$16 ; c\r\n"},
    {"", "", "$TTL 5\n$GENERATE 9-10 ${1,0,n}.p CLASS1 7 PTR \"h$.a.\"",
	"$TTL 5\na.p CLASS1 7 PTR h9.a.\nb.p CLASS1 7 PTR h10.a."},
    {"", "", "$TTL 5\n$GENERATE 1-1 h$ TXT \"a ;$\" b\\$c \"$$\";why\n",
	"$TTL 5\nh1 TXT \"a ;1\" b\\$c \"\\$\";why\n"},
    {"", "", "$TTL 5\n$GENERATE 1-1 h$ TXT \"\\\"a $\\\"\"\n", "$TTL 5\nh1 TXT \"a 1\"\n"},
    {"", "", "$TTL 5\n$GENERATE 1-1 a$ DS \"1 13 2 ( 00${0,62,x} )\"\n",
	"$TTL 5\na1 DS 1 13 2 ( 00"
	"00000000000000000000000000000000000000000000000000000000000001 )\n"},
    {"", "", "$ORIGIN o.\n$TTL 5\na A 192.0.2.1\n$GENERATE 1-1 h$ A 192.0.2.$\n\n\tA 192.0.2.2\n",
	"$ORIGIN o.\n$TTL 5\na A 192.0.2.1\nh1 A 192.0.2.1\n\na.o.\tA 192.0.2.2\n"},
    {"$GENERATE 1-2 i$ A 192.0.2.$", "", "$ORIGIN o.\n$TTL 5\n$INCLUDE inc p\nb A 192.0.2.1\n",
	"$ORIGIN o.\n$TTL 5\n$ORIGIN p.o.\ni1 A 192.0.2.1\ni2 A 192.0.2.2\n$ORIGIN o.\n"
	"b A 192.0.2.1\n"},
    /* $INCLUDE */
    {"i. 5 A 192.0.2.1\n", "", "; a\n$INCLUDE inc\n; b\n", "; a\ni. 5 A 192.0.2.1\n; b\n"},
    {"i. 5 A 192.0.2.1", "", "$INCLUDE inc\n; b", "i. 5 A 192.0.2.1\n; b"},
    {"i. 5 A 192.0.2.1", "", "$INCLUDE inc\r\n; b", "i. 5 A 192.0.2.1\r\n; b"},
    {"", "", "$INCLUDE inc\n; b", "; b"},
    {"; secret\n", "", "$INCLUDE inc\n; b", "; b"},
    {"i. 5 A 192.0.2.1\n", "", "$INCLUDE inc", "i. 5 A 192.0.2.1\n"},
    {"i. 5 A 192.0.2.1\n", "", "$INCLUDE inc ; why\n;b", "; why\ni. 5 A 192.0.2.1\n;b"},
    {"i. 5 A 192.0.2.1\n", "", "$INCLUDE inc ; why", "; why\ni. 5 A 192.0.2.1\n"},
    {"i 5 A 192.0.2.1\n", "", "$ORIGIN o.\n$INCLUDE inc p\nb A 192.0.2.1\n",
	"$ORIGIN o.\n$ORIGIN p.o.\ni 5 A 192.0.2.1\n$ORIGIN o.\nb A 192.0.2.1\n"},
    {"$ORIGIN p\ni 5 A 192.0.2.1", "", "$ORIGIN o.\n$INCLUDE inc\nb A 192.0.2.1\n",
	"$ORIGIN o.\n$ORIGIN p.o.\ni 5 A 192.0.2.1\n$ORIGIN o.\nb A 192.0.2.1\n"},
    {"i 5 A 192.0.2.1\n", "", "$ORIGIN o.\r\n$INCLUDE inc p\r\n",
	"$ORIGIN o.\r\n$ORIGIN p.o.\r\ni 5 A 192.0.2.1\n$ORIGIN o.\r\n"},
    {"i A 192.0.2.1\n", "", "$ORIGIN o.\n$TTL 5\na A 192.0.2.1\n$INCLUDE inc\n A 192.0.2.2\n",
	"$ORIGIN o.\n$TTL 5\na A 192.0.2.1\ni A 192.0.2.1\na.o. A 192.0.2.2\n"},
    {"x. A 192.0.2.1\n$INCLUDE sub p\ny A 192.0.2.1", "s A 192.0.2.1\n A 192.0.2.2",
	"$ORIGIN o.\n$TTL 5\n$INCLUDE inc\nb A 192.0.2.1\n",
	"$ORIGIN o.\n$TTL 5\nx. A 192.0.2.1\n$ORIGIN p.o.\ns A 192.0.2.1\n A 192.0.2.2\n$ORIGIN "
	"o.\n"
	"y A 192.0.2.1\nb A 192.0.2.1\n"},
    {"$TLSA _1._tcp mail.pem ; i", "", "$ORIGIN o.\n$TTL 5\n$INCLUDE ( inc\n q ) ; w\n",
	"$ORIGIN o.\n$TTL 5\n; w\n$ORIGIN q.o.\n_1._tcp\t5\tIN\t@T ; i\n$ORIGIN o.\n"},
};

/* `text` with each @T replaced; free it. */
static char *
fill_in(const char *text)
{
	struct buf b = {0};

	for (; *text; text++)
		if (strncmp(text, "@T", 2) == 0) {
			buf_puts(&b, tlsa);
			text++;
		} else {
			buf_putc(&b, *text);
		}
	buf_putc(&b, '\0');
	return b.data;
}

static void
texts(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *expected = fill_in(rows[i].expanded ? rows[i].expanded : rows[i].text);
		struct diags diags = {0};
		struct buf b = {0};

		put("inc", rows[i].inc);
		put("sub", rows[i].sub);
		put("a.zone", rows[i].text);
		if (expand(&b, &diags) < 0 || strcmp(b.data, expected) != 0) {
			print_error("%s\ngives\n%s\nnot\n%s\n%s\n", rows[i].text, b.data, expected,
			    diags.n ? diags.items[0].message : "");
			good = false;
		}
		free(expected);
		buf_free(&b);
		diags_free(&diags);
	}
	assert_true(good);
}

static const struct {
	const char *inc, *text, *problems;
} bad[] = {
    {"$ORIGIN a.\n", "$TTL 5\nx A 192.0.2.1\n$INCLUDE inc\n", "Z012 3:1"},
    {"", "$TTL 5\nx A 192.0.2.1\n$TLSA _1._tcp.x mail.pem\n A 192.0.2.2\n", "Z012 4:2"},
    {"x A 1\n", "$TTL 5\nx A 1\n$INCLUDE inc\n$TLSA _0._tcp.x mail.pem\n",
	"Z013 2:5, Z047 3:10, D001 4:7"},
    {"x A 1\ny A 192.0.2.1\n", "$TTL 5\nx A 192.0.2.1\n$INCLUDE inc\n", "Z013 inc:1:5<a.zone:3"},
    {"", "$ORIGIN a..b\n", "Z010 1:11"},
    {"", "$TTL 5\nx A 192.0.2.1\n$GENERATE 1-1 y A 192.0.2.1\n A 192.0.2.2\n", "Z012 4:2"},
    {"", "$TTL 5\n$GENERATE 254-256 y A 192.0.2.$\n", "Z013 2:1"},
    {"", "$TTL 5\n$TLSA _1._tcp.x none.pem\n$INCLUDE none\n", "F001 2:17, F001 3:10"},
};

static void
problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct diags diags = {0};
		struct buf b = {0};

		put("inc", bad[i].inc);
		put("a.zone", bad[i].text);
		assert_int_equal(expand(&b, &diags), -1);
		problems_print(&b, &diags);
		assert_string_equal(b.data, bad[i].problems);
		buf_free(&b);
		diags_free(&diags);
	}
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Appends the lines of `text` in order, each once: equal records whose TTLs differ are in the order
 * of the files, and so not all duplicates are neighbours. */
static void
put_sorted(struct buf *out, char *text)
{
	char *lines[1000];
	size_t n = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(n < LENGTH(lines));
		lines[n++] = line;
	}
	qsort(lines, n, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(lines[i - 1], lines[i]) != 0)
			buf_printf(out, "%s\n", lines[i]);
	buf_putc(out, '\0');
}

/* The records of a.zone as text, duplicates and all that checks would refuse included. */
static void
load_text(struct buf *out, const char *template)
{
	struct zone_fixture f = {0};
	struct loaded loaded;

	if (load_zone(&f.diags, &options, &loaded) < 0) {
		problems_print(&f.text, &f.diags);
		fail_msg("%s\n%s", template, f.text.data);
	}
	f.store = loaded.store;
	store_sort(&f.store);
	buf_clear(out);
	zone_print(&f);
	put_sorted(out, f.text.data);
	zone_free(&f);
}

static const char *const pieces[] = {"a A 192.0.2.1", "b 9 A 192.0.2.2", "a A 192.0.2.3",
    " A 192.0.2.4", "\tA 192.0.2.5 ; five", "  ( A\n 192.0.2.6 )", "$ORIGIN s",
    "$ORIGIN example.org.", "$TTL 60", "$GENERATE 1-2 g$ A 192.0.2.$",
    "$GENERATE 1-2 g$ 8 MX ( 10 s$\n ) ; g", "$GENERATE 1-1 g TXT \"$ (\" \"\\\"\"", "; comment",
    "", "   ", "()", "@ TXT x", "$TLSA _1._tcp mail.pem", "$TLSA _{2,3}._tcp.a ( mail.pem ) ; c",
    "$TLSA _4._tcp.b 8 mail.pem", "s\\$x A 192.0.2.7", "$INCLUDE inc", "$INCLUDE inc deep ; c",
    "$INCLUDE ( inc\n )", "$INCLUDE sub", "$INCLUDE sub @"};

enum { N_WITHOUT_INC = 21, N_WITHOUT_SUB = 24 };

/* Lines of the first `n` pieces; the last one may lack its end. */
static void
random_lines(struct buf *b, uint32_t *seed, size_t n, const char *head)
{
	const char *end = (*seed >> 20) % 4 ? "\n" : "\r\n";

	buf_clear(b);
	buf_puts(b, head);
	for (uint32_t left = (*seed >> 12) % 9; left > 0; left--) {
		*seed = *seed * 1664525 + 1013904223;
		buf_puts(b, pieces[(*seed >> 16) % n]);
		if (left > 1 || *seed >> 31)
			buf_puts(b, end);
	}
	*seed = *seed * 1664525 + 1013904223;
	buf_putc(b, '\0');
}

/* Tells of the first record that differs. */
static void
different(const char *template, const char *inc, const char *sub, const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '\n')
			n = i + 1;
	print_error("template\n%s\ninc\n%s\nsub\n%s\n", template, inc, sub);
	fail_msg(
	    "%.*s became %.*s", (int)strcspn(a + n, "\n"), a + n, (int)strcspn(b + n, "\n"), b + n);
}

/* The expanded text means the same records as the template. */
static void
same_records(void **state)
{
	struct buf template = {0}, inc = {0}, sub = {0}, out = {0}, of_template = {0},
		   of_text = {0};
	uint32_t seed = 3;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct diags diags = {0};

		random_lines(&inc, &seed, N_WITHOUT_INC, "");
		random_lines(&sub, &seed, N_WITHOUT_SUB, "");
		random_lines(&template, &seed, LENGTH(pieces),
		    i % 2 ? ZONE_HEAD : "$ORIGIN example.org.\n@ 7 SOA a b 1 2 3 4 5\n");
		put("inc", inc.data);
		put("sub", sub.data);
		put("a.zone", template.data);
		load_text(&of_template, template.data);
		assert_int_equal(expand(&out, &diags), 0);
		assert_null(strstr(out.data, "$INCLUDE"));
		assert_null(strstr(out.data, "$TLSA"));
		assert_null(strstr(out.data, "$GENERATE"));
		put("a.zone", out.data);
		load_text(&of_text, out.data);
		if (strcmp(of_template.data, of_text.data) != 0)
			different(
			    template.data, inc.data, sub.data, of_template.data, of_text.data);
		diags_free(&diags);
	}
	buf_free(&template);
	buf_free(&inc);
	buf_free(&sub);
	buf_free(&out);
	buf_free(&of_template);
	buf_free(&of_text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(same_records),
	};

	return cmocka_run_group_tests(tests, setup, zone_teardown);
}

#include "zone_fixture.h"

#define HEAD                                                                                       \
	"example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 1 2 3 4 300\n"           \
	"example.org. 3600 IN NS ns.example.org.\n"

/* What stands behind ZONE_HEAD, and the records that it makes. */
static const struct {
	const char *text, *records;
} rows[] = {
    {"a A 192.0.2.1", "a.example.org. 3600 IN A 192.0.2.1\n"},
    {"a 5 IN A 192.0.2.1\nb IN 6 A 192.0.2.1\nc 7 A 192.0.2.1\nd IN A 192.0.2.1\n",
	"a.example.org. 5 IN A 192.0.2.1\nb.example.org. 6 IN A 192.0.2.1\n"
	"c.example.org. 7 IN A 192.0.2.1\nd.example.org. 3600 IN A 192.0.2.1\n"},
    {"a 1w2d3h4m5s a 192.0.2.1\nb CLASS1 TYPE1 \\# 4 c0000201\n",
	"a.example.org. 788645 IN A 192.0.2.1\nb.example.org. 3600 IN A 192.0.2.1\n"},
    {"A A 192.0.2.1\n A 192.0.2.2\nIN IN A 192.0.2.3\n5 5 A 192.0.2.4\n",
	"5.example.org. 5 IN A 192.0.2.4\nA.example.org. 3600 IN A 192.0.2.1\n"
	"A.example.org. 3600 IN A 192.0.2.2\nIN.example.org. 3600 IN A 192.0.2.3\n"},
    {"a 2147483647 A 192.0.2.1\n", "a.example.org. 2147483647 IN A 192.0.2.1\n"},
    /* Owners */
    {"a A 192.0.2.1\n A 192.0.2.2\n\n;\n\tA 192.0.2.3\n",
	"a.example.org. 3600 IN A 192.0.2.1\na.example.org. 3600 IN A 192.0.2.2\n"
	"a.example.org. 3600 IN A 192.0.2.3\n"},
    {"a A 192.0.2.1\n$ORIGIN b\n A 192.0.2.2\na A 192.0.2.3\n",
	"a.example.org. 3600 IN A 192.0.2.1\na.example.org. 3600 IN A 192.0.2.2\n"
	"a.b.example.org. 3600 IN A 192.0.2.3\n"},
    {"a A 192.0.2.1\n$GENERATE 1-2 g$ A 192.0.2.$\n A 192.0.2.2\ng2 TXT x\n",
	"a.example.org. 3600 IN A 192.0.2.1\na.example.org. 3600 IN A 192.0.2.2\n"
	"g1.example.org. 3600 IN A 192.0.2.1\ng2.example.org. 3600 IN A 192.0.2.2\n"
	"g2.example.org. 3600 IN TXT \"x\"\n"},
    {"a A 192.0.2.1\n$INCLUDE moving\n A 192.0.2.2\nz A 192.0.2.3\n",
	"a.example.org. 3600 IN A 192.0.2.1\na.example.org. 3600 IN A 192.0.2.2\n"
	"x.y.example.org. 3600 IN A 192.0.2.8\nz.y.example.org. 3600 IN A 192.0.2.9\n"
	"z.example.org. 3600 IN A 192.0.2.3\n"},
    {"a A 192.0.2.1\n$INCLUDE moving deep\na A 192.0.2.2\n@ TXT x\n",
	"example.org. 3600 IN TXT \"x\"\n"
	"a.example.org. 3600 IN A 192.0.2.1\na.example.org. 3600 IN A 192.0.2.2\n"
	"x.y.deep.example.org. 3600 IN A 192.0.2.8\nz.y.deep.example.org. 3600 IN A 192.0.2.9\n"},
    /* Origins */
    {"$ORIGIN a\n@ A 192.0.2.1\n$ORIGIN b.a.example.org.\n@ A 192.0.2.2\n$ORIGIN @\nc A 192.0.2.3\n"
     "$origin .\nd.example.org A 192.0.2.4\n$ORIGIN org\ne.example A 192.0.2.5\n",
	"a.example.org. 3600 IN A 192.0.2.1\nb.a.example.org. 3600 IN A 192.0.2.2\n"
	"c.b.a.example.org. 3600 IN A 192.0.2.3\nd.example.org. 3600 IN A 192.0.2.4\n"
	"e.example.org. 3600 IN A 192.0.2.5\n"},
    /* Includes: beside the including file, with and without quotes, an end, or anything in it */
    {"$INCLUDE sub/one\nc A 192.0.2.3\n",
	"c.example.org. 3600 IN A 192.0.2.3\none.example.org. 3600 IN A 192.0.2.1\n"
	"two.example.org. 3600 IN A 192.0.2.2\n"},
    {"$include \"sub/with blank\" sub ; x\n", "b.sub.example.org. 3600 IN A 192.0.2.1\n"},
    {"$INCLUDE empty\n$INCLUDE comments\n$INCLUDE ( sub/two\n a ) \n",
	"two.a.example.org. 3600 IN A 192.0.2.2\n"},
    {"$INCLUDE ttl\na A 192.0.2.1\n", "a.example.org. 60 IN A 192.0.2.1\n"},
    {"$INCLUDE sub/../sub/two\n$INCLUDE sub/two\n", "two.example.org. 3600 IN A 192.0.2.2\n"},
    /* Files of all sorts of lines */
    {"a A 192.0.2.1\r\nb MX (10\r\n mail)\r\n A 192.0.2.1",
	"a.example.org. 3600 IN A 192.0.2.1\nb.example.org. 3600 IN A 192.0.2.1\n"
	"b.example.org. 3600 IN MX 10 mail.example.org.\n"},
    {"\n\n   \n\t;\n", ""},
    {"a ( 5\n IN ) A ( 192.0.2.1 ) ; )\n", "a.example.org. 5 IN A 192.0.2.1\n"},
    {"$TTL 1h30m ; x\na A 192.0.2.1\n$ttl 0\nb A 192.0.2.1\n",
	"a.example.org. 5400 IN A 192.0.2.1\nb.example.org. 0 IN A 192.0.2.1\n"},
    {"\\$TTL A 192.0.2.1\n", "\\$TTL.example.org. 3600 IN A 192.0.2.1\n"},
};

static void
put_files(void)
{
	mkdir("sub", 0755);
	put("moving", "$ORIGIN y\nx A 192.0.2.8\nz A 192.0.2.9");
	put("sub/one", "one A 192.0.2.1\n$INCLUDE two\n");
	put("sub/two", "two A 192.0.2.2");
	put("sub/with blank", "b A 192.0.2.1");
	put("empty", "");
	put("comments", "; nothing\n\n \n");
	put("ttl", "$TTL 60\n");
}

static void
records(void **state)
{
	(void)state;
	put_files();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		char text[2000], expected[2000];
		const char *printed;

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, rows[i].text);
		zone_read_good(&f, text);
		printed = zone_print(&f);
		assert_true(strncmp(printed, HEAD, strlen(HEAD)) == 0);
		snprintf(expected, sizeof(expected), "%s", rows[i].records);
		if (strcmp(printed + strlen(HEAD), expected) != 0)
			fail_msg("%s\ngives\n%s", rows[i].text, printed + strlen(HEAD));
		zone_free(&f);
	}
}

/* RFC 2308 section 4, and BIND's ways where no TTL was ever stated: TTLs of SOA, a, b, c. */
static const struct {
	const char *text;
	uint32_t ttls[4];
	const char *problems;
} ttl_rows[] = {
    {"@ 7 SOA a b 1 2 3 4 5\na A 192.0.2.1\nb 9 A 192.0.2.1\nc A 192.0.2.1\n", {7, 7, 9, 9}, ""},
    {"@ SOA a b 1 2 3 4 5\na A 192.0.2.1\nb 9 A 192.0.2.1\nc A 192.0.2.1\n", {5, 5, 9, 5},
	"Z009 2:1"},
    {"$TTL 8\n@ 7 SOA a b 1 2 3 4 5\na A 192.0.2.1\nb 9 A 192.0.2.1\nc A 192.0.2.1\n", {7, 8, 9, 8},
	""},
    {"@ 7 SOA a b 1 2 3 4 5\na A 192.0.2.1\n$TTL 3\nb A 192.0.2.1\n$TTL 0\nc A 192.0.2.1\n",
	{7, 7, 3, 0}, ""},
    {"@ 0 SOA a b 1 2 3 4 5\na A 192.0.2.1\nb A 192.0.2.1\nc 1 A 192.0.2.1\n", {0, 0, 0, 1}, ""},
    {"a 4 A 192.0.2.1\n@ SOA a b 1 2 3 4 5\nb A 192.0.2.1\nc A 192.0.2.1\n", {4, 4, 4, 4}, ""},
    {"@ SOA a b 1 2 3 4 2147483647\na A 192.0.2.1\nb A 192.0.2.1\nc A 192.0.2.1\n",
	{2147483647, 2147483647, 2147483647, 2147483647}, "Z009 2:1"},
};

static void
ttls(void **state)
{
	static const char *const names[] = {
	    "example.org.", "a.example.org.", "b.example.org.", "c.example.org."};

	(void)state;
	for (size_t i = 0; i < LENGTH(ttl_rows); i++) {
		struct zone_fixture f;
		char text[500];

		snprintf(text, sizeof(text), "$ORIGIN example.org.\n%s", ttl_rows[i].text);
		zone_read(&f, text);
		problems_print(&f.text, &f.diags);
		assert_string_equal(f.text.data, ttl_rows[i].problems);
		for (size_t j = 0; j < LENGTH(names); j++)
			assert_int_equal(node_records(&f.store, zone_node(&f, names[j]))->ttl_s,
			    ttl_rows[i].ttls[j]);
		zone_free(&f);
	}
}

/* Faults in a whole file, all at once; lines count from 1 here. */
static const struct {
	const char *text, *problems;
} bad[] = {
    {"a.", "Z001 1:1"},
    {"a. 5 IN", "Z001 1:6"},
    {" A 192.0.2.1\n  A 192.0.2.1", "Z011 1:2, Z011 2:3"},
    {"a A 192.0.2.1", "Z012 1:1"},
    {"a. A 192.0.2.1", "Z008 1:1"},
    {"a. 5 A 192.0.2.1", "Z029 1:1"},
    {"a. 5 MX 10 b\nb. 5 A 192.0.2.1\nc. 5 A 192.0.2.1\n", "Z012 1:12, Z029 2:1"},
    {"$ORIGIN a\n", "Z012 1:9"},
    {"$ORIGIN\n", "Z001 1:1"},
    {"$ORIGIN a. b.\n", "Z001 1:12"},
    {"$ORIGIN a..b.\n", "Z010 1:11"},
    {"$TTL\n$TTL x\n$TTL 1 2\n$TTL -1\n$TTL 2147483648\n$TTL 1h30\n$TTL \"1\"\n",
	"Z001 1:1, Z008 2:6, Z001 3:8, Z008 4:6, Z008 5:6, Z008 6:6, Z008 7:6"},
    {"$INCLUDE\n$INCLUDE a b c\n$INCLUDE a b..c\n", "Z001 1:1, Z001 2:14, Z010 3:14"},
    {"$FOO\n$\n$TTLS 1\n $TTL 1\n", "Z005 1:1, Z005 2:1, Z005 3:1, Z011 4:2"},
    {ZONE_HEAD "\"a\" A 192.0.2.1\n", "Z010 5:1"},
    {ZONE_HEAD "\"\" A 192.0.2.1\n A 192.0.2.1\n\"\" A 192.0.2.1\n", "Z010 5:1, Z010 7:1"},
    {ZONE_HEAD "a..b A 192.0.2.1\n.a A 192.0.2.1\na\\256 A 192.0.2.1\na\\2 A 192.0.2.1\n",
	"Z010 5:3, Z010 6:1, Z010 7:2, Z010 8:2"},
    {ZONE_HEAD "a 5 5 A 192.0.2.1\na IN IN A 192.0.2.1\na 5 IN 5 A 192.0.2.1\n",
	"Z006 5:5, Z006 6:6, Z006 7:8"},
    {ZONE_HEAD "a CH A 192.0.2.1\na CLASS3 A 192.0.2.1\na 5 hesiod TXT x\na NONE A 192.0.2.1\n",
	"Z007 5:3, Z007 6:3, Z007 7:5, Z007 8:3"},
    {ZONE_HEAD "a 5x A 192.0.2.1\na 2147483648 A 192.0.2.1\na 1h30 A 192.0.2.1\n",
	"Z008 5:3, Z008 6:3, Z008 7:3"},
    {ZONE_HEAD "a AAA ::1\na \"A\" 192.0.2.1\na TYPE65536 \\# 0\na 5 \"IN\" A 192.0.2.1\n",
	"Z006 5:3, Z006 6:3, Z006 7:3, Z006 8:5"},
    {ZONE_HEAD "a ANY x\na AXFR x\na OPT x\na TYPE255 \\# 0\n",
	"Z031 5:3, Z031 6:3, Z031 7:3, Z031 8:3"},
    {ZONE_HEAD "a A\nb A 192.0.2.1 x\nc A 192.0.2\nd MX 10 (\n e..f\n )\n",
	"Z014 5:3, Z015 6:15, Z013 7:5, Z010 9:4"},
    {ZONE_HEAD "a A 192.0.2.1\nb.example.net. A 192.0.2.1\n A 192.0.2.2\nc A 1\n",
	"Z023 6:1, Z013 8:5"},
    {ZONE_HEAD "a TXT \"x\nb TXT x\"\nc A (192.0.2.1\n", "Z002 5:7, Z002 6:8, Z003 7:5"},
    {ZONE_HEAD "a TXT x)\nb \rA 192.0.2.1\nc TXT x\\\n", "Z003 5:8, Z001 6:3, Z001 7:8"},
    {"\xef\xbb\xbf" ZONE_HEAD, "Z004 1:1"},
    {"\xff\xfe$", "Z004 1:1"},
    {"\xfe\xff$", "Z004 1:1"},
    {ZONE_HEAD "$INCLUDE no-such-file\na A 1\n", "F001 5:10, Z013 6:5"},
    {ZONE_HEAD "$INCLUDE sub\n", "F001 5:10"},
    {ZONE_HEAD "$INCLUDE a.zone\na A 1\n", "Z019 5:10, Z013 6:5"},
    {ZONE_HEAD "$INCLUDE ./a.zone\n", "Z019 5:10"},
    {ZONE_HEAD "$INCLUDE sub/../a.zone\n", "Z019 5:10"},
    {ZONE_HEAD "$INCLUDE circle\n", "Z019 circle:2:10<a.zone:5"},
    {ZONE_HEAD "\n$INCLUDE bad\nb A 2\n", "Z013 7:5, Z013 bad:2:5<a.zone:6"},
    {ZONE_HEAD "$INCLUDE outer\nb A 2\n",
	"Z013 6:5, Z013 outer:3:5<a.zone:5, Z013 bad:2:5<outer:2<a.zone:5"},
    {ZONE_HEAD "$INCLUDE bom\n", "Z004 5:10"},
    {ZONE_HEAD "$INCLUDE open\na A 192.0.2.1\n", "Z047 5:10"},
    {ZONE_HEAD "$INCLUDE open2\na A 192.0.2.1\n", "Z003 open2:1:3<a.zone:5"},
};

static void
problems(void **state)
{
	bool good = true;

	(void)state;
	put_files();
	put("circle", "x A 192.0.2.1\n$INCLUDE a.zone\n");
	put("bad", "x A 192.0.2.1\ny A 1\n");
	put("outer", "x A 192.0.2.1\n$INCLUDE bad\ny A 2\n");
	put("bom", "\xef\xbb\xbf");
	put("open", "b (\n A 192.0.2.1\n");
	put("open2", "b (\n A 192.0.2.1\nc A 192.0.2.1\n");
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct zone_fixture f;

		zone_read(&f, bad[i].text);
		problems_print(&f.text, &f.diags);
		if (strcmp(f.text.data, bad[i].problems) != 0) {
			print_error("%s\n%s, not %s (%s)\n", bad[i].text, f.text.data,
			    bad[i].problems, f.diags.n ? f.diags.items[0].message : "");
			good = false;
		}
		assert_int_equal(f.result, -1);
		zone_free(&f);
	}
	assert_true(good);
}

static void
nul_byte(void **state)
{
	static const char text[] = ZONE_HEAD "a A 192.0.2.1\0\nb A 1\n";
	struct zone_fixture f;

	(void)state;
	put_bytes("a.zone", text, sizeof(text) - 1);
	zone_load(&f, "a.zone", NULL);
	problems_print(&f.text, &f.diags);
	assert_string_equal(f.text.data, "Z001 5:14, Z013 6:5");
	zone_free(&f);
}

/* What a bad owner leaves behind is no name that goes on. */
static void
blank_owner_behind_a_bad_one(void **state)
{
	char text[1000], label[64];
	struct zone_fixture f;

	(void)state;
	memset(label, '~', 63);
	label[63] = '\0';
	snprintf(text, sizeof(text), "%s%s.%s.%s A 192.0.2.1\na..b A 192.0.2.1\n  A 192.0.2.1\n",
	    ZONE_HEAD, label, label, label);
	zone_read(&f, text);
	problems_print(&f.text, &f.diags);
	assert_string_equal(f.text.data, "Z010 6:3");
	zone_free(&f);
}

static void
depth(void **state)
{
	struct zone_fixture f;
	char path[16], text[100];

	(void)state;
	for (unsigned i = 0; i <= PARSE_INCLUDE_DEPTH + 1; i++) {
		snprintf(path, sizeof(path), "d%u", i);
		snprintf(text, sizeof(text), "o%u A 192.0.2.1\n$INCLUDE d%u\n", i, i + 1);
		put(path, i + 1 < PARSE_INCLUDE_DEPTH ? text : "last A 192.0.2.1\n");
	}
	zone_read_good(&f, ZONE_HEAD "$INCLUDE d0\n");
	assert_int_equal(f.store.n_nodes, PARSE_INCLUDE_DEPTH + 1);
	zone_free(&f);

	snprintf(path, sizeof(path), "d%u", PARSE_INCLUDE_DEPTH - 1);
	snprintf(text, sizeof(text), "x A 192.0.2.1\n$INCLUDE d%u\n", PARSE_INCLUDE_DEPTH);
	put(path, text);
	zone_read(&f, ZONE_HEAD "$INCLUDE d0\n");
	assert_int_equal(f.result, -1);
	assert_int_equal(f.diags.n, 1);
	assert_int_equal(f.diags.items[0].problem, Z_INCLUDE_DEPTH);
	assert_int_equal(f.diags.items[0].n_included, PARSE_INCLUDE_DEPTH);
	zone_free(&f);
}

/* As many files as a zone may include, and one more. */
static void
files_in_sum(void **state)
{
	struct buf text = {0};
	struct zone_fixture f;

	(void)state;
	put("once", "x A 192.0.2.1\n");
	buf_puts(&text, ZONE_HEAD);
	for (unsigned i = 0; i < PARSE_INCLUDES_MOST; i++)
		buf_puts(&text, "$INCLUDE once\n");
	buf_putc(&text, '\0');
	zone_read_good(&f, text.data);
	zone_free(&f);
	text.len--;
	buf_puts(&text, "$INCLUDE once\n");
	buf_putc(&text, '\0');
	zone_read(&f, text.data);
	assert_int_equal(f.result, -1);
	assert_int_equal(f.diags.items[0].problem, Z_INCLUDE_DEPTH);
	zone_free(&f);
	buf_free(&text);
}

/* The data of a record, as long as its length can say (RFC 1035 section 3.2.1), and longer. */
static void
long_rdata(void **state)
{
	static const struct {
		unsigned n;
		int result;
	} lengths[] = {{RDATA_LONGEST, 0}, {RDATA_LONGEST + 1, -1}};

	(void)state;
	for (size_t i = 0; i < LENGTH(lengths); i++)
		for (int generic = 0; generic < 2; generic++) {
			struct buf text = {0};
			struct zone_fixture f;

			buf_puts(&text, ZONE_HEAD);
			if (generic)
				buf_printf(&text, "x TYPE65280 \\# %u ", lengths[i].n);
			else
				buf_puts(&text, "x TXT");
			for (unsigned k = 0; generic && k < lengths[i].n; k++)
				buf_puts(&text, "ab");
			for (unsigned k = 0; !generic && k + 256 <= lengths[i].n; k += 256)
				buf_printf(&text, " %0255u", 0);
			for (unsigned k = lengths[i].n % 256; !generic && k > 0; k = 0)
				buf_printf(&text, " %0*u", (int)k - 1, 0);
			buf_puts(&text, "\n");
			buf_putc(&text, '\0');
			zone_read(&f, text.data);
			assert_int_equal(f.result, lengths[i].result);
			zone_free(&f);
			buf_free(&text);
		}
}

/* The zone's name: what is given, else the first $ORIGIN ahead of any record. */
static void
zone_name(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read(&f, "$TTL 5\n$ORIGIN org.\n$ORIGIN example\n@ SOA a b 1 2 3 4 5\n");
	assert_int_equal(f.store.apex.len, 5);
	zone_free(&f);

	put("a.zone", "$TTL 5\n@ SOA a b 1 2 3 4 5\n$ORIGIN a\nb A 192.0.2.1\n");
	zone_load(&f, "a.zone", "example.org.");
	assert_int_equal(f.result, 0);
	assert_non_null(zone_node(&f, "b.a.example.org."));
	zone_free(&f);

	put("a.zone", "$ORIGIN example.net.\n@ 5 SOA a b 1 2 3 4 5\n");
	zone_load(&f, "a.zone", "example.org.");
	assert_int_equal(f.result, -1);
	assert_int_equal(f.diags.items[0].problem, Z_OUT_OF_ZONE);
	zone_free(&f);

	put("a.zone", "$TTL 5\n@ SOA a b 1 2 3 4 5\norg NS a.b.\n");
	zone_load(&f, "a.zone", ".");
	assert_int_equal(f.result, 0);
	assert_string_equal(zone_print(&f), ". 5 IN SOA a. b. 1 2 3 4 5\norg. 5 IN NS a.b.\n");
	zone_free(&f);
}

static void
empty_files(void **state)
{
	static const char *const texts[] = {
	    "", "\n", "; x", "  \n\t", "\r\n", "$ORIGIN a.\n$TTL 5"};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct zone_fixture f;

		zone_read_good(&f, texts[i]);
		assert_int_equal(f.store.n_nodes, 0);
		zone_free(&f);
	}
}

static void
missing_file(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_load(&f, "no-such-file", "example.org.");
	assert_int_equal(f.result, -1);
	assert_int_equal(f.diags.items[0].problem, F_READ);
	assert_int_equal(f.diags.status, 2);
	zone_free(&f);
}

/* Any order of the pieces that files are made of: the parser ends, and either all is well or it
 * says what is not. */
static void
random_texts(void **state)
{
	static const char *const pieces[] = {"a", " ", " ", "\n", "\n", "A", "192.0.2.1", "b..c",
	    "@", "$ORIGIN", "$TTL", "$INCLUDE", "moving", "a.zone", "$GENERATE", "1-2", "x$", "(",
	    ")", "\"", ";", "\\", "5", "IN", "TXT", "example.org.", "\t", "\r\n", "${0,3,n}",
	    "TYPE1", "\\#"};
	uint32_t seed = 7;

	(void)state;
	put_files();
	for (unsigned i = 0; i < 3000; i++) {
		struct zone_fixture f;
		char text[400] = "";

		strcpy(text, i % 2 ? ZONE_HEAD : "");
		for (unsigned j = 0; j < i % 20; j++) {
			seed = seed * 1664525 + 1013904223;
			strcat(text, pieces[(seed >> 16) % LENGTH(pieces)]);
			strcat(text, seed >> 30 ? " " : "");
		}
		zone_read(&f, text);
		if ((f.result < 0) != (f.diags.n_severity[SEVERITY_ERROR] > 0))
			fail_msg("%s\nresult %d, %zu problems", text, f.result, f.diags.n);
		zone_print(&f);
		zone_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records),
	    cmocka_unit_test(ttls),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(nul_byte),
	    cmocka_unit_test(blank_owner_behind_a_bad_one),
	    cmocka_unit_test(depth),
	    cmocka_unit_test(files_in_sum),
	    cmocka_unit_test(long_rdata),
	    cmocka_unit_test(zone_name),
	    cmocka_unit_test(empty_files),
	    cmocka_unit_test(missing_file),
	    cmocka_unit_test(random_texts),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

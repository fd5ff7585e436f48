#include "zone_fixture.h"

/* What stands behind $GENERATE on line 5, and the owners and RDATA of the records; what BIND makes
 * of the same lines is compared in tests/e2e/differential_syntax.t. */
static const struct {
	const char *line, *records;
} rows[] = {
    {"1-3 a$ A 192.0.2.$", "a1 192.0.2.1, a2 192.0.2.2, a3 192.0.2.3"},
    {"0-10/5 a$ A 192.0.2.$", "a0 192.0.2.0, a10 192.0.2.10, a5 192.0.2.5"},
    {"3-3 a$ A 192.0.2.$", "a3 192.0.2.3"},
    {"0-2/9 a A 192.0.2.$", "a 192.0.2.0"},
    {"9-10 a${-9,3,d} A 192.0.2.${+1}", "a000 192.0.2.10, a001 192.0.2.11"},
    {"8-9 ${0,0,o}.${0,4,x}.${0,2,X} TXT $", "10.0008.08 \"8\", 11.0009.09 \"9\""},
    {"171-171 ${0,0,x}${0,0,X}${0,5,n}p A 192.0.2.1", "abABb.a.0p 192.0.2.1"},
    {"171-171 ${0,0,n}.x${0,1,N}.y${0,3,N}.z${0,6,N}z A 192.0.2.1",
	"b.a.xB.A.yB.A.zB.A.0.z 192.0.2.1"},
    {"1-2 a\\$b$$ CNAME c$", "a\\$b\\$ c1.example.org., a\\$b\\$ c2.example.org."},
    {"1-1 a TXT \"x $ \\$ $$\"", "a \"x\" \"1\" \"$\" \"$\""},
    {"1-1 a TXT \"\\\"x $\\\" y\"", "a \"x 1\" \"y\""},
    {"1-1 a TXT \"\\\"x ; $\\\" ; y\"", "a \"x ; 1\""},
    {"1-1 a 7 IN MX \"10 m$\"", "a 10 m1.example.org."},
    {"1-1 a IN 7 mx \"10 m$\"", "a 10 m1.example.org."},
    {"1-1 a MX 10 m$", "a 10 m1.example.org."}, /* more than BIND takes */
    {"1-1 a TXT \"x $\" \"y\"", "a \"x 1\" \"y\""},
    {"1-1 a\\;$ TXT \\;$", "a\\;1 \";1\""},
    {"( 1-2 a$\n A 192.0.2.$ ) ; x", "a1 192.0.2.1, a2 192.0.2.2"},
    {"2147483647-2147483647 a$ A 192.0.2.1", "a2147483647 192.0.2.1"},
    {"1-1 a${-3,0,d} A 192.0.2.1", "a-2 192.0.2.1"},
    {"5-5 a${-9,5,d} A 192.0.2.1", "a-0004 192.0.2.1"},
    {"5-5 a${-9,0,x}b${-9,10,X} A 192.0.2.1", "afffffffcb00FFFFFFFC 192.0.2.1"},
    {"0-0 ${-2147483648,0,d}.${-2147483648,0,o} A 192.0.2.1", "-2147483648.20000000000 192.0.2.1"},
    {"5-5 ${-9,0,n}.a A 192.0.2.1", "c.f.f.f.f.f.f.f.a 192.0.2.1"},
    {"5-5 ${-9,19,N}.a A 192.0.2.1", "C.F.F.F.F.F.F.F.0.0.a 192.0.2.1"},
    {"1-2 @ A 192.0.2.$", ""},
};

static void
short_print(struct zone_fixture *f, struct buf *b)
{
	struct buf owner = {0};

	for (size_t i = 1; i < f->store.n_nodes; i++) {
		struct text name = write_owner(&owner, &f->store, &f->store.nodes[i]);

		for (size_t j = 0; j < f->store.nodes[i].n; j++) {
			const struct record *record =
			    node_records(&f->store, &f->store.nodes[i]) + j;

			buf_printf(b, "%s%.*s ", b->len ? ", " : "",
			    (int)(name.len - strlen(".example.org.\t")), name.data);
			rdata_print(b, record->type, record_rdata(record));
		}
	}
	buf_putc(b, '\0');
	buf_free(&owner);
}

static int
compare_records(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The records in the order of their text. */
static void
sort_records(char *text, struct buf *out)
{
	char *records[20];
	size_t n = 0;

	for (char *record = text; record; n++) {
		char *comma = strstr(record, ", ");

		records[n] = record;
		if (comma)
			*comma = '\0';
		record = comma ? comma + 2 : NULL;
	}
	qsort(records, n, sizeof(*records), compare_records);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? ", " : "", records[i]);
	buf_putc(out, '\0');
}

static void
lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		struct buf b = {0}, sorted = {0};
		char text[400];

		snprintf(text, sizeof(text), "%s$GENERATE %s\n", ZONE_HEAD, rows[i].line);
		zone_read_good(&f, text);
		short_print(&f, &b);
		sort_records(b.data, &sorted);
		if (strcmp(sorted.data, rows[i].records) != 0)
			fail_msg("%s: %s", rows[i].line, sorted.data);
		buf_free(&b);
		buf_free(&sorted);
		zone_free(&f);
	}
}

/* An offset stays for each "$" behind it in the same word, as in BIND, and that is told; a width
 * and a base do not. */
static void
offset_stays(void **state)
{
	static const struct {
		const char *line, *records, *problems;
	} cases[] = {
	    {"5-6 a$.b${-9,4,x}.c$.d$ A 192.0.2.1",
		"a5.bfffffffc.c-4.d-4 192.0.2.1, a6.bfffffffd.c-3.d-3 192.0.2.1", "Z102 5:30"},
	    {"5-5 a CNAME f$.g${1}.h$", "a f5.g6.h6.example.org.", "Z102 5:33"},
	    {"5-5 a${2}.b${0}.c$ A 192.0.2.$", "a7.b5.c5 192.0.2.5", ""},
	    {"5-5 $.a${2} A 192.0.2.$", "5.a7 192.0.2.5", ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct zone_fixture f;
		struct buf b = {0}, sorted = {0};
		char text[400];

		snprintf(text, sizeof(text), "%s$GENERATE %s\n", ZONE_HEAD, cases[i].line);
		zone_read(&f, text);
		short_print(&f, &b);
		sort_records(b.data, &sorted);
		assert_string_equal(sorted.data, cases[i].records);
		problems_print(&f.text, &f.diags);
		assert_string_equal(f.text.data, cases[i].problems);
		buf_free(&b);
		buf_free(&sorted);
		zone_free(&f);
	}
}

/* Faults and where they are shown; problems of what was made are told of once, at the directive. */
static const struct {
	const char *line, *problems;
} bad[] = {
    {"", "Z020 5:1"},
    {"1-2", "Z020 5:11"},
    {"1-2 a$", "Z020 5:15"},
    {"1-2 a$ A", "Z020 5:18"},
    {"x a$ A 192.0.2.1", "Z020 5:11"},
    {"1 a$ A 192.0.2.1", "Z020 5:11"},
    {"1- a$ A 192.0.2.1", "Z020 5:11"},
    {"-1 a$ A 192.0.2.1", "Z020 5:11"},
    {"1-2/ a$ A 192.0.2.1", "Z020 5:11"},
    {"1-2/0 a$ A 192.0.2.1", "Z020 5:11"},
    {"1-2/1x a$ A 192.0.2.1", "Z020 5:16"},
    {"2-1 a$ A 192.0.2.1", "Z020 5:11"},
    {"1-2147483648 a$ A 192.0.2.1", "Z020 5:11"},
    {"99999999999999999999-1 a$ A 192.0.2.1", "Z020 5:11"},
    {"0-1048576 a$ A 192.0.2.1", "Z021 5:11"},
    {"0-2147483647 a$ A 192.0.2.1", "Z021 5:11"},
    {"1-2 a${ A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${x} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${0,} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${0,256} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${0,3,} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${0,3,z} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${0,3,dd} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${0 A 192.0.2.1", "Z020 5:17"},
    {"1-2 a${2147483647} A 192.0.2.1", "Z020 5:16"},
    {"1-2 a${-2147483649,0,x} A 192.0.2.1", "Z020 5:17"},
    {"1-2 a A 192.0.2.${0", "Z020 5:28"},
    {"1-2 a$ A 192.0.2.999", "Z013 5:1"},
    {"1-2 a..$ A 192.0.2.1", "Z010 5:1"},
    {"1-2 a$ FOO x", "Z006 5:1"},
    {"1-2 a$ CH A 192.0.2.1", "Z007 5:1"},
    {"1-2 a$ TXT \"\\\"\"", "Z002 5:1"},
    {"1-2 a$ TXT \"(\"", "Z003 5:1"},
    {"1-2 a$ TXT \";\"", "Z014 5:1"},
    {"1-2 $.example.net. A 192.0.2.1", "Z023 5:1"},
    {"1-2 ${0,64,d} A 192.0.2.1", "Z010 5:1"},
};

static void
problems(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct zone_fixture f;
		char text[400];

		snprintf(text, sizeof(text), "%s$GENERATE %s\n", ZONE_HEAD, bad[i].line);
		zone_read(&f, text);
		assert_int_equal(f.result, -1);
		problems_print(&f.text, &f.diags);
		if (strcmp(f.text.data, bad[i].problems) != 0) {
			print_error("%s: %s, not %s\n", bad[i].line, f.text.data, bad[i].problems);
			good = false;
		}
		zone_free(&f);
	}
	assert_true(good);
}

/* As many as there may be. */
static void
most(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read_good(&f, ZONE_HEAD "$GENERATE 0-1048575 a$ TYPE65280 \"\\# 0\"\n");
	assert_int_equal(f.store.n_nodes, PARSE_GENERATE_MOST + 1);
	zone_free(&f);
	zone_read_good(&f, ZONE_HEAD "$GENERATE 1-2147483647/2048 a$ TYPE65280 \\# 0\n");
	assert_int_equal(f.store.n_nodes, 1048576 + 1);
	zone_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(offset_stays),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(most),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

#include "zone_fixture.h"

#define SOA_NS                                                                                     \
	"example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 1 2 3 4 300\n"           \
	"example.org. 3600 IN NS ns.example.org.\n"

/* What stands behind ZONE_HEAD, and all behind SOA and NS of the sorted store. */
static const struct {
	const char *text, *records;
} rows[] = {
    /* Names that come back later are one node, in the case in which they came first. */
    {"b A 192.0.2.2\na A 192.0.2.9\nB A 192.0.2.1\n MX 10 x\na TXT y\nb.EXAMPLE.org. A 192.0.2.3\n",
	"a.example.org. 3600 IN A 192.0.2.9\na.example.org. 3600 IN TXT \"y\"\n"
	"b.example.org. 3600 IN A 192.0.2.1\nb.example.org. 3600 IN A 192.0.2.2\n"
	"b.example.org. 3600 IN A 192.0.2.3\nb.example.org. 3600 IN MX 10 x.example.org.\n"},
    /* Duplicates, RFC 2181 section 5; names in RDATA are compared without case where RFC 4034
     * section 6.2 says so, and only there. */
    {"a A 192.0.2.1\na A 192.0.2.1\nb TXT x\na A 192.0.2.1\n A 192.0.2.1\n",
	"a.example.org. 3600 IN A 192.0.2.1\nb.example.org. 3600 IN TXT \"x\"\n"},
    {"a MX 10 Mail\na MX 10 mail\na TXT x\na TXT X\n",
	"a.example.org. 3600 IN MX 10 Mail.example.org.\na.example.org. 3600 IN TXT \"X\"\n"
	"a.example.org. 3600 IN TXT \"x\"\n"},
    {"a 5 A 192.0.2.1\na 6 A 192.0.2.1\n",
	"a.example.org. 5 IN A 192.0.2.1\na.example.org. 6 IN A 192.0.2.1\n"},
    /* Types by number, RDATA as octets (RFC 4034 section 6.3): shorter ones first. */
    {"a TYPE65280 \\# 1 00\na TYPE65280 \\# 0\na TYPE65280 \\# 2 0000\na AAAA ::1\na A "
     "192.0.2.200\n"
     "a A 192.0.2.3\na TXT bb\na TXT a\n",
	"a.example.org. 3600 IN A 192.0.2.3\na.example.org. 3600 IN A 192.0.2.200\n"
	"a.example.org. 3600 IN TXT \"a\"\na.example.org. 3600 IN TXT \"bb\"\n"
	"a.example.org. 3600 IN AAAA ::1\na.example.org. 3600 IN TYPE65280 \\# 0\n"
	"a.example.org. 3600 IN TYPE65280 \\# 1 00\na.example.org. 3600 IN TYPE65280 \\# 2 0000\n"},
    {"@ A 192.0.2.1\n", "example.org. 3600 IN A 192.0.2.1\n"},
    {"x.a A 192.0.2.1\n\\000.a A 192.0.2.1\n\\001.a A 192.0.2.1\na A 192.0.2.1\na\\000 A "
     "192.0.2.1\n"
     "*.a A 192.0.2.1\n\\200.a A 192.0.2.1\nb A 192.0.2.1\n",
	"a.example.org. 3600 IN A 192.0.2.1\n\\000.a.example.org. 3600 IN A 192.0.2.1\n"
	"\\001.a.example.org. 3600 IN A 192.0.2.1\n*.a.example.org. 3600 IN A 192.0.2.1\n"
	"x.a.example.org. 3600 IN A 192.0.2.1\n\\200.a.example.org. 3600 IN A 192.0.2.1\n"
	"a\\000.example.org. 3600 IN A 192.0.2.1\nb.example.org. 3600 IN A 192.0.2.1\n"},
};

static void
sorted_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		char text[2000];
		const char *printed, *at = SOA_NS;

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, rows[i].text);
		zone_read_good(&f, text);
		printed = zone_print(&f);
		/* An apex with an A record has it ahead of NS. */
		if (strncmp(printed, at, strlen(at)) == 0)
			printed += strlen(at);
		else
			assert_non_null(printed = strstr(printed, "\n") + 1);
		if (strncmp(printed, rows[i].records, strlen(rows[i].records)) != 0)
			fail_msg("%s\ngives\n%s", rows[i].text, printed);
		zone_free(&f);
	}
}

/* Flags of a node as letters: Cut, Occluded, and N(S) A(lias) S(OA) D(NAME) d(s) U(neven). */
static const char *
flags_text(uint32_t flags)
{
	static const char letters[] = "CONASDdU";
	static char text[9];
	size_t n = 0;

	for (size_t i = 0; i < 8; i++)
		if (flags & 1u << i)
			text[n++] = letters[i];
	text[n] = '\0';
	return text;
}

static const struct {
	const char *text, *flags; /* of all nodes but the apex, in order */
	const char *apex;
} flag_rows[] = {
    {"a A 192.0.2.1\n", "a:", "NS"},
    {"a NS ns.a\nns.a A 192.0.2.1\nx.y.a A 192.0.2.1\naa A 192.0.2.1\nb A 192.0.2.1\n",
	"a:CN ns.a:O x.y.a:O aa: b:", "NS"},
    {"a NS a\na A 192.0.2.1\na DS 1 13 2 "
     "0000000000000000000000000000000000000000000000000000000000000000\n",
	"a:CNd", "NS"},
    {"a NS b\nb.a NS c\nc.b.a A 192.0.2.1\nd NS e\n", "a:CN b.a:ON c.b.a:O d:CN", "NS"},
    {"x.a A 192.0.2.1\na NS b\na TXT z\n", "a:CN x.a:O", "NS"},
    {"a DNAME b\nx.a A 192.0.2.1\nx.ab A 192.0.2.1\n", "a:D x.a:O x.ab:", "NS"},
    {"@ DNAME b.example.net.\nx A 192.0.2.1\n", "x:O", "NSD"},
    {"a NS b\na DNAME c\nx.a A 192.0.2.1\n", "a:CND x.a:O", "NS"},
    {"a NS b\nb.a DNAME c\nx.b.a A 192.0.2.1\n", "a:CN b.a:OD x.b.a:O", "NS"},
    {"a DNAME c\nb.a NS c\nx.b.a A 192.0.2.1\n", "a:D b.a:ON x.b.a:O", "NS"},
    {"a CNAME b\nb CNAME b\nB CNAME c\n", "a:A b:AU", "NS"},
    {"*.a NS b\nx.*.a A 192.0.2.1\nx.a A 192.0.2.1\n", "*.a:CN x.*.a:O x.a:", "NS"},
    {"a 5 A 192.0.2.1\na 6 A 192.0.2.1\nb 5 A 192.0.2.1\nb 6 TXT x\n", "a:U b:", "NS"},
    {"a 5 A 192.0.2.1\nb A 192.0.2.1\na 6 A 192.0.2.2\n", "a:U b:", "NS"},
    {"a\\000 NS b\na\\000b A 192.0.2.1\nx.a\\000 A 192.0.2.1\na A 192.0.2.1\n",
	"a: a\\000:CN x.a\\000:O a\\000b:", "NS"},
    {"\\000 NS b\n\\000.\\000 A 192.0.2.1\n\\000\\000 A 192.0.2.1\n\\001 A 192.0.2.1\n",
	"\\000:CN \\000.\\000:O \\000\\000: \\001:", "NS"},
};

static void
flags_of_nodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(flag_rows); i++) {
		struct zone_fixture f;
		struct buf owner = {0}, all = {0};
		char text[1000];

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, flag_rows[i].text);
		zone_read_good(&f, text);
		for (size_t j = 1; j < f.store.n_nodes; j++) {
			struct text name = write_owner(&owner, &f.store, &f.store.nodes[j]);

			buf_printf(&all, "%s%.*s:%s", j > 1 ? " " : "",
			    (int)(name.len - strlen(".example.org.\t")), name.data,
			    flags_text(f.store.nodes[j].flags));
		}
		buf_putc(&all, '\0');
		assert_string_equal(all.data, flag_rows[i].flags);
		assert_string_equal(flags_text(f.store.nodes[0].flags), flag_rows[i].apex);
		buf_free(&all);
		buf_free(&owner);
		zone_free(&f);
	}
}

static void
removal_of_types(void **state)
{
	static const uint16_t types[] = {TYPE_TXT, TYPE_AAAA};
	struct zone_fixture f;

	(void)state;
	zone_read_good(&f, ZONE_HEAD "a TXT x\na TXT y\nb A 192.0.2.1\nb TXT x\nb AAAA ::1\nb MX 1 "
				     "c\n@ TXT z\nc TXT w\nb TXT v\n");
	assert_int_equal(f.store.n_live, 11);
	assert_int_equal(store_remove_types(&f.store, types, 2), 7);
	assert_int_equal(f.store.n_live, 4);
	assert_string_equal(zone_print(&f), SOA_NS "b.example.org. 3600 IN A 192.0.2.1\n"
						   "b.example.org. 3600 IN MX 1 c.example.org.\n");
	assert_int_equal(store_remove_types(&f.store, types, 2), 0);
	assert_int_equal(store_remove_types(&f.store, types, 0), 0);
	zone_free(&f);
}

static void
rrsets(void **state)
{
	struct zone_fixture f;
	const struct node *node;
	struct rrset set;

	(void)state;
	zone_read_good(&f, ZONE_HEAD "b A 192.0.2.1\nb TXT x\nb A 192.0.2.2\n");
	node = zone_node(&f, "b.example.org.");
	set = node_rrset(&f.store, node, TYPE_A);
	assert_int_equal(set.n, 2);
	assert_int_equal(node_rrset_at(&f.store, node, 2).type, TYPE_TXT);
	assert_int_equal(node_rrset_at(&f.store, node, 2).n, 1);
	assert_int_equal(node_rrset(&f.store, node, TYPE_MX).n, 0);
	assert_true(store_apex(&f.store) == zone_node(&f, "example.org."));
	assert_true(node_is_below(node, store_apex(&f.store)));
	assert_true(node_is_below(node, node));
	assert_false(node_is_below(store_apex(&f.store), node));
	zone_free(&f);

	zone_read_good(&f, "$ORIGIN example.org.\na 5 A 192.0.2.1\n");
	assert_null(store_apex(&f.store));
	zone_free(&f);
}

static void
apex_records(void **state)
{
	struct zone_fixture f = {0};
	struct name apex = name_of("Example.ORG.");
	uint8_t rdata[] = {192, 0, 2, 1};

	(void)state;
	store_begin(&f.store, &f.diags, &apex);
	store_add_apex(&f.store, TYPE_A, 5, (struct bytes){rdata, 4});
	rdata[3] = 0;
	store_add_apex(&f.store, TYPE_A, 5, (struct bytes){rdata, 4});
	store_add_apex(&f.store, TYPE_A, 5, (struct bytes){rdata, 4});
	store_sort(&f.store);
	assert_string_equal(
	    zone_print(&f), "Example.ORG. 5 IN A 192.0.2.0\nExample.ORG. 5 IN A 192.0.2.1\n");
	assert_int_equal(f.store.n_live, 2);
	zone_free(&f);
}

/* Each record outside the zone is told of once for its owner, and none gets in. */
static void
out_of_zone(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read(&f,
	    ZONE_HEAD "example.net. A 192.0.2.1\nxexample.org. A 192.0.2.1\norg. A 192.0.2.1\n"
		      "example\\.org. A 192.0.2.1\na A 192.0.2.2\n");
	problems_print(&f.text, &f.diags);
	assert_string_equal(f.text.data, "Z023 5:1, Z023 6:1, Z023 7:1, Z023 8:1");
	assert_string_equal(zone_print(&f), SOA_NS "a.example.org. 3600 IN A 192.0.2.2\n");
	zone_free(&f);
}

/* The same owner again behind one that was refused: it does not join another node. */
static void
out_of_zone_twice(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read(&f, ZONE_HEAD "a A 192.0.2.1\nexample.net. A 192.0.2.2\n A 192.0.2.3\n"
				"example.net. A 192.0.2.4\n");
	assert_string_equal(zone_print(&f), SOA_NS "a.example.org. 3600 IN A 192.0.2.1\n");
	zone_free(&f);
}

enum { MANY = 100000 };

/* 100,000 names, each with its records in two places: sorted, reversed and shuffled give the same.
 */
static void
many(void **state)
{
	char *printed[3];
	struct zone_fixture f;

	(void)state;
	for (unsigned shape = 0; shape < 3; shape++) {
		FILE *file = fopen("a.zone", "w");

		fputs(ZONE_HEAD, file);
		for (unsigned pass = 0; pass < 2; pass++)
			for (uint32_t i = 0; i < MANY; i++) {
				uint32_t n = shape == 0   ? i
					     : shape == 1 ? MANY - 1 - i
							  : (i * 40503u + 7) % MANY;

				fprintf(file, "n%05u.%u A 192.0.%u.%u\n", n, n % 7, pass, n % 256);
			}
		fclose(file);
		zone_load(&f, "a.zone", NULL);
		assert_int_equal(f.result, 0);
		assert_int_equal(f.store.n_nodes, MANY + 1);
		assert_int_equal(f.store.n_live, 2 * MANY + 2);
		printed[shape] = strdup(zone_print(&f));
		zone_free(&f);
	}
	assert_true(strcmp(printed[0], printed[1]) == 0);
	assert_true(strcmp(printed[0], printed[2]) == 0);
	for (unsigned i = 0; i < 3; i++)
		free(printed[i]);
}

/* One name with very many records, in 1 or in many places. */
static void
large_sets(void **state)
{
	struct zone_fixture f;
	FILE *file = fopen("a.zone", "w");

	(void)state;
	fputs(ZONE_HEAD, file);
	for (unsigned i = 0; i < 30000; i++)
		fprintf(file, "a A 10.0.%u.%u\nb A 10.0.%u.%u\n A 10.1.%u.%u\n", i / 256 % 100,
		    i % 256, i / 256, i % 256, i / 256, i % 256);
	fclose(file);
	zone_load(&f, "a.zone", NULL);
	assert_int_equal(f.result, 0);
	assert_int_equal(zone_node(&f, "a.example.org.")->n, 25600);
	assert_int_equal(zone_node(&f, "b.example.org.")->n, 60000);
	zone_free(&f);
}

/* Wherever the search begins. */
static void
finding(void **state)
{
	struct zone_fixture f;
	struct buf text = {0};

	(void)state;
	buf_puts(&text, ZONE_HEAD);
	for (unsigned i = 0; i < 40; i++)
		buf_printf(&text, "name-%02u A 192.0.2.1\n", i);
	buf_putc(&text, '\0');
	zone_read_good(&f, text.data);
	for (size_t near = 0; near <= f.store.n_nodes; near++) {
		for (size_t i = 0; i < f.store.n_nodes; i++) {
			const struct node *node = &f.store.nodes[i];

			assert_int_equal(store_find(&f.store, near, node->key, node->key_len), i);
		}
		assert_int_equal(store_find(&f.store, near, (const uint8_t *)"a", 2), 1);
		assert_int_equal(store_find(&f.store, near, (const uint8_t *)"name-07a", 9), 9);
		assert_int_equal(store_find(&f.store, near, (const uint8_t *)"z", 2), 41);
	}
	buf_free(&text);
	zone_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sorted_records),
	    cmocka_unit_test(flags_of_nodes),
	    cmocka_unit_test(removal_of_types),
	    cmocka_unit_test(rrsets),
	    cmocka_unit_test(apex_records),
	    cmocka_unit_test(out_of_zone),
	    cmocka_unit_test(out_of_zone_twice),
	    cmocka_unit_test(many),
	    cmocka_unit_test(large_sets),
	    cmocka_unit_test(finding),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

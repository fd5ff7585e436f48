#include "zone_fixture.h"

#include "check/zone.h"

#define DS "DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n"

/* What stands behind ZONE_HEAD (lines 1 to 4), and the problems. */
static const struct {
	const char *text, *problems;
} rows[] = {
    {"", ""},
    {"a A 192.0.2.1\n", ""},
    /* RFC 1034 section 3.6.2 */
    {"a CNAME b\na A 192.0.2.1\n", "Z024 6:1"},
    {"a A 192.0.2.1\na CNAME b\n", "Z024 5:1"},
    {"a CNAME b\nb A 192.0.2.1\na TXT x\na A 192.0.2.1\n", "Z024 8:1"},
    {"a CNAME b\na CNAME c\n", "Z025 6:1"},
    {"a CNAME b\na CNAME B\n", ""},
    {"a CNAME b\na DNAME c\n", "Z024 6:1"},
    {"a CNAME b\na KEY 256 3 13 AAAA\na NSEC b CNAME\n", ""},
    {"@ CNAME b\n", "Z024 3:1"},
    {"a CNAME b\na NS c\n", "Z024 6:1"},
    {"sub NS b\na.sub CNAME b\na.sub TXT x\n", "Z037 6:1, Z024 7:1"},
    /* One alone */
    {"@ SOA a b 2 3 4 5 6\n", "Z025 5:1"},
    {"@ SOA NS Hostmaster 1 2 3 4 300\n", ""},
    {"a DNAME b\na DNAME c\na DNAME d\n", "Z025 6:1, Z025 7:1"},
    /* RFC 2181 section 5.2 */
    {"a 5 A 192.0.2.1\na 6 A 192.0.2.2\n", "Z026 6:1"},
    {"a 5 A 192.0.2.2\na 6 A 192.0.2.1\n", "Z026 6:1"},
    {"a 5 A 192.0.2.1\na 6 A 192.0.2.1\n", "Z026 6:1"},
    {"a 5 A 192.0.2.1\na 6 TXT x\n", ""},
    {"a 5 A 192.0.2.1\nb A 192.0.2.1\na 6 A 192.0.2.2\n", "Z026 7:1"},
    {"sub NS b\na.sub 5 A 192.0.2.1\na.sub 6 A 192.0.2.2\n", "Z026 7:1"},
    /* Places */
    {"a SOA a b 2 3 4 5 6\n", "Z030 5:1"},
    {"a NS b\na DNAME c\n", "Z030 6:1"},
    {"a " DS, "Z035 5:1"},
    {"@ " DS, "Z035 5:1"},
    {"a " DS "a NS b\n", ""},
    {"a NS b\nb.a NS c\nb.a " DS, "Z037 6:1"},
    {"a NS b\nb.a " DS, "Z037 6:1"},
    {"a NS b\nb.a A 192.0.2.1\nb.a AAAA ::1\n", ""},
    {"* NS b\n", "Z030 5:1"},
    {"a CDS 0 0 0 00\n", "Z038 5:1"},
    {"@ DNAME b.example.net.\n", ""},
    /* RFC 6672 section 2.4: once for the DNAME */
    {"a DNAME b\nx.a A 192.0.2.1\ny.a A 192.0.2.1\n", "Z033 6:1"},
    {"@ DNAME b.example.net.\nx A 192.0.2.1\n", "Z033 6:1"},
    {"a DNAME b\nab A 192.0.2.1\n", ""},
    /* All at once */
    {"a CNAME b\na A 192.0.2.1\nb " DS "c 5 A 192.0.2.1\nc 6 A 192.0.2.2\n@ SOA a b 1 2 3 4 5\n",
	"Z024 6:1, Z035 7:1, Z026 9:1, Z025 10:1"},
};

static void
zones(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		char text[1000];
		int result;

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, rows[i].text);
		zone_read_good(&f, text);
		result = check_zone(&f.store);
		problems_print(&f.text, &f.diags);
		if (strcmp(f.text.data, rows[i].problems) != 0) {
			print_error("%s: %s, not %s (%s)\n", rows[i].text, f.text.data,
			    rows[i].problems, f.diags.n ? f.diags.items[0].message : "");
			good = false;
		}
		assert_int_equal(result, f.diags.n_severity[SEVERITY_ERROR] ? -1 : 0);
		zone_free(&f);
	}
	assert_true(good);
}

static const struct {
	const char *text, *problems;
} apexes[] = {
    {"$ORIGIN a.\n$TTL 5\n", "Z027 0:0"},
    {"$ORIGIN a.\n$TTL 5\n@ NS b\n", "Z027 3:1"},
    {"$ORIGIN a.\n$TTL 5\nb A 192.0.2.1\n", "Z027 3:1"},
    {"$ORIGIN a.\n$TTL 5\n@ SOA b c 1 2 3 4 5\n", "Z028 3:1"},
    {"$ORIGIN a.\n$TTL 5\nx SOA b c 1 2 3 4 5\n@ A 192.0.2.1\n", "Z027 3:1, Z030 3:1"},
    {"$ORIGIN .\n$TTL 5\n@ SOA b c 1 2 3 4 5\n@ NS a.\n", ""},
};

static void
apex(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(apexes); i++) {
		struct zone_fixture f;
		struct name zone = name_of(i + 1 < LENGTH(apexes) ? "a." : ".");

		zone_read_good(&f, apexes[i].text);
		f.store.apex = zone;
		check_zone(&f.store);
		problems_print(&f.text, &f.diags);
		assert_string_equal(f.text.data, apexes[i].problems);
		zone_free(&f);
	}
}

/* RRSIGs have the TTLs of what they cover (RFC 4034 section 3). */
static void
rrsig_ttls(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read_good(&f,
	    ZONE_HEAD "a 5 A 192.0.2.1\na 6 TXT x\n"
		      "a 5 RRSIG A 13 3 5 20300101000000 20200101000000 1 example.org. AAAA\n"
		      "a 6 RRSIG TXT 13 3 6 20300101000000 20200101000000 1 example.org. AAAA\n");
	assert_int_equal(check_zone(&f.store), 0);
	assert_int_equal(f.diags.n, 0);
	zone_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zones),
	    cmocka_unit_test(apex),
	    cmocka_unit_test(rrsig_ttls),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

#include "zone_fixture.h"

#include "check/zone.h"

#define HEAD "$ORIGIN example.org.\n$TTL 3600\n@ SOA n.net. hostmaster 1 2 3 4 300\n@ NS n.net.\n"

#define KEY "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
#define NAMESAKE "lqKXTS0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n" /* two 16-bit words swapped */
#define DS "DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n"

/* What stands behind HEAD (lines 1 to 4), and the problems. */
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
    {"a CNAME b\na NXT b CNAME\n", "Z024 6:1"},
    {"a CNAME b\na SIG CNAME 13 3 60 20300101000000 20200101000000 1 example.org. AAAA\n",
	"Z024 6:1"},
    {"@ CNAME b\n", "Z024 3:1"},
    {"a CNAME b\na NS n.net.\n", "Z024 6:1"},
    {"sub NS n.net.\na.sub CNAME b\na.sub TXT x\n", "Z037 6:1, Z024 7:1"},
    /* One alone */
    {"@ SOA n.net. b 2 3 4 5 6\n", "Z025 5:1"},
    {"@ SOA N.net. Hostmaster 1 2 3 4 300\n", ""},
    {"a DNAME b\na DNAME c\na DNAME d\n", "Z025 6:1, Z025 7:1"},
    /* RFC 2181 section 5.2 */
    {"a 5 A 192.0.2.1\na 6 A 192.0.2.2\n", "Z026 6:1"},
    {"a 5 A 192.0.2.2\na 6 A 192.0.2.1\n", "Z026 6:1"},
    {"a 5 A 192.0.2.1\na 6 A 192.0.2.1\n", "Z026 6:1"},
    {"a 5 A 192.0.2.1\na 6 TXT x\n", ""},
    {"a 5 A 192.0.2.1\nb A 192.0.2.1\na 6 A 192.0.2.2\n", "Z026 7:1"},
    {"sub NS n.net.\na.sub 5 A 192.0.2.1\na.sub 6 A 192.0.2.2\n", "Z026 7:1"},
    /* Places */
    {"a SOA a b 2 3 4 5 6\n", "Z030 5:1"},
    {"a NS n.net.\na DNAME c\n", "Z030 6:1"},
    {"a " DS, "Z035 5:1"},
    {"@ " DS, "Z035 5:1"},
    {"a " DS "a NS n.net.\n", ""},
    {"a NS n.net.\nb.a NS n.net.\nb.a " DS, "Z037 6:1"},
    {"a NS n.net.\nb.a " DS, "Z037 6:1"},
    {"a NS n.net.\nb.a A 192.0.2.1\nb.a AAAA ::1\n", ""},
    {"* NS n.net.\n", "Z030 5:1"},
    {"a CDS 0 0 0 00\n", "Z038 5:1"},
    /* Key tags; those of the last two differ, or their algorithms */
    {"@ DNSKEY 257 3 15 " KEY "@ DNSKEY 257 3 15 " NAMESAKE, "S074 6:1"},
    {"@ DNSKEY 257 3 15 " NAMESAKE "@ DNSKEY 257 3 15 " KEY, "S074 6:1"},
    {"a DNSKEY 257 3 15 " KEY "a DNSKEY 257 3 15 " NAMESAKE, "Z038 6:1"},
    {"@ DNSKEY 257 3 15 " KEY "@ DNSKEY 257 3 15 " KEY, ""},
    {"@ 5 DNSKEY 257 3 15 " KEY "@ 6 DNSKEY 257 3 15 " KEY, "Z026 6:1"},
    {"@ DNSKEY 257 3 15 " KEY "@ DNSKEY 256 3 15 " NAMESAKE, ""},
    {"@ DNSKEY 257 3 15 " KEY "@ DNSKEY 258 3 14 " NAMESAKE, ""},
    {"@ DNAME b.example.net.\n", ""},
    /* RFC 6672 section 2.4: once for the DNAME */
    {"a DNAME b\nx.a A 192.0.2.1\ny.a A 192.0.2.1\n", "Z033 6:1"},
    {"@ DNAME b.example.net.\nx A 192.0.2.1\n", "Z033 6:1"},
    {"a DNAME b\nab A 192.0.2.1\n", ""},
    {"@ DNAME b.example.net.\nx NSEC3 1 0 0 - 00000000000000000000000000000000 A\n", ""},
    {"@ DNAME b.example.net.\nx NSEC3 1 0 0 - 00000000000000000000000000000000 A\ny TXT x\n",
	"Z033 7:1"},
    /* What NS records name */
    {"@ NS ns\n", "Z040 5:6"},
    {"@ NS ns\nns TXT x\n", "Z040 5:6"},
    {"@ NS NS\nns A 192.0.2.1\n", ""},
    {"@ NS ns\nns AAAA ::1\n", ""},
    {"@ NS @\n", "Z040 5:6"},
    {"@ NS @\n@ A 192.0.2.1\n", ""},
    {"@ NS ns\n@ NS nt\nns A 192.0.2.1\nx.ns A 192.0.2.1\n", "Z040 6:6"},
    {"@ NS ns\nns CNAME b\nb A 192.0.2.1\n", "Z041 5:6"},
    {"@ NS ns.d\nd DNAME b\n", "Z041 5:6"},
    {"@ NS a.ns.d\nd DNAME b\nns.d A 192.0.2.1\n", "Z041 5:6, Z033 7:1"},
    {"@ NS d\nd DNAME b\nd A 192.0.2.1\n", ""},
    {"@ NS d\nd DNAME b\n", "Z040 5:6"},
    {"a NS ns\n", "Z043 5:6"},
    {"a NS ns\nns CNAME n.net.\n", "Z044 5:6"},
    {"a NS ns.d\nd DNAME n.net.\n", "Z044 5:6"},
    {"b NS ns\na NS ns\nns A 192.0.2.1\n", ""},
    /* Wildcards, RFC 4592 */
    {"@ NS x\n* A 192.0.2.1\n", ""},
    {"@ NS x.y\n* A 192.0.2.1\n", ""},
    {"@ NS x.y\n* A 192.0.2.1\ny TXT x\n", "Z040 5:6"},
    {"@ NS x.y\n* A 192.0.2.1\na.y TXT x\n", "Z040 5:6"},
    {"@ NS x.y\n*.y A 192.0.2.1\n", ""},
    {"@ NS x\n* CNAME n.net.\n", "Z041 5:6"},
    {"@ NS x\n* TXT x\n", "Z040 5:6"},
    {"@ NS *\n* A 192.0.2.1\n", "Z051 5:6"},
    /* Glue: at or below the delegation that needs it */
    {"a NS ns.a\n", "Z042 5:6"},
    {"a NS a\n", "Z042 5:6"},
    {"a NS a\na A 192.0.2.1\n", ""},
    {"a NS ns.a\nns.a A 192.0.2.1\n", ""},
    {"a NS ns.a\na NS nt.a\nnt.a AAAA ::1\n", "Z042 5:6"},
    {"a NS ns.a\n* A 192.0.2.1\n", "Z042 5:6"},
    {"a NS ns.a\nns.a TXT x\n", "Z042 5:6, Z037 6:1"},
    {"a NS x.ns.a\nns.a A 192.0.2.1\n", "Z042 5:6"},
    {"a NS ns.b\nb NS ns.a\n", ""},
    {"a NS ns.b\nb NS n.net.\n", ""},
    {"@ NS ns.a\na NS n.net.\n", ""},
    {"@ NS ns.x.a\na NS n.net.\nx.y.a A 192.0.2.1\n", ""},
    {"ab NS ns.a\na NS n.net.\n", ""},
    {"a NS n.net.\nb.a NS ns.b.a\n", "Z037 6:1"},
    /* MX and SRV, RFC 2181 section 10.3, RFC 2782 */
    {"@ MX 1 mx\n", "Z043 5:8"},
    {"@ MX 1 mx\n* A 192.0.2.1\n_a.mx TXT a\n", "Z043 5:8"},
    {"@ MX 1 mx.a\n* A 192.0.2.1\na TXT a\n", "Z043 5:8"},
    {"@ MX 1 mx.a\n*.a A 192.0.2.1\n", ""},
    {"@ MX 1 mx\nmx A 192.0.2.1\n", ""},
    {"@ MX 1 mx\nmx CNAME n.net.\n", "Z044 5:8"},
    {"@ MX 0 .\n@ SRV 0 0 0 .\n", ""},
    {"@ MX 1 mx.a\na NS n.net.\n", ""},
    {"_a._tcp SRV 1 2 3 srv\n", "Z043 5:19"},
    {"_a._tcp SRV 1 2 3 srv\nsrv CNAME n.net.\n", "Z044 5:19"},
    {"_a._tcp SRV 1 2 3 srv\nsrv AAAA ::1\n", ""},
    /* RFC 4034 section 2.1.1 */
    {"@ DNSKEY 0 3 13 AAAA\n", "Z046 5:1"},
    {"@ DNSKEY 256 3 13 AAAA\n@ DNSKEY 385 3 13 AAAA\n", ""},
    {"a DNSKEY 0 3 13 AAAA\n", "Z038 5:1"},
    /* All at once */
    {"a CNAME b\na A 192.0.2.1\nb " DS "c 5 A 192.0.2.1\nc 6 A 192.0.2.2\n@ SOA a b 1 2 3 4 5\n",
	"Z024 6:1, Z035 7:1, Z026 9:1, Z025 10:1"},
};

static void
zones(void **state)
{
	int8_t severities[N_PROBLEMS];
	bool good = true;

	(void)state;
	for (int i = 0; i < N_PROBLEMS; i++)
		severities[i] = (int8_t)problem_table[i].severity;
	/* Many of these names lead nowhere: that is for test_check_target. */
	severities[Z_TARGET_LOST] = SEVERITY_OFF;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		char text[1000];
		int result;

		snprintf(text, sizeof(text), "%s%s", HEAD, rows[i].text);
		zone_read_good(&f, text);
		f.diags.severities = severities;
		result = check_zone(&f.store, 0);
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
    {"$ORIGIN a.\n$TTL 5\n@ NS b.net.\n", "Z027 3:1"},
    {"$ORIGIN a.\n$TTL 5\nb A 192.0.2.1\n", "Z027 3:1"},
    {"$ORIGIN a.\n$TTL 5\n@ SOA n.net. c 1 2 3 4 5\n", "Z028 3:1"},
    {"$ORIGIN a.\n$TTL 5\nx SOA n.net. c 1 2 3 4 5\n@ A 192.0.2.1\n", "Z027 3:1, Z030 3:1"},
    {"$ORIGIN .\n$TTL 5\n@ SOA a. c 1 2 3 4 5\n@ NS a.\na. A 192.0.2.1\n", ""},
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
		check_zone(&f.store, 0);
		problems_print(&f.text, &f.diags);
		assert_string_equal(f.text.data, apexes[i].problems);
		zone_free(&f);
	}
}

/* RFC 1035 section 4.2.2: `n` records of `rdlen` octets, with `signatures` octets of RRSIG records.
 */
static size_t
n_too_large(unsigned n, const char *format, size_t signatures, const char *more)
{
	struct zone_fixture f;
	struct buf b = {0};
	size_t found;

	buf_puts(&b, HEAD);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, format, i);
	buf_puts(&b, more);
	buf_putc(&b, '\0');
	zone_read_good(&f, b.data);
	found = check_zone(&f.store, signatures) < 0;
	if (n > 100)
		assert_int_equal(f.diags.items[0].problem, found ? Z_RRSET_LARGE : Z_RRSET_MANY);
	assert_int_equal(f.diags.n, n > 100 || found);
	buf_free(&b);
	zone_free(&f);
	return found;
}

static void
sizes(void **state)
{
	static const char txt[] = "a TXT %05u12345678901234567890123456789012345678901234567\n",
			  ns[] = "a NS %05u.a-name-that-is-often-there.and-compressed.net.\n",
			  rrsig[] = "a RRSIG TXT 13 3 3600 20300101000000 20200101000000 1 "
				    "example.org. AAAA\n";

	(void)state;
	/* 12 + 15 + 4 + n * (12 + 53) */
	assert_int_equal(n_too_large(1007, txt, 0, ""), 0);
	assert_int_equal(n_too_large(1008, txt, 0, ""), 1);
	/* 31 + 1007 * 65 + 11 + signatures */
	assert_int_equal(n_too_large(1007, txt, 38, ""), 0);
	assert_int_equal(n_too_large(1007, txt, 39, ""), 1);
	assert_int_equal(n_too_large(1007, txt, 0, rrsig), 1);
	assert_int_equal(n_too_large(1006, txt, 0, rrsig), 0);
	/* 31 + n * (12 + 8) */
	assert_int_equal(n_too_large(3275, ns, 0, ""), 0);
	assert_int_equal(n_too_large(3276, ns, 0, ""), 1);
	/* max-records-per-type of BIND */
	assert_int_equal(n_too_large(100, txt, 0, ""), 0);
	assert_int_equal(n_too_large(101, txt, 0, ""), 0);
	/* several RRsets */
	assert_int_equal(n_too_large(1000, txt, 0, "a NS n.net.\na A 192.0.2.1\n"), 0);
}

/* RRSIGs have the TTLs of what they cover (RFC 4034 section 3). */
static void
rrsig_ttls(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read_good(&f,
	    HEAD "a 5 A 192.0.2.1\na 6 TXT x\n"
		 "a 5 RRSIG A 13 3 5 20300101000000 20200101000000 1 example.org. AAAA\n"
		 "a 6 RRSIG TXT 13 3 6 20300101000000 20200101000000 1 example.org. AAAA\n");
	assert_int_equal(check_zone(&f.store, 0), 0);
	assert_int_equal(f.diags.n, 0);
	zone_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zones),
	    cmocka_unit_test(apex),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(rrsig_ttls),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

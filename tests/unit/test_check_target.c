#include "check_rows.h"

/* Where names in RDATA lead. What each row says stands behind this head (lines 1 to 6). */
#define HEAD                                                                                       \
	"$TTL 3600\n@ SOA n.net. hostmaster 1 2 3 4 300\n@ NS n.net.\n@ A 192.0.2.1\n"             \
	"host A 192.0.2.2\ntxt TXT x\n"

static const struct row lost[] = {
    {"a CNAME host\nb CNAME txt\nc CNAME @\nd CNAME n.net.\n", ""},
    {"a CNAME none\n", "Z053 7:9"},
    {"a CNAME NONE.example.org.\n", "Z053 7:9"},
    {"a 5 IN CNAME ( ; x\n none )\n", "Z053 8:2"},
    {"a CNAME x\n* A 192.0.2.1\n", ""},
    {"a CNAME x.txt\n* A 192.0.2.1\n", "Z053 7:9"},
    {"a CNAME x.s\ns NS n.net.\n", ""},
    {"a CNAME s\ns NS n.net.\n", ""},
    {"a CNAME x.d\nd DNAME n.net.\n", ""},
    {"a CNAME e\nx.e A 192.0.2.1\n", "Z053 7:9"},
    {"a CNAME b\nb CNAME none\n", "Z053 8:9"},
    {"s NS n.net.\nx.s CNAME none\n", "Z037 8:1"},
    {"a PTR none\n", "Z053 7:7"},
    {"a NAPTR 1 2 s \"\" \"\" _sip._udp\n", "Z053 7:21"},
    {"a NAPTR 1 2 s \"\" \"\" _sip._udp\n_sip._udp SRV 1 2 3 host\n", ""},
    {"a NAPTR 1 2 u \"\" !.*!x! .\n", ""},
    {"a LP 1 none\n", "Z053 7:8"},
    {"a RP joe none\n", "Z053 7:10"},
    {"a RP joe txt\nb RP . .\n", ""},
    {"a DNAME none\n", "Z053 7:9"},
    {"a DNAME e\nx.e A 192.0.2.1\n", ""},
    {"a DNAME host\n", ""},
    {"a TYPE5 \\# 18 046e6f6e65 076578616d706c65 036f7267 00\n", "Z053 7:1"},
    /* once for a line of the template */
    {"$GENERATE 1-9 a$ CNAME none$\n", "Z053 7:24"},
};

static const struct row addresses[] = {
    {"a MX 1 none\n", "Z043 7:8"},
    {"a MX 0 .\n_a._tcp SRV 0 0 0 .\n", ""},
    {"a AFSDB 1 none\nb AFSDB 1 host\n", "Z043 7:11"},
    {"a AFSDB 1 txt\n", "Z043 7:11"},
    {"a AFSDB 1 c\nc CNAME host\n", ""},
    {"a RT 1 none\nb RT 1 txt\n", "Z043 7:8"},
    {"a KX 1 none\n", "Z043 7:8"},
    {"a IPSECKEY 1 3 1 none AQ==\nb IPSECKEY 1 0 1 . AQ==\n", "Z043 7:18"},
    {"a AMTRELAY 1 0 3 none\n", "Z043 7:18"},
    {"a HIP 2 01 AQ== host none\n", "Z043 7:22"},
    {"a DSYNC CDS NOTIFY 53 none\n", "Z043 7:23"},
    /* RFC 9460 */
    {"a HTTPS 1 none\n", "Z043 7:11"},
    {"a HTTPS 1 host alpn=h2\n", ""},
    {"a HTTPS 1 txt\n", "Z043 7:11"},
    {"a HTTPS 1 c\nc CNAME host\n", ""},
    {"a HTTPS 1 s\ns NS n.net.\n", ""},
    {"a HTTPS 1 none ipv4hint=192.0.2.1\nb HTTPS 1 txt alpn=h2 ipv6hint=::1\n", ""},
    {"a HTTPS 0 none\n", "Z043 7:11"},
    {"a HTTPS 0 b\nb HTTPS 1 host\n", ""},
    {"a HTTPS 0 b\nb SVCB 1 host\n", "Z043 7:11"},
    {"a HTTPS 0 .\n", ""},
    {"a HTTPS 1 .\n", "Z043 7:11"},
    {"host HTTPS 1 . alpn=h2\n@ HTTPS 1 .\n", ""},
    {"a HTTPS 1 . port=80 ipv4hint=192.0.2.1\n", ""},
    {"* HTTPS 1 .\n* A 192.0.2.1\n", ""},
    {"_dns SVCB 1 . alpn=dot\n", "Z043 7:13"},
    {"_dns SVCB 1 host alpn=dot\n", ""},
};

static const struct row dots[] = {
    {"a CNAME host.example.org\n", "Z052 7:9"},
    {"a CNAME host.Example.Org\n", "Z052 7:9"},
    {"a CNAME host.example.org\n* A 192.0.2.1\n", "Z052 7:9"},
    {"a CNAME host.example.org.\n", ""},
    {"a CNAME host.example.org.example.org.\n", "Z053 7:9"},
    {"a CNAME web.provider.net\n", "Z052 7:9"},
    {"a CNAME web.provider.net\nweb.provider.net A 192.0.2.1\n", ""},
    {"a CNAME web.provider.net\n*.provider.net A 192.0.2.1\n", ""},
    {"a CNAME web.provider.net\nnet NS n.net.\n", ""},
    {"a CNAME web.provider.net\nx.net A 192.0.2.1\n", "Z053 7:9"},
    {"$ORIGIN s.example.org.\na CNAME web.provider.net\n", "Z052 8:9"},
    {"$ORIGIN s.example.org.\na CNAME web.net\nb.net A 192.0.2.1\n", "Z053 8:9"},
    {"a CNAME provider.xn--p1ai\n", "Z052 7:9"},
    {"a CNAME x.rack1\n", "Z053 7:9"},
    {"a MX 1 mx.example.net\n", "Z043 7:8"},
    {"a MX 1 host.example.org\n* A 192.0.2.1\n", "Z052 7:8"},
    {"a NS n.net\n", "Z043 7:6"},
    {"@ NS n.net\n", "Z040 7:6"},
    {"a SRV 1 2 3 a.example.net\n", "Z043 7:13"},
    {"a PTR a.example.net\n", "Z052 7:7"},
    {"a NAPTR 1 2 s \"\" \"\" _sip._udp.a.net\n", "Z052 7:21"},
    {"a DNAME a.net\n", "Z052 7:9"},
    {"a PX 1 a.net b.net\n", "Z052 7:8, Z052 7:14"},
    {"a PX 1 a b\n", ""},
    {"a NSAP-PTR a.net\n", "Z052 7:12"},
    {"a TALINK a.net b.net\n", "Z052 7:10, Z052 7:16"},
    {"a HTTPS 1 a.example.net\n", "Z043 7:11"},
    {"a LP 1 a.net\n", "Z052 7:8"},
    {"$GENERATE 1-9 a$ CNAME a$.example.net\n", "Z052 7:24"},
    /* Mailboxes */
    {"a RP joe.a.net txt\n", "Z052 7:6"},
    {"a RP joe.example.org txt\n", "Z052 7:6"},
    {"a RP joe txt\nb RP joe.host txt\nc RP joe.example.org. txt\n", ""},
    {"a RP j.doe txt\n", "Z055 7:6"},
    {"a RP j.doe.example.org. txt\n", "Z055 7:6"},
    {"a RP j\\.doe txt\nb RP j\\.doe.example.org. txt\n", ""},
    {"a RP joe.e txt\nx.e A 192.0.2.1\nb RP joe.s.s txt\ns NS n.net.\n", ""},
    {"a MINFO joe.a.net eve.a.net\n", "Z052 7:9, Z052 7:19"},
};

static const struct row loops[] = {
    {"a CNAME a\n", "Z056 7:9"},
    {"a HTTPS 0 a\na A 192.0.2.2\n", "Z056 7:11"},
    {"a HTTPS 0 b\nb HTTPS 0 a\na A 192.0.2.2\nb A 192.0.2.2\n", "Z056 7:11"},
    {"a HTTPS 0 b\na A 192.0.2.2\nb CNAME a\n", "Z056 7:11"},
    {"a SVCB 0 b\nb HTTPS 0 a\na A 192.0.2.2\nb A 192.0.2.2\n", ""},
    {"a HTTPS 0 b\nb HTTPS 1 . alpn=h2\na A 192.0.2.2\nb A 192.0.2.2\n", ""},
    {"a HTTPS 1 a alpn=h2\na A 192.0.2.2\n", ""},
    {"a HTTPS 0 .\na A 192.0.2.2\n", ""},
    {"a CNAME b\nb CNAME a\n", "Z056 7:9"},
    {"b CNAME c\nc CNAME A\na CNAME b\nd CNAME a\n", "Z056 7:9"},
    {"* CNAME x\n", "Z056 7:9"},
    {"* CNAME host\na CNAME x\n", ""},
    {"a CNAME x\n* CNAME a\n", "Z056 7:9"},
    {"d DNAME d\n", "Z056 7:9"},
    {"d DNAME x.d\n", "Z056 7:9"},
    {"d DNAME e\ne DNAME d\n", "Z056 7:9"},
    {"d DNAME e\ne DNAME n.net.\n", ""},
    {"d DNAME e\nx.e CNAME x.d\n", "Z056 8:11"},
    {"d DNAME e\nx.e CNAME y.d\ny.e A 192.0.2.1\n", ""},
    {"a CNAME b\nb CNAME c\nc CNAME host\n", ""},
    {"$GENERATE 1-3 a$ CNAME a$\n", "Z056 7:24"},
};

/* Records that could not be read (Z013) may be those that are missing. */
static const struct row partial[] = {
    {"a CNAME none\nb A x\n", "Z053 7:9, Z013 8:5"},
    {"a CNAME b\nb A x\n", "Z013 8:5"},
    {"a MX 1 txt\ntxt A x\n", "Z013 8:7"},
    {"a MX 1 b\nb CNAME host\nb A x\n", "Z013 9:5"},
    {"a CNAME b\nc.b A x\n", "Z013 8:7"},
    {"a CNAME c.b\nb A x\n", "Z013 8:5"},
    {"a CNAME c.b\n* A x\n", "Z013 8:5"},
    {"a CNAME c.b\n*.b A x\n", "Z013 8:7"},
    {"a CNAME c.b\n*.d A x\n", "Z053 7:9, Z013 8:7"},
    {"s NS ns.s\nns.s A x\n", "Z013 8:8"},
    {"a RP joe.b .\nb A x\n", "Z013 8:5"},
    {"a CNAME none\n@ MX x\n", "Z053 7:9, Z013 8:6"},
    /* Of what, is not known */
    {"a CNAME none\n$INCLUDE none\n", "F001 8:10"},
    {"a CNAME none\na..b A 192.0.2.1\n", "Z010 8:3"},
    {"a CNAME host.example.org\na_b A 192.0.2.1\na..b A 192.0.2.1\n",
	"Z052 7:9, Z051 8:1, Z010 9:3"},
};

/* Names below the arpa domain, and of a registry that has one like itself */
static const struct row reverse[] = {
    {"1 PTR host.example.net.\n", ""},
    {"1 PTR host.example.net\n", "Z052 7:7"},
    {"1 PTR www\n", "Z053 7:7"},
    {"1 CNAME 1.0/25\n0/25 NS n.net.\n", ""},
    {"1 CNAME 1.0-127.2.0.192.in-addr.arpa.\n0-127 NS n.net.\n", ""},
    {"1 CNAME 1.0-127.2.0.192.in-addr.arpa\n0-127 NS n.net.\n", "Z052 7:9"},
    {"$GENERATE 1-9 $ PTR host-$.example.net\n", "Z052 7:21"},
};
static const struct row registry[] = {
    {"org NS ns.org\nns.org A 192.0.2.1\n", ""},
    {"a NS ns.org\n", "Z043 7:6"},
};
static const struct row root[] = {
    {"a CNAME host\n", ""},
    {"a CNAME host.example.org\n", "Z053 7:9"},
};

static void
targets(void **state)
{
	(void)state;
	check("example.org.", HEAD, lost, LENGTH(lost));
	check("example.org.", HEAD, addresses, LENGTH(addresses));
	check("example.org.", HEAD, dots, LENGTH(dots));
	check("example.org.", HEAD, loops, LENGTH(loops));
	check("example.org.", HEAD, partial, LENGTH(partial));
	check("2.0.192.in-addr.arpa.", HEAD, reverse, LENGTH(reverse));
	check("org.", HEAD, registry, LENGTH(registry));
}

/* The head's name servers are names of the root's own zone. */
/* Each name of a HIP record is looked for again in the text, so only the first are. */
static void
many_names(void **state)
{
	struct zone_fixture f;
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "$ORIGIN example.org.\n" HEAD "a HIP 2 01 AQ==");
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, " n%d", i);
	buf_printf(&text, "\n%c", '\0');
	zone_read_good(&f, text.data);
	check_zone(&f.store, 0);
	assert_int_equal(f.diags.n_severity[SEVERITY_WARNING], 16);
	buf_free(&text);
	zone_free(&f);
}

static void
of_the_root(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(root); i++) {
		struct zone_fixture f;
		struct buf text = {0};

		buf_printf(&text,
		    "$ORIGIN .\n$TTL 5\n@ SOA host . 1 2 3 4 5\n@ NS host\nhost A "
		    "192.0.2.1\n\n%s%c",
		    root[i].text, '\0');
		zone_read_good(&f, text.data);
		check_zone(&f.store, 0);
		problems_print(&f.text, &f.diags);
		assert_string_equal(f.text.data, root[i].problems);
		zone_free(&f);
		buf_free(&text);
	}
}

/* A primary may be hidden, but its name may lose its last dot. */
static void
primaries(void **state)
{
	static const struct {
		const char *soa, *problems;
	} rows[] = {
	    {"ns hostmaster", ""},
	    {"@ hostmaster", ""},
	    {". .", ""},
	    {"hidden hostmaster", ""},
	    {"hidden.example.org. hostmaster", ""},
	    {"ns.example.org hostmaster", "Z052 3:7"},
	    {"a.example.net hostmaster", "Z052 3:7"},
	    {"ns hostmaster.example.org", "Z052 3:10"},
	    {"ns hostmaster.example.net", "Z052 3:10"},
	    {"ns host.master", "Z055 3:10"},
	    {"ns @", "Z055 3:10"},
	    {"ns example.org.", "Z055 3:10"},
	    {"a_b.net. x.a_b.net.", "Z051 3:7, Z051 3:16"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		char text[300];

		snprintf(text, sizeof(text),
		    "$ORIGIN example.org.\n$TTL 5\n@ SOA %s 1 2 3 4 300\n@ NS ns\n"
		    "ns A 192.0.2.1\n",
		    rows[i].soa);
		zone_read_good(&f, text);
		check_zone(&f.store, 0);
		problems_print(&f.text, &f.diags);
		assert_string_equal(f.text.data, rows[i].problems);
		zone_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(targets),
	    cmocka_unit_test(many_names),
	    cmocka_unit_test(of_the_root),
	    cmocka_unit_test(primaries),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

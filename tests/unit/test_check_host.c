#include "check_rows.h"

/* Names by how they look: hosts, mailboxes, addresses, the last dot of owners. What each row says
 * stands behind this head (lines 1 to 5). */
#define HEAD                                                                                       \
	"$TTL 3600\n@ SOA n.net. hostmaster 1 2 3 4 300\n@ NS n.net.\n@ A 192.0.2.1\n"             \
	"host A 192.0.2.2\n"

static const struct row hosts[] = {
    {"a_b A 192.0.2.1\n", "Z051 6:1"},
    {"a_b TXT x\n", ""},
    {"a_b TXT x\n\tA 192.0.2.1\n", "Z051 7:2"},
    {"a_b 5 IN A 192.0.2.1\na_b 5 IN A 192.0.2.2\na_b AAAA ::1\n", "Z051 6:1"},
    {"* A 192.0.2.1\n*.a A 192.0.2.1\n", ""},
    {"gc._msdcs A 192.0.2.1\n", ""},
    {"a_b MB host\na.b MG a.host\na_b MR a.host\n", ""},
    {"a.a_b MB host\na.b_ MG a.host\n", "Z051 6:1, Z051 7:1"},
    {"a CNAME x_y.net.\n", ""},
    {"a 5 IN SRV 1 2 ( 3\n x_y.net. ) ; x\n", "Z051 7:2"},
    {"a MX 1 x_y.net.\nb MX ( 1\tx_y.net. )\n", "Z051 6:8, Z051 7:10"},
    {"a TYPE15 \\# 7 0001 03 615f62 00\n", "Z051 6:1"},
    {"a HTTPS 0 x_y.net.\na HTTPS 1 x.net.\n", ""},
    {"a HTTPS 1 x_y.net.\n", "Z051 6:11"},
    {"a RP m.x_y.net. x_y.net.\n", "Z051 6:6"},
    {"a PTR x_y.net.\n", ""},
    {"s NS n.net.\nx_y.s A 192.0.2.1\n", "Z051 7:1"},
    /* once for a line of the template */
    {"$GENERATE 1-3 a_$ A 192.0.2.$\n", "Z051 6:15"},
    {"$GENERATE 1-3 a$ MX 1 x_$.net.\n", "Z051 6:23"},
    {"$GENERATE 1-3 a$ MX $ x_$.net.\n", "Z051 6:1"},
};

static void
names_of_hosts(void **state)
{
	static const struct row reverse[] = {{"1 PTR x_y.net.\n", "Z051 6:7"}};

	(void)state;
	check("example.org.", HEAD, hosts, LENGTH(hosts));
	check("2.0.192.in-addr.arpa.", HEAD, reverse, LENGTH(reverse));
	check("2.0.192.IN-ADDR.arpa.", HEAD, reverse, LENGTH(reverse));
	check("8.b.d.0.1.0.0.2.ip6.arpa.", HEAD, reverse, LENGTH(reverse));
}

static const struct row addresses[] = {
    {"a MX 1 192.0.2.1.\n", "Z054 6:8"},
    {"a CNAME 192.0.2.1.\n", "Z054 6:9"},
    {"a CNAME 2001:db8::1.\n", "Z054 6:9"},
    {"a CNAME 2001:db8::1\n", "Z054 6:9"},
    {"a CNAME ::ffff:192.0.2.1\n", "Z054 6:9"},
    {"a NS 192.0.2.1.\n", "Z054 6:6"},
    {"a PTR 192.0.2.1.\n", "Z054 6:7"},
    {"a SRV 1 2 3 192.0.2.1.\n", "Z054 6:13"},
    {"a HTTPS 1 2001:db8::1.\n", "Z054 6:11"},
    {"a DNAME 192.0.2.1.\n", "Z054 6:9"},
    {"a KX 1 192.0.2.1.\n", "Z054 6:8"},
    {"a NAPTR 1 2 a b \"\" 192.0.2.1.\n", "Z054 6:20"},
    {"a IPSECKEY 1 1 1 192.0.2.1 AQ==\n", ""},
    {"a IPSECKEY 1 3 1 192.0.2.1. AQ==\n", "Z054 6:18"},
    /* Names that begin with one, or that are one of a list's own names */
    {"a CNAME 4.2.0.192.in-addr.arpa.\n", ""},
    {"a CNAME 1.0-127.2.0.192.in-addr.arpa.\n", ""},
    {"a CNAME 2.0.0.127\n2.0.0.127 A 127.0.0.2\n", ""},
    {"a CNAME 192.0.2.1.b\n192.0.2.1.b A 192.0.2.1\n", ""},
};

static void
addresses_for_names(void **state)
{
	(void)state;
	check("example.org.", HEAD, addresses, LENGTH(addresses));
}

static const struct row mailboxes[] = {
    {"a RP joe@example.net. .\n", "Z055 6:6"},
    {"a RP joe\\@example.net. .\n", "Z055 6:6"},
    {"a RP j.doe@example.net. .\n", "Z055 6:6"},
    {"a RP joe.example.net. .\na RP j\\.doe.example.net. .\na RP . .\n", ""},
    {"a MINFO joe@a.net. eve@a.net.\n", "Z055 6:9, Z055 6:20"},
    {"a MG joe@a.net.\na MR joe@a.net.\n", "Z055 6:6, Z055 7:6"},
};

static void
mailboxes_with_at_signs(void **state)
{
	static const struct {
		const char *mailbox, *right;
	} rows[] = {
	    {"hostmaster@example.org.", "hostmaster.example.org."},
	    {"hostmaster@example.org", "hostmaster.example.org."},
	    {"hostmaster@mail", "hostmaster.mail"},
	    {"hostmaster@", "hostmaster"},
	    {"host.master@example.net", "host\\.master.example.net."},
	    {"host\\.master@example.net", "host\\.master.example.net."},
	    {"hostmaster\\@example.net.", "hostmaster.example.net."},
	};

	(void)state;
	check("example.org.", HEAD, mailboxes, LENGTH(mailboxes));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		char text[300];

		snprintf(text, sizeof(text),
		    "$ORIGIN example.org.\n$TTL 5\n@ SOA n.net. (\n\t%s ) 1 2 3 4 300\n"
		    "@ NS n.net.\n",
		    rows[i].mailbox);
		zone_read_good(&f, text);
		check_zone(&f.store, 0);
		problems_print(&f.text, &f.diags);
		assert_string_equal(f.text.data, "Z055 4:2");
		snprintf(text, sizeof(text), ": write %s", rows[i].right);
		assert_string_equal(strstr(f.diags.items[0].message, ": write "), text);
		zone_free(&f);
	}
}

static const struct row owners[] = {
    {"www.example.org A 192.0.2.1\n", "Z052 6:1"},
    {"www.Example.ORG A 192.0.2.1\n", "Z052 6:1"},
    {"example.org MX 0 .\n", "Z052 6:1"},
    {"*.example.org TXT x\n", "Z052 6:1"},
    {"a.example.org TXT x\n\tTXT y\na.example.org TXT z\n", "Z052 6:1, Z052 8:1"},
    {"$GENERATE 1-3 a$.example.org A 192.0.2.$\n", "Z052 6:15"},
    {"a.example.org. TXT x\n", ""},
    {"a.example.org.example.org. TXT x\n", ""},
    {"a.example TXT x\na.example.net TXT x\naexample.org TXT x\n", ""},
    {"a.example\\.org TXT x\n", ""},
    {"$ORIGIN example.org.example.org.\na TXT x\n", ""},
};

/* A registry has names below its own in the zone of that name. */
static const struct row registry[] = {
    {"example.org A 192.0.2.1\n", "Z052 6:1"},
    {"org NS ns.org\nns.org A 192.0.2.1\n", ""},
    {"org NS n.net.\n", ""},
};

static void
last_dot_of_owners(void **state)
{
	static const struct row root[] = {{"example.org A 192.0.2.1\n", "Z040 3:6"}};

	(void)state;
	check("example.org.", HEAD, owners, LENGTH(owners));
	check("org.", HEAD, registry, LENGTH(registry));
	check(".", HEAD, root, LENGTH(root));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_of_hosts),
	    cmocka_unit_test(addresses_for_names),
	    cmocka_unit_test(mailboxes_with_at_signs),
	    cmocka_unit_test(last_dot_of_owners),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

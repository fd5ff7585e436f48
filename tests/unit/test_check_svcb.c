#include "zone_fixture.h"

#include "check/svcb.h"

/* What stands behind the zone's head, from line 5 on, and what is told of it. */
static const struct {
	const char *text, *problems;
} rows[] = {
    /* RFC 9460 sections 2.4.1 and 2.4.2: AliasMode */
    {"@ HTTPS 0 a.net.\n", ""}, {"@ HTTPS 0 a.net. alpn=h2\n", "Z084 5:18"},
    {"@ IN SVCB 0 a.net. port=1 ( ipv4hint=192.0.2.1 )\n", "Z084 5:20"},
    {"@ HTTPS 0 .\n@ HTTPS 1 . alpn=h2\n", "Z084 6:1"}, {"@ SVCB 0 .\n@ HTTPS 1 . alpn=h2\n", ""},
    {"@ HTTPS 1 a.net. alpn=h2\n@ HTTPS 2 . alpn=h3\n", ""},
    {"@ HTTPS \\# 9 0000000003000201bb\n", "Z084 5:14"},
    /* RFC 9460 sections 8 and 9: port and no-default-alpn are mandatory anyway */
    {"@ HTTPS 1 . mandatory=port port=8443\n", "Z085 5:13"},
    {"@ HTTPS 1 . alpn=\"h2\" port=8443 mandatory=alpn,port\n", "Z085 5:33"},
    {"@ HTTPS 1 . alpn=h2 no-default-alpn mandatory=no-default-alpn\n", "Z085 5:37"},
    {"@ HTTPS 1 . alpn=h2 mandatory=alpn port=8443 no-default-alpn\n", ""},
    {"@ HTTPS 1 . mandatory=ipv4hint ipv4hint=192.0.2.1\n", ""},
    {"_foo SVCB 1 . mandatory=port port=8443\n", ""},
    {"_dns SVCB 1 . alpn=dot mandatory=port port=8443\n", "Z085 5:24"},
    /* RFC 9461 section 5 */
    {"_dns SVCB 1 a.net. alpn=h2\n", "Z086 5:20"},
    {"_dns SVCB 1 a.net. port=443 alpn=dot,h3\n", "Z086 5:29"},
    {"_443._DNS.a SVCB 1 a.net. alpn=http/1.1\n", "Z086 5:27"},
    {"_dns SVCB 1 a.net. alpn=h2 dohpath=/dns-query{?dns}\n", ""},
    {"_dns SVCB 1 a.net. alpn=dot,doq\n", ""}, {"_dns SVCB 0 a.net.\n", ""},
    {"_foo SVCB 1 a.net. alpn=h2\n", ""}, {"a._dns.b.c SVCB 1 a.net. alpn=h2\n", "Z086 5:26"},
    {"a.b._dns SVCB 1 a.net. alpn=h2\n", ""}, {"@ HTTPS 1 . alpn=h2,h3\n", ""},
    {"$GENERATE 1-2 a$ HTTPS 0 a.net. alpn=h2\n", "Z084 5:1"},
    {"@ HTTPS 1 . mandatory=port,no-default-alpn port=1 alpn=h2 no-default-alpn\n",
	"Z085 5:13, Z085 5:13"},
    /* RFC 6840 section 5.1 */
    {"@ HTTPS 1 A.net. alpn=h2\n", "Z087 5:1"}, {"A SVCB 0 a.Net.\n", "Z087 5:1"},
    {"A HTTPS 1 . alpn=h2\n", ""}, {"@ HTTPS 0 a\\065.net.\n", "Z087 5:1"},
    {"a NS n.net.\n_dns.a SVCB 1 a.net. alpn=h2\n", ""}, /* not the zone's */
};

static void
services(void **state)
{
	bool all = true;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		char text[1000];

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, rows[i].text);
		zone_read_good(&f, text);
		check_services(&f.store);
		problems_print(&f.text, &f.diags);
		if (strcmp(f.text.data, rows[i].problems) != 0) {
			print_error(
			    "%s: %s, not %s\n", rows[i].text, f.text.data, rows[i].problems);
			all = false;
		}
		zone_free(&f);
	}
	assert_true(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(services),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

#define _GNU_SOURCE
#include "nameserver_fixture.h"

#include "rollover/serials.h"

#define HOUR 3600
#define SOA(serial)                                                                                \
	"1234 8400 0001 0001 0000 0000 example.org. 0006 0001 @0c 0006 0001 00000e10 "             \
	"( ns1@0c host@0c " serial " 00000e10 00000708 00093a80 0000012c )"
#define REFUSED "1234 8005 0001 0000 0000 0000 example.org. 0006 0001"

static const struct {
	const char *answers[2]; /* of an address each */
	uint32_t serial;        /* the published one, */
	int64_t age_s;          /* since then */
	const char *code;       /* NULL: no problem */
	const char *message;    /* with HOST for the server */
} rows[] = {
    {{SOA("00000007")}, 7, 1000 * HOUR, NULL, NULL},
    {{SOA("00000006")}, 7, 0, NULL, NULL},
    {{SOA("00000006")}, 7, -HOUR, NULL, NULL},
    {{SOA("00000006")}, 7, HOUR + 1800, NULL, NULL},
    {{SOA("00000006")}, 7, HOUR + 1801, "P027",
	"server HOST still holds serial 6, 1 hour 30 minutes after 7 was published; by its SOA "
	"record it "
	"should have asked within 1 hour 30 minutes"},
    {{SOA("ffffffff")}, 3, 48 * HOUR, "P027",
	"server HOST still holds serial 4294967295, 2 days after 3 was published; by its SOA "
	"record it "
	"should have asked within 1 hour 30 minutes"},
    {{SOA("00000007")}, 3, 0, "P026",
	"server HOST holds serial 7, which is later than 3: it will not transfer what is "
	"published"},
    {{SOA("00000003")}, 0xffffffff, 1000 * HOUR, "P026",
	"server HOST holds serial 3, which is later than 4294967295: it will not transfer what is "
	"published"},
    {{SOA("80000006")}, 7, 0, "P026",
	"server HOST holds serial 2147483654, which is later than 7: it will not transfer what is "
	"published"},
    {{SOA("80000007")}, 7, 0, "P028",
	"server HOST holds serial 2147483655, to which 7 is neither later nor earlier: it may "
	"never "
	"transfer what is published"},
    {{SOA("80000008")}, 7, 0, NULL, NULL},
    {{REFUSED}, 7, 0, "P014", "server HOST: it refuses to answer (REFUSED)"},
    {{SOA("00000007"), SOA("00000008")}, 7, 0, "P026",
	"server HOST at 127.0.0.1 holds serial 8, which is later than 7: it will not transfer what "
	"is published"},
};

static void
check_row(size_t i, struct diags *diags, char host[100])
{
	struct server servers[2];
	struct project_server at = {.text = host, .host = host, .port = 53};
	struct project_zone zone = {
	    .name = {12, "\7example\3org", false}, .servers = &at, .n_servers = 1};
	struct serials_published published = {rows[i].serial, 1000000};
	struct nameservers run;
	size_t n = 0;
	int len = 0;

	for (; n < LENGTH(servers) && rows[i].answers[n]; n++) {
		servers[n] =
		    (struct server){.tcp = true, .answers = {rows[i].answers[n]}, .n_answers = 1};
		server_start(&servers[n]);
		len += snprintf(
		    host + len, 100 - (size_t)len, "%s127.0.0.1:%u", n ? " " : "", servers[n].port);
	}
	nameservers_begin(&run, LONG_MS, LONG_MS);
	serials_check(diags, &run, &zone, published, published.since_unix + rows[i].age_s);
	nameservers_end(&run);
	while (n > 0)
		server_stop(&servers[--n]);
}

static void
serials(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		char host[100];
		const char *mark = rows[i].code ? strstr(rows[i].message, "HOST") : NULL;
		const char *wanted = NULL;

		check_row(i, &diags, host);
		if (mark)
			wanted = arena_printf(&diags.arena, "%.*s%s%s",
			    (int)(mark - rows[i].message), rows[i].message, host, mark + 4);
		if (diags.n != (rows[i].code ? 1 : 0))
			fail_msg("row %zu: %zu problems", i, diags.n);
		assert_int_equal(diags.status, 0);
		if (diags.n > 0) {
			assert_string_equal(
			    problem_table[diags.items[0].problem].code, rows[i].code);
			assert_string_equal(diags.items[0].message, wanted);
		}
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(serials)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

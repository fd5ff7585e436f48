#include "zone_fixture.h"

#include "nameserver_fixture.h"

#include "publish/build.h"

#include <fcntl.h>
#include <poll.h>

#define NOW 1795435200
#define PUBLISHED "public/example.org.zone"
#define TEMPLATE "zones/example.org.zone"
#define SOA(serial)                                                                                \
	"1234 8400 0001 0001 0000 0000 example.org. 0006 0001 @0c 0006 0001 00000e10 "             \
	"( ns1@0c host@0c " serial " 00000e10 00000708 00093a80 0000012c )"
#define OTHER_CLASS                                                                                \
	"1234 8400 0001 0001 0000 0000 example.org. 0006 0001 @0c 0006 0003 00000e10 "             \
	"( ns1@0c host@0c 00000063 00000e10 00000708 00093a80 0000012c )"
#define REFUSED "1234 8005 0001 0000 0000 0000 example.org. 0006 0001"
#define NXDOMAIN "1234 8403 0001 0000 0000 0000 example.org. 0006 0001"

static struct arena arena;

/* A build, whose servers are those of the list "127.0.0.1:PORT ...". */
static int
build(const char *const *hosts, size_t n_hosts, bool check, struct diags *diags, bool *is_first)
{
	struct build_options options = {
	    .zones = &(const char *){NULL}, .now = NOW, .check = check, .n_workers = 1};
	struct project_server servers[4];
	struct project_zone zone;
	struct project project;
	struct build built;
	int status;

	*diags = (struct diags){0};
	for (size_t i = 0; i < n_hosts; i++)
		servers[i] =
		    (struct project_server){.host = hosts[i], .text = hosts[i], .port = 53};
	assert_int_equal(project_load(diags, "zonepp.yaml", &project), 0);
	zone = project.zones[0];
	zone.servers = servers;
	zone.n_servers = n_hosts;
	project.zones = &zone;
	build_project(diags, &project, &options, &built);
	*is_first = built.zones[0].result.is_first;
	status = built.zones[0].diags->status;
	for (size_t i = 0; i < built.zones[0].diags->n; i++)
		diag_add(diags, pos_none(), built.zones[0].diags->items[i].problem, "%s",
		    built.zones[0].diags->items[i].message);
	build_free(&built);
	return status;
}

static void
write_template(unsigned serial, const char *rest)
{
	put(TEMPLATE,
	    arena_printf(&arena,
		"$TTL 3600\n@ SOA ns hostmaster %u 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n%s", serial,
		rest));
}

/* 0: nothing is published */
static unsigned
published_serial(void)
{
	struct buf b = {0};
	unsigned serial = 0;

	if (access(PUBLISHED, F_OK) < 0)
		return 0;
	get(&b, PUBLISHED);
	assert_int_equal(sscanf(strstr(b.data, "hostmaster.example.org. "),
			     "hostmaster.example.org. %u", &serial),
	    1);
	buf_free(&b);
	return serial;
}

/* What others know: the published file and the state file, made with another policy. */
static void
begin(unsigned known)
{
	struct diags diags;
	bool is_first;

	assert_int_equal(system("rm -rf zones public .zonepp zonepp.state && mkdir zones"), 0);
	put("zonepp.yaml", "defaults: { dnssec: external }\nzones: { example.org: }\n");
	write_template(known, "");
	if (known > 0) {
		assert_int_equal(build(NULL, 0, false, &diags, &is_first), 0);
		assert_int_equal(published_serial(), known);
		diags_free(&diags);
	}
	put("zonepp.yaml", "defaults: { dnssec: external, serial: live, servers: [ns] }\n"
			   "zones: { example.org: }\n");
}

static const struct {
	unsigned known; /* by the published file and the state; 0: nothing is */
	unsigned own;   /* the template's, which is changed */
	const char *answers[3];
	int64_t published; /* -1: nothing is, status 2 */
	unsigned n_silent; /* servers that are warned of */
} rows[] = {
    {0, 1, {SOA("00000029")}, 42, 0},
    {0, 100, {SOA("00000029")}, 100, 0},
    {0, 41, {SOA("00000029")}, 42, 0},
    /* round the end (RFC 1982) */
    {0, 1, {SOA("ffffffff")}, 1, 0},
    {0, 4294967290u, {SOA("ffffffff")}, 0, 0},
    /* the highest of all */
    {0, 1, {SOA("00000029"), SOA("00000032"), SOA("00000005")}, 51, 0},
    {0, 1, {SOA("fffffff0"), SOA("00000005")}, 6, 0},
    {0, 1, {SOA("00000029"), REFUSED}, 42, 1},
    {0, 1, {NXDOMAIN, OTHER_CLASS, SOA("00000029")}, 42, 2},
    /* servers that lag, and one that was published elsewhere */
    {60, 1, {SOA("00000029")}, 61, 0},
    {30, 1, {SOA("00000029")}, 42, 0},
    /* half of all away: the servers' own counts */
    {2147483648u, 1, {SOA("00000000")}, 1, 0},
    /* none tells */
    {0, 1, {REFUSED}, -1, 1},
    {60, 1, {REFUSED, NXDOMAIN}, -1, 2},
};

static void
check_row(size_t i)
{
	struct server servers[3];
	const char *hosts[3];
	struct diags diags;
	size_t n = 0;
	bool is_first, none = rows[i].published < 0;
	int status;

	begin(rows[i].known);
	write_template(rows[i].own, "a A 192.0.2.2\n");
	for (; n < LENGTH(servers) && rows[i].answers[n]; n++) {
		servers[n] =
		    (struct server){.tcp = true, .answers = {rows[i].answers[n]}, .n_answers = 1};
		server_start(&servers[n]);
		hosts[n] = arena_printf(&arena, "127.0.0.1:%u", servers[n].port);
	}
	status = build(hosts, n, false, &diags, &is_first);
	while (n > 0)
		server_stop(&servers[--n]);
	if (status != (none ? 2 : 0) ||
	    published_serial() != (none ? rows[i].known : rows[i].published))
		fail_msg("row %zu: status %d, serial %u: %s", i, status, published_serial(),
		    diags.n ? diags.items[0].message : "");
	assert_false(is_first); /* the servers know of one */
	assert_int_equal(diags.n, rows[i].n_silent + none);
	for (size_t k = 0; k < diags.n; k++)
		assert_string_equal(problem_table[diags.items[k].problem].code,
		    k < rows[i].n_silent ? "P014" : "P036");
	diags_free(&diags);
}

static void
asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_row(i);
}

/* A server that would hang whoever asks it. */
static bool
was_asked(const struct server *server)
{
	struct pollfd asked = {.fd = server->fd, .events = POLLIN};

	return poll(&asked, 1, 0) > 0;
}

/* Where nothing changed and the cache is fresh, and by whoever only checks. */
static void
not_asked(void **state)
{
	struct server answering = {.tcp = true, .answers = {SOA("00000029")}, .n_answers = 1};
	struct server silent = {.tcp = true};
	struct diags diags;
	const char *host;
	bool is_first;

	(void)state;
	begin(0);
	server_start(&answering);
	host = arena_printf(&arena, "127.0.0.1:%u", answering.port);
	assert_int_equal(build(&host, 1, false, &diags, &is_first), 0);
	diags_free(&diags);
	server_stop(&answering);
	assert_int_equal(published_serial(), 42);

	server_listen(&silent);
	host = arena_printf(&arena, "127.0.0.1:%u", silent.port);
	assert_int_equal(build(&host, 1, true, &diags, &is_first), 0);
	diags_free(&diags);
	write_template(1, "a A 192.0.2.2\n");
	assert_int_equal(build(&host, 1, true, &diags, &is_first), 0);
	diags_free(&diags);
	write_template(0, "");
	host = arena_printf(&arena, "127.0.0.1:%u", answering.port); /* what the cache knows */
	assert_int_equal(build(&host, 1, false, &diags, &is_first), 0);
	assert_int_equal(diags.n, 0);
	diags_free(&diags);
	assert_false(was_asked(&silent));
	server_close(&silent);
	assert_int_equal(published_serial(), 42);
}

static int
teardown(void **state)
{
	arena_free(&arena);
	return zone_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asked),
	    cmocka_unit_test(not_asked),
	};

	return cmocka_run_group_tests(tests, zone_setup, teardown);
}

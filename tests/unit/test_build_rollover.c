#include "zone_fixture.h"

#include "cert_fixture.h"

#include "base/duration.h"
#include "publish/build.h"
#include "rollover/rollover.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

/* Two zones that share a certificate, built in this order; the process may end between them. */
#define HEAD "$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n"
#define USE "$TLSA _25._tcp.mail cert:mail\nmail A 192.0.2.25\n"

static const char *const zones[] = {"example.net", "example.org"};

static const char yaml[] =
    "defaults: { dnssec: external }\n"
    "certificates: { mail: { current: current.pem, next: next.pem, wait: 24h } }\n"
    "zones: { example.net: , example.org: }\n";

/* The same: zones that are reviewed are published one by one. */
static const char yaml_reviewed[] =
    "defaults: { dnssec: external }\n"
    "hooks: { review: [\"true\"] }\n"
    "certificates: { mail: { current: current.pem, next: next.pem, wait: 24h } }\n"
    "zones: { example.net: , example.org: }\n";

static struct arena arena;
static const char *pem[3];

/* In place of the one of libc: what the file `clock` says, if there is one. */
time_t
time(time_t *at)
{
	struct timespec clock;
	FILE *file = fopen("clock", "r");
	long long now;

	clock_gettime(CLOCK_REALTIME, &clock);
	if (file && fscanf(file, "%lld", &now) == 1)
		clock.tv_sec = (time_t)now;
	if (file)
		fclose(file);
	if (at)
		*at = clock.tv_sec;
	return clock.tv_sec;
}

static const char *
file_of(const char *folder, const char *zone)
{
	return arena_printf(&arena, "%s/%s.zone", folder, zone);
}

/* Returns the number of errors, all of them of the rollover. */
static size_t
build_with(struct build_options options)
{
	struct diags diags = {0};
	struct project project;
	struct build built;
	size_t n = 0;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(build_project(&diags, &project, &options, &built), 0);
	for (size_t i = 0; i < built.n; i++)
		n += built.zones[i].diags->n_severity[SEVERITY_ERROR];
	build_free(&built);
	diags_free(&diags);
	return n;
}

static size_t
build_one(int64_t now, const char *zone)
{
	return build_with((struct build_options){
	    .zones = (const char *[]){zone, NULL}, .now = now, .n_workers = 1});
}

static size_t
build(int64_t now)
{
	return build_one(now, NULL);
}

static bool
gate_is_open(int64_t now)
{
	struct diags diags = {0};
	struct project project;
	struct rollovers rollovers;
	bool open;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(
	    rollovers_load(&diags, &project, &(const char *){NULL}, now, &rollovers), 0);
	open = rollovers.items[0].gate;
	diags_free(&diags);
	return open;
}

static size_t
n_records(const char *zone)
{
	struct buf b = {0};
	size_t n = 0;

	get(&b, file_of("public", zone));
	for (const char *at = b.data; (at = strstr(at, "\tTLSA\t")); at++)
		n++;
	buf_free(&b);
	return n;
}

/* A build that ends, by a signal, when it writes the second zone. */
static void
build_and_die(int64_t now)
{
	const struct rlimit no_core = {0}, little = {4000, 4000};
	struct buf b = {0};
	pid_t child;
	int status;

	buf_puts(&b, HEAD USE);
	for (int i = 0; i < 400; i++)
		buf_printf(&b, "h%d A 192.0.2.1\n", i);
	put_bytes(file_of("zones", zones[1]), b.data, b.len);
	buf_free(&b);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		setrlimit(RLIMIT_FSIZE, &little);
		build(now);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGXFSZ);
}

static int
begin(void **state)
{
	(void)state;
	if (system("rm -rf zones public .zonepp zonepp.state next.pem") != 0 ||
	    mkdir("zones", 0755) < 0)
		return -1;
	put("zonepp.yaml", yaml);
	put("current.pem", pem[0]);
	for (size_t i = 0; i < 2; i++)
		put(file_of("zones", zones[i]), HEAD USE);
	return 0;
}

/* The current certificate is one under which nobody was refused: no build says otherwise. */
static void
killed_between_zones(void **state)
{
	static const struct {
		const char *what;
		size_t current; /* of `pem` */
	} rows[] = {{"the next certificate is current", 1}, {"it was withdrawn", 0}};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(begin(state), 0);
		put("zonepp.yaml", yaml_reviewed);
		assert_int_equal(build(NOW), 0);
		put("next.pem", pem[1]);
		assert_int_equal(build(NOW + 1), 0);
		put("current.pem", pem[rows[i].current]);
		unlink("next.pem");
		build_and_die(NOW + 2 * DAY);
		assert_int_equal(n_records(zones[0]), 1);
		assert_int_equal(n_records(zones[1]), 2);
		if (build(NOW + 2 * DAY + 60) != 0)
			fail_msg("%s", rows[i].what);
		assert_int_equal(n_records(zones[1]), 1);
	}
}

/* What had left the second zone, for all that is known, is still there, however long. */
static void
killed_ahead_of_a_zone(void **state)
{
	assert_int_equal(begin(state), 0);
	assert_int_equal(build(NOW), 0);
	put("next.pem", pem[1]);
	assert_int_equal(build_one(NOW + 1, zones[0]), 0);
	put("current.pem", pem[1]); /* too early for the second zone */
	unlink("next.pem");
	build_and_die(NOW + 2 * DAY);
	put("next.pem", pem[2]);
	assert_int_equal(build_one(NOW + 3 * DAY, zones[0]), 0);
	assert_false(gate_is_open(NOW + 9 * DAY));
	assert_int_equal(build(NOW + 9 * DAY), 1);
	assert_false(gate_is_open(NOW + 10 * DAY - 1));
	assert_true(gate_is_open(NOW + 10 * DAY));
}

/* It began long ago, and had to wait until another build ended. */
static void
waited_for_another_build(void **state)
{
	struct build_options options = {
	    .zones = &(const char *){NULL}, .now = 1, .clock = true, .n_workers = 1};
	int64_t begun = (int64_t)time(NULL);

	assert_int_equal(begin(state), 0);
	assert_int_equal(build(0), 0);
	put("next.pem", pem[1]);
	assert_int_equal(build_with(options), 0);
	assert_false(gate_is_open(begun + DAY - 1));
	assert_true(gate_is_open((int64_t)time(NULL) + DAY));
}

/* The hook ends hours after the zone was written. */
static void
waited_for_the_hook(void **state)
{
	enum { HOURS = 5 * 3600 };
	struct build_options options = {
	    .zones = &(const char *){NULL}, .now = NOW, .clock = true, .n_workers = 1};

	options.at_machine = instant_of_machine();
	assert_int_equal(begin(state), 0);
	assert_int_equal(build(0), 0);
	put("zonepp.yaml",
	    arena_printf(&arena, "%shooks: { changed: [sh, -c, \"echo %lld >clock\"] }\n", yaml,
		(long long)NOW + HOURS));
	put("clock", arena_printf(&arena, "%lld", (long long)NOW));
	put("next.pem", pem[1]);
	assert_int_equal(build_with(options), 0);
	unlink("clock");
	assert_false(gate_is_open(NOW + HOURS + DAY - 1));
	assert_true(gate_is_open(NOW + HOURS + DAY));
	assert_int_equal(build(NOW + DAY), 0);
	assert_false(gate_is_open(NOW + HOURS + DAY - 1));
}

/* In a clone of the project, which has what is committed. */
static void
build_elsewhere(int64_t now, const char *hook, bool fails)
{
	struct build_options options = {.zones = &(const char *){NULL}, .now = now, .n_workers = 1};
	struct diags diags = {0};
	struct project project;
	struct build built;

	assert_int_equal(system("mkdir elsewhere && cp -R zones *.pem zonepp.state elsewhere"), 0);
	assert_int_equal(chdir("elsewhere"), 0);
	put("zonepp.yaml", arena_printf(&arena, "%shooks: { changed: [%s] }\n", yaml, hook));
	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(build_project(&diags, &project, &options, &built), fails ? -1 : 0);
	build_free(&built);
	diags_free(&diags);
	assert_int_equal(chdir(".."), 0);
	assert_int_equal(system("cp elsewhere/zonepp.state . && rm -r elsewhere"), 0);
}

/* Nobody's servers know of what a host published whose hook failed: no wait begins with that. Its
 * serial may be known, and is not used again. What this host's own file has was published until it
 * builds. */
static void
failed_elsewhere(void **state)
{
	static const struct {
		const char *hook;
		bool fails;
	} rows[] = {{"false", true}, {"true", false}};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct buf b = {0};

		assert_int_equal(begin(state), 0);
		assert_int_equal(build(NOW), 0);
		put("next.pem", pem[1]);
		build_elsewhere(NOW + 3600, rows[i].hook, rows[i].fails);
		assert_false(gate_is_open(NOW + 3600 + DAY - 1));
		assert_int_equal(gate_is_open(NOW + 3600 + DAY), !rows[i].fails);
		assert_int_equal(build(NOW + 7200), 0);
		assert_false(gate_is_open(NOW + 7200 + DAY - 1));
		assert_true(gate_is_open(NOW + 7200 + DAY));
		get(&b, "zonepp.state");
		for (size_t k = 0; k < 2; k++)
			assert_non_null(
			    strstr(b.data, arena_printf(&arena, "serial %s. 3 ", zones[k])));
		buf_free(&b);
	}
}

static int
setup(void **state)
{
	fixture_pems(&arena, pem, LENGTH(pem));
	return zone_setup(state);
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
	    cmocka_unit_test(killed_between_zones),
	    cmocka_unit_test(killed_ahead_of_a_zone),
	    cmocka_unit_test(waited_for_another_build),
	    cmocka_unit_test(waited_for_the_hook),
	    cmocka_unit_test(failed_elsewhere),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

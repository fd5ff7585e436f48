/* Whoever builds and deploys in whichever order is told of each step of a renewal once. */
#include "zone_fixture.h"

#include "cert_fixture.h"

#include "publish/build.h"
#include "rollover/act.h"

#define HEAD "$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n"
#define USE "$TLSA _25._tcp.mail cert:mail\nmail A 192.0.2.25\n"

enum { N_PEMS = 2, HOURS = 3600, N_STEPS = 3 };

static const char yaml[] = "defaults: { dnssec: external }\n"
			   "certificates: { mail: { current: current.pem, next: next.pem,\n"
			   "  deploy: [cp, next.pem, current.pem], notify: [./notify] } }\n"
			   "zones: { example.org: }\n";

static struct arena arena;
static const char *pem[N_PEMS];
static int64_t now;

static void
build(void)
{
	struct build_options options = {.zones = &(const char *){NULL}, .now = now, .n_workers = 1};
	struct diags diags = {0};
	struct project project;
	struct build built;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(build_project(&diags, &project, &options, &built), 0);
	assert_int_equal(rollovers_notify(&diags, &project, now), 0);
	build_free(&built);
	diags_free(&diags);
}

static void
deploy(void)
{
	struct diags diags = {0};
	struct project project;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(rollovers_deploy(&diags, &project, &(const char *){NULL}, now), 0);
	diags_free(&diags);
}

/* The ACME client removes what is in use, if it is. */
static void
clean(void)
{
	struct buf current = {0};

	get(&current, "current.pem");
	if (strcmp(current.data, pem[1]) == 0)
		unlink("next.pem");
	buf_free(&current);
}

static const struct {
	const char *name;
	void (*take)(void);
} steps[] = {{"build", build}, {"deploy", deploy}, {"clean", clean}};

enum { N_KINDS = LENGTH(steps) };

/* Begins with a next certificate that nobody has seen. */
static void
begin(void)
{
	static const char notify[] =
	    "#!/bin/sh\nsed -n 's/^{\"event\":\"\\([a-z]*\\)\".*/\\1/p' >>told\n";

	if (system("rm -rf zones public .zonepp zonepp.state told next.pem") != 0 ||
	    mkdir("zones", 0755) < 0)
		fail();
	put("zonepp.yaml", yaml);
	put("zones/example.org.zone", HEAD USE);
	put("notify", notify);
	chmod("notify", 0755);
	put("current.pem", pem[0]);
	now = NOW;
	build();
	put("next.pem", pem[1]);
}

/* Each word of so many steps, half a day apart; and then what ends each of them. */
static void
orders(void **state)
{
	static const char all[] = "published\nready\ndeployed\nfinished\nexpiring\n";
	size_t n_words = 1;

	(void)state;
	for (int i = 0; i < N_STEPS; i++)
		n_words *= N_KINDS;
	for (size_t word = 0; word < n_words; word++) {
		struct buf told = {0}, said = {0};
		size_t rest = word;

		begin();
		for (int i = 0; i < N_STEPS; i++, rest /= N_KINDS, now += 12 * HOURS) {
			buf_printf(&said, "%s ", steps[rest % N_KINDS].name);
			steps[rest % N_KINDS].take();
		}
		for (int i = 0; i < 3; i++, now += 24 * HOURS) {
			build();
			deploy();
		}
		for (now = TO - DAY; now < TO; now += 12 * HOURS) {
			deploy();
			build();
		}
		get(&told, "told");
		if (strcmp(told.data, all) != 0)
			fail_msg("%.*s: told were\n%s", (int)said.len, said.data, told.data);
		buf_free(&said);
		buf_free(&told);
	}
}

static int
setup(void **state)
{
	fixture_pems(&arena, pem, N_PEMS);
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(orders)};

	return cmocka_run_group_tests(tests, setup, teardown);
}

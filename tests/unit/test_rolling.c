#include "zone_fixture.h"

#include "cert_fixture.h"

#include "publish/zone.h"

/* One zone and one certificate, published at successive times as a build does it. What a build
 * keeps in the state file is `facts`; `forgotten` is what it was told to forget. */
#define HEAD ZONE_HEAD "ns A 192.0.2.1\n"

static struct arena arena;
static const char *pem[2];
static struct facts facts, forgotten;
static bool forget_fails;
static char published[2000]; /* the published file when something is to be forgotten */

static struct project_certificate mail = {
    .name = "mail", .current = "current.pem", .next = "next.pem", .wait_s = DAY};
static const struct project project = {.certificates = &mail, .n_certificates = 1};

static int
forget(void *ctx, struct diags *diags, const struct facts *gone)
{
	struct buf b = {0};

	(void)ctx;
	get(&b, "out");
	snprintf(published, sizeof(published), "%s", b.data);
	buf_free(&b);
	for (size_t i = 0; i < gone->n; i++)
		facts_add(&arena, &forgotten, gone->items[i]);
	return forget_fails ? diag_error(diags, pos_none(), F_WRITE, "as the test wants it") : 0;
}

/* Returns what zone_publish does; the number of errors is in `*n_errors`. */
static int
publish(int64_t now, size_t *n_errors)
{
	const struct tlsa_named named = {
	    .name = "mail", .current = mail.current, .next = mail.next};
	const struct tlsa_names names = {&named, 1};
	struct rolling rolling = {.a = &arena,
	    .project = &project,
	    .zone = "example.org.",
	    .facts = facts,
	    .forget = forget};
	struct zone_job job = {
	    .load = {.path = "zone", .certificates = &names, .dane = true, .now = now},
	    .output = "out",
	    .previous = "out",
	    .serial = ZONE_SERIAL_AUTO,
	    .rolling = &rolling,
	    .n_workers = 1};
	struct diags diags = {0};
	struct zone_result result;
	int done;

	forgotten = (struct facts){0};
	done = zone_publish(&diags, &job, &result);
	*n_errors = diags.n_severity[SEVERITY_ERROR];
	facts = rolling.facts;
	diags_free(&diags);
	return done;
}

static size_t
n_records(void)
{
	struct buf b = {0};
	size_t n = 0;

	get(&b, "out");
	for (const char *at = b.data; (at = strstr(at, "TLSA")); at++)
		n++;
	buf_free(&b);
	return n;
}

static int
begin(void **state)
{
	(void)state;
	unlink("out");
	unlink("next.pem");
	facts = (struct facts){0};
	forget_fails = false;
	put("zone", HEAD "$TLSA _25._tcp.mail cert:mail\n");
	put("current.pem", pem[0]);
	return 0;
}

/* Published NOW, next since NOW + 1. */
static void
publish_both(void)
{
	size_t n_errors;

	assert_int_equal(publish(NOW, &n_errors), 0);
	put("next.pem", pem[1]);
	assert_int_equal(publish(NOW + 1, &n_errors), 0);
	assert_int_equal(n_errors, 0);
	assert_int_equal(forgotten.n, 0);
	assert_int_equal(n_records(), 2);
	assert_int_equal(facts.n, 3);
}

/* What leaves the zone leaves the facts ahead of it: nobody may think that it is published. */
static void
facts_go_first(void **state)
{
	size_t n_errors;

	(void)state;
	publish_both();
	unlink("next.pem");
	assert_int_equal(publish(NOW + 2, &n_errors), 0);
	assert_int_equal(forgotten.n, 1);
	assert_int_equal(forgotten.items[0].t_unix, NOW + 1);
	assert_non_null(strstr(published, forgotten.items[0].record));
	assert_int_equal(n_records(), 1);
	assert_int_equal(facts.n, 2);
}

static void
nothing_is_published_if_they_cannot_go(void **state)
{
	size_t n_errors;

	(void)state;
	publish_both();
	unlink("next.pem");
	forget_fails = true;
	assert_int_equal(publish(NOW + 2, &n_errors), -1);
	assert_int_equal(n_records(), 2);
	assert_int_equal(facts.n, 3);
}

/* The process ended between the rename and the state file: the record is taken for new. */
static void
facts_that_were_not_written(void **state)
{
	struct facts before;
	size_t n_errors;

	(void)state;
	assert_int_equal(publish(NOW, &n_errors), 0);
	before = facts;
	put("next.pem", pem[1]);
	assert_int_equal(publish(NOW + 1, &n_errors), 0);
	facts = before;
	assert_int_equal(publish(NOW + 500, &n_errors), 0);
	assert_int_equal(facts.n, 3);
	for (size_t i = 0; i < facts.n; i++)
		if (facts.items[i].kind == FACT_PUBLISHED && facts.items[i].ttl_s != FACT_SETTLED)
			assert_int_equal(facts.items[i].t_unix, NOW + 500);
}

/* A server may give out what left for as long as it likes: the time counts from when all are seen
 * to have stopped. */
static void
left_the_zone(void **state)
{
	const struct project_server server = {"192.0.2.53", "192.0.2.53", 53};
	size_t n_errors;

	(void)state;
	for (size_t n_servers = 0; n_servers < 2; n_servers++) {
		begin(NULL);
		mail.servers = &server;
		mail.n_servers = n_servers;
		assert_int_equal(publish(NOW, &n_errors), 0);
		put("zone", HEAD);
		assert_int_equal(publish(NOW + 1, &n_errors), 0);
		assert_int_equal(facts.n, 1);
		assert_int_equal(facts.items[0].kind, n_servers ? FACT_LEAVING : FACT_LEFT);
		assert_int_equal(rollover_vanish(&mail, &facts.items[0]),
		    n_servers ? ROLLOVER_NEVER : NOW + 1 + DAY);
		assert_int_equal(
		    rollover_gone(&mail, &facts.items[0], NOW + 5).t_unix, NOW + 5 + DAY);
		put("zone", HEAD "$TLSA _25._tcp.mail cert:mail\n");
		put("current.pem", pem[1]);
		assert_int_equal(publish(NOW + 1 + DAY, &n_errors), 0);
		assert_int_equal(n_errors, n_servers);
	}
	mail.n_servers = 0;
}

/* The one error with which a zone is published. */
static void
too_early_is_published(void **state)
{
	size_t n_errors;

	(void)state;
	publish_both();
	put("current.pem", pem[1]);
	unlink("next.pem");
	assert_int_equal(publish(NOW + DAY, &n_errors), 0);
	assert_int_equal(n_errors, 1);
	assert_int_equal(n_records(), 2);
	assert_int_equal(forgotten.n, 0);
	assert_int_equal(publish(NOW + DAY + 1, &n_errors), 0);
	assert_int_equal(n_errors, 0);
	assert_int_equal(n_records(), 1);
}

/* But no other error is let through with it. */
static void
too_early_and_worse(void **state)
{
	size_t n_errors;

	(void)state;
	publish_both();
	put("current.pem", pem[1]);
	put("zone", HEAD "$TLSA _25._tcp.mail cert:mail\nx A 1.2.3\n");
	assert_int_equal(publish(NOW + 2, &n_errors), -1);
	assert_int_equal(n_records(), 2);
	put("zone", HEAD "$TLSA _25._tcp.mail cert:mail\nx CNAME y\nx A 192.0.2.1\n");
	assert_int_equal(publish(NOW + 2, &n_errors), -1);
	assert_int_equal(n_errors, 2);
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
	    cmocka_unit_test_setup(facts_go_first, begin),
	    cmocka_unit_test_setup(nothing_is_published_if_they_cannot_go, begin),
	    cmocka_unit_test_setup(facts_that_were_not_written, begin),
	    cmocka_unit_test(left_the_zone),
	    cmocka_unit_test_setup(too_early_is_published, begin),
	    cmocka_unit_test_setup(too_early_and_worse, begin),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

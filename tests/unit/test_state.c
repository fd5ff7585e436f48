#define _GNU_SOURCE
#include "unit.h"

#include "project/state.h"

#include <sys/stat.h>
#include <unistd.h>

#define HEX "0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6"
#define HEAD                                                                                       \
	"# What zonepp has published for certificates, and when; see zonepp-roll(1). Commit it.\n"

static char folder[] = "/tmp/zonepp-test-XXXXXX";

static const char all[] =
    "deployed mail " HEX " 2026-11-25T12:00:00Z\n"
    "leaving example.org. _27._tcp.mail.example.org. mail 3 1 1 " HEX " 3600 2026-11-25T12:00:00Z\n"
    "left example.org. _26._tcp.mail.example.org. mail 3 1 1 " HEX " 2026-11-25T12:00:00Z\n"
    "notified mail ready " HEX " 2026-11-25T12:00:00Z\n"
    "pending mail finished " HEX " 2026-11-25T12:00:00Z\n"
    "published example.net. _25._tcp.mx.example.net. mail leaf 3 1 1 " HEX
    " - 2026-11-23T12:00:00Z\n"
    "published example.org. _25._tcp.mail.example.org. mail leaf 3 1 1 " HEX
    " 3600 2026-11-23T12:00:00Z\n"
    "published example.org.uk. _25._tcp.mail.example.org.uk. mail all 2 0 2 " HEX
    " 3600 2026-11-23T12:00:00Z\n"
    "seen example.org. _25._tcp.mail.example.org. 3 1 1 " HEX
    " [2001:db8::1]:5353 2026-11-23T13:00:00Z\n"
    "ttl example.org. _25._tcp.mail.example.org. 3600 -\n"
    "ttl example.org. _25._tcp.mail.example.org. 86400 2026-11-20T00:00:00Z\n";

static void
put(const char *text)
{
	FILE *f = fopen("zonepp.state", "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
expect_file(const char *text)
{
	struct diags diags = {0};
	struct text found;

	assert_int_equal(file_load(&diags, pos_none(), NULL, "zonepp.state", &found), 0);
	assert_string_equal(found.data, text);
	diags_free(&diags);
}

static void
there_and_back(void **state)
{
	struct diags diags = {0};
	struct facts facts;

	(void)state;
	put(all);
	assert_int_equal(state_load(&diags, "zonepp.state", &facts), 0);
	assert_int_equal(facts.n, 11);
	assert_int_equal(facts.items[5].ttl_s, FACT_SETTLED);
	assert_string_equal(facts.items[6].zone, "example.org.");
	assert_string_equal(facts.items[6].owner, "_25._tcp.mail.example.org.");
	assert_string_equal(facts.items[6].name, "mail");
	assert_string_equal(facts.items[6].pick, "leaf");
	assert_string_equal(facts.items[6].record, "3 1 1 " HEX);
	assert_int_equal(facts.items[6].ttl_s, 3600);
	assert_int_equal(facts.items[6].t_unix, 1795435200);
	assert_int_equal(facts.items[9].t_unix, FACT_OPEN);
	assert_int_equal(state_save(&diags, "zonepp.state", &facts), 0);
	assert_int_equal(diags.n, 0);
	expect_file(arena_printf(&diags.arena, HEAD "%s", all));
	diags_free(&diags);
}

static void
untouched_if_the_same(void **state)
{
	struct diags diags = {0};
	struct facts facts;
	struct stat before, after;

	(void)state;
	put(arena_printf(&diags.arena, HEAD "%s", all));
	assert_int_equal(stat("zonepp.state", &before), 0);
	assert_int_equal(state_load(&diags, "zonepp.state", &facts), 0);
	assert_int_equal(state_save(&diags, "zonepp.state", &facts), 0);
	assert_int_equal(stat("zonepp.state", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	diags_free(&diags);
}

static void
no_facts_make_no_file(void **state)
{
	struct diags diags = {0};
	struct facts facts;

	(void)state;
	unlink("zonepp.state");
	assert_int_equal(state_load(&diags, "zonepp.state", &facts), 0);
	assert_int_equal(facts.n, 0);
	assert_int_equal(state_save(&diags, "zonepp.state", &facts), 0);
	assert_int_equal(access("zonepp.state", F_OK), -1);
	diags_free(&diags);
}

/* The lines of two hosts, in any order: the later time and the longer TTL count. */
static void
merged(void **state)
{
	static const struct {
		const char *lines, *merged;
	} rows[] = {
	    {"deployed m " HEX " 2026-11-25\ndeployed m " HEX " 2026-11-24\n",
		"deployed m " HEX " 2026-11-25T00:00:00Z\n"},
	    {"published a. x.a. m leaf 3 1 1 00 - 2026-11-23\r\n"
	     "published a. x.a. m leaf 3 1 1 00 300 2026-11-22\r\n",
		"published a. x.a. m leaf 3 1 1 00 300 2026-11-23T00:00:00Z\n"},
	    {"published a. x.a. m leaf 3 1 1 00 300 2026-11-22\n"
	     "\n# a remark\n"
	     "published a. x.a. m leaf 3 1 1 00 60 2026-11-23\n"
	     "published a. x.a. m leaf 3 1 1 01 60 2026-11-21\n",
		"published a. x.a. m leaf 3 1 1 00 300 2026-11-23T00:00:00Z\n"
		"published a. x.a. m leaf 3 1 1 01 60 2026-11-21T00:00:00Z\n"},
	    {"ttl a. x.a. 60 2026-11-23\nttl a. x.a. 60 -\n", "ttl a. x.a. 60 -\n"},
	    {"seen a. x.a. 3 1 1 00 s 2026-11-22\nseen a. x.a. 3 1 1 00 s 2026-11-23",
		"seen a. x.a. 3 1 1 00 s 2026-11-23T00:00:00Z\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct facts facts;

		put(rows[i].lines);
		assert_int_equal(state_load(&diags, "zonepp.state", &facts), 0);
		assert_int_equal(state_save(&diags, "zonepp.state", &facts), 0);
		expect_file(arena_printf(&diags.arena, HEAD "%s", rows[i].merged));
		diags_free(&diags);
	}
}

static void
bad_lines(void **state)
{
	static const struct {
		const char *line, *code;
		unsigned column;
		const char *what;
	} rows[] = {
	    {"<<<<<<< HEAD", "P013", 1, "merge"},
	    {"||||||| 1234567", "P013", 1, "merge"},
	    {"=======", "P013", 1, "merge"},
	    {">>>>>>> branch", "P013", 1, "merge"},
	    {"publish a. x.a.", "P012", 1, "no fact"},
	    {"published", "P012", 10, "ahead of its zone"},
	    {"published a", "P012", 11, "no zone"},
	    {"published a..b.", "P012", 11, "no zone"},
	    {"published a. x.a. m any", "P012", 21, "no pick"},
	    {"published a. x.a. m leaf 3 1 1", "P012", 31, "ahead of its record"},
	    {"published a. x.a. m leaf 4 1 1 00", "P012", 26, "no record"},
	    {"published a. x.a. m leaf 3 2 1 00", "P012", 26, "no record"},
	    {"published a. x.a. m leaf 3 1 3 00", "P012", 26, "no record"},
	    {"published a. x.a. m leaf 3 1 1 0", "P012", 26, "no record"},
	    {"published a. x.a. m leaf 3 1 1 0G", "P012", 26, "no record"},
	    {"published a. x.a. m leaf 3 1 1 00 x 2026-11-23", "P012", 35, "no TTL"},
	    {"published a. x.a. m leaf 3 1 1 00 1 yesterday", "P012", 37, "no time"},
	    {"published a. x.a. m leaf 3 1 1 00 1 -", "P012", 37, "no time"},
	    {"published a. x.a. m leaf 3 1 1 00 1", "P012", 36, "ahead of its time"},
	    {"published a. x.a. m leaf 3 1 1 00 1 2026-11-23 more", "P012", 48, "too many"},
	    {"ttl a. x.a. - -", "P012", 13, "no TTL"},
	    {"deployed m 00 2026-11-23", "P012", 12, "no id"},
	    {"notified m slept " HEX " 2026-11-23", "P012", 12, "no event"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct facts facts;
		const struct diag *d;

		put(arena_printf(
		    &diags.arena, "ttl a. x.a. 60 -\n%s\nttl a. y.a. 60 -\n", rows[i].line));
		assert_int_equal(state_load(&diags, "zonepp.state", &facts), -1);
		assert_int_equal(diags.n, 1);
		d = &diags.items[0];
		if (strcmp(problem_table[d->problem].code, rows[i].code) != 0 ||
		    d->place.column != rows[i].column || !strstr(d->message, rows[i].what))
			fail_msg("%s: %u: %s", rows[i].line, d->place.column, d->message);
		assert_int_equal(d->place.line, 2);
		assert_string_equal(d->place.path, "zonepp.state");
		assert_int_equal(diags.status, 1);
		diags_free(&diags);
	}
}

static void
of_one_zone(void **state)
{
	struct diags diags = {0};
	struct facts facts, zone = {0};
	struct buf b = {0};

	(void)state;
	put(all);
	assert_int_equal(state_load(&diags, "zonepp.state", &facts), 0);
	facts_of_zone(&diags.arena, &facts, "example.org.", &zone);
	assert_int_equal(zone.n, 6);
	facts_print(&b, &zone);
	buf_putc(&b, '\0');
	assert_null(strstr(b.data, "example.net"));
	assert_null(strstr(b.data, "org.uk"));
	assert_null(strstr(b.data, "deployed"));
	buf_free(&b);
	diags_free(&diags);
}

static void
its_path(void **state)
{
	static const char *const rows[][2] = {
	    {"zonepp.yaml", "zonepp.state"},
	    {"a.b/dns.yml", "a.b/dns.state"},
	    {"a.b/dns", "a.b/dns.state"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct project project = {
		    .path = rows[i][0], .folder = file_folder(&a, rows[i][0])};

		assert_string_equal(state_path(&a, &project), rows[i][1]);
	}
	arena_free(&a);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	unlink("zonepp.state");
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(untouched_if_the_same),
	    cmocka_unit_test(no_facts_make_no_file),
	    cmocka_unit_test(merged),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(of_one_zone),
	    cmocka_unit_test(its_path),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* A build that is killed behind each step of a publication, and the build after it. */
#include "zone_fixture.h"

#include "history/state.h"
#include "publish/build.h"
#include "rollover/project_history.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BEFORE = 1795435200, KILLED = BEFORE + 1000, AFTER = BEFORE + 2000 };

/* The first zone is the one that is looked at; in some steps the second one is not so far. */
#define ZONE "example.net"
#define HEAD "$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n"
#define OWNER "_25._tcp." ZONE "."
#define OLD "3 1 1 0000000000000000000000000000000000000000000000000000000000000000"
#define NEW "3 1 1 1111111111111111111111111111111111111111111111111111111111111111"

static const char yaml[] = "defaults: { dnssec: external }\n"
			   "hooks: { changed: [./tell, \"{zone}\"] }\n"
			   "zones: { example.net: , example.org: }\n";

static const char yaml_done[] = "defaults: { dnssec: external }\n"
				"hooks: { review: [\"true\"], done: [./tell-all] }\n"
				"zones: { example.net: , example.org: }\n";

static const struct publication_step *killed_behind;

static void
die(const struct publication_step *step)
{
	if (step == killed_behind)
		raise(SIGKILL);
}

static int
build(int64_t now, void (*after)(const struct publication_step *step))
{
	static const char *const all[] = {NULL};
	struct build_options options = {.zones = all, .now = now, .n_workers = 1, .after = after};
	struct diags diags = {0};
	struct project project;
	struct build built;
	int done;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	done = build_project(&diags, &project, &options, &built);
	build_free(&built);
	diags_free(&diags);
	return done;
}

static void
build_and_die(const struct publication_step *behind)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		killed_behind = behind;
		build(KILLED, die);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
put_templates(const char *record)
{
	struct buf b = {0};

	buf_printf(&b, HEAD "_25._tcp 300 TLSA %s\n", record);
	put_bytes("zones/example.net.zone", b.data, b.len);
	put_bytes("zones/example.org.zone", b.data, b.len);
	buf_free(&b);
}

static bool
has(const char *path, const char *text)
{
	struct buf b = {0};
	bool found;

	get(&b, path);
	found = strstr(b.data, text) != NULL;
	buf_free(&b);
	return found;
}

/* How often the hook told of the zone. */
static size_t
n_told(void)
{
	struct buf b = {0};
	size_t n = 0;

	get(&b, "told");
	for (const char *at = b.data; (at = strstr(at, ZONE "\n")); at++)
		n++;
	buf_free(&b);
	return n;
}

static const struct set *
find_set(const struct history *history, const char *record)
{
	struct sets sets = history_owner(history, OWNER);

	for (size_t i = 0; i < sets.n; i++)
		if (sets.items[i].n == 1 &&
		    sets.items[i].rdata[0].data[3] == (record[6] == '1') * 0x11)
			return &sets.items[i];
	return NULL;
}

/* What is held, with marks; or what the state file says. */
static void
load_history(struct diags *diags, bool marks, struct history *out)
{
	struct project project;

	assert_int_equal(project_load(diags, "zonepp.yaml", &project), 0);
	if (marks)
		assert_int_equal(project_history_load(diags, &project, AFTER, out), 0);
	else
		assert_int_equal(state_load(diags, &project.own, "zonepp.state",
				     (struct state_reading){.now_unix = AFTER}, out),
		    0);
}

static unsigned
find_left(const struct buf *cache, size_t told)
{
	struct diags diags = {0};
	struct history history;
	struct buf b = {0};
	const struct set *old, *new;
	unsigned left = 0;

	load_history(&diags, false, &history);
	old = find_set(&history, OLD);
	new = find_set(&history, NEW);
	get(&b, ".zonepp/" ZONE ".build");
	left |= access(".zonepp/" ZONE ".hook", F_OK) == 0 ? LEFT_MARK : 0;
	left |= has("public/" ZONE ".zone", NEW) ? LEFT_ZONE : 0;
	left |= strcmp(b.data, cache->data) != 0 ? LEFT_CACHE : 0;
	left |= n_told() > told ? LEFT_TOLD : 0;
	left |= new &&set_is_open(new) && old && !set_is_open(old) ? LEFT_HISTORY : 0;
	buf_free(&b);
	diags_free(&diags);
	return left;
}

/* More may count as held than is, and never less. */
static void
assert_held(const struct publication_step *step, unsigned left)
{
	struct diags diags = {0};
	struct history history;
	const struct set *old, *new;

	load_history(&diags, true, &history);
	old = find_set(&history, OLD);
	new = find_set(&history, NEW);
	if (!old || (!(left & LEFT_TOLD) && !set_is_open(old)))
		fail_msg("behind %s, the set that was replaced is not held", step->name);
	if ((left & LEFT_ZONE) && (!new || !set_is_open(new)))
		fail_msg("behind %s, the set that is published is not held", step->name);
	diags_free(&diags);
}

/* The next build ends what was begun. */
static void
assert_ended(const struct publication_step *step, unsigned left, size_t told)
{
	int64_t published = left & LEFT_HISTORY ? KILLED : AFTER;
	bool tells = (left & LEFT_MARK) || !(left & LEFT_ZONE);
	struct diags diags = {0};
	struct history history;

	assert_int_equal(build(AFTER, NULL), 0);
	if (n_told() != told + tells)
		fail_msg(
		    "behind %s, the hook ran %zu times, and then %zu", step->name, told, n_told());
	assert_true(access(".zonepp/" ZONE ".hook", F_OK) < 0);
	assert_true(has("public/" ZONE ".zone", NEW));
	load_history(&diags, false, &history);
	assert_non_null(find_set(&history, NEW));
	assert_non_null(find_set(&history, OLD));
	if (find_set(&history, NEW)->since_unix != published ||
	    find_set(&history, OLD)->until_unix != published)
		fail_msg("behind %s, the history has another time of the publication", step->name);
	diags_free(&diags);
}

static void
killed(void **state)
{
	(void)state;
	for (const struct publication_step *step = publication_steps; step->name; step++) {
		struct buf cache = {0};
		size_t told;
		unsigned left;

		if (system("rm -rf .zonepp public zonepp.state told") != 0)
			fail();
		put_templates(OLD);
		assert_int_equal(build(BEFORE, NULL), 0);
		get(&cache, ".zonepp/" ZONE ".build");
		told = n_told();
		assert_int_equal(told, 1);
		put_templates(NEW);
		build_and_die(step);
		left = find_left(&cache, told);
		if (left != step->left)
			fail_msg("behind %s, there is %x, not %x", step->name, left, step->left);
		assert_held(step, left);
		assert_ended(step, left, n_told());
		buf_free(&cache);
	}
}

static uint32_t
serial_published(void)
{
	struct buf b = {0};
	unsigned serial = 0;

	get(&b, "public/" ZONE ".zone");
	assert_int_equal(sscanf(b.data, "%*s %*u IN SOA %*s %*s %u", &serial), 1);
	buf_free(&b);
	return serial;
}

/* Where `done` tells the servers, what was replaced is held until it has. */
static void
killed_with_done(void **state)
{
	(void)state;
	put("zonepp.yaml", yaml_done);
	for (const struct publication_step *step = publication_steps; step->name; step++) {
		struct buf cache = {0};
		struct diags diags = {0};
		struct history history;
		size_t told;
		unsigned left;

		if (system("rm -rf .zonepp public zonepp.state told") != 0)
			fail();
		put_templates(OLD);
		assert_int_equal(build(BEFORE, NULL), 0);
		get(&cache, ".zonepp/" ZONE ".build");
		told = n_told();
		put_templates(NEW);
		build_and_die(step);
		left = find_left(&cache, told);
		assert_held(step, left);
		told = n_told();
		assert_int_equal(build(AFTER, NULL), 0);
		if (n_told() != told + ((left & LEFT_MARK) || !(left & LEFT_ZONE)))
			fail_msg("behind %s, the hook ran %zu times", step->name, n_told());
		load_history(&diags, false, &history);
		if (find_set(&history, OLD)->until_unix != (left & LEFT_HISTORY ? KILLED : AFTER))
			fail_msg("behind %s, the old set has another end", step->name);
		assert_true(set_is_open(find_set(&history, NEW)));
		assert_true(access(".zonepp/" ZONE ".hook", F_OK) < 0);
		buf_free(&cache);
		diags_free(&diags);
	}
	put("zonepp.yaml", yaml);
}

/* What was published by a build that is killed goes on from its serial, even if the file is lost
 * then. */
static void
killed_and_file_lost(void **state)
{
	(void)state;
	for (const struct publication_step *step = publication_steps; step->name; step++) {
		uint32_t serial;

		if (system("rm -rf .zonepp public zonepp.state told") != 0)
			fail();
		put_templates(OLD);
		assert_int_equal(build(BEFORE, NULL), 0);
		put_templates(NEW);
		build_and_die(step);
		serial = serial_published();
		put_templates(OLD);
		assert_int_equal(unlink("public/" ZONE ".zone"), 0);
		assert_int_equal(build(AFTER, NULL), 0);
		if (serial_published() <= serial)
			fail_msg("behind %s, the serial %u does not move on", step->name, serial);
	}
}

/* With the state file the set is lost that is published, but for the file, which is replaced. */
static void
killed_without_state(void **state)
{
	(void)state;
	for (const struct publication_step *step = publication_steps; step->name; step++) {
		if (system("rm -rf .zonepp public zonepp.state told") != 0)
			fail();
		put_templates(OLD);
		assert_int_equal(build(BEFORE, NULL), 0);
		assert_int_equal(unlink("zonepp.state"), 0);
		put_templates(NEW);
		build_and_die(step);
		if (step->left & LEFT_ZONE)
			assert_held(step, step->left);
		assert_int_equal(build(AFTER, NULL), 0);
		assert_held(step, LEFT_ZONE | LEFT_TOLD);
	}
}

/* Behind the mark, nobody knows whether the zone was published. */
static void
changed_back(void **state)
{
	const struct publication_step *step = publication_steps;

	(void)state;
	while (step->left != LEFT_MARK)
		step++;
	if (system("rm -rf .zonepp public zonepp.state told") != 0)
		fail();
	put_templates(OLD);
	assert_int_equal(build(BEFORE, NULL), 0);
	put_templates(NEW);
	build_and_die(step);
	put_templates(OLD);
	assert_int_equal(build(AFTER, NULL), 0);
	assert_int_equal(n_told(), 2);
	assert_true(access(".zonepp/" ZONE ".hook", F_OK) < 0);
}

/* Nobody is told, and nothing is open, that is not written down; and all is done in the end. */
static void
order(void **state)
{
	unsigned last = 0;

	(void)state;
	for (const struct publication_step *step = publication_steps; step->name; step++) {
		if (step->left & LEFT_ZONE)
			assert_true(step->left & (LEFT_MARK | LEFT_HISTORY));
		if (step->left & LEFT_HISTORY)
			assert_true(step->left & LEFT_TOLD);
		assert_int_equal(
		    !!step->of_run + !!step->of_runs + !!step->of_zone + !!step->of_build, 1);
		assert_true(strlen(step->then) > 0);
		last = step->left;
	}
	assert_int_equal(last, LEFT_ZONE | LEFT_CACHE | LEFT_TOLD | LEFT_HISTORY);
}

static int
begin(void **state)
{
	static const char tell[] = "#!/bin/sh\necho \"$1\" >>told\n";

	if (zone_setup(state) < 0)
		return -1;
	put("zonepp.yaml", yaml);
	put("tell", tell);
	chmod("tell", 0755);
	put("tell-all", "#!/bin/sh\ncut -f 1 >>told\n");
	chmod("tell-all", 0755);
	mkdir("zones", 0755);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed),
	    cmocka_unit_test(killed_with_done),
	    cmocka_unit_test(killed_and_file_lost),
	    cmocka_unit_test(killed_without_state),
	    cmocka_unit_test(changed_back),
	    cmocka_unit_test(order),
	};

	return cmocka_run_group_tests(tests, begin, zone_teardown);
}

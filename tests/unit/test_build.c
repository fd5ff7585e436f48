#include "zone_keys.h"

#include "publish/build.h"

#include <dirent.h>

enum { N_ZONES = 9, BAD = 6 };

static const char yaml[] =
    "defaults: { template: \"zones/{zone}.zone\", output: \"public/{zone}.zone\", "
    "policy: unsigned }\n"
    "policies: { unsigned: { sign: false } }\n"
    "zones: { a1.org: , a2.org: , a3.org: , a4.org: , a5.org: , a6.org: , a7.org: , "
    "a8.org: , a9.org: }\n";

static void
put_zone(unsigned n, const char *text)
{
	char path[64], zone[400];

	snprintf(path, sizeof(path), "zones/a%u.org.zone", n + 1);
	snprintf(zone, sizeof(zone), "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS a.net.\n%s", text);
	put(path, zone);
}

static void
path_of(char path[64], unsigned n)
{
	snprintf(path, 64, "public/a%u.org.zone", n + 1);
}

static bool
exists(unsigned n)
{
	char path[64];

	path_of(path, n);
	return access(path, F_OK) == 0;
}

static size_t
n_files(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		n += *entry->d_name != '.' || strlen(entry->d_name) > 2;
	if (dir)
		closedir(dir);
	return n;
}

static int
setup(void **state)
{
	(void)state;
	if (system("rm -rf zones public .zonepp") != 0 || mkdir("zones", 0755) < 0)
		return -1;
	put("zonepp.yaml", yaml);
	for (unsigned i = 0; i < N_ZONES; i++)
		put_zone(i, "b A 192.0.2.1\n");
	return 0;
}

/* Builds the zones; `summary` gets a letter for each: c(hanged), s(ame), f(ailed). */
static int
build(unsigned n_workers, const char *const *zones, char summary[N_ZONES + 1])
{
	static const char *const all[] = {NULL};
	struct build_options options = {
	    .zones = zones ? zones : all, .now = ZONE_NOW, .n_workers = n_workers};
	struct diags diags = {0};
	struct project project;
	struct build built;
	int result;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	result = build_project(&diags, &project, &options, &built);
	for (size_t i = 0; i < built.n; i++) {
		const struct build_zone *zone = &built.zones[i];

		assert_int_equal(zone->built, zone->diags->n_severity[SEVERITY_ERROR] == 0);
		summary[i] = !zone->built ? 'f' : zone->result.changed ? 'c' : 's';
	}
	summary[built.n] = '\0';
	build_free(&built);
	diags_free(&diags);
	return result;
}

/* Whatever happens to one zone, the others are built, and nothing else is left behind. */
static void
one_fails(void **state)
{
	static const char *const faults[] = {
	    "b A 1\n", "b CNAME c\nb A 192.0.2.1\n", "$INCLUDE none\n", "b TXT \"x\n"};
	char summary[N_ZONES + 1], path[64];
	struct buf before = {0}, after = {0};
	struct stat was, is;

	(void)state;
	for (unsigned n_workers = 1; n_workers <= 4; n_workers++) {
		setup(NULL);
		put_zone(BAD, faults[n_workers - 1]);
		assert_int_equal(build(n_workers, NULL, summary), -1);
		assert_string_equal(summary, "ccccccfcc");
		assert_false(exists(BAD));
		assert_int_equal(n_files("public"), N_ZONES - 1);

		put_zone(BAD, "");
		assert_int_equal(build(n_workers, NULL, summary), 0);
		assert_string_equal(summary, "sssssscss");
		path_of(path, BAD);
		get(&before, path);
		assert_int_equal(stat(path, &was), 0);

		put_zone(BAD, faults[n_workers - 1]);
		put_zone(0, "c A 192.0.2.9\n");
		assert_int_equal(build(n_workers, NULL, summary), -1);
		assert_string_equal(summary, "csssssfss");
		get(&after, path);
		assert_int_equal(stat(path, &is), 0);
		assert_string_equal(before.data, after.data);
		assert_int_equal(was.st_ino, is.st_ino);
		assert_int_equal(was.st_mtim.tv_nsec, is.st_mtim.tv_nsec);
		assert_int_equal(n_files("public"), N_ZONES);
	}
	buf_free(&before);
	buf_free(&after);
}

static void
chosen_zones(void **state)
{
	static const char *const two[] = {"a5.org", "A2.ORG.", NULL};
	static const char *const unknown[] = {"a5.org", "a0.org", NULL};
	char summary[N_ZONES + 1];

	(void)state;
	assert_int_equal(build(2, unknown, summary), -1);
	assert_string_equal(summary, "");
	assert_int_equal(n_files("public"), 0);
	assert_int_equal(build(2, two, summary), 0);
	assert_string_equal(summary, "cc");
	assert_int_equal(n_files("public"), 2);
	assert_true(exists(1) && exists(4));
}

/* Missing and unreadable templates, an output that is a folder. */
static void
broken_files(void **state)
{
	char summary[N_ZONES + 1];

	(void)state;
	unlink("zones/a1.org.zone");
	unlink("zones/a2.org.zone");
	mkdir("zones/a2.org.zone", 0755);
	mkdir("public", 0755);
	mkdir("public/a3.org.zone", 0755);
	assert_int_equal(build(3, NULL, summary), -1);
	assert_string_equal(summary, "fffcccccc");
	assert_int_equal(n_files("public"), N_ZONES - 2);
}

/* A template that is worth all threads, among small ones. */
static void
large_template(void **state)
{
	char summary[N_ZONES + 1];
	struct buf one = {0}, many = {0};
	FILE *f = fopen("zones/a4.org.zone", "w");

	(void)state;
	fputs("$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS a.net.\n", f);
	for (unsigned i = 0; i < 60000; i++)
		fprintf(f, "name%u A 10.0.%u.%u\n", i * 7919 % 60000, i / 256, i % 256);
	fclose(f);
	assert_int_equal(build(1, NULL, summary), 0);
	assert_string_equal(summary, "ccccccccc");
	get(&one, "public/a4.org.zone");
	if (system("rm -rf public .zonepp") != 0)
		fail();
	assert_int_equal(build(4, NULL, summary), 0);
	get(&many, "public/a4.org.zone");
	assert_int_equal(one.len, many.len);
	assert_memory_equal(one.data, many.data, one.len);
	assert_int_equal(build(4, NULL, summary), 0);
	assert_string_equal(summary, "sssssssss");
	buf_free(&one);
	buf_free(&many);
}

/* A template that comes out as before, or a published file that was changed by hand. */
static void
again(void **state)
{
	char summary[N_ZONES + 1], path[64];

	(void)state;
	assert_int_equal(build(2, NULL, summary), 0);
	put_zone(2, "b A 192.0.2.1 ; a comment\n");
	assert_int_equal(build(2, NULL, summary), 0);
	assert_string_equal(summary, "sssssssss");
	path_of(path, 3);
	put(path, "rubbish\n");
	path_of(path, 5);
	unlink(path);
	build(2, NULL, summary);
	assert_string_equal(summary, "ssscscsss");
	assert_int_equal(build(2, NULL, summary), 0);
	assert_string_equal(summary, "sssssssss");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(one_fails, setup),
	    cmocka_unit_test_setup(chosen_zones, setup),
	    cmocka_unit_test_setup(broken_files, setup),
	    cmocka_unit_test_setup(large_template, setup),
	    cmocka_unit_test_setup(again, setup),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

#define _GNU_SOURCE
#include "unit.h"

#include "source/source.h"

#include <sys/stat.h>
#include <unistd.h>

/* A tree, in which `base` stands for a template:
 *   base  certs/{a.pem,b.crt,c.txt,.d.pem,E.P12}  certs/sub.pem/f.pem  live/{x,y}/cert.pem
 *   live/README  loop -> .  loop-too -> . */
static char folder[] = "/tmp/zonepp-test-XXXXXX";

static void
touch(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	static const char *const folders[] = {"certs", "certs/sub.pem", "live", "live/x", "live/y"};
	static const char *const files[] = {"certs/a.pem", "certs/b.crt", "certs/c.txt",
	    "certs/.d.pem", "certs/E.P12", "certs/sub.pem/f.pem", "live/x/cert.pem",
	    "live/y/cert.pem", "live/README"};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < LENGTH(folders); i++)
		assert_int_equal(mkdir(folders[i], 0755), 0);
	for (size_t i = 0; i < LENGTH(files); i++)
		touch(files[i]);
	return symlink(".", "loop") | symlink(".", "loop-too");
}

static int
teardown(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") | system(command);
}

static const struct {
	const char *written;
	bool literal;
	const char *found; /* labels; NULL: a problem */
	bool many;
} rows[] = {
    {"certs/a.pem", false, " certs/a.pem", false},
    {"certs/missing.pem", false, " certs/missing.pem", false},
    {"certs", false, " certs/E.P12 certs/a.pem certs/b.crt", true},
    {"certs/", true, " certs/E.P12 certs/a.pem certs/b.crt", true},
    {"certs/*", false, " certs/E.P12 certs/a.pem certs/b.crt certs/c.txt", true},
    {"certs/*", true, " certs/*", false},
    {"certs/?.*", false, " certs/E.P12 certs/a.pem certs/b.crt certs/c.txt", true},
    {"certs/[ab].*", false, " certs/a.pem certs/b.crt", true},
    {"certs/[!ab].*", false, " certs/E.P12 certs/c.txt", true},
    {"certs/.*", false, " certs/.d.pem", true},
    {"./certs//[a]*", false, " ./certs//a.pem", true},
    {"live/*/cert.pem", false, " live/x/cert.pem live/y/cert.pem", true},
    {"live/*/*", false, " live/x/cert.pem live/y/cert.pem", true},
    {"*/x/../y/*.pem", false, " live/x/../y/cert.pem", true},
    {"l[i]ve/./x/*", false, " live/./x/cert.pem", true},
    {"live/*/cert.pem/", false, NULL, true},
    {"live/*/other.pem", false, NULL, true},
    {"live/x*", false, NULL, true},
    {"live", false, NULL, true},
    {"missing/*", false, NULL, true},
    {"certs/a.pem/*", false, NULL, true},
    {"", false, " ", false},
    {"-", false, " -", false},
};

static void
found(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct source_files files;
		const char *text = "";
		int result = source_find(
		    &diags, pos_none(), NULL, "base", rows[i].written, rows[i].literal, &files);

		if (result != (rows[i].found ? 0 : -1))
			fail_msg("%s: %d", rows[i].written, result);
		assert_int_equal(files.many, rows[i].many);
		for (size_t j = 0; rows[i].found && j < files.n; j++)
			text = arena_printf(&diags.arena, "%s %s", text, files.items[j].label);
		if (rows[i].found)
			assert_string_equal(text, rows[i].found);
		else
			assert_int_equal(diags.items[0].problem, D_NO_ENTITY);
		diags_free(&diags);
	}
}

/* Paths start beside the file that names them; labels stay as written. */
static void
paths(void **state)
{
	struct diags diags = {0};
	struct source_files files;

	(void)state;
	assert_int_equal(
	    source_find(&diags, pos_none(), NULL, "live/x/base", "../../certs/a*", false, &files),
	    0);
	assert_int_equal(files.n, 1);
	assert_string_equal(files.items[0].label, "../../certs/a.pem");
	assert_string_equal(files.items[0].path, "live/x/../../certs/a.pem");
	assert_int_equal(
	    source_find(&diags, pos_none(), NULL, "live/x/base", "c*", false, &files), 0);
	assert_string_equal(files.items[0].label, "cert.pem");
	assert_string_equal(files.items[0].path, "live/x/cert.pem");
	diags_free(&diags);
}

/* Links that lead back make the ways through a tree endless, and a pattern can be long. */
static void
limits(void **state)
{
	struct diags diags = {0};
	struct source_files files;
	char deep[2 * 20 + 2] = "", wide[SOURCE_FILES_MOST + 1][24], longer[5000];

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(deep, "*/");
	strcat(deep, "x");
	assert_int_equal(source_find(&diags, pos_none(), NULL, "base", deep, false, &files), -1);
	assert_int_equal(diags.items[0].problem, D_NO_ENTITY);
	assert_non_null(strstr(diags.items[0].message, "more than 4096 folders"));
	diags_free(&diags);

	memset(longer, '*', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(source_find(&diags, pos_none(), NULL, "base", longer, false, &files), -1);
	assert_non_null(strstr(diags.items[0].message, "longer than"));
	diags_free(&diags);

	assert_int_equal(mkdir("wide", 0755), 0);
	for (size_t i = 0; i < LENGTH(wide); i++) {
		snprintf(wide[i], sizeof(wide[i]), "wide/%04zu.pem", i);
		touch(wide[i]);
	}
	assert_int_equal(source_find(&diags, pos_none(), NULL, "base", "wide", false, &files), -1);
	assert_non_null(strstr(diags.items[0].message, "more than 1024 files"));
	diags_free(&diags);
	assert_int_equal(unlink(wide[0]), 0);
	assert_int_equal(source_find(&diags, pos_none(), NULL, "base", "wide/*", false, &files), 0);
	assert_int_equal(files.n, SOURCE_FILES_MOST);
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(found),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

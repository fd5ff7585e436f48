#define _GNU_SOURCE
#include "key_fixture.h"

#include "base/create.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	fixture_folder(folder);
	return chdir(folder);
}

static int
teardown(void **state)
{
	(void)state;
	fixture_remove(folder);
	return 0;
}

static int
create(struct diags *diags, const char *name, mode_t mode, struct text text)
{
	const struct new_file file = {name, mode, text, false};

	return create_files(diags, ".", &file, 1);
}

static void
assert_holds(const char *path, const char *text)
{
	char got[100] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(fread(got, 1, sizeof(got) - 1, f), strlen(text));
	fclose(f);
	assert_string_equal(got, text);
}

/* The mode is the one asked for under any umask. */
static void
modes(void **state)
{
	static const mode_t masks[] = {0, 022, 077, 0277, 0777};
	char path[20];

	(void)state;
	for (size_t i = 0; i < LENGTH(masks); i++)
		for (unsigned mode = 0600; mode <= 0644; mode += 044) {
			struct diags diags = {0};
			mode_t before = umask(masks[i]);
			struct stat st;

			snprintf(path, sizeof(path), "%03o-%03o", (unsigned)masks[i], mode);
			assert_int_equal(create(&diags, path, mode, text_of("text\n")), 0);
			umask(before);
			assert_int_equal(stat(path, &st), 0);
			assert_int_equal(st.st_mode & 07777, mode);
			assert_holds(path, "text\n");
			diags_free(&diags);
		}
}

/* What is there stays: files, links to nowhere, folders. */
static void
never_replaces(void **state)
{
	static const char *const paths[] = {"file", "link", "folder"};

	(void)state;
	fixture_write(folder, "file", "old", 0644);
	assert_int_equal(symlink("nowhere", "link"), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	for (size_t i = 0; i < LENGTH(paths); i++) {
		struct diags diags = {0};

		assert_int_equal(create(&diags, paths[i], 0600, text_of("new")), -1);
		assert_int_equal(diags.n, 1);
		assert_int_equal(diags.items[0].problem, F_WRITE);
		diags_free(&diags);
	}
	assert_holds("file", "old");
	assert_int_equal(access("nowhere", F_OK), -1);
	rmdir("folder");
}

/* Nothing is left of a file that could not be written. */
static void
no_halves(void **state)
{
	struct rlimit before, limit;
	struct diags diags = {0};
	char *large = malloc(100000);

	(void)state;
	memset(large, 'x', 100000);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 50000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(create(&diags, "large", 0600, (struct text){large, 100000}), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(access("large", F_OK), -1);
	assert_int_equal(
	    create_files(&diags, "nowhere", &(struct new_file){"x", 0600, text_of("x"), false}, 1),
	    -1);
	assert_int_equal(diags.n, 2);
	diags_free(&diags);
	free(large);
}

/* All of them or none, and what is there stays. */
static void
many(void **state)
{
	enum { N = 50 };
	struct new_file files[N];
	struct diags diags = {0};

	(void)state;
	for (size_t i = 0; i < N; i++)
		files[i] = (struct new_file){
		    arena_printf(&diags.arena, "many%zu", i), 0600, text_of("new"), i % 2};
	fixture_write(folder, "many40", "old", 0644);
	assert_int_equal(create_files(&diags, folder, files, N), -1);
	assert_int_equal(diags.n, 1);
	assert_non_null(strstr(diags.items[0].place.path, "many40"));
	for (size_t i = 0; i < N; i++)
		assert_int_equal(access(files[i].name, F_OK), i == 40 ? 0 : -1);
	assert_holds("many40", "old");
	unlink("many40");
	assert_int_equal(create_files(&diags, folder, files, N), 0);
	for (size_t i = 0; i < N; i++)
		assert_holds(files[i].name, "new");
	assert_int_equal(create_files(&diags, folder, files, 0), 0);
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(modes),
	    cmocka_unit_test(never_replaces),
	    cmocka_unit_test(no_halves),
	    cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

#undef _FORTIFY_SOURCE /* of which the functions would be others */
#define _GNU_SOURCE
#include "unit.h"

#include "base/file.h"
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A project beside two other folders, one of which is allowed. What ends in -2 takes the place of
 * the other in the midst of a walk. */
static char folder[] = "/tmp/zonepp-test-XXXXXX";

/* --- A stranger who exchanges two names ahead of one of the calls --- */

static struct {
	const char *name, *other; /* NULL: nobody */
	unsigned at, n_calls;
} stranger;

static void
exchange(void)
{
	assert_int_equal(syscall(SYS_renameat2, AT_FDCWD, stranger.name, AT_FDCWD, stranger.other,
			     2 /* RENAME_EXCHANGE */),
	    0);
}

static void
called(void)
{
	if (stranger.name && stranger.n_calls++ == stranger.at)
		exchange();
}

/* The calls of the library under test, which is linked to these. */
int
openat(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	called();
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

int
__openat_2(int dir, const char *path, int flags);

int
__openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags);
}

int
open(const char *path, int flags, ...)
{
	return openat(AT_FDCWD, path, flags);
}

int
__open_2(const char *path, int flags);

int
__open_2(const char *path, int flags)
{
	return openat(AT_FDCWD, path, flags);
}

ssize_t
readlinkat(int dir, const char *path, char *to, size_t len)
{
	called();
	return syscall(SYS_readlinkat, dir, path, to, len);
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	called();
	return (int)syscall(SYS_mkdirat, dir, path, mode);
}

int
linkat(int from_dir, const char *from, int dir, const char *path, int flags)
{
	called();
	return (int)syscall(SYS_linkat, from_dir, from, dir, path, flags);
}

int
renameat(int from_dir, const char *from, int dir, const char *path)
{
	called();
	return (int)syscall(SYS_renameat2, from_dir, from, dir, path, 0);
}

/* --- */

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	static const char *const folders[] = {"project", "project/sub", "project/sub/deep",
	    "project/out", "project/public", "allowed", "allowed/live", "allowed/archive", "secret",
	    "secret/deep", "named", "elsewhere"};
	static const char *const files[] = {"project/a", "project/sub/b", "project/sub/deep/b",
	    "project/public/x.zone", "project/out/b", "named/f", "allowed/c", "allowed/archive/c",
	    "elsewhere/e"};
	static const char *const links[][2] = {
	    {"a", "project/link"},
	    {"sub", "project/folder"},
	    {"../allowed/c", "project/to-allowed"},
	    {"../allowed/live", "project/live"},
	    {"../archive/c", "allowed/live/c"},
	    {"../../elsewhere/e", "allowed/live/e"},
	    {"../../project/to-secret", "allowed/live/back"},
	    {"../secret/d", "project/to-secret"},
	    {"../secret", "project/to-secret-folder"},
	    {"../project/../secret/d", "project/detour"},
	    {"../allowed/live/../../secret/d", "project/through-allowed"},
	    {"loop-b", "project/loop-a"},
	    {"loop-a", "project/loop-b"},
	    {"../secret/d", "project/a-2"},
	    {"../secret", "project/sub-2"},
	    {"../secret/d", "project/link-2"},
	    {"../secret", "project/folder-2"},
	    {"../secret/d", "project/to-allowed-2"},
	    {"../../secret/deep", "project/sub/deep-2"},
	    {"../out/b", "project/public/link-out"},
	    {"x.zone", "project/public/link-beside"},
	    {"../a", "project/out/link-a"},
	    {"../../named/f", "project/public/link-named"},
	    {"f", "named/link-f"},
	    {"../elsewhere/e", "named/link-e"},
	    {"named", "alias"},
	    {"../elsewhere/new", "project/dangling"},
	};

	char target[100];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < LENGTH(folders); i++)
		assert_int_equal(mkdir(folders[i], 0755), 0);
	for (size_t i = 0; i < LENGTH(files); i++)
		put(files[i], files[i]);
	put("secret/d", "secret");
	put("secret/b", "secret");
	put("secret/deep/b", "secret");
	for (size_t i = 0; i < LENGTH(links); i++)
		assert_int_equal(symlink(links[i][0], links[i][1]), 0);
	snprintf(target, sizeof(target), "%s/project/sub/b", folder);
	assert_int_equal(symlink(target, "project/absolute"), 0);
	return 0;
}

static int
teardown(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") | system(command);
}

/* What the file at `path` holds, or the code of the problem. */
static const char *
read_at(struct diags *diags, const struct roots *roots, const char *path)
{
	struct text text;

	if (file_load(diags, pos_none(), roots, path, &text) == 0)
		return text.data;
	assert_int_equal(diags->n, 1);
	return problem_table[diags->items[0].problem].code;
}

static void
assert_reads(const struct roots *roots, const char *path, const char *expected)
{
	struct diags diags = {0};
	const char *actual = read_at(&diags, roots, path);

	if (strcmp(actual, expected) != 0)
		fail_msg("%s: %s, not %s", path, actual, expected);
	diags_free(&diags);
}

static void
links_of_a_project(void **state)
{
	static const struct {
		const char *path, *expected;
	} rows[] = {
	    {"project/link", "project/a"},
	    {"project/folder/b", "project/sub/b"},
	    {"project/folder/deep/b", "project/sub/deep/b"},
	    {"project/absolute", "project/sub/b"},
	    {"project/to-allowed", "allowed/c"},
	    {"project/live/c", "allowed/archive/c"},
	    {"allowed/live/c", "allowed/archive/c"},
	    {"allowed/live/e", "elsewhere/e"}, /* the operator's link */
	    {"project/live/e", "F003"},        /* which does not serve a link of the project */
	    {"allowed/live/back", "F003"},     /* it leads to a link of the project */
	    {"project/to-secret", "F003"},
	    {"project/to-secret-folder/d", "F003"},
	    {"project/to-secret-folder/nothing", "F003"},
	    {"project/detour", "F003"},
	    {"project/through-allowed", "F003"},
	    {"project/loop-a", "F001"},
	    {"project/a/b", "F001"},
	    {"/proc/self/environ", "F003"},
	    {"/dev/null", "F003"},
	    {"/dev/stdin", "F003"},
	};
	struct arena a = {0};
	const char *const allowed[] = {file_absolute(&a, "allowed")};
	struct roots roots = {
	    .project = file_absolute(&a, "project"), .allowed = allowed, .n_allowed = 1};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_reads(&roots, rows[i].path, rows[i].expected);
	arena_free(&a);
}

/* A folder is allowed by what it is. Where a link of the project leads to it, it is the link that
 * would be allowed, and with it whatever a pull request makes of it. */
static void
allowed_folders(void **state)
{
	static const struct {
		const char *allowed, *path, *expected;
	} rows[] = {
	    {"alias", "named/f", "named/f"},
	    {"alias", "alias/f", "named/f"},
	    {"allowed/live", "allowed/live/c", "allowed/archive/c"},
	    {"allowed/live", "project/live/c", "F003"},
	    {"allowed/live", "project/to-allowed", "F003"},
	    {"project/live", "project/live/c", "F003"},
	    {"project/to-secret-folder", "project/to-secret-folder/d", "F003"},
	    {"project", "project/to-secret", "F003"},
	    {".", "project/to-allowed", "allowed/c"}, /* a folder that the project is in */
	    {"nothing", "project/a", "project/a"},
	    {"nothing", "nothing/a", "F001"},
	    {"nothing", "nothing/../secret/d", "F003"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *const allowed[] = {file_absolute(&a, rows[i].allowed)};
		struct roots roots = {
		    .project = file_absolute(&a, "project"), .allowed = allowed, .n_allowed = 1};

		assert_reads(&roots, rows[i].path, rows[i].expected);
	}
	arena_free(&a);
}

static void
two_folders(void **state)
{
	struct arena a = {0};
	struct roots roots = {
	    .project = file_absolute(&a, "project"), .beside = file_absolute(&a, "allowed/live")};

	(void)state;
	assert_reads(&roots, "project/a", "project/a");
	assert_reads(&roots, "allowed/live/c", "F003"); /* a stranger's link, too */
	roots.beside = file_absolute(&a, "allowed");
	assert_reads(&roots, "allowed/live/c", "allowed/archive/c");
	assert_reads(&roots, "allowed/live/e", "F003");
	assert_reads(&roots, "project/live/c", "allowed/archive/c");
	arena_free(&a);
}

/* Where zonepp writes. */
static void
strict(void **state)
{
	static const struct {
		const char *path, *expected;
	} rows[] = {
	    {"project/public/x.zone", "project/public/x.zone"},
	    {"project/link", "F010"},
	    {"project/folder/b", "F010"},
	    {"project/public/link-beside", "F010"},
	    {"project/public/link-out", "project/out/b"}, /* an allowed folder */
	    {"project/out/link-a", "F010"},
	    {"project/public/link-named", "F010"},
	    {"project/to-allowed", "allowed/c"},
	    {"project/live/c", "allowed/archive/c"},
	    {"project/live/e", "F010"},
	    {"project/to-secret", "F010"},
	    {"project/to-secret-folder/d", "F010"},
	    {"project/to-secret-folder/nothing", "F010"},
	    {"project/loop-a", "F010"},
	    {"project/nothing", "F001"},
	    {"named/f", "named/f"}, /* the project file names it */
	    {"alias/f", "named/f"},
	    {"named/link-f", "named/f"},
	    {"alias/link-f", "named/f"},
	    {"named/link-e", "F010"},
	    {"secret/d", "secret"},
	};
	struct arena a = {0};
	const char *const allowed[] = {
	    file_absolute(&a, "allowed"), file_absolute(&a, "project/out")};
	struct roots roots = {.project = file_absolute(&a, "project"),
	    .allowed = allowed,
	    .n_allowed = 2,
	    .strict = true};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_reads(&roots, rows[i].path, rows[i].expected);
	arena_free(&a);
}

static bool
makes(const struct roots *roots, const char *path)
{
	struct arena a = {0};
	char name[NAME_MAX + 1];
	int fd = confine_folder(roots, file_absolute(&a, path), true, name);

	arena_free(&a);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* No folder is made where none may be. */
static void
made_folders(void **state)
{
	struct arena a = {0};
	struct roots roots = {.project = file_absolute(&a, "project"), .strict = true};

	(void)state;
	assert_true(makes(&roots, "project/made/a/b/x.zone"));
	assert_int_equal(access("project/made/a/b", F_OK), 0);
	assert_int_equal(access("project/made/a/b/x.zone", F_OK), -1);
	assert_true(makes(&roots, "named/made/x.zone"));
	assert_int_equal(access("named/made", F_OK), 0);
	assert_false(makes(&roots, "project/to-secret-folder/made/x.zone"));
	assert_int_equal(errno, EXDEV);
	assert_int_equal(access("secret/made", F_OK), -1);
	assert_false(makes(&roots, "project/dangling/x.zone"));
	assert_int_equal(access("elsewhere/new", F_OK), -1);
	assert_false(makes(&roots, "project/a/x.zone"));
	arena_free(&a);
}

/* Reads `path` with an exchange ahead of each of the calls in turn: never what is outside. */
static void
assert_safe(const struct roots *roots, const char *path, const char *name, const char *other)
{
	unsigned n_read = 0, n_refused = 0;
	struct arena a = {0};

	for (stranger.at = 0;; stranger.at++) {
		struct diags diags = {0};
		const char *text;

		stranger.n_calls = 0;
		stranger.other = other;
		stranger.name = name;
		text = read_at(&diags, roots, path);
		stranger.name = NULL;
		if (stranger.n_calls > stranger.at) {
			stranger.name = name;
			exchange();
			stranger.name = NULL;
		}
		if (strcmp(text, "secret") == 0)
			fail_msg("%s: read outside, exchanged ahead of call %u", path, stranger.at);
		n_read += strncmp(text, "F0", 2) != 0;
		n_refused += strcmp(text, "F003") == 0;
		diags_free(&diags);
		if (stranger.n_calls <= stranger.at)
			break;
	}
	assert_true(n_read > 0);
	assert_true(n_refused > 0);
	arena_free(&a);
}

static void
races(void **state)
{
	static const struct {
		const char *path, *name, *other;
	} rows[] = {
	    {"project/a", "project/a", "project/a-2"},
	    {"project/sub/b", "project/sub", "project/sub-2"},
	    {"project/sub/deep/b", "project/sub", "project/sub-2"},
	    {"project/sub/deep/b", "project/sub/deep", "project/sub/deep-2"},
	    {"project/link", "project/link", "project/link-2"},
	    {"project/link", "project/a", "project/a-2"},
	    {"project/folder/b", "project/folder", "project/folder-2"},
	    {"project/folder/deep/b", "project/sub", "project/sub-2"},
	    {"project/to-allowed", "project/to-allowed", "project/to-allowed-2"},
	    {"project/absolute", "project/sub", "project/sub-2"},
	};
	struct arena a = {0};
	const char *const allowed[] = {file_absolute(&a, "allowed")};
	struct roots roots = {
	    .project = file_absolute(&a, "project"), .allowed = allowed, .n_allowed = 1};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_safe(&roots, rows[i].path, rows[i].name, rows[i].other);
	arena_free(&a);
}

static void
run(const char *command)
{
	assert_int_equal(system(command), 0);
}

/* What is written into the project goes into a folder of the project, whatever it is called by
 * then, or nowhere. */
static void
races_of_outputs(void **state)
{
	static const char *const rows[][3] = {
	    {"race/public/x", "race/public", "race/link"},
	    {"race/public/deep/x", "race/public", "race/link"},
	    {"race/public/deep/x", "race/public/deep", "race/link"},
	    {"race/public/made/x", "race/public", "race/link"},
	    {"race/public/x", "race/public/x", "race/file"},
	};
	struct arena a = {0};
	struct roots roots = {.project = file_absolute(&a, "race"), .strict = true};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		unsigned n_failed = 0;

		for (stranger.at = 0;; stranger.at++) {
			struct diags diags = {0};

			run("rm -rf race outside && mkdir -p race/public/deep outside && "
			    "echo old >race/public/x && echo old >race/public/deep/x && "
			    "echo old >outside/x && ln -s ../outside race/link && "
			    "ln -s ../outside/x race/file");
			stranger.n_calls = 0;
			stranger.other = rows[i][2];
			stranger.name = rows[i][1];
			n_failed +=
			    output_replace(&diags, &roots, rows[i][0], text_of("new\n")) < 0;
			stranger.name = NULL;
			diags_free(&diags);
			run("[ \"$(ls outside)\" = x ] && [ \"$(cat outside/x)\" = old ]");
			if (stranger.n_calls <= stranger.at)
				break;
		}
		assert_true(stranger.at > 5);
		assert_true(n_failed > 0 && n_failed <= stranger.at);
		run("grep -q new race/public/x race/public/*/x");
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(links_of_a_project),
	    cmocka_unit_test(allowed_folders),
	    cmocka_unit_test(two_folders),
	    cmocka_unit_test(strict),
	    cmocka_unit_test(made_folders),
	    cmocka_unit_test(races),
	    cmocka_unit_test(races_of_outputs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

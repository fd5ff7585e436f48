#define _GNU_SOURCE
#include "unit.h"

#include "base/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* A project beside two other folders, one of which is allowed:
 *   project/{a,sub/b,link-*}  allowed/c  secret/d */
static char folder[] = "/tmp/zonepp-test-XXXXXX";

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
	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("project", 0755) | mkdir("project/sub", 0755) |
			     mkdir("allowed", 0755) | mkdir("secret", 0755) |
			     mkdir("project-too", 0755),
	    0);
	put("project/a", "a");
	put("project/sub/b", "b");
	put("allowed/c", "c");
	put("secret/d", "d");
	put("project-too/e", "e");
	assert_int_equal(
	    symlink("sub/b", "project/link-in") | symlink("../a", "project/sub/link-up") |
		symlink("../allowed/c", "project/link-allowed") |
		symlink("../secret/d", "project/link-out") |
		symlink("/etc/passwd", "project/link-absolute") |
		symlink("../secret", "project/link-folder") |
		symlink("../secret/d", "allowed/link-out") | symlink("project", "alias") |
		symlink("nothing", "project/link-nowhere"),
	    0);
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

static void
assert_confined(const struct roots *roots, const char *path, const char *expected)
{
	struct diags diags = {0};
	struct text text = {0};
	int result = file_load(&diags, pos_none(), roots, path, &text);

	if (result == 0 && *expected != 'F') {
		assert_string_equal(text.data, expected);
		assert_int_equal(diags.n, 0);
	} else {
		if (diags.n != 1)
			fail_msg("%s: read", path);
		assert_string_equal(problem_table[diags.items[0].problem].code, expected);
	}
	diags_free(&diags);
}

static void
confinement(void **state)
{
	static const struct {
		const char *path, *expected;
	} rows[] = {
	    {"project/a", "a"},
	    {"./project//sub/../a", "a"},
	    {"project/sub/b", "b"},
	    {"project/link-in", "b"},
	    {"project/sub/link-up", "a"},
	    {"project/link-allowed", "c"},
	    {"allowed/c", "c"},
	    {"allowed/link-out", "d"}, /* the operator's own link */
	    {"project/link-out", "F003"},
	    {"project/link-absolute", "F003"},
	    {"project/link-folder/d", "F003"},
	    {"secret/d", "F003"},
	    {"project/../secret/d", "F003"},
	    {"project-too/e", "F003"},
	    {"/etc/passwd", "F003"},
	    {"secret/nothing", "F003"}, /* says not even that it is not there */
	    {"project/nothing", "F001"},
	    {"project/link-nowhere", "F001"},
	    {"project/sub", "F001"},
	    {"project", "F001"},
	};
	struct arena a = {0};
	const char *const allowed[] = {file_absolute(&a, "allowed")};
	struct roots roots = {
	    .project = file_absolute(&a, "project"), .allowed = allowed, .n_allowed = 1};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_confined(&roots, rows[i].path, rows[i].expected);
	roots.project = file_absolute(&a, "alias/"); /* a project that is reached by a link */
	assert_confined(&roots, "alias/link-in", "b");
	assert_confined(&roots, "alias/link-allowed", "c");
	assert_confined(&roots, "alias/link-out", "F003");
	roots = (struct roots){.project = "/"};
	assert_confined(&roots, "secret/d", "d");
	assert_confined(NULL, "project/link-out", "d");
	arena_free(&a);
}

/* The names of a folder, one behind the other, with a '/' behind folders; or a code. */
static const char *
listed(const struct roots *roots, const char *path, struct diags *diags)
{
	struct file_list names;
	const char *text = "";

	if (file_list_if(diags, pos_none(), roots, path, &names) < 0)
		return problem_table[diags->items[0].problem].code;
	if (!names.items)
		return "no folder";
	for (size_t i = 0; i < names.n; i++)
		text = arena_printf(&diags->arena, "%s %s%s", text, names.items[i].name,
		    names.items[i].is_folder ? "/" : "");
	return text;
}

static void
lists(void **state)
{
	static const struct {
		const char *path, *expected;
	} rows[] = {
	    {"project", " a link-absolute link-allowed link-folder/ link-in link-nowhere link-out "
			"sub/"},
	    {"project/sub/", " b link-up"},
	    {"project/a", "no folder"},
	    {"project/nothing", "no folder"},
	    {"project/link-folder", "F003"},
	    {"secret", "F003"},
	    {"allowed/..", "F003"},
	};
	struct arena a = {0};
	const char *const allowed[] = {file_absolute(&a, "allowed")};
	struct roots roots = {
	    .project = file_absolute(&a, "project"), .allowed = allowed, .n_allowed = 1};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};

		assert_string_equal(listed(&roots, rows[i].path, &diags), rows[i].expected);
		diags_free(&diags);
	}
	arena_free(&a);
}

/* What is noted of an input changes with it, and only with it. */
static void
inputs(void **state)
{
	struct diags diags = {.track_inputs = TRACK_DIGESTS};
	uint8_t now[32];
	struct text text;

	(void)state;
	assert_int_equal(mkdir("inputs", 0755), 0);
	put("inputs/password", "secret\n");
	assert_string_equal(listed(NULL, "inputs", &diags), " password");
	assert_int_equal(file_load_secret(&diags, pos_none(), NULL, "inputs/password", &text), 0);
	assert_string_equal(text.data, "secret\n");
	assert_int_equal(diags.n_inputs, 2);
	assert_int_equal(diags.inputs[0].kind, INPUT_FOLDER);
	assert_int_equal(diags.inputs[1].kind, INPUT_SECRET);
	for (size_t i = 0; i < 2; i++) {
		assert_true(diags.inputs[i].there);
		assert_true(file_digest(diags.inputs[i].kind, NULL, diags.inputs[i].path, now));
		assert_memory_equal(now, diags.inputs[i].sha256, 32);
	}
	assert_true(file_digest(INPUT_FILE, NULL, "inputs/password", now));
	assert_memory_not_equal(now, diags.inputs[1].sha256, 32);

	put("inputs/password", "other\n"); /* another size */
	assert_true(file_digest(INPUT_SECRET, NULL, "inputs/password", now));
	assert_memory_not_equal(now, diags.inputs[1].sha256, 32);
	assert_true(file_digest(INPUT_FOLDER, NULL, "inputs", now));
	assert_memory_equal(now, diags.inputs[0].sha256, 32);
	assert_int_equal(unlink("inputs/password") | mkdir("inputs/password", 0755), 0);
	assert_true(
	    file_digest(INPUT_FOLDER, NULL, "inputs", now)); /* a folder of the file's name */
	assert_memory_not_equal(now, diags.inputs[0].sha256, 32);
	assert_false(file_digest(INPUT_FOLDER, NULL, "project/a", now));
	assert_false(file_digest(INPUT_SECRET, NULL, "nothing", now));
	diags_free(&diags);
}

/* Regular files of all sizes are followed by a '\0', those that fill their last page too. */
static void
sizes(void **state)
{
	static const size_t n[] = {0, 1, 4095, 4096, 65536, 65537, 17 * 4096, 17 * 4096 + 1};

	(void)state;
	for (size_t i = 0; i < LENGTH(n); i++) {
		struct diags diags = {0};
		struct text text;
		FILE *f = fopen("big", "w");

		for (size_t j = 0; j < n[i]; j++)
			putc('x', f);
		fclose(f);
		assert_int_equal(file_load(&diags, pos_none(), NULL, "big", &text), 0);
		assert_int_equal(text.len, n[i]);
		assert_int_equal(text.data[n[i]], '\0');
		assert_int_equal(strlen(text.data), n[i]);
		diags_free(&diags);
	}
}

static void
streams(void **state)
{
	struct diags diags = {0};
	struct text text;

	(void)state;
	assert_int_equal(file_load(&diags, pos_none(), NULL, "/proc/self/stat", &text), 0);
	assert_true(text.len > 0);
	assert_int_equal(text.data[text.len], '\0');
	assert_int_equal(file_load(&diags, pos_none(), NULL, "/dev/null", &text), 0);
	assert_int_equal(text.len, 0);
	diags_free(&diags);
}

/* What a template names never ends, perhaps; but for `cmd <(other)`. */
static void
devices_at_a_position(void **state)
{
	static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/fd0"};
	struct diags diags = {0};
	uint32_t source = diags_source(&diags, "a.zone", text_of("x"), pos_none());
	struct text text;
	char path[32];
	int ends[2];

	(void)state;
	for (size_t i = 0; i < LENGTH(devices); i++)
		assert_int_equal(file_load(&diags, pos_at(source, 0), NULL, devices[i], &text), -1);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(file_load(&diags, pos_at(source, 0), NULL, path, &text), 0);
	assert_int_equal(text.len, 3);
	close(ends[0]);
	diags_free(&diags);
}

/* A stream that never ends is given up where a zone's memory is; small, as the file may be. */
static void
endless_streams(void **state)
{
	struct limits limits = {.most = {[LIMIT_MEMORY] = 1 << 20}};
	struct diags diags = {0};
	struct text text;

	(void)state;
	assert_int_equal(
	    file_load_small(&diags, pos_none(), NULL, "/dev/zero", 1 << 20, false, &text), -1);
	assert_int_equal(diags.items[0].problem, F_LARGE);
	account_open(&diags.account, &limits, 0);
	assert_int_equal(file_load(&diags, pos_none(), NULL, "/dev/zero", &text), -1);
	assert_int_equal(diags.items[1].problem, F_MEMORY);
	assert_int_equal(diags.n, 2);
	diags_free(&diags);
}

/* Nobody has read such a file, so its digest is none to compare with. */
static void
digest_of_a_hole(void **state)
{
	uint8_t sha256[32];

	(void)state;
	put("hole", "");
	assert_int_equal(truncate("hole", (off_t)1 << 40), 0);
	assert_false(file_digest(INPUT_FILE, NULL, "hole", sha256));
	assert_int_equal(unlink("hole"), 0);
}

static void
missing(void **state)
{
	struct diags diags = {0};
	struct text text = text_of("x");

	(void)state;
	assert_int_equal(file_load_if(&diags, pos_none(), NULL, "nothing", &text), 0);
	assert_null(text.data);
	assert_int_equal(file_load_if(&diags, pos_none(), NULL, "project/a/nothing", &text), 0);
	assert_int_equal(file_load_if(&diags, pos_none(), NULL, "project", &text), -1);
	assert_int_equal(diags.status, 2);
	assert_int_equal(file_load(&diags, pos_none(), NULL, "nothing", &text), -1);
	assert_string_equal(diags.items[1].place.path, "nothing");
	assert_string_equal(
	    diags.items[1].message, "cannot read nothing: No such file or directory");
	diags_free(&diags);
}

static void
problem_at_its_position(void **state)
{
	struct diags diags = {0};
	uint32_t source = diags_source(&diags, "t", text_of("$INCLUDE nothing"), pos_none());
	struct text text;

	(void)state;
	assert_int_equal(file_load(&diags, pos_at(source, 9), NULL, "nothing", &text), -1);
	assert_string_equal(diags.items[0].place.path, "t");
	assert_int_equal(diags.items[0].place.column, 10);
	diags_free(&diags);
}

static void
paths(void **state)
{
	static const struct {
		const char *path, *absolute;
	} rows[] = {{"/a/b", "/a/b"}, {"/a/./b//c/", "/a/b/c"}, {"/a/../b", "/b"}, {"/..", "/"},
	    {"/../../a", "/a"}, {"//", "/"}, {"/a/b/../..", "/"}};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(file_absolute(&a, rows[i].path), rows[i].absolute);
	assert_string_equal(file_absolute(&a, "x/.."), folder);
	assert_string_equal(file_beside(&a, "zones/a.zone", text_of("b.inc")), "zones/b.inc");
	assert_string_equal(file_beside(&a, "a.zone", text_of("b.inc")), "b.inc");
	assert_string_equal(file_beside(&a, "zones/a.zone", text_of("/b")), "/b");
	assert_string_equal(file_beside(&a, "/a.zone", text_of("b")), "/b");
	assert_string_equal(file_join(&a, ".", "b"), "b");
	assert_string_equal(file_join(&a, "..", "b"), "../b");
	assert_string_equal(file_join(&a, "x", "/b"), "/b");
	arena_free(&a);
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* Those above the folder are made as mkdir -p does, with the umask's mode. */
static void
folders(void **state)
{
	static const char *const spellings[] = {
	    "made/a/b", "made/a/b/", "made/a/b//", "made/a/b/.", "./made//a/./b", "made/x/../a/b"};
	mode_t before = umask(022);

	(void)state;
	for (size_t i = 0; i < LENGTH(spellings); i++) {
		assert_int_equal(file_make_folder(spellings[i], 0700), 0);
		assert_int_equal(mode_of("made"), 0755);
		assert_int_equal(mode_of("made/a"), 0755);
		assert_int_equal(mode_of("made/a/b"), 0700);
		assert_int_equal(file_make_folder(spellings[i], 0755), 0); /* left as it is */
		assert_int_equal(mode_of("made/a/b"), 0700);
		assert_int_equal(system("rm -r made"), 0);
	}
	umask(before);
	assert_int_equal(file_make_folder("/", 0700), 0);
	assert_int_equal(file_make_folder(".", 0700), 0);
	put("plain", "");
	assert_int_equal(file_make_folder("plain/a/b", 0700), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(file_make_folder("", 0700), -1);
	assert_int_equal(errno, ENOENT);
}

static void
folders_of_files(void **state)
{
	static const struct {
		const char *path, *folder;
	} rows[] = {{"a", "."}, {"a/b", "a"}, {"/a", "/"}, {"/a/b", "/a"}, {"../a", ".."}};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(file_folder(&a, rows[i].path), rows[i].folder);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(confinement),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(inputs),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(streams),
	    cmocka_unit_test(devices_at_a_position),
	    cmocka_unit_test(endless_streams),
	    cmocka_unit_test(digest_of_a_hole),
	    cmocka_unit_test(missing),
	    cmocka_unit_test(problem_at_its_position),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(folders),
	    cmocka_unit_test(folders_of_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

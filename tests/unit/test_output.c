#define _GNU_SOURCE
#include "unit.h"

#include "base/file.h"
#include "base/output.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/zonepp-test-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	umask(022);
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") | system(command);
}

/* Writes `text` in pieces of `step` bytes; returns what output_commit does. */
static int
write_file(struct diags *diags, const char *path, const char *text, size_t step, bool *changed)
{
	struct output *out = output_open(diags, path);
	size_t n = strlen(text);

	if (!out)
		return -1;
	for (size_t at = 0; at < n; at += step)
		output_write(out, text + at, step < n - at ? step : n - at);
	return output_commit(out, changed);
}

static void
assert_file(const char *path, const char *expected)
{
	struct diags diags = {0};
	struct text text;

	assert_int_equal(file_load(&diags, pos_none(), NULL, path, &text), 0);
	assert_string_equal(text.data, expected);
	diags_free(&diags);
}

static void
assert_files(unsigned expected)
{
	DIR *dir = opendir(".");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	assert_int_equal(n, expected + 2); /* . and .. */
}

static void
replaces(void **state)
{
	static const char *const texts[] = {
	    "first\n", "first\nand more\n", "fi", "", "other text\n", "other\n"};

	(void)state;
	for (size_t step = 1; step < 20; step += 6) {
		for (size_t i = 0; i < LENGTH(texts); i++) {
			struct diags diags = {0};
			bool changed = false;

			assert_int_equal(write_file(&diags, "a", texts[i], step, &changed), 0);
			assert_true(changed);
			assert_file("a", texts[i]);
			assert_int_equal(diags.n, 0);
			diags_free(&diags);
			assert_files(1);
		}
	}
	unlink("a");
}

/* Files that are new, changed, unchanged, kept from being written, and in several folders. */
static void
commits_all(void **state)
{
	static const char *const paths[] = {"new", "old", "same", "f/new", "bad", "g/new"};
	enum { N = LENGTH(paths), SAME = 2, BAD = 4 };
	struct diags diags[N] = {{.n = 0}};
	struct output *outs[N];
	bool changed[N];
	int done[N];

	(void)state;
	write_file(&diags[0], "old", "old text\n", 3, &changed[0]);
	write_file(&diags[0], "same", "text\n", 3, &changed[0]);
	for (size_t i = 0; i < N; i++) {
		outs[i] = output_open(&diags[i], paths[i]);
		assert_int_equal(output_write(outs[i], "text\n", 5), 0);
	}
	assert_int_equal(mkdir("bad", 0777), 0);
	output_commit_all(outs, N, done, changed);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(done[i], i == BAD ? -1 : 0);
		assert_int_equal(diags[i].n, i == BAD);
		if (i == BAD)
			continue;
		assert_int_equal(changed[i], i != SAME);
		assert_file(paths[i], "text\n");
		unlink(paths[i]);
	}
	for (size_t i = 0; i < N; i++)
		diags_free(&diags[i]);
	output_commit_all(NULL, 0, NULL, NULL);
	rmdir("bad");
	rmdir("f");
	rmdir("g");
	assert_files(0);
}

static void
unchanged(void **state)
{
	struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
	struct diags diags = {0};
	struct stat before, after;
	bool changed;

	(void)state;
	write_file(&diags, "a", "the same\n", 3, &changed);
	utimensat(AT_FDCWD, "a", old, 0);
	stat("a", &before);
	assert_int_equal(write_file(&diags, "a", "the same\n", 4, &changed), 0);
	assert_false(changed);
	stat("a", &after);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
	diags_free(&diags);
	unlink("a");
}

static void
keeps_the_mode(void **state)
{
	static const mode_t modes[] = {0600, 0640, 0644, 0664};
	struct diags diags = {0};
	struct stat st;
	bool changed;

	(void)state;
	write_file(&diags, "a", "new", 3, &changed);
	stat("a", &st);
	assert_int_equal(st.st_mode & 07777, 0644); /* 0666 less the mask */
	for (size_t i = 0; i < LENGTH(modes); i++) {
		chmod("a", modes[i]);
		write_file(&diags, "a", i % 2 ? "odd" : "even", 9, &changed);
		assert_true(changed);
		stat("a", &st);
		assert_int_equal(st.st_mode & 07777, modes[i]);
	}
	diags_free(&diags);
	unlink("a");
}

static void
abort_leaves_nothing(void **state)
{
	struct diags diags = {0};
	struct output *out;
	bool changed;

	(void)state;
	out = output_open(&diags, "a");
	output_write(out, "half", 4);
	output_abort(out);
	assert_files(0);
	write_file(&diags, "a", "whole", 5, &changed);
	out = output_open(&diags, "a");
	output_write(out, "wh", 2);
	output_write(out, "half", 4);
	output_abort(out);
	assert_file("a", "whole");
	assert_files(1);
	out = output_open(&diags, "a");
	output_abort(out);
	assert_file("a", "whole");
	assert_int_equal(diags.n, 0);
	diags_free(&diags);
	unlink("a");
}

/* Until the commit the old file is there, and whole. */
static void
old_until_commit(void **state)
{
	struct diags diags = {0};
	struct output *out;
	bool changed;

	(void)state;
	write_file(&diags, "a", "old", 3, &changed);
	out = output_open(&diags, "a");
	output_write(out, "newer", 5);
	assert_file("a", "old");
	assert_int_equal(output_commit(out, &changed), 0);
	assert_file("a", "newer");
	output_abort(out); /* no effect any more */
	assert_file("a", "newer");
	diags_free(&diags);
	unlink("a");
}

static void
links_are_followed(void **state)
{
	struct diags diags = {0};
	struct stat st;
	bool changed;

	(void)state;
	mkdir("elsewhere", 0755);
	write_file(&diags, "elsewhere/a", "old", 3, &changed);
	assert_int_equal(symlink("elsewhere/a", "link"), 0);
	assert_int_equal(write_file(&diags, "link", "new", 3, &changed), 0);
	lstat("link", &st);
	assert_true(S_ISLNK(st.st_mode));
	assert_file("elsewhere/a", "new");
	diags_free(&diags);
	unlink("link");
	unlink("elsewhere/a");
	rmdir("elsewhere");
}

static void
assert_fails_to_write(const char *path, const char *text, enum problem problem)
{
	struct diags diags = {0};
	bool changed;

	assert_int_equal(write_file(&diags, path, text, 1000, &changed), -1);
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.items[0].problem, problem);
	assert_string_equal(diags.items[0].place.path, path);
	assert_int_equal(diags.status, 2);
	diags_free(&diags);
}

static void
failures(void **state)
{
	(void)state;
	assert_fails_to_write("/dev/full", "text", F_STREAM);
	assert_fails_to_write("/proc/nothing/a", "text", F_WRITE);
	assert_fails_to_write(".", "text", F_STREAM);
	assert_files(0);
}

/* Not even the folder is made. */
static void
folder_names(void **state)
{
	static const char *const paths[] = {
	    "nosuch/", "nosuch//", "nosuch/.", "no/such/..", "file/", "link"};
	struct diags diags = {0};
	bool changed;

	(void)state;
	write_file(&diags, "file", "text", 4, &changed);
	assert_int_equal(symlink("nosuch/", "link"), 0);
	for (size_t i = 0; i < LENGTH(paths); i++) {
		assert_fails_to_write(paths[i], "text", F_STREAM);
		assert_files(2);
	}
	assert_file("file", "text");
	unlink("file");
	unlink("link");
	diags_free(&diags);
}

/* Of what waits for a stream, wherever it waits. */
static void
assert_full_for_stream(const char *tmpdir, const char *message)
{
	char big[10000] = {0};
	struct diags diags = {0};
	struct output *out;
	bool changed;

	setenv("TMPDIR", tmpdir, 1);
	out = output_open(&diags, "/dev/null");
	output_hold(out);
	assert_int_equal(output_write(out, big, sizeof(big)), -1);
	assert_int_equal(output_commit(out, &changed), -1);
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.items[0].problem, F_STREAM);
	assert_string_equal(diags.items[0].place.path, tmpdir);
	assert_string_equal(diags.items[0].message, message);
	unsetenv("TMPDIR");
	diags_free(&diags);
}

/* A disk that fills up, as far as a process can make one: a limit on the size of files. */
static void
full_disk(void **state)
{
	struct rlimit old, small;
	struct diags diags = {0};
	char big[10001];
	bool changed;

	(void)state;
	memset(big, 'x', 10000);
	big[10000] = '\0';
	write_file(&diags, "a", "whole", 5, &changed);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){4096, old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	assert_fails_to_write("a", big, F_WRITE);
	assert_full_for_stream("/tmp",
	    "cannot write a temporary file in /tmp: File too large; set TMPDIR to a folder with "
	    "room");
	assert_full_for_stream("/nowhere",
	    "cannot write a temporary file in memory, for none can be in /nowhere: File too large; "
	    "set TMPDIR to a folder with room");
	setrlimit(RLIMIT_FSIZE, &old);
	assert_file("a", "whole");
	assert_files(1);
	diags_free(&diags);
	unlink("a");
}

static void
devices(void **state)
{
	struct diags diags = {0};
	bool changed;

	(void)state;
	assert_int_equal(write_file(&diags, "/dev/null", "text", 1, &changed), 0);
	assert_true(changed);
	diags_free(&diags);
}

/* What a named pipe holds by now, or NULL. */
static const char *
in_pipe(int fd)
{
	static char text[100];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return NULL;
	text[n] = '\0';
	return text;
}

/* A held stream gets all or nothing, wherever it waits meanwhile. */
static void
held_streams(void **state)
{
	static const char *const folders[] = {NULL, "", ".", "/nowhere"};
	struct diags diags = {0};
	bool changed;
	int fd;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDONLY | O_NONBLOCK);
	for (size_t i = 0; i < LENGTH(folders); i++) {
		struct output *out;

		folders[i] ? setenv("TMPDIR", folders[i], 1) : unsetenv("TMPDIR");
		out = output_open(&diags, "pipe");
		output_write(out, "ahead ", 6);
		assert_string_equal(in_pipe(fd), "ahead ");
		assert_null(output_draft(out));
		output_hold(out);
		output_write(out, "held ????", 9);
		output_will_patch(out);
		assert_int_equal(output_patch(out, 11, "text", 4), 0);
		assert_file(output_draft(out), "held text");
		assert_null(in_pipe(fd));
		assert_int_equal(output_commit(out, &changed), 0);
		assert_string_equal(in_pipe(fd), "held text");

		out = output_open(&diags, "pipe");
		output_hold(out);
		output_write(out, "forgotten", 9);
		output_abort(out);
		assert_null(in_pipe(fd));
		assert_files(1);
	}
	unsetenv("TMPDIR");
	assert_int_equal(diags.n, 0);
	diags_free(&diags);
	close(fd);
	unlink("pipe");
}

static void
hold_leaves_files_alone(void **state)
{
	struct diags diags = {0};
	struct output *out;
	bool changed;

	(void)state;
	out = output_open(&diags, "a");
	output_hold(out);
	output_write(out, "text", 4);
	assert_int_equal(output_commit(out, &changed), 0);
	assert_file("a", "text");
	diags_free(&diags);
	unlink("a");
}

static void *
come_and_go(void *arg)
{
	atomic_bool *stop = arg;

	while (!*stop) {
		close(open("shared", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
		unlink("shared");
	}
	return NULL;
}

/* A file that another run puts there at any moment lends its own mode, never none. */
static void
mode_in_a_race(void **state)
{
	enum { RUNS = 5000 };
	atomic_bool stop = false;
	pthread_t other;
	struct stat st;
	bool changed;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, come_and_go, &stop), 0);
	for (unsigned i = 0; i < RUNS; i++) {
		struct diags diags = {0};
		struct output *out = output_open(&diags, "shared");

		assert_non_null(out);
		output_relax(out);
		assert_int_equal(output_write(out, "zone\n", 5), 0);
		assert_int_equal(output_commit(out, &changed), 0);
		if (stat("shared", &st) == 0)
			assert_int_equal(st.st_mode & 0777, 0644);
		diags_free(&diags);
	}
	stop = true;
	pthread_join(other, NULL);
	unlink("shared");
}

enum { FILES_ALIKE = 4, ROUNDS_ALIKE = 300 };

static void *
write_alike(void *arg)
{
	char *path = arg, text[16];
	bool changed;

	for (unsigned i = 0; i < ROUNDS_ALIKE; i++) {
		struct diags diags = {0};
		struct output *out = output_open(&diags, path);
		int result = -1;

		snprintf(text, sizeof(text), "%s %u\n", path + NAME_MAX - 1, i);
		if (out)
			output_relax(out);
		if (out && output_write(out, text, strlen(text)) == 0)
			result = output_commit(out, &changed);
		diags_free(&diags);
		if (result < 0)
			return path;
	}
	return NULL;
}

/* Files whose long names differ in their end alone are written side by side. */
static void
names_that_begin_alike(void **state)
{
	char paths[FILES_ALIKE][NAME_MAX + 1], expected[16];
	pthread_t threads[FILES_ALIKE];
	void *failed;

	(void)state;
	for (unsigned i = 0; i < FILES_ALIKE; i++) {
		memset(paths[i], 'n', NAME_MAX);
		paths[i][NAME_MAX - 1] = (char)('a' + i);
		paths[i][NAME_MAX] = '\0';
		assert_int_equal(pthread_create(&threads[i], NULL, write_alike, paths[i]), 0);
	}
	for (unsigned i = 0; i < FILES_ALIKE; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
		snprintf(expected, sizeof(expected), "%c %u\n", 'a' + i, ROUNDS_ALIKE - 1);
		assert_file(paths[i], expected);
		unlink(paths[i]);
	}
}

/* Whoever is to judge a draft opens it by its name, which leads nowhere afterwards. */
static void
named_drafts(void **state)
{
	struct diags diags = {0};
	struct output *out;
	const char *draft;
	bool changed;

	(void)state;
	output_replace(&diags, NULL, "named", text_of("old\n"));
	for (int round = 0; round < 2; round++) {
		out = output_open(&diags, "named");
		output_write(out, "new\n", 4);
		draft = output_draft_name(out);
		assert_file(draft, "new\n");
		assert_file("named", "old\n");
		if (round == 0)
			output_abort(out);
		else
			assert_int_equal(output_commit(out, &changed), 0);
		assert_int_equal(access(draft, F_OK), -1);
	}
	assert_file("named", "new\n");
	out = output_open(&diags, "named");
	output_write(out, "new\n", 4);
	assert_null(output_draft_name(out));
	output_abort(out);
	unlink("named");
	assert_int_equal(diags.n, 0);
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replaces),
	    cmocka_unit_test(commits_all),
	    cmocka_unit_test(unchanged),
	    cmocka_unit_test(keeps_the_mode),
	    cmocka_unit_test(abort_leaves_nothing),
	    cmocka_unit_test(old_until_commit),
	    cmocka_unit_test(links_are_followed),
	    cmocka_unit_test(failures),
	    cmocka_unit_test(folder_names),
	    cmocka_unit_test(full_disk),
	    cmocka_unit_test(devices),
	    cmocka_unit_test(held_streams),
	    cmocka_unit_test(named_drafts),
	    cmocka_unit_test(hold_leaves_files_alone),
	    cmocka_unit_test(mode_in_a_race),
	    cmocka_unit_test(names_that_begin_alike),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

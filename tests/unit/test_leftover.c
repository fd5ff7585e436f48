#define _GNU_SOURCE
#include "key_fixture.h"

#include "base/file.h"
#include "base/leftover.h"
#include "base/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

enum { SLOTS = 1024, THREADS = 8 };

static char folder[64];
static struct arena arena;

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
	arena_free(&arena);
	return 0;
}

/* As long as the names of files may be, and no two of them the same. */
static void
names(void **state)
{
	char file[NAME_MAX + 1] = "", previous[NAME_MAX + 1] = "", other[NAME_MAX + 1];

	(void)state;
	assert_string_equal(
	    leftover_name(&arena, "x"), arena_printf(&arena, ".x.%ld.zonepp-tmp", (long)getpid()));
	for (size_t len = 1; len <= NAME_MAX; len++) {
		const char *name;

		memset(file, 'a', len);
		name = leftover_name(&arena, file);
		assert_true(strlen(name) <= NAME_MAX);
		assert_string_not_equal(name, previous);
		strcpy(previous, name);
		strcpy(other, file);
		other[len - 1] = 'b';
		assert_string_not_equal(name, leftover_name(&arena, other));
	}
}

/* Where there is no room nothing is announced, and that does no harm. */
static void
room(void **state)
{
	struct leftover *all[SLOTS];

	(void)state;
	for (size_t i = 0; i < SLOTS; i++) {
		all[i] = leftover_add(AT_FDCWD, "none");
		assert_non_null(all[i]);
		leftover_made(all[i]);
	}
	assert_null(leftover_add(AT_FDCWD, "none"));
	leftover_made(NULL);
	leftover_gone(NULL);
	leftover_gone(all[7]);
	assert_ptr_equal(leftover_add(AT_FDCWD, "none"), all[7]);
	for (size_t i = 0; i < SLOTS; i++)
		leftover_gone(all[i]);
}

static void
make(const char *name)
{
	int fd = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		_exit(99);
	close(fd);
}

/* Makes files and renames them until the process ends. */
static void
work(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	char name[40], to[40];

	(void)ctx, (void)worker, (void)slot;
	for (unsigned i = 0;; i++) {
		struct leftover *leftover;

		snprintf(name, sizeof(name), "part-%zu-%u", chunk, i);
		snprintf(to, sizeof(to), "whole-%zu", chunk);
		leftover = leftover_add(AT_FDCWD, name);
		make(name);
		leftover_made(leftover);
		if (chunk == 0 && i == 100)
			kill(getpid(), SIGTERM);
		if (rename(name, to) < 0 && errno != ENOENT)
			_exit(98);
		leftover_gone(leftover);
	}
}

/* The number of files whose name begins so. */
static size_t
count(const char *beginning)
{
	struct diags diags = {0};
	struct file_list names;
	size_t n = 0;

	assert_int_equal(file_list_if(&diags, pos_none(), NULL, ".", &names), 0);
	for (size_t i = 0; i < names.n; i++)
		n += strncmp(names.items[i].name, beginning, strlen(beginning)) == 0;
	diags_free(&diags);
	return n;
}

static int
status_of(void (*run)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		run();
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
run_threads(void)
{
	leftover_watch();
	pool_run(THREADS, &(struct pool_work){.n_chunks = THREADS, .work = work});
}

/* Whichever thread the signal meets, nothing stays, also of those that are making a file. */
static void
threads(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		int status = status_of(run_threads);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGTERM);
		assert_int_equal(count("part-"), 0);
	}
	assert_true(count("whole-") > 0);
}

enum { MANY = 200 }; /* more entries than one look at a folder tells of */

static void
make_folder(void)
{
	char path[100];

	mkdir("folder", 0700);
	mkdir("folder/below", 0700);
	mkdir("folder/below/further", 0700);
	if (symlink("../kept", "folder/link") < 0 || symlink("..", "folder/below/up") < 0)
		_exit(98);
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "folder/below/file-with-a-long-name-%d", i);
		make(path);
	}
}

static void
run_signals(void)
{
	struct leftover *leftover;

	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_DFL); /* shells ignore it in what they run behind them */
	leftover_watch();
	leftover = leftover_add(AT_FDCWD, "file");
	make("file");
	leftover_made(leftover);
	leftover_gone(leftover_add(AT_FDCWD, "kept"));
	make("kept");
	leftover = leftover_add(AT_FDCWD, "folder");
	make_folder();
	leftover_made(leftover);
	raise(SIGHUP);
	if (access("file", F_OK) < 0)
		_exit(97);
	raise(SIGINT);
}

static void
signals(void **state)
{
	int status = status_of(run_signals);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
	assert_int_equal(access("file", F_OK), -1);
	assert_int_equal(access("folder", F_OK), -1);
	assert_int_equal(access("kept", F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(room),
	    cmocka_unit_test(signals),
	    cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

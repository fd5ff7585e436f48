#define _GNU_SOURCE
#include "unit.h"

#include "base/jobserver.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOKENS = 5 };

/* The tokens that are there, which stay. */
static int
count(int from, int to)
{
	char c, all[100];
	int n = 0;

	fcntl(from, F_SETFL, O_NONBLOCK);
	while (read(from, &c, 1) == 1)
		all[n++] = c;
	assert_int_equal(write(to, all, (size_t)n), n);
	return n;
}

/* How a process ends that has taken some: IS_CHILD is one whose child alone gives back. */
enum ending { EXITS, ENDS_AT_ONCE, IS_CHILD };

static int
taken(unsigned wanted, enum ending ending, int from, int to, int *left)
{
	int told[2], status;
	unsigned said[2];
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		said[0] = jobserver_take(wanted);
		said[1] = (unsigned)count(from, to);
		if (write(told[1], said, sizeof(said)) != sizeof(said))
			_exit(1);
		if (ending == EXITS)
			exit(0);
		if (ending == IS_CHILD && fork() == 0) {
			jobserver_give_back();
			_exit(0);
		}
		if (ending == IS_CHILD)
			wait(NULL);
		else
			jobserver_give_back();
		_exit(0);
	}
	assert_int_equal(read(told[0], said, sizeof(said)), sizeof(said));
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	close(told[0]);
	close(told[1]);
	*left = (int)said[1];
	return (int)said[0];
}

static void
set_flags(const char *form, int from, int to)
{
	char flags[200];

	snprintf(flags, sizeof(flags), form, from, to);
	setenv("MAKEFLAGS", flags, 1);
}

static void
open_jobserver(int fds[2])
{
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "+-abc", TOKENS), TOKENS);
}

static void
a_pipe(void **state)
{
	static const char *const forms[] = {" -j6 --jobserver-auth=%d,%d",
	    "k --jobserver-fds=%d,%d -j --", "--jobserver-auth=77,78 --jobserver-auth=%d,%d"};
	int fds[2], left;

	(void)state;
	open_jobserver(fds);
	for (size_t i = 0; i < LENGTH(forms); i++) {
		set_flags(forms[i], fds[0], fds[1]);
		assert_int_equal(taken(3, EXITS, fds[0], fds[1], &left), 3);
		assert_int_equal(left, TOKENS - 2);
		assert_int_equal(count(fds[0], fds[1]), TOKENS);
		assert_int_equal(taken(100, ENDS_AT_ONCE, fds[0], fds[1], &left), TOKENS + 1);
		assert_int_equal(left, 0);
		assert_int_equal(count(fds[0], fds[1]), TOKENS);
		assert_int_equal(taken(1, EXITS, fds[0], fds[1], &left), 1);
		assert_int_equal(left, TOKENS);
	}
	assert_int_equal(taken(3, IS_CHILD, fds[0], fds[1], &left), 3);
	assert_int_equal(count(fds[0], fds[1]), TOKENS - 2);
	close(fds[0]);
	close(fds[1]);
}

/* None is left: it goes on alone, and does not wait. */
static void
none_left(void **state)
{
	int fds[2], left;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	set_flags("--jobserver-auth=%d,%d", fds[0], fds[1]);
	assert_int_equal(taken(4, EXITS, fds[0], fds[1], &left), 1);
	assert_int_equal(count(fds[0], fds[1]), 0);
	close(fds[0]);
	close(fds[1]);
}

static void
a_fifo(void **state)
{
	char path[] = "/tmp/zonepp-jobserver-XXXXXX", flags[100];
	int fd, left;

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(flags, sizeof(flags), " -j6 --jobserver-auth=fifo:%s/fifo", path);
	setenv("MAKEFLAGS", flags, 1);
	assert_int_equal(mkfifo(strrchr(flags, ':') + 1, 0600), 0);
	fd = open(strrchr(flags, ':') + 1, O_RDWR);
	assert_int_equal(write(fd, "+++++", TOKENS), TOKENS);
	assert_int_equal(taken(4, EXITS, fd, fd, &left), 4);
	assert_int_equal(left, TOKENS - 3);
	assert_int_equal(count(fd, fd), TOKENS);
	close(fd);
	unlink(strrchr(flags, ':') + 1);
	rmdir(path);
}

/* What cannot be a jobserver is none. */
static void
no_jobserver(void **state)
{
	static const char *const flags[] = {"", "-j4", "--jobserver-auth=", "--jobserver-auth=x",
	    "--jobserver-auth=-2,-2", "--jobserver-auth=200,201",
	    "--jobserver-auth=fifo:", "--jobserver-auth=fifo:/dev/null",
	    "--jobserver-auth=fifo:/nowhere/fifo"};
	int fds[2], left;

	(void)state;
	open_jobserver(fds);
	for (size_t i = 0; i < LENGTH(flags); i++) {
		setenv("MAKEFLAGS", flags[i], 1);
		assert_int_equal(taken(3, EXITS, fds[0], fds[1], &left), 3);
	}
	set_flags("--jobserver-auth=%d,%d", fds[1], fds[0]);
	assert_int_equal(taken(3, EXITS, fds[0], fds[1], &left), 3);
	unsetenv("MAKEFLAGS");
	assert_int_equal(taken(3, EXITS, fds[0], fds[1], &left), 3);
	assert_int_equal(left, TOKENS);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pipe),
	    cmocka_unit_test(none_left),
	    cmocka_unit_test(a_fifo),
	    cmocka_unit_test(no_jobserver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#define _GNU_SOURCE
#include "unit.h"

#include "base/child.h"
#include "base/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MOST = 4 };

/* Commands of sh(1), and how they ended. */
struct script {
	const char *commands[MOST];
	uint32_t timeout_s;
	size_t n; /* begun */
	struct child_end ends[MOST];
	char *argv[4];
	int input;
};

static struct starter *starter; /* NULL: there is none */

static bool
next(void *ctx, struct child *out)
{
	struct script *script = ctx;
	const char *command = script->n < MOST ? script->commands[script->n] : NULL;
	bool is_path = command && *command == '/';

	if (!command)
		return false;
	script->n++;
	script->argv[0] = is_path ? (char *)(uintptr_t)command : "sh";
	script->argv[1] = is_path ? NULL : "-c";
	script->argv[2] = (char *)(uintptr_t)command;
	*out = (struct child){.folder = "/",
	    .argv = script->argv,
	    .environ = environ,
	    .input = script->input,
	    .timeout_s = script->timeout_s ? script->timeout_s : 20};
	if (starter) {
		out->request = script;
		out->request_len = sizeof(*script);
	}
	return true;
}

static void
ended(void *ctx, const struct child_end *end)
{
	struct script *script = ctx;

	script->ends[script->n - 1] = *end;
}

/* Runs the scripts, and returns what they wrote. */
static const char *
run(struct script *scripts, size_t n, size_t n_abreast)
{
	static char said[4096];
	struct child_queue queues[MOST];
	struct children children = {
	    .queues = queues, .n = n, .n_abreast = n_abreast, .starter = starter};
	int before = dup(STDERR_FILENO), fd = memfd_create("said", MFD_CLOEXEC);
	int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ssize_t len;

	assert_true(before >= 0 && fd >= 0 && input >= 0 && n <= MOST);
	fcntl(fd, F_SETFL, O_APPEND);
	for (size_t i = 0; i < n; i++) {
		scripts[i].input = input;
		queues[i] = (struct child_queue){&scripts[i], next, ended};
	}
	dup2(fd, STDERR_FILENO);
	children_run(&children);
	dup2(before, STDERR_FILENO);
	len = pread(fd, said, sizeof(said) - 1, 0);
	assert_true(len >= 0);
	said[len] = '\0';
	close(input);
	close(fd);
	close(before);
	return said;
}

static void
ends(void **state)
{
	static const struct {
		const char *command;
		uint32_t timeout_s;
		int status, error;
		bool late;
	} rows[] = {
	    {"exit 0", 0, 0, 0, false},
	    {"exit 3", 0, 3 << 8, 0, false},
	    {"kill -9 $$", 0, SIGKILL, 0, false},
	    {"kill -9 $PPID", 0, 0, ECANCELED, false}, /* nobody knows how it ends */
	    {"/lacks/it", 0, 0, ENOENT, false},
	    {"/", 0, 0, EACCES, false},
	    {"sleep 1000", 1, SIGTERM, 0, true},
	    {"trap 'exit 5' TERM; sleep 1000 & wait", 1, 5 << 8, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct script script = {
		    .commands = {rows[i].command}, .timeout_s = rows[i].timeout_s};

		run(&script, 1, 1);
		assert_int_equal(script.n, 1);
		assert_int_equal(script.ends[0].status, rows[i].status);
		assert_int_equal(script.ends[0].error, rows[i].error);
		assert_int_equal(script.ends[0].late, rows[i].late);
	}
}

/* What the queues have to say stands in their order, though the first one ends last, with some
 * commands at a time or one; both streams go there. */
static void
order(void **state)
{
	char path[] = "/tmp/zonepp-child-XXXXXX", wait[128], make[128];

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(wait, sizeof(wait), "until rmdir %s/go 2>/dev/null; do :; done; echo a", path);
	snprintf(make, sizeof(make), "echo c; mkdir %s/go; echo d >&2", path);
	for (size_t n_abreast = 2; n_abreast <= MOST; n_abreast++) {
		struct script scripts[] = {
		    {.commands = {wait, "echo b"}}, {.commands = {make, "echo e"}}, {.n = 0}};

		assert_string_equal(run(scripts, 3, n_abreast), "a\nb\nc\nd\ne\n");
	}
	rmdir(path);
}

/* One after another where no more than one may run. */
static void
one_at_a_time(void **state)
{
	struct script scripts[] = {{.commands = {"echo a", "echo b"}}, {.commands = {"echo c"}}};

	(void)state;
	assert_string_equal(run(scripts, 2, 1), "a\nb\nc\n");
}

/* A process that is left running may write what it likes, and fills nothing. */
static void
left_running(void **state)
{
	struct script scripts[] = {{.commands = {"sleep 0; echo a"}},
	    {.commands = {"sh -c 'trap \"\" PIPE; while echo x; do :; done; echo full' & echo b"}}};
	const char *said = run(scripts, 2, 2);

	(void)state;
	assert_memory_equal(said, "a\n", 2);
	assert_null(strstr(said, "full"));
}

/* Two commands of which the second one writes on and on. */
static void
writes_without_end(void **state)
{
	char path[] = "/tmp/zonepp-child-XXXXXX", wait[128], go[128];
	struct script scripts[] = {{.commands = {wait}},
	    {.commands = {"trap '' TERM; exec yes 0123456789 2>/dev/null", go}}};

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(wait, sizeof(wait), "mkfifo %s/go; read -r line <%s/go; echo a", path, path);
	snprintf(go, sizeof(go), "until [ -p %s/go ]; do :; done; echo >%s/go", path, path);
	assert_memory_equal(run(scripts, 2, 2), "a\n0123456789\n", 13);
	snprintf(go, sizeof(go), "%s/go", path);
	unlink(go);
	rmdir(path);
	assert_true(scripts[0].ends[0].status == 0 && !scripts[0].ends[0].full);
	assert_true(scripts[1].ends[0].full && !scripts[1].ends[0].late);
	assert_int_equal(scripts[1].ends[0].status, 1 << 8); /* it could not write */
	assert_true(scripts[1].ends[1].status == 0 && !scripts[1].ends[1].full);
}

/* In the starter: the script there points to what this process has, too. */
static bool
make(const void *ctx, struct arena *a, const void *request, size_t len, struct child *out)
{
	struct script *script = arena_alloc(a, sizeof(*script));

	(void)ctx;
	memcpy(script, request, len);
	script->n = 0;
	return len == sizeof(*script) && next(script, out);
}

/* Where a command takes too long, or whatever waits for it or starts it is killed, neither that nor
 * what it started runs on. Each has the pipe open as long as it does. */
static void
nothing_left(void **state)
{
	static const struct {
		const char *command;
		uint32_t timeout_s;
		int error;
		bool asks; /* the starter */
	} rows[] = {
	    {"sleep 1000 & kill -9 $PPID; wait", 0, ECANCELED, false},
	    {"trap '' TERM; sleep 1000 & kill -9 $PPID; wait; wait", 0, ECANCELED, false},
	    {"sleep 1000 & kill -9 $PPID; wait", 0, ECANCELED, true},
	    {"trap '' TERM; read -r _ _ _ it _ </proc/$PPID/stat; kill -9 $it; sleep 1000", 0,
		ECANCELED, true},
	    {"(setsid sleep 1000 &); sleep 1000", 1, 0, false}, /* with another parent */
	    {"(setsid sleep 1000 &); sleep 1000", 1, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct script script = {
		    .commands = {rows[i].command}, .timeout_s = rows[i].timeout_s};
		struct arena a = {0};
		char octet;
		int fds[2];

		assert_int_equal(pipe(fds), 0);
		fcntl(fds[0], F_SETFL, O_NONBLOCK);
		starter = rows[i].asks ? starter_begin(&a, make, NULL) : NULL;
		run(&script, 1, 1);
		assert_int_equal(script.ends[0].error, rows[i].error);
		assert_int_equal(script.ends[0].late, rows[i].timeout_s > 0);
		starter_end(starter);
		starter = NULL;
		arena_free(&a);
		close(fds[1]);
		assert_int_equal(read(fds[0], &octet, 1), 0);
		close(fds[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ends),
	    cmocka_unit_test(order),
	    cmocka_unit_test(one_at_a_time),
	    cmocka_unit_test(left_running),
	    cmocka_unit_test(writes_without_end),
	    cmocka_unit_test(nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#define _GNU_SOURCE
#include "base/child_part.h"

#include "base/signal_part.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long a process that is asked to end may take before it is killed. */
enum { GRACE_S = 3 };

static const int64_t S_NS = 1000000000;

enum { CHILDREN_MOST = 256 };

struct pids {
	pid_t items[CHILDREN_MOST];
	size_t n;
};

struct watch {
	pid_t pid; /* the child */
	pid_t all; /* of kill(2) and waitpid(2): its group, or it alone */
	int kept;  /* the file with what it writes; -1: that is not kept */
	struct signals signals;
	int signal; /* the last that came to end this process; 0: none did */
	int status, error;
	bool reaped;
	int with;         /* the signal that ends what the child started */
	struct pids sent; /* who got it one by one */
};

static int64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * S_NS + now.tv_nsec;
}

/* At a terminal a command may want to ask something, a password for example. That is for the group
 * in its foreground alone, to which the terminal's own signals go. */
bool
child_shares_terminal(void)
{
	int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	bool result = terminal >= 0 && tcgetpgrp(terminal) == getpgrp();

	if (terminal >= 0)
		close(terminal);
	return result;
}

/* In a folder of PATH, as posix_spawnp(3) does it, and no shell runs what is no program: else a
 * script that was cut to nothing would be a good one. Returns where that fails. */
static void
exec_in_path(char **argv, char **environ)
{
	const char *path = getenv("PATH"), *at = path ? path : "/bin:/usr/bin";
	bool denied = false;
	char file[PATH_MAX];

	for (;; at++) {
		size_t len = strcspn(at, ":");
		int n = snprintf(
		    file, sizeof(file), "%.*s%s%s", (int)len, at, len ? "/" : "./", argv[0]);

		if (n > 0 && (size_t)n < sizeof(file)) {
			execve(file, argv, environ);
			if (errno == EACCES)
				denied = true;
			else if (errno != ENOENT && errno != ENOTDIR)
				return;
		}
		at += len;
		if (!*at)
			break;
	}
	errno = denied ? EACCES : ENOENT;
}

/* Becomes the command; returns where it cannot. It is told to end if the process that waits for it
 * is killed: nothing would hold a lock for it, nor end it in time. */
static void
become(const struct watch *watch, const struct child *child, pid_t parent, bool shares)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	if ((!shares && setpgid(0, 0) < 0) || dup2(child->input, STDIN_FILENO) < 0 ||
	    dup2(child->output, STDOUT_FILENO) < 0 || dup2(child->output, STDERR_FILENO) < 0 ||
	    chdir(child->folder) < 0)
		return;
	sigprocmask(SIG_SETMASK, &watch->signals.before, NULL);
	if (strchr(child->argv[0], '/'))
		execve(child->argv[0], child->argv, child->environ);
	else
		exec_in_path(child->argv, child->environ);
}

/* Returns 0, or an error number. Whether it became the command, `end` tells once it has ended. */
static int
spawn(struct watch *watch, const struct child *child, struct child_end *end)
{
	bool shares = child_shares_terminal();
	pid_t parent = getpid();

	watch->pid = fork();
	if (watch->pid == 0) {
		end->pid = getpid();
		become(watch, child, parent, shares);
		end->error = errno;
		end->pid = 0;
		_exit(1);
	}
	if (watch->pid < 0)
		return errno;
	if (!shares) /* whichever of the two comes first */
		setpgid(watch->pid, watch->pid);
	watch->all = shares ? watch->pid : -watch->pid;
	return 0;
}

/* Returns false while there are such children, as of waitpid(2). */
static bool
reap(struct watch *watch, pid_t which)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(which, &status, WNOHANG)) > 0)
		if (pid == watch->pid) {
			watch->status = status;
			watch->reaped = true; /* its number is free for another one */
		}
	return pid < 0;
}

static bool
has_ended(struct watch *watch)
{
	bool none = reap(watch, -1);

	watch->error = none && !watch->reaped ? ECHILD : 0;
	return none || watch->reaped;
}

/* The children of this process; none where the system does not tell them. */
static void
list_children(struct pids *out)
{
	FILE *file = fopen("/proc/thread-self/children", "re");

	out->n = 0;
	while (file && out->n < CHILDREN_MOST && fscanf(file, "%d", &out->items[out->n]) == 1)
		out->n++;
	if (file)
		fclose(file);
}

static bool
is_among(const struct pids *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->n; i++)
		if (pids->items[i] == pid)
			return true;
	return false;
}

static void
send_signal(pid_t pid, int signal)
{
	kill(pid, signal);
	kill(pid, SIGCONT); /* what is stopped would not see it */
}

/* Sends the signal to a process that left the group, as timeout(1) does, once. */
static void
send_once(struct watch *watch, pid_t pid)
{
	if (is_among(&watch->sent, pid) || (watch->all < 0 && getpgid(pid) == watch->pid))
		return;
	if (watch->sent.n < CHILDREN_MOST)
		watch->sent.items[watch->sent.n++] = pid;
	send_signal(pid, watch->with);
}

/* Have the child and all that it started ended? What has lost its parent, by that or before, is a
 * child of this process now. */
static bool
has_all_ended(struct watch *watch)
{
	struct pids now;
	bool ended;

	reap(watch, -1);
	ended = reap(watch, watch->all);
	list_children(&now);
	for (size_t i = 0; i < now.n; i++)
		send_once(watch, now.items[i]);
	return ended && now.n == 0;
}

/* Of that file the machine's memory is full one day; nobody is told how far it has come. */
static bool
is_full(const struct watch *watch)
{
	struct stat st;

	return watch->kept >= 0 && fstat(watch->kept, &st) == 0 &&
	       st.st_size > (off_t)CHILD_KEPT_MB * 1024 * 1024;
}

/* Waits until that is so; returns false where a signal, the end of the time or too much output came
 * first. */
static bool
wait_until(struct watch *watch, bool (*is_so)(struct watch *watch), int64_t seconds)
{
	const int64_t a_look_ns = S_NS / 20;
	int64_t end = clock_ns() + seconds * S_NS;

	while (!is_so(watch)) {
		int64_t left = end - clock_ns();
		bool looks = watch->kept >= 0 && left > a_look_ns;
		int64_t ns = looks ? a_look_ns : left > 0 ? left : 0;
		struct timespec pause = {ns / S_NS, ns % S_NS};
		int signal = signals_wait(&watch->signals, NULL, &pause);

		if (signal < 0 && errno == EAGAIN && (!looks || is_full(watch)))
			return false;
		if (signal > 0 && signal != SIGCHLD) {
			watch->signal = signal;
			return false;
		}
	}
	return true;
}

/* Returns as wait_until. */
static bool
end_with(struct watch *watch, int signal)
{
	watch->with = signal;
	watch->sent = (struct pids){.items = {watch->pid}, .n = 1};
	if (watch->all < 0 || !watch->reaped)
		send_signal(watch->all, signal);
	return wait_until(watch, has_all_ended, GRACE_S);
}

/* A second signal, other than SIGTERM, does not wait for the grace to pass. */
static void
end_child(struct watch *watch)
{
	if (!end_with(watch, SIGTERM) || watch->all < 0)
		end_with(watch, SIGKILL);
}

void
child_run(const struct child *child, struct child_end *end)
{
	/* Nobody else's file may be sealed: see children.c. */
	struct watch watch = {.kept = fcntl(child->output, F_GET_SEALS) == 0 ? child->output : -1};
	bool full = false, late = false;

	signals_hold(&watch.signals);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	watch.error = spawn(&watch, child, end);
	if (!watch.error && !wait_until(&watch, has_ended, child->timeout_s)) {
		full = watch.signal == 0 && is_full(&watch);
		late = watch.signal == 0 && !full;
		if (full)
			fcntl(watch.kept, F_ADD_SEALS, F_SEAL_GROW);
		watch.kept = -1;
		end_child(&watch);
	}
	if (!watch.error && end->pid == 0)
		watch.error = end->error;
	*end = (struct child_end){watch.error ? 0 : watch.status, watch.error, late, full, 0};
	signals_release(&watch.signals, watch.signal);
}

/* Returns whether the group is there for all that; what init(8) is slow to reap is, too. */
static bool
end_group(pid_t group, int signal, int64_t seconds)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int64_t until = clock_ns() + seconds * S_NS;
	bool runs = kill(-group, signal) == 0;

	while (runs && clock_ns() < until) {
		kill(-group, SIGCONT);
		nanosleep(&pause, NULL);
		runs = kill(-group, 0) == 0;
	}
	return runs;
}

void
child_end_orphan(struct child_end *end)
{
	pid_t group = end->pid;

	end->pid = 0;
	if (group != 0 && end_group(group, SIGTERM, GRACE_S))
		end_group(group, SIGKILL, 1);
}

#define _GNU_SOURCE
#include "base/child_part.h"

#include "base/signal_part.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
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

/* Returns 0, or an error number. */
static int
spawn(struct watch *watch, const struct child *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	bool shares = child_shares_terminal();
	short flags = POSIX_SPAWN_SETSIGMASK;
	int error;

	if (!shares)
		flags |= POSIX_SPAWN_SETPGROUP;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, child->input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, child->output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, child->output, STDERR_FILENO);
	posix_spawn_file_actions_addchdir_np(&actions, child->folder);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, flags);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &watch->signals.before);
	error = posix_spawnp(
	    &watch->pid, child->argv[0], &actions, &attributes, child->argv, child->environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	watch->all = shares ? watch->pid : -watch->pid;
	return error;
}

static bool
has_ended(struct watch *watch)
{
	pid_t pid = waitpid(watch->pid, &watch->status, WNOHANG);

	watch->error = pid < 0 ? errno : 0;
	return pid != 0;
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

/* Have the child and all that it started ended? What has lost its parent by that is a child of this
 * process now. */
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

/* Waits until that is so; returns false where a signal or the end of the time came first. */
static bool
wait_until(struct watch *watch, bool (*is_so)(struct watch *watch), int64_t seconds)
{
	int64_t end = clock_ns() + seconds * S_NS;

	while (!is_so(watch)) {
		int64_t left = end - clock_ns();
		struct timespec pause = {left > 0 ? left / S_NS : 0, left > 0 ? left % S_NS : 0};
		int signal = sigtimedwait(&watch->signals.held, NULL, &pause);

		if (signal < 0 && errno == EAGAIN)
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

/* A second signal does not wait for the grace to pass. */
static void
end_child(struct watch *watch)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (!end_with(watch, SIGTERM) || watch->all < 0)
		end_with(watch, SIGKILL);
}

void
child_run(const struct child *child, struct child_end *end)
{
	struct watch watch = {0};
	bool late = false;

	signals_hold(&watch.signals);
	watch.error = spawn(&watch, child);
	if (!watch.error && !wait_until(&watch, has_ended, child->timeout_s)) {
		late = watch.signal == 0;
		end_child(&watch);
	}
	*end = (struct child_end){watch.status, watch.error, late};
	signals_release(&watch.signals, watch.signal);
}

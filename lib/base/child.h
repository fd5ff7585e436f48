/* Children: commands that are run and waited for, but not for ever. Those of one queue run one
 * after another; queues run beside each other, and what a command writes is shown as a whole, in
 * the order of the queues, so that it does not depend on who is faster.
 *
 * A command leads a process group of its own, and what it started is ended with it. Whoever ends
 * zonepp meanwhile ends the commands too. In the foreground of a terminal they run one at a time,
 * and stay in zonepp's group, to be able to ask there. No other thread may run at that time. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
	const char *folder; /* in which it runs */
	char **argv;
	char **environ;
	int input;  /* its standard input */
	int output; /* its standard output and error; children_run sets it */
	uint32_t timeout_s;
	/* Where a starter starts it: what that is asked for, in place of all but input and output.
	 */
	const void *request;
	size_t request_len;
	/* Files that stay open there until it has ended, for the locks on them; -1: none. */
	const int *held;
	size_t n_held; /* at most CHILD_HELD_MOST */
};

enum {
	CHILD_HELD_MOST = 2,
	CHILD_KEPT_MB = 16, /* of what it writes while it is not its turn to be shown */
};

struct child_end {
	int status; /* as of waitpid(2) */
	int error;  /* 0, or the error number with which it could not be run */
	bool late;  /* it was ended because it took longer than `timeout_s`, */
	bool full;  /* or because it wrote more than is kept of it */
	pid_t pid;  /* as long as it runs: of the command, which leads its group; else 0 */
};

struct child_queue {
	void *ctx;
	/* Sets the next command, which lives until it has ended. Returns false: there is none. */
	bool (*next)(void *ctx, struct child *out);
	void (*ended)(void *ctx, const struct child_end *end);
};

struct starter;

struct children {
	const struct child_queue *queues;
	size_t n;
	size_t n_abreast; /* commands that run at a time; at least 1 */
	/* Is called each second or so as long as a command runs; NULL: nothing is. */
	void (*meanwhile)(void *ctx);
	void *ctx;
	struct starter *starter; /* that starts the commands (starter.h); NULL: this process does */
};

/* Runs all commands of the queues. A process that one of them leaves running when it ends by itself
 * is its own affair. Does not return where a signal ends this process: the commands are ended
 * first. Where it is killed, and with it whatever waits for the commands, these get a SIGTERM: what
 * ran on would do so without the lock that was taken for it, and nobody would end it in time. */
void
children_run(const struct children *children);

#endif

/* Child: a command that is run and waited for, but not for ever. It leads a process group of its
 * own, but in the foreground of a terminal it stays in that group, to be able to ask there. What it
 * started is ended with it. Whoever ends zonepp meanwhile ends the child too. No other thread may
 * run at that time. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stdint.h>

struct child {
	const char *folder; /* in which it runs */
	char **argv;
	char **environ;
	int input; /* its standard input; its standard output goes to standard error */
	uint32_t timeout_s;
};

struct child_end {
	int status; /* as of waitpid(2) */
	bool late;  /* it was ended because it took too long */
};

/* Runs the child until it ends, or is ended after `timeout_s`. A process that it leaves running
 * when it ends by itself is its own affair. Returns 0, or -1 with errno set where it cannot be run.
 * Does not return where a signal ends this process: the child is ended first. */
int
child_run(const struct child *child, struct child_end *end);

#endif

/* What children.c asks a runner for. One process does so at a time. */
#ifndef BASE_RUNNER_PART_H
#define BASE_RUNNER_PART_H

#include "base/runner.h"

/* Whenever there is something to be taken, this process gets a SIGCHLD from here on. */
void
runner_watch(struct runner *runner);

/* Starts what `child` asks for, as number `slot`. Returns -1 with errno set. */
int
runner_start(struct runner *runner, size_t slot, const struct child *child);

/* Sends the signal to whoever waits for a command there. */
void
runner_signal(struct runner *runner, int signal);

struct runner_end {
	size_t slot;
	struct child_end end;
	bool by_signal; /* whoever waited for the command was ended by a signal */
};

/* Takes the next end; returns false where there is none yet. `*gone` tells that the runner is no
 * more, and that nothing will come. */
bool
runner_take(struct runner *runner, struct runner_end *out, bool *gone);

#endif

/* What children.c asks a starter for. One process does so at a time. */
#ifndef BASE_STARTER_PART_H
#define BASE_STARTER_PART_H

#include "base/starter.h"

/* Whenever there is something to be taken, this process gets a SIGCHLD from here on. */
void
starter_watch(struct starter *starter);

/* Starts what `child` asks for, as number `slot`. Returns -1 with errno set. */
int
starter_ask(struct starter *starter, size_t slot, const struct child *child);

/* Sends the signal to whoever waits for a command there. */
void
starter_signal(struct starter *starter, int signal);

struct starter_end {
	pid_t by; /* who asked for it: one that was killed leaves answers behind */
	size_t slot;
	struct child_end end;
	bool by_signal; /* whoever waited for the command was ended by a signal */
};

/* Takes the next end; returns false where there is none yet. `*gone` tells that the starter is no
 * more, nor whoever waited for a command there, and that nothing will come. */
bool
starter_take(struct starter *starter, struct starter_end *out, bool *gone);

#endif

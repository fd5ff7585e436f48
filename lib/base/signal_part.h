/* Signals while children run: those that end this process, and SIGCHLD. They wait until they are
 * asked for, so that none is lost between two looks. */
#ifndef BASE_SIGNAL_PART_H
#define BASE_SIGNAL_PART_H

#include <signal.h>

struct signals {
	sigset_t held;
	sigset_t before;           /* the mask of a child that is started meanwhile */
	struct sigaction on_child; /* before */
};

/* Holds them back, but for those that the caller, such as nohup(1), has ignored or blocked. */
void
signals_hold(struct signals *signals);

/* Makes all of it as it was before. `ending`, unless 0, is a signal that came meanwhile: it ends
 * this process now. */
void
signals_release(const struct signals *signals, int ending);

#endif

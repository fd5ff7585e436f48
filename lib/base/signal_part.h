/* Signals while children run: those that end this process, and SIGCHLD. They wait until they are
 * asked for, so that none is lost between two looks. */
#ifndef BASE_SIGNAL_PART_H
#define BASE_SIGNAL_PART_H

#include <signal.h>
#include <time.h>

/* By which others end programs, or the system does where that can be caught. */
enum { N_SIGNALS_ENDING = 9 };

extern const int signals_ending[N_SIGNALS_ENDING];

struct signals {
	sigset_t held;
	sigset_t before;           /* the mask of a child that is started meanwhile */
	struct sigaction on_child; /* before */
	int taken;                 /* the last that is to end this process; 0: none */
};

/* Holds them back, but for those that the caller, such as nohup(1), has ignored or blocked. */
void
signals_hold(struct signals *signals);

/* Waits for the next one, as sigtimedwait(2) does; `info` may be NULL. Who is told of its parent's
 * death (PR_SET_PDEATHSIG) gets a SIGTERM as each thread of that dies, and may have been told to
 * end by it before; SIGPIPE comes with each write, and SIGXCPU each second: so one of these behind
 * another is none, but a SIGCHLD. */
int
signals_wait(struct signals *signals, siginfo_t *info, const struct timespec *most);

/* Makes all of it as it was before. `ending`, unless 0, is a signal that came meanwhile: it ends
 * this process now. */
void
signals_release(const struct signals *signals, int ending);

#endif

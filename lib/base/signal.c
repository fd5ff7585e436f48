#define _GNU_SOURCE
#include "base/signal_part.h"

#include <stdbool.h>
#include <stddef.h>

static bool
is_deadly(const struct signals *signals, int signal)
{
	struct sigaction now;

	return sigaction(signal, NULL, &now) == 0 && now.sa_handler != SIG_IGN &&
	       sigismember(&signals->before, signal) == 0;
}

const int signals_ending[N_SIGNALS_ENDING] = {
    SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};

/* Those that come more than once for one cause. */
static bool
repeats(int signal)
{
	return signal == SIGTERM || signal == SIGPIPE || signal == SIGXCPU;
}

void
signals_hold(struct signals *signals)
{
	sigemptyset(&signals->held);
	sigaddset(&signals->held, SIGCHLD);
	signals->taken = 0;
	sigprocmask(SIG_BLOCK, &signals->held, &signals->before);
	for (size_t i = 0; i < N_SIGNALS_ENDING; i++)
		if (is_deadly(signals, signals_ending[i]))
			sigaddset(&signals->held, signals_ending[i]);
	sigprocmask(SIG_BLOCK, &signals->held, NULL);
	/* Where a caller has it ignored, nobody learns how a child ended. */
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, &signals->on_child);
}

int
signals_wait(struct signals *signals, siginfo_t *info, const struct timespec *most)
{
	int signal = sigtimedwait(&signals->held, info, most);

	if (signal <= 0 || signal == SIGCHLD)
		return signal;
	if (signals->taken && repeats(signal))
		return SIGCHLD;
	signals->taken = signal;
	return signal;
}

void
signals_release(const struct signals *signals, int ending)
{
	sigaction(SIGCHLD, &signals->on_child, NULL);
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
	if (ending)
		raise(ending);
}

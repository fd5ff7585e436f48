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

void
signals_hold(struct signals *signals)
{
	static const int ends[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

	sigemptyset(&signals->held);
	sigaddset(&signals->held, SIGCHLD);
	signals->taken = 0;
	sigprocmask(SIG_BLOCK, &signals->held, &signals->before);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (is_deadly(signals, ends[i]))
			sigaddset(&signals->held, ends[i]);
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
	if (signal == SIGTERM && signals->taken)
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

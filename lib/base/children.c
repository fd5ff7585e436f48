#define _GNU_SOURCE
#include "base/child_part.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/starter_part.h"
#include "base/signal_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ELSEWHERE = 1 }; /* a process that is no child of this one */

/* Each command has a runner: a process that waits for it, ends it in time, and is from the start
 * the parent of whatever of it loses its own, so that nothing of one command is taken for another
 * one's. What is left when the command ends by itself goes on, with the parent that is next. */
struct queue {
	const struct child_queue *is;
	pid_t runner; /* 0: no command runs; -1: it could not be started; or ELSEWHERE */
	int output;   /* where its command writes; STDERR_FILENO, or a file */
	struct buf kept;
	struct child_end *end; /* which the runner sets */
	bool ended, by_signal; /* the runner of another process has, by a signal */
	bool done;
};

struct run {
	const struct children *children;
	struct queue *queues;
	struct child_end *ends; /* one for each queue, shared with the runners */
	size_t n_abreast, n_running;
	size_t n_shown;         /* queues that are done, and their output shown */
	struct signals signals; /* held while a command runs */
	int signal;             /* that came to end this process; 0: none did */
	bool shares_terminal;
	int64_t called_s; /* when `meanwhile` was */
};

/* --- Output --- */

/* A file with nothing else in it, that grows at its end. */
static int
open_output(void)
{
	int fd = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		return fd < 0 ? STDERR_FILENO : file_close(fd, STDERR_FILENO);
	return fd;
}

static void
show(struct buf *kept)
{
	file_write(STDERR_FILENO, (struct text){kept->data, kept->len});
	buf_free(kept);
	*kept = (struct buf){0};
}

/* The queues whose turn it is are shown at once. */
static void
show_in_order(struct run *run)
{
	while (run->n_shown < run->children->n) {
		struct queue *queue = &run->queues[run->n_shown];

		show(&queue->kept);
		if (!queue->done)
			return;
		run->n_shown++;
	}
}

/* What the command left running may not fill the file for ever. */
static void
keep_output(struct queue *queue)
{
	enum { SOME = 65536 };
	ssize_t len;

	if (queue->output == STDERR_FILENO)
		return;
	fcntl(queue->output, F_ADD_SEALS, F_SEAL_GROW);
	lseek(queue->output, 0, SEEK_SET);
	do {
		len = read(queue->output, buf_reserve(&queue->kept, SOME), SOME);
		queue->kept.len += len > 0 ? (size_t)len : 0;
	} while (len > 0);
	close(queue->output);
}

/* --- Runners --- */

/* In the runner. Should zonepp be killed, it is told to end its command. */
static void
run_child(const struct run *run, const struct queue *queue, const struct child *child, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!run->shares_terminal)
		setpgid(0, 0);
	if (getppid() != parent)
		_exit(1);
	signals_release(&run->signals, 0);
	child_run(child, queue->end);
	_exit(0);
}

/* Asks the process that starts commands for this one. */
static void
start_elsewhere(struct run *run, struct queue *queue, const struct child *child)
{
	queue->ended = queue->by_signal = false;
	queue->runner = ELSEWHERE;
	if (starter_ask(run->children->starter, (size_t)(queue - run->queues), child) == 0)
		return;
	*queue->end = (struct child_end){.error = errno};
	queue->runner = -1;
}

static void
start_here(struct run *run, struct queue *queue, const struct child *child)
{
	pid_t parent = getpid();

	queue->runner = fork();
	if (queue->runner == 0)
		run_child(run, queue, child, parent);
	if (queue->runner < 0)
		*queue->end = (struct child_end){.error = errno};
}

/* Returns false where the queue has no more. */
static bool
start(struct run *run, struct queue *queue)
{
	struct child child;

	if (!queue->is->next(queue->is->ctx, &child))
		return false;
	queue->output = queue == &run->queues[run->n_shown] ? STDERR_FILENO : open_output();
	child.output = queue->output;
	*queue->end = (struct child_end){.error = ECANCELED}; /* unless the runner says otherwise */
	if (run->n_running++ == 0)
		signals_hold(&run->signals);
	if (run->children->starter)
		start_elsewhere(run, queue, &child);
	else
		start_here(run, queue, &child);
	return true;
}

/* Takes what the process that starts commands says. Once that is gone, all have ended. */
static void
hear(struct run *run)
{
	struct starter_end said;
	bool gone = false;

	while (run->children->starter && starter_take(run->children->starter, &said, &gone)) {
		if (said.slot >= run->children->n)
			continue;
		run->queues[said.slot].ended = true;
		run->queues[said.slot].by_signal = said.by_signal;
		*run->queues[said.slot].end = said.end;
	}
	for (size_t i = 0; gone && i < run->children->n; i++)
		run->queues[i].ended = true;
}

/* Has the runner ended? A signal ended it where one ends this process. */
static bool
has_ended(const struct queue *queue, bool *by_signal)
{
	int status = 0;
	pid_t pid;

	if (queue->runner == ELSEWHERE) {
		*by_signal = queue->by_signal;
		return queue->ended;
	}
	pid = queue->runner < 0 ? -1 : waitpid(queue->runner, &status, WNOHANG);

	*by_signal = pid > 0 && WIFSIGNALED(status);
	return pid != 0;
}

static void
release(struct run *run)
{
	int signal = run->signal;

	run->signal = 0;
	for (size_t i = 0; signal && i < run->children->n; i++)
		show(&run->queues[i].kept);
	signals_release(&run->signals, signal);
}

static void
end(struct run *run, struct queue *queue, bool by_signal)
{
	struct child_end ended;

	child_end_orphan(queue->end);
	ended = *queue->end;
	queue->runner = 0;
	keep_output(queue);
	show_in_order(run);
	if (--run->n_running == 0 && !run->signal)
		release(run);
	if (!(run->signal && by_signal))
		queue->is->ended(queue->is->ctx, &ended);
	if (run->n_running == 0 && run->signal)
		release(run);
}

/* --- All of them --- */

static void
start_some(struct run *run)
{
	for (size_t i = run->n_shown; i < run->children->n && !run->signal; i++) {
		struct queue *queue = &run->queues[i];

		if (run->n_running >= run->n_abreast)
			return;
		queue->done = queue->done || (queue->runner == 0 && !start(run, queue));
		show_in_order(run);
	}
}

/* Returns whether there were such. */
static bool
end_some(struct run *run)
{
	bool by_signal, any = false;

	hear(run);
	for (size_t i = run->n_shown; i < run->children->n; i++)
		if (run->queues[i].runner != 0 && has_ended(&run->queues[i], &by_signal)) {
			end(run, &run->queues[i], by_signal);
			any = true;
		}
	return any;
}

static bool
is_of_terminal(const siginfo_t *info)
{
	int signal = info->si_signo;

	return info->si_code == SI_KERNEL &&
	       (signal == SIGHUP || signal == SIGINT || signal == SIGQUIT);
}

/* Those of the terminal go to its whole foreground, and so to the runner too. */
static void
pass_on(struct run *run, const siginfo_t *info)
{
	run->signal = info->si_signo;
	if (run->shares_terminal && is_of_terminal(info))
		return;
	if (run->children->starter)
		starter_signal(run->children->starter, run->signal);
	for (size_t i = run->n_shown; i < run->children->n; i++)
		if (run->queues[i].runner > ELSEWHERE)
			kill(run->queues[i].runner, run->signal);
}

/* Waits until something happens, or a second has passed. */
static void
wait_a_second(struct run *run)
{
	const struct timespec second = {.tv_sec = 1};
	siginfo_t info;

	int signal = signals_wait(&run->signals, &info, &second);

	if (signal > 0 && signal != SIGCHLD)
		pass_on(run, &info);
}

static int64_t
clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void
call_meanwhile(struct run *run)
{
	if (!run->children->meanwhile || run->signal || clock_s() == run->called_s)
		return;
	run->called_s = clock_s();
	run->children->meanwhile(run->children->ctx);
}

void
children_run(const struct children *children)
{
	size_t n = children->n;
	struct run run = {.children = children,
	    .queues = mem_alloc(n * sizeof(*run.queues)),
	    .ends = mem_shared(n * sizeof(*run.ends)),
	    .shares_terminal = child_shares_terminal(),
	    .called_s = clock_s()};

	for (size_t i = 0; i < n; i++)
		run.queues[i] = (struct queue){.is = &children->queues[i], .end = &run.ends[i]};
	if (children->starter)
		starter_watch(children->starter);
	run.n_abreast = run.shares_terminal ? 1 : children->n_abreast;
	for (start_some(&run); run.n_running > 0; start_some(&run))
		if (!end_some(&run)) {
			wait_a_second(&run);
			call_meanwhile(&run);
		}
	mem_unshare(run.ends, n * sizeof(*run.ends));
	free(run.queues);
}

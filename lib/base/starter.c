#define _GNU_SOURCE
#include "base/starter_part.h"

#include "base/child_part.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct starter {
	int fd;
	pid_t pid;
};

/* The command's input and output, and what is held for it. */
enum { N_STREAMS = 2, FDS_MOST = N_STREAMS + CHILD_HELD_MOST };

/* What is asked for: a command, or that a signal is passed on. */
struct request {
	int signal; /* 0: a command */
	pid_t by;
	size_t slot;
	size_t len;
	char text[STARTER_REQUEST_MOST];
};

enum { REQUEST_HEAD = offsetof(struct request, text) };

/* --- The process --- */

struct running {
	pid_t by; /* who asked */
	size_t slot;
	pid_t pid; /* whoever waits for the command */
	struct child_end *end;
};

struct serving {
	int fd;
	pid_t above;
	starter_make *make;
	const void *ctx;
	sigset_t before; /* signals that were blocked */
	struct running *items;
	size_t n, cap;
};

static void
do_nothing(int number)
{
	(void)number;
}

static void
answer(const struct serving *serving, const struct running *running, const struct child_end *of,
    bool by_signal)
{
	struct starter_end end;
	ssize_t n;

	memset(&end, 0, sizeof(end)); /* what lies between its parts is sent, too */
	end.by = running->by;
	end.slot = running->slot;
	end.end = *of;
	end.by_signal = by_signal;
	while ((n = send(serving->fd, &end, sizeof(end), MSG_NOSIGNAL)) < 0 && errno == EINTR)
		;
	if (n < 0) /* who asked learns by the end of this process that no answer comes */
		_exit(1);
}

/* In a process of its own, as in children.c. It keeps the socket open: should the starter be
 * killed, who asked learns that it is gone once all commands have ended. */
static _Noreturn void
wait_for_child(
    const struct serving *serving, const struct child *child, struct child_end *end, pid_t parent)
{
	bool shares = child_shares_terminal();

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!shares)
		setpgid(0, 0);
	if (getppid() != parent)
		_exit(1);
	sigprocmask(SIG_SETMASK, &serving->before, NULL);
	child_run(child, end);
	_exit(0);
}

static void
start(struct serving *serving, const struct request *request, const int fds[FDS_MOST])
{
	struct arena a = {0};
	struct child child = {0};
	struct running running = {request->by, request->slot, -1, mem_shared(sizeof(*running.end))};
	pid_t parent = getpid();
	int error = EPERM;

	*running.end = (struct child_end){.error = ECANCELED};
	if (serving->make(serving->ctx, &a, request->text, request->len, &child)) {
		child.input = fds[0];
		child.output = fds[1];
		running.pid = fork();
		error = errno;
	}
	if (running.pid == 0)
		wait_for_child(serving, &child, running.end, parent);
	arena_free(&a);
	if (running.pid < 0) {
		answer(serving, &running, &(struct child_end){.error = error}, false);
		mem_unshare(running.end, sizeof(*running.end));
		return;
	}
	serving->items =
	    mem_grow(serving->items, serving->n, &serving->cap, sizeof(*serving->items));
	serving->items[serving->n++] = running;
}

static void
reap(struct serving *serving)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < serving->n; i++) {
			struct running *running = &serving->items[i];

			if (running->pid != pid)
				continue;
			child_end_orphan(running->end);
			answer(serving, running, running->end, WIFSIGNALED(status));
			mem_unshare(running->end, sizeof(*running->end));
			*running = serving->items[--serving->n];
			break;
		}
}

/* Returns false where nobody asks any more. */
static bool
receive(const struct serving *serving, struct request *request, int fds[FDS_MOST])
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(FDS_MOST * sizeof(int))];
	} control;
	struct iovec iov = {request, sizeof(*request)};
	struct msghdr message = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	struct cmsghdr *header;
	ssize_t n;

	while ((n = recvmsg(serving->fd, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	for (int i = 0; i < FDS_MOST; i++)
		fds[i] = -1;
	if (header && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len <= CMSG_LEN(FDS_MOST * sizeof(int)))
		memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return n >= REQUEST_HEAD && request->len == (size_t)n - REQUEST_HEAD;
}

static void
serve(struct serving *serving, const struct request *request, const int fds[FDS_MOST])
{
	if (request->signal == 0)
		start(serving, request, fds);
	for (size_t i = 0; request->signal != 0 && i < serving->n; i++)
		kill(serving->items[i].pid, request->signal);
	for (int i = 0; i < FDS_MOST; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Signals of the terminal are for those who wait for commands. */
static _Noreturn void
serve_all(struct serving *serving)
{
	static struct request request;
	struct pollfd poll = {.fd = serving->fd, .events = POLLIN};
	sigset_t but_child;
	int fds[FDS_MOST];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = do_nothing}, NULL);
	sigfillset(&but_child);
	sigdelset(&but_child, SIGCHLD);
	while (getppid() == serving->above) {
		int ready = ppoll(&poll, 1, NULL, &but_child);

		reap(serving);
		if (ready <= 0)
			continue;
		if (!receive(serving, &request, fds))
			break;
		serve(serving, &request, fds);
	}
	_exit(0);
}

struct starter *
starter_begin(struct arena *a, starter_make *make, const void *ctx)
{
	struct serving serving = {.above = getpid(), .make = make, .ctx = ctx};
	struct starter *starter = arena_zalloc(a, sizeof(*starter));
	sigset_t all;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return NULL;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &serving.before);
	starter->pid = fork();
	if (starter->pid == 0) {
		close(fds[0]);
		serving.fd = fds[1];
		serve_all(&serving);
	}
	sigprocmask(SIG_SETMASK, &serving.before, NULL);
	close(fds[1]);
	starter->fd = fds[0];
	if (starter->pid > 0)
		return starter;
	close(fds[0]);
	return NULL;
}

void
starter_end(struct starter *starter)
{
	if (!starter)
		return;
	close(starter->fd);
	while (waitpid(starter->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* --- Asking --- */

void
starter_watch(struct starter *starter)
{
	fcntl(starter->fd, F_SETSIG, SIGCHLD);
	fcntl(starter->fd, F_SETOWN, getpid());
	fcntl(starter->fd, F_SETFL, O_ASYNC);
}

static int
ask(struct starter *starter, struct request *request, const int *fds, size_t n_fds)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(FDS_MOST * sizeof(int))];
	} control = {.room = {0}};
	struct iovec iov = {request, REQUEST_HEAD + request->len};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (n_fds > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
		    .cmsg_type = SCM_RIGHTS,
		    .cmsg_len = CMSG_LEN(n_fds * sizeof(int))};
		memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
	}
	while (sendmsg(starter->fd, &message, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

int
starter_ask(struct starter *starter, size_t slot, const struct child *child)
{
	int fds[FDS_MOST] = {child->input, child->output}, result = -1;
	struct request *request = mem_alloc(sizeof(*request));
	size_t n_fds = N_STREAMS;

	errno = E2BIG;
	memset(request, 0, REQUEST_HEAD);
	request->by = getpid();
	request->slot = slot;
	request->len = child->request_len;
	if (child->request_len <= sizeof(request->text)) {
		memcpy(request->text, child->request, child->request_len);
		for (size_t i = 0; i < child->n_held; i++)
			if (child->held[i] >= 0)
				fds[n_fds++] = child->held[i];
		result = ask(starter, request, fds, n_fds);
	}
	free(request);
	return result;
}

void
starter_signal(struct starter *starter, int signal)
{
	struct request *request = mem_alloc(sizeof(*request));

	memset(request, 0, REQUEST_HEAD);
	request->signal = signal;
	ask(starter, request, NULL, 0);
	free(request);
}

bool
starter_take(struct starter *starter, struct starter_end *out, bool *gone)
{
	ssize_t n;

	do
		n = recv(starter->fd, out, sizeof(*out), MSG_DONTWAIT);
	while (n == sizeof(*out) && out->by != getpid());
	*gone = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	return n == sizeof(*out);
}

#define _GNU_SOURCE
#include "base/jobserver.h"

#include "base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKENS_MOST = 1024 };

/* A signal finds them nowhere but here. They are no children's: each goes back once. */
static char tokens[TOKENS_MOST];
static atomic_uint n_tokens;
static int back = -1;
static pid_t owner;

/* Where tokens come from, and where they go. */
struct jobserver {
	int from, back;
};

/* What stands behind `name` in MAKEFLAGS the last time, up to a blank. */
static size_t
find_flag(const char *flags, const char *name, const char **value)
{
	const char *at = flags;

	*value = NULL;
	while ((at = strstr(at, name))) {
		at += strlen(name);
		*value = at;
	}
	return *value ? strcspn(*value, " ") : 0;
}

static bool
is_pipe(int fd, int mode)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
	       (fcntl(fd, F_GETFL) & O_ACCMODE) == mode;
}

/* Descriptors that make has closed, or that are something else by now, are none. Reading must not
 * wait, and that is nobody else's affair: the pipe is opened anew. */
static bool
open_pipe(const char *text, struct jobserver *out)
{
	char path[FILE_PATH_OF_FD];
	int from, to;

	if (sscanf(text, "%d,%d", &from, &to) != 2 || !is_pipe(from, O_RDONLY) ||
	    !is_pipe(to, O_WRONLY))
		return false;
	out->from = open(file_path_of(from, path), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	out->back = to;
	return out->from >= 0;
}

static bool
open_fifo(const char *path, size_t len, struct jobserver *out)
{
	char copy[4096];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, path, len);
	copy[len] = '\0';
	out->from = open(copy, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (out->from < 0)
		return false;
	out->back = dup(out->from);
	if (out->back >= 0 && is_pipe(out->from, O_RDWR))
		return true;
	close(out->from);
	if (out->back >= 0)
		close(out->back);
	return false;
}

static bool
find(struct jobserver *out)
{
	static const char fifo[] = "fifo:";
	const char *flags = getenv("MAKEFLAGS"), *value;
	size_t len;

	if (!flags)
		return false;
	len = find_flag(flags, "--jobserver-auth=", &value);
	if (!value)
		len = find_flag(flags, "--jobserver-fds=", &value); /* make 4.1 and older */
	if (!value)
		return false;
	return len > strlen(fifo) && strncmp(value, fifo, strlen(fifo)) == 0
		   ? open_fifo(value + strlen(fifo), len - strlen(fifo), out)
		   : open_pipe(value, out);
}

unsigned
jobserver_take(unsigned wanted)
{
	struct jobserver jobserver;
	sigset_t all, before;

	if (wanted <= 1 || !find(&jobserver))
		return wanted;
	back = jobserver.back;
	owner = getpid();
	atexit(jobserver_give_back);
	sigfillset(&all); /* none is to come between a token and its place */
	sigprocmask(SIG_BLOCK, &all, &before);
	while (n_tokens < TOKENS_MOST && n_tokens + 1 < wanted &&
	       read(jobserver.from, &tokens[n_tokens], 1) == 1)
		n_tokens++;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(jobserver.from);
	return n_tokens + 1;
}

void
jobserver_give_back(void)
{
	unsigned n = getpid() == owner ? atomic_exchange(&n_tokens, 0) : 0;

	for (unsigned i = 0; i < n; i++)
		if (write(back, &tokens[i], 1) != 1)
			return;
}

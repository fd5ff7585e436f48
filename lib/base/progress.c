#define _GNU_SOURCE
#include "base/progress.h"

#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MS = 200, MS = 1000, NS_OF_MS = 1000000 };

struct progress {
	int fd;
	const char *what, *things;
	size_t n, done;  /* of `things`; n 0: nothing is counted yet */
	unsigned paused; /* so many wish the line away */
	bool over;
	bool shown;                  /* the line is there */
	struct timespec begun, from; /* when the line may show */
	pthread_mutex_t mutex;       /* of all that is above */
	pthread_cond_t changed;
	pthread_t thread;
};

static struct timespec
later(struct timespec t, unsigned ms)
{
	t.tv_sec += ms / MS;
	t.tv_nsec += (long)(ms % MS) * NS_OF_MS;
	if (t.tv_nsec >= (long)MS * NS_OF_MS) {
		t.tv_nsec -= (long)MS * NS_OF_MS;
		t.tv_sec++;
	}
	return t;
}

/* A terminal that is gone is no reason to stop. */
static void
put(const struct progress *p, const char *text, int len)
{
	if (write(p->fd, text, (size_t)len) < 0)
		return;
}

static void
erase(struct progress *p)
{
	if (p->shown)
		put(p, "\r\033[K", 4);
	p->shown = false;
}

static void
draw(struct progress *p)
{
	struct timespec now;
	char line[120];
	long seconds;
	int len;

	if ((p->n == 0 && !p->what) || p->paused > 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (long)(now.tv_sec - p->begun.tv_sec) - (now.tv_nsec < p->begun.tv_nsec);
	len = p->n > 0
		  ? snprintf(line, sizeof(line), "\rzonepp: %zu of %zu %s, %ld s\033[K", p->done,
			p->n, p->things, seconds)
		  : snprintf(line, sizeof(line), "\rzonepp: %s, %ld s\033[K", p->what, seconds);
	put(p, line, len);
	p->shown = true;
}

static bool
is_over(const struct progress *p)
{
	return p->over || (p->n > 0 && p->done == p->n);
}

/* Waits until then, or until the work is over. */
static void
wait_until(struct progress *p, const struct timespec *until)
{
	while (!is_over(p) && pthread_cond_timedwait(&p->changed, &p->mutex, until) != ETIMEDOUT)
		;
}

static void *
run(void *of)
{
	struct progress *p = of;
	struct timespec until;

	pthread_mutex_lock(&p->mutex);
	until = p->from;
	wait_until(p, &until);
	while (!is_over(p)) {
		draw(p);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until = later(until, EVERY_MS);
		wait_until(p, &until);
	}
	erase(p);
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

/* Signals are for the threads that work. */
static int
start(struct progress *p)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

struct progress *
progress_begin(int fd, const char *what, unsigned after_ms)
{
	struct progress *p = mem_alloc(sizeof(*p));
	pthread_condattr_t monotonic;

	*p = (struct progress){.fd = fd, .what = what};
	clock_gettime(CLOCK_MONOTONIC, &p->begun);
	p->from = later(p->begun, after_ms);
	pthread_mutex_init(&p->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (start(p) == 0)
		return p;
	free(p);
	return NULL;
}

void
progress_count(struct progress *p, size_t n, const char *things)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->n = n;
	p->things = things;
	pthread_mutex_unlock(&p->mutex);
}

void
progress_step(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->done++;
	if (is_over(p)) {
		erase(p);
		pthread_cond_signal(&p->changed);
	}
	pthread_mutex_unlock(&p->mutex);
}

void
progress_pause(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->paused++;
	erase(p);
	pthread_mutex_unlock(&p->mutex);
}

void
progress_resume(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->paused--;
	pthread_mutex_unlock(&p->mutex);
}

void
progress_end(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->over = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->mutex);
	pthread_join(p->thread, NULL);
	pthread_mutex_destroy(&p->mutex);
	pthread_cond_destroy(&p->changed);
	free(p);
}

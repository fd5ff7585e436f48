#define _GNU_SOURCE
#include "timed.h"

#include <pthread.h>
#include <time.h>

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double
timed_threads(void *(*work)(void *), void *job, size_t n)
{
	pthread_t threads[TIMED_THREADS_MOST];
	double begin = seconds();

	for (size_t i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, work, job) != 0)
			return -1;
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return seconds() - begin;
}

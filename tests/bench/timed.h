/* Timed: how long threads take that all do the same. */
#ifndef BENCH_TIMED_H
#define BENCH_TIMED_H

#include <stddef.h>

enum { TIMED_THREADS_MOST = 64 };

/* Seconds by the wall until `n` threads have done work(job); less than 0: one cannot be started. */
double
timed_threads(void *(*work)(void *), void *job, size_t n);

#endif

#define _GNU_SOURCE
#include "base/pool.h"

#include "base/mem.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SLOTS_PER_WORKER = 4 };

struct pool {
	const struct pool_work *work;
	size_t n_slots;
	bool *done; /* by slot */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next;  /* chunk to claim */
	size_t taken; /* chunks taken so far */
	bool taking;  /* a worker is inside take() */
	bool stop;
	int result;
};

struct worker {
	struct pool *pool;
	unsigned number;
	pthread_t thread;
};

size_t
pool_slots(unsigned n_workers)
{
	return n_workers <= 1 ? 1 : (size_t)n_workers * SLOTS_PER_WORKER;
}

/* Called with the lock held: takes what is finished at the head, one taker at a time. */
static void
take_finished(struct pool *pool)
{
	if (pool->taking)
		return;
	pool->taking = true;
	while (!pool->stop && pool->taken < pool->work->n_chunks &&
	       pool->done[pool->taken % pool->n_slots]) {
		size_t chunk = pool->taken, slot = chunk % pool->n_slots;
		int result = 0;

		pthread_mutex_unlock(&pool->lock);
		if (pool->work->take)
			result = pool->work->take(pool->work->ctx, slot, chunk);
		pthread_mutex_lock(&pool->lock);
		pool->done[slot] = false;
		pool->taken++;
		if (result < 0) {
			pool->stop = true;
			pool->result = -1;
		}
		pthread_cond_broadcast(&pool->changed);
	}
	pool->taking = false;
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct pool *pool = worker->pool;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		size_t chunk;

		while (!pool->stop && pool->next < pool->work->n_chunks &&
		       pool->next >= pool->taken + pool->n_slots)
			pthread_cond_wait(&pool->changed, &pool->lock);
		if (pool->stop || pool->next >= pool->work->n_chunks)
			break;
		chunk = pool->next++;
		pthread_mutex_unlock(&pool->lock);
		pool->work->work(pool->work->ctx, worker->number, chunk % pool->n_slots, chunk);
		pthread_mutex_lock(&pool->lock);
		pool->done[chunk % pool->n_slots] = true;
		take_finished(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static int
run_alone(const struct pool_work *work)
{
	for (size_t chunk = 0; chunk < work->n_chunks; chunk++) {
		work->work(work->ctx, 0, 0, chunk);
		if (work->take && work->take(work->ctx, 0, chunk) < 0)
			return -1;
	}
	return 0;
}

size_t
pool_abreast(unsigned n_workers, size_t n_chunks)
{
	if (n_workers <= 1 || n_chunks <= 1)
		return 1;
	return n_chunks < n_workers ? n_chunks : n_workers;
}

int
pool_run(unsigned n_workers, const struct pool_work *work)
{
	struct pool pool = {.work = work, .n_slots = pool_slots(n_workers)};
	struct worker *workers;
	unsigned started = 0;

	if (n_workers <= 1 || work->n_chunks <= 1)
		return run_alone(work);
	pthread_mutex_init(&pool.lock, NULL);
	pthread_cond_init(&pool.changed, NULL);
	pool.done = mem_alloc(pool.n_slots * sizeof(*pool.done));
	for (size_t i = 0; i < pool.n_slots; i++)
		pool.done[i] = false;
	workers = mem_alloc(n_workers * sizeof(*workers));
	for (unsigned i = 0; i < n_workers; i++) {
		workers[i] = (struct worker){.pool = &pool, .number = i};
		if (pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]) != 0)
			break;
		started++;
	}
	for (unsigned i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	free(workers);
	free(pool.done);
	pthread_cond_destroy(&pool.changed);
	pthread_mutex_destroy(&pool.lock);
	return started ? pool.result : run_alone(work);
}

unsigned
pool_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (unsigned)(CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1);
}

#define _GNU_SOURCE
#include "unit.h"

#include "base/pool.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>

enum { CHUNKS = 1000, SLOTS = 64 };

struct run {
	unsigned n_workers;
	size_t stop_at; /* take() fails there; CHUNKS: never */
	size_t slots[SLOTS];
	size_t taken;
	bool in_order, workers_in_range;
};

static void
work(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct run *run = ctx;
	volatile unsigned spin = (unsigned)(chunk * 7919 % 997) * 10;

	while (spin)
		spin--;
	if (worker >= run->n_workers || slot >= pool_slots(run->n_workers))
		run->workers_in_range = false;
	run->slots[slot] = chunk;
}

static int
take(void *ctx, size_t slot, size_t chunk)
{
	struct run *run = ctx;

	if (chunk != run->taken || run->slots[slot] != chunk)
		run->in_order = false;
	run->taken++;
	return chunk == run->stop_at ? -1 : 0;
}

static unsigned n_startable = UINT_MAX; /* threads that can still be started */

/* In the place of the library's. */
int
pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*begin)(void *), void *arg)
{
	if (n_startable == 0)
		return EAGAIN;
	n_startable--;
	return ((__typeof__(&pthread_create))dlsym(RTLD_NEXT, "pthread_create"))(
	    thread, attributes, begin, arg);
}

static int
run_pool(struct run *run, unsigned n_workers, size_t n_chunks, size_t stop_at)
{
	struct pool_work pool = {.ctx = run, .n_chunks = n_chunks, .work = work, .take = take};

	*run = (struct run){.n_workers = n_workers ? n_workers : 1,
	    .stop_at = stop_at,
	    .in_order = true,
	    .workers_in_range = true};
	return pool_run(n_workers, &pool);
}

/* A machine without threads to spare does the work nonetheless. */
static void
no_threads(void **state)
{
	struct run run;

	(void)state;
	for (n_startable = 0; n_startable < 3;) {
		unsigned there = n_startable;

		assert_int_equal(run_pool(&run, 4, CHUNKS, CHUNKS), 0);
		assert_int_equal(run.taken, CHUNKS);
		assert_true(run.in_order);
		n_startable = there + 1;
	}
	n_startable = 0;
	assert_int_equal(run_pool(&run, 4, CHUNKS, 5), -1);
	n_startable = UINT_MAX;
}

static void
abreast(void **state)
{
	(void)state;
	assert_int_equal(pool_abreast(0, 5), 1);
	assert_int_equal(pool_abreast(4, 0), 1);
	assert_int_equal(pool_abreast(4, 3), 3);
	assert_int_equal(pool_abreast(2, 9), 2);
}

static void
order(void **state)
{
	static const size_t counts[] = {0, 1, 2, 7, CHUNKS};

	(void)state;
	for (unsigned n_workers = 0; n_workers <= 8; n_workers++) {
		for (size_t i = 0; i < LENGTH(counts); i++) {
			struct run run;

			assert_int_equal(run_pool(&run, n_workers, counts[i], CHUNKS), 0);
			assert_int_equal(run.taken, counts[i]);
			assert_true(run.in_order);
			assert_true(run.workers_in_range);
		}
	}
}

static void
early_stop(void **state)
{
	static const size_t stops[] = {0, 1, 5, 500, CHUNKS - 1};

	(void)state;
	for (unsigned n_workers = 1; n_workers <= 8; n_workers++) {
		for (size_t i = 0; i < LENGTH(stops); i++) {
			struct run run;

			assert_int_equal(run_pool(&run, n_workers, CHUNKS, stops[i]), -1);
			assert_int_equal(run.taken, stops[i] + 1);
			assert_true(run.in_order);
		}
	}
}

static void
nothing_to_take(void **state)
{
	struct run run = {.n_workers = 4, .workers_in_range = true};
	struct pool_work pool = {.ctx = &run, .n_chunks = CHUNKS, .work = work};

	(void)state;
	assert_int_equal(pool_run(4, &pool), 0);
	assert_true(run.workers_in_range);
}

static void
sizes(void **state)
{
	(void)state;
	assert_int_equal(pool_slots(0), 1);
	assert_int_equal(pool_slots(1), 1);
	assert_true(pool_slots(8) >= 8 && pool_slots(8) <= SLOTS);
	assert_true(pool_processors() >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order),
	    cmocka_unit_test(no_threads),
	    cmocka_unit_test(abreast),
	    cmocka_unit_test(early_stop),
	    cmocka_unit_test(nothing_to_take),
	    cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

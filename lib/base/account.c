#include "base/account.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Of the container; "max" where it has none. */
static uint64_t
limit_of_group(void)
{
	FILE *file = fopen("/sys/fs/cgroup/memory.max", "re");
	unsigned long long most = UINT64_MAX;

	if (file && fscanf(file, "%llu", &most) != 1)
		most = UINT64_MAX;
	if (file)
		fclose(file);
	return most;
}

static uint64_t
memory_there(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t there = UINT64_MAX;
	struct rlimit rlimit;

	if (pages > 0 && size > 0)
		there = (uint64_t)pages * (uint64_t)size;
	if (getrlimit(RLIMIT_AS, &rlimit) == 0 && rlimit.rlim_cur != RLIM_INFINITY)
		there = least(there, rlimit.rlim_cur);
	return least(there, limit_of_group());
}

uint64_t
account_default(enum limit limit)
{
	static const uint64_t usual[N_LIMITS] = {
	    [LIMIT_RECORDS] = 50 * 1000 * 1000,
	    [LIMIT_MADE] = 500 * 1000 * 1000,
	    [LIMIT_WORK] = 30 * 1000 * 1000,
	    [LIMIT_TIME] = 600 * 1000 * 1000,
	};

	return limit == LIMIT_MEMORY ? memory_there() / 2 : usual[limit];
}

void
account_open(struct account *account, const struct limits *limits, size_t n)
{
	for (int i = 0; i < N_LIMITS; i++)
		account->most[i] =
		    limits && limits->most[i] ? limits->most[i] : account_default((enum limit)i);
	if (limits && limits->time_s)
		account->most[LIMIT_TIME] = (uint64_t)limits->time_s * 1000000;
	if (n > 1 && !(limits && limits->most[LIMIT_MEMORY]))
		account->most[LIMIT_MEMORY] /= n;
	account->is_open = account->is_timed = true;
	account->time_us = account_clock_us();
}

uint64_t
account_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void
account_time(struct account *account)
{
	uint64_t now_us;

	if (!account->is_timed)
		return;
	now_us = account_clock_us();
	account_take(account, LIMIT_TIME, now_us - account->time_us);
	account->time_us = now_us;
}

void
account_read(struct account *account)
{
	account->is_timed = false;
	for (int i = 0; i < N_LIMITS; i++)
		if (i != LIMIT_WORK)
			account->most[i] = UINT64_MAX;
}

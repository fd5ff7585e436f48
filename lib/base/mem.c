#define _GNU_SOURCE
#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Threads that run out of it together: the first one tells and ends the process, once. */
static _Noreturn void
out_of_memory(void)
{
	static atomic_flag told = ATOMIC_FLAG_INIT;
	static _Thread_local bool ends;

	if (ends)
		_exit(2);
	ends = true;
	while (atomic_flag_test_and_set(&told))
		pause();
	fputs("zonepp: out of memory\n", stderr);
	exit(2);
}

void *
mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *
mem_resize(void *old, size_t n, size_t size)
{
	void *p;

	if (size && n > SIZE_MAX / size)
		out_of_memory();
	p = realloc(old, n && size ? n * size : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *
mem_reserve(void *old, size_t n, size_t *cap, size_t size)
{
	if (n <= *cap)
		return old;
	*cap = *cap ? *cap * 2 : 16;
	if (*cap < n)
		*cap = n;
	return mem_resize(old, *cap, size);
}

void *
mem_grow(void *old, size_t n, size_t *cap, size_t size)
{
	return n < *cap ? old : mem_reserve(old, n + 1, cap, size);
}

/* There is no mapping of nothing. */
void *
mem_shared(size_t size)
{
	void *p = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		out_of_memory();
	return p;
}

void
mem_unshare(void *shared, size_t size)
{
	munmap(shared, size + 1);
}

void
mem_release(const void *p, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)p, end = begin + size;

	begin = (begin + page - 1) & -page;
	end &= -page;
	if (begin < end)
		madvise((void *)begin, end - begin, MADV_DONTNEED);
}

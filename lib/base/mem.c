#define _GNU_SOURCE
#include "base/mem.h"

#include "base/leftover.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What exit(3) calls may wait for what the caller was about to do, as OpenSSL's does within its
 * beginning. */
_Noreturn void
mem_lacks(void)
{
	leftover_end();
	fputs("zonepp: out of memory\n", stderr);
	_exit(2);
}

void *
mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		mem_lacks();
	return p;
}

void *
mem_resize(void *old, size_t n, size_t size)
{
	void *p;

	if (size && n > SIZE_MAX / size)
		mem_lacks();
	p = realloc(old, n && size ? n * size : 1);
	if (!p)
		mem_lacks();
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
		mem_lacks();
	return p;
}

void
mem_unshare(void *shared, size_t size)
{
	munmap(shared, size + 1);
}

/* Of nothing, OpenSSL's own functions give NULL. */
static void *
openssl_alloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size ? mem_alloc(size) : NULL;
}

/* It frees private keys that it has decoded, or hashed, as if they were anything else. */
static void
openssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	OPENSSL_cleanse(p, malloc_usable_size(p));
	free(p);
}

static void *
openssl_resize(void *old, size_t size, const char *file, int line)
{
	size_t old_size = malloc_usable_size(old);
	void *p;

	if (old && size && size <= old_size)
		return old;
	p = openssl_alloc(size, file, line);
	if (p && old)
		memcpy(p, old, old_size);
	openssl_free(old, file, line);
	return p;
}

/* Nothing that it frees would be wiped. */
static _Noreturn void
unserved(void)
{
	leftover_end();
	fputs("zonepp: OpenSSL has allocated memory before it could be told how\n", stderr);
	_exit(2);
}

void
mem_serve_openssl(void)
{
	if (CRYPTO_set_mem_functions(openssl_alloc, openssl_resize, openssl_free) == 0)
		unserved();
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

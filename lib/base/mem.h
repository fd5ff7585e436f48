/* Memory that is there or ends the program: output is written atomically, so a run that dies for
 * want of memory loses nothing. Only this folder calls malloc. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *
mem_alloc(size_t size);

/* Room for `n` elements of `size` bytes at `old` (NULL at first); freed with free(). */
void *
mem_resize(void *old, size_t n, size_t size);

/* Makes room for `n` elements in all, twice `*cap` at least where that is not enough. */
void *
mem_reserve(void *old, size_t n, size_t *cap, size_t size);

/* Makes room for one more element: doubles `*cap` when `n` has reached it. */
void *
mem_grow(void *old, size_t n, size_t *cap, size_t size);

/* Zeros that this process shares with those that it forks; freed with mem_unshare(). */
void *
mem_shared(size_t size);

void
mem_unshare(void *shared, size_t size);

/* For those who learn of it from a library that allocates by itself. */
_Noreturn void
mem_lacks(void);

/* OpenSSL allocates here from now on, ahead of the first call to it: what it does where memory
 * lacks ends in a crash at some places, and in an error that means something else at others. And
 * what it frees is wiped, as it holds private keys where it decodes and hashes them. Ends the
 * program where it is too late for that. */
void
mem_serve_openssl(void);

/* Gives whole pages between back to the system, of memory that nobody reads any more. */
void
mem_release(const void *p, size_t size);

#endif

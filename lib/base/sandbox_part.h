/* The seccomp filter of sandbox.c. */
#ifndef BASE_SANDBOX_PART_H
#define BASE_SANDBOX_PART_H

#include "base/sandbox.h"

#include <linux/filter.h>

/* Is this a build that is watched from within, by a sanitizer? That reads what it likes, and makes
 * calls of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANDBOX_WATCHED 1
#endif
#endif
#ifndef SANDBOX_WATCHED
#define SANDBOX_WATCHED 0
#endif

enum {
	SANDBOX_STEPS_MOST = 1024, /* i386 has 521 */
};

/* Of seccomp(2). It is made here and not by libseccomp, which has a name for each call on each
 * machine: to load that, and to look names up, takes longer than all else at the start of a short
 * run, and where memory lacks it crashes, or lets through what it should not. */
struct sandbox_program {
	struct sock_filter steps[SANDBOX_STEPS_MOST];
	size_t n;
};

/* Makes the program. Returns 0, or an error number: ENOTSUP where the calls of this machine are not
 * known. */
int
sandbox_program(const struct sandbox *sandbox, struct sandbox_program *out);

/* Has the kernel run it ahead of each call. Returns 0, or an error number. */
int
sandbox_filter(const struct sandbox *sandbox);

#endif

/* The seccomp filter of sandbox.c. */
#ifndef BASE_SANDBOX_PART_H
#define BASE_SANDBOX_PART_H

#include "base/sandbox.h"

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

/* Returns 0, or an error number. */
int
sandbox_filter(const struct sandbox *sandbox);

#endif

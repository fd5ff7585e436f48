/* Starter: a process that starts commands for this one, which may start none any more (sandbox.h).
 * It was made ahead of that, and so it is bound by nothing, nor are the commands: sudo works there.
 * It takes no command from this process, which strangers may have taken over: what is asked for
 * becomes a command there, by what was known when it was made. It ends with this process. */
#ifndef BASE_STARTER_H
#define BASE_STARTER_H

#include "base/arena.h"
#include "base/child.h"

struct starter;

/* Makes the command that is asked for, but for its input and output; in `a`. Returns false where
 * nobody may ask so. */
typedef bool
starter_make(const void *ctx, struct arena *a, const void *request, size_t len, struct child *out);

enum { STARTER_REQUEST_MOST = 16384 }; /* octets */

/* Starts it, ahead of all threads; in `a`. Returns NULL with errno set. */
struct starter *
starter_begin(struct arena *a, starter_make *make, const void *ctx);

/* Waits for its end; NULL: there is none. */
void
starter_end(struct starter *starter);

#endif

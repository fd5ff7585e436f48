/* A line on a terminal that tells of work that lasts, and is gone when it ends. It shows after a
 * while, and is drawn by a thread of its own; work counts what is done, from any thread. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stddef.h>

struct progress;

/* `fd` is a terminal that knows the usual escapes. `what` is shown until something is counted;
 * NULL: nothing is shown until then. Returns NULL where no thread can be had: the work does
 * without. */
struct progress *
progress_begin(int fd, const char *what, unsigned after_ms);

/* From here on `n` things, called `things`, are counted. These and the next three take NULL for
 * none. */
void
progress_count(struct progress *progress, size_t n, const char *things);

/* One of them is done. With the last, the line goes. */
void
progress_step(struct progress *progress);

/* The line is gone when this returns, and is not drawn until progress_resume: another process
 * writes to the terminal. From any thread; what several have paused goes on when the last one
 * resumes. */
void
progress_pause(struct progress *progress);

void
progress_resume(struct progress *progress);

/* The line is gone when this returns, and the progress freed. */
void
progress_end(struct progress *progress);

#endif

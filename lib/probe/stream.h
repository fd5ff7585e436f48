/* Streams: TCP connections that never wait for long. A connection, a read and a write end after the
 * timeout, and everything together after a few of them, however slowly a server answers. */
#ifndef PROBE_STREAM_H
#define PROBE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { STREAM_TIMEOUTS = 6 }; /* that a whole conversation may take */

struct stream {
	int fd; /* non-blocking */
	int timeout_ms;
	int64_t end_ms; /* of the monotonic clock */
};

/* The monotonic clock. */
int64_t
stream_clock_ms(void);

/* Takes over a connected socket. */
struct stream
stream_of(int fd, int timeout_ms);

/* Returns 0, or -1 with errno set. stream_close is due after success. */
int
stream_connect(
    struct stream *stream, const struct sockaddr *address, socklen_t len, int timeout_ms);

void
stream_close(struct stream *stream);

/* Waits until poll(2) reports one of `events`. Returns 0, or -1 with errno set (ETIMEDOUT). */
int
stream_wait(struct stream *stream, short events);

/* Is the time up for everything together? Where a server never lets one wait, nothing else tells.
 */
bool
stream_is_over(const struct stream *stream);

/* Returns the number of octets read, 0 at the end, or -1 with errno set. */
ssize_t
stream_read(struct stream *stream, void *data, size_t size);

/* Writes all. Returns 0, or -1 with errno set. */
int
stream_write(struct stream *stream, const void *data, size_t len);

#endif

#define _GNU_SOURCE
#include "probe/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

int64_t
stream_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct stream
stream_of(int fd, int timeout_ms)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return (struct stream){
	    fd, timeout_ms, stream_clock_ms() + (int64_t)STREAM_TIMEOUTS * timeout_ms};
}

bool
stream_is_over(const struct stream *stream)
{
	return stream_clock_ms() >= stream->end_ms;
}

static int
end_in_time(const struct stream *stream)
{
	errno = ETIMEDOUT;
	return stream_is_over(stream) ? -1 : 0;
}

int
stream_wait(struct stream *stream, short events)
{
	int64_t end = stream_clock_ms() + stream->timeout_ms;
	struct pollfd poll_fd = {.fd = stream->fd, .events = events};

	if (stream->end_ms < end)
		end = stream->end_ms;
	for (;;) {
		int64_t left = end - stream_clock_ms();
		int n = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
		if (n == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
}

static int
finish_connect(struct stream *stream)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (stream_wait(stream, POLLOUT) < 0 ||
	    getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -1;
	errno = error;
	return error ? -1 : 0;
}

int
stream_connect(struct stream *stream, const struct sockaddr *address, socklen_t len, int timeout_ms)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (fd < 0)
		return -1;
	*stream = stream_of(fd, timeout_ms);
	if (connect(fd, address, len) == 0 || (errno == EINPROGRESS && finish_connect(stream) == 0))
		return 0;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

void
stream_close(struct stream *stream)
{
	close(stream->fd);
}

static bool
must_wait(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

ssize_t
stream_read(struct stream *stream, void *data, size_t size)
{
	while (end_in_time(stream) == 0) {
		ssize_t n = recv(stream->fd, data, size, 0);

		if (n >= 0 || !must_wait())
			return n;
		if (stream_wait(stream, POLLIN) < 0)
			break;
	}
	return -1;
}

int
stream_write(struct stream *stream, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = send(stream->fd, at, len, MSG_NOSIGNAL);

		if (n < 0 && (!must_wait() || stream_wait(stream, POLLOUT) < 0))
			return -1;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

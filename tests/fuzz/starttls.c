/* What a server says ahead of TLS; the first octet chooses the protocol. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "probe/starttls.h"

#include <sys/socket.h>
#include <unistd.h>

static const uint16_t ports[] = {25, 587, 143, 110, 4190, 5222, 5269};

static bool
is_line(const char *text)
{
	for (; *text; text++)
		if ((uint8_t)*text < 0x20 || (uint8_t)*text >= 0x7f)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct starttls *protocol =
	    starttls_of_port(ports[fuzz_choice(&data, &size) % (sizeof(ports) / sizeof(ports[0]))]);
	struct arena a = {0};
	struct stream stream;
	const char *why = NULL;
	int fds[2];

	FUZZ_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	/* What does not fit in the socket is not sent: the client never waits for it. */
	if (size > 0 && send(fds[1], data, size, MSG_DONTWAIT) < 0)
		size = 0;
	shutdown(fds[1], SHUT_WR);
	stream = stream_of(fds[0], 1000);
	if (starttls_run(&a, protocol, &stream, "example.org", &why) != STARTTLS_READY) {
		FUZZ_ASSERT(why && why[0]);
		FUZZ_ASSERT(is_line(why));
	}
	stream_close(&stream);
	close(fds[1]);
	arena_free(&a);
	return 0;
}

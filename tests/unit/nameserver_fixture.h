/* Nameservers on loopback that send messages written by hand. Include it behind _GNU_SOURCE. */
#ifndef NAMESERVER_FIXTURE_H
#define NAMESERVER_FIXTURE_H

#include "message_fixture.h"

#include "probe/nameserver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <unistd.h>

/* A time limit that no test waits out. */
enum { LONG_MS = 20000 };

static unsigned n_resolved;

/* In place of the C library's: `host` is a list "127.0.0.1:1234 127.0.0.1:1235". */
int
getaddrinfo(
    const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	struct addrinfo **end = out;

	(void)service;
	(void)hints;
	n_resolved++;
	*out = NULL;
	if (strcmp(host, "unknown") == 0)
		return EAI_NONAME;
	for (int len; *host; host += len + (host[len] == ' ')) {
		char text[INET_ADDRSTRLEN];
		unsigned port;
		struct addrinfo *info = calloc(1, sizeof(*info));
		struct sockaddr_in *at = calloc(1, sizeof(*at));

		assert_int_equal(sscanf(host, "%15[0-9.]:%u%n", text, &port, &len), 2);
		*at =
		    (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
		assert_int_equal(inet_pton(AF_INET, text, &at->sin_addr), 1);
		*info = (struct addrinfo){.ai_family = AF_INET,
		    .ai_addr = (struct sockaddr *)at,
		    .ai_addrlen = sizeof(*at)};
		*end = info;
		end = &info->ai_next;
	}
	return 0;
}

void
freeaddrinfo(struct addrinfo *info)
{
	while (info) {
		struct addrinfo *next = info->ai_next;

		free(info->ai_addr);
		free(info);
		info = next;
	}
}

/* A server on loopback, and what it sends. */
struct server {
	bool tcp;
	const char *answers[4]; /* to the question that came first; NULL: waits for the next */
	size_t n_answers;
	int fd, tcp_fd;
	uint16_t port;
	pthread_t thread;
};

/* The answer with the id of the question, where it has that of all here. */
static inline struct bytes
server_message(struct arena *a, const char *text, const uint8_t *asked)
{
	struct bytes made = message_make(a, text);
	uint8_t *octets = arena_copy(a, made.data, made.len);

	octets[0] = octets[0] == 0xff ? (uint8_t)~asked[0] : asked[0];
	octets[1] = asked[1];
	return (struct bytes){octets, made.len};
}

static inline void
server_answer_tcp(const struct server *server)
{
	struct arena a = {0};

	for (size_t i = 0; i < server->n_answers; i++) {
		int fd = accept(server->fd, NULL, NULL);
		uint8_t data[512], head[2];
		struct bytes wire;

		assert_int_equal(recv(fd, data, 2, MSG_WAITALL), 2);
		assert_int_equal(data[0], 0);
		assert_int_equal(recv(fd, data, data[1], MSG_WAITALL), data[1]);
		wire = server_message(&a, server->answers[i], data);
		head[0] = (uint8_t)(wire.len >> 8);
		head[1] = (uint8_t)wire.len;
		send(fd, head, 2, MSG_NOSIGNAL);
		send(fd, wire.data, wire.len, MSG_NOSIGNAL);
		close(fd);
	}
	arena_free(&a);
}

static inline void
server_answer_udp(const struct server *server)
{
	struct arena a = {0};
	struct sockaddr_in from;
	uint8_t data[512];
	ssize_t n = -1;

	for (size_t i = 0; i < server->n_answers; i++) {
		struct bytes wire;

		if (n < 0)
			n = recvfrom(server->fd, data, sizeof(data), 0, (struct sockaddr *)&from,
			    &(socklen_t){sizeof(from)});
		if (!server->answers[i]) {
			n = -1;
			continue;
		}
		wire = server_message(&a, server->answers[i], data);
		sendto(server->fd, wire.data, wire.len, 0, (struct sockaddr *)&from, sizeof(from));
	}
	arena_free(&a);
}

static inline void *
server_run(void *ctx)
{
	const struct server *server = ctx;

	if (server->tcp)
		server_answer_tcp(server);
	else
		server_answer_udp(server);
	return NULL;
}

/* A socket on loopback at `*port`, 0: any; or -1 where that is taken. */
static inline int
server_socket(int type, uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons(*port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &(socklen_t){sizeof(at)}), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* The port of a server by UDP is one at which TCP is refused. */
static inline void
server_listen(struct server *server)
{
	server->port = 0;
	server->tcp_fd = server_socket(SOCK_STREAM, &server->port);
	assert_true(server->tcp_fd >= 0);
	server->fd = server->tcp_fd;
	if (server->tcp) {
		assert_int_equal(listen(server->tcp_fd, 1), 0);
		return;
	}
	server->fd = server_socket(SOCK_DGRAM, &server->port);
	if (server->fd < 0) {
		close(server->tcp_fd);
		server_listen(server);
	}
}

static inline void
server_close(struct server *server)
{
	close(server->tcp_fd);
	if (!server->tcp)
		close(server->fd);
}

static inline void
server_start(struct server *server)
{
	server_listen(server);
	assert_int_equal(pthread_create(&server->thread, NULL, server_run, server), 0);
}

static inline void
server_stop(struct server *server)
{
	pthread_join(server->thread, NULL);
	server_close(server);
}

#endif

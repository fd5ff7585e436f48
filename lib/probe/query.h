/* Query: one question to one DNS server, by TCP (RFC 7766). By UDP anyone who guesses a port and a
 * number could answer in its place; a connection takes nothing from others. Only an answer to the
 * question that was asked counts (RFC 5452 section 9). */
#ifndef PROBE_QUERY_H
#define PROBE_QUERY_H

#include "base/arena.h"
#include "dns/message.h"

#include <sys/socket.h>

struct query {
	const struct sockaddr *server;
	socklen_t server_len;
	int timeout_ms;                   /* of each step; stream.h bounds them together */
	struct message_question question; /* `id` and `udp_size` are chosen here */
	bool udp_too;                     /* of a server that TCP does not reach */
	const char *no_tcp;               /* why that is, where it is known; or NULL */
};

struct query_answer {
	struct message message; /* whole, of any RCODE, unless */
	const char *why;        /* is what the server does instead, as in "does not answer" */
	bool silent;            /* and it is that nothing came */
	const char *no_tcp;     /* why TCP does not reach the server; NULL: it does */
};

/* The answer, in `a`. Returns 0, or -1 with `why`. */
int
query_ask(struct arena *a, const struct query *query, struct query_answer *out);

/* Reads what came for an answer to `question`. Returns NULL, or what the server did instead. */
const char *
query_read(struct arena *a, struct bytes wire, const struct message_question *question,
    struct message *out);

#endif

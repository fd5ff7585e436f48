/* Query: one question to one DNS server, by TCP (RFC 7766). By UDP anyone who guesses a port and a
 * number could answer in its place; a connection takes nothing from others. Only an answer to the
 * question that was asked counts (RFC 5452 section 9). */
#ifndef PROBE_QUERY_H
#define PROBE_QUERY_H

#include "base/arena.h"

#include <ldns/ldns.h>
#include <stdbool.h>
#include <sys/socket.h>

struct query {
	const struct sockaddr *server;
	socklen_t server_len;
	int timeout_ms;
	const ldns_rdf *owner;
	ldns_rr_type type;
	uint16_t flags; /* LDNS_RD, LDNS_AD */
	bool dnssec;    /* asks for signatures (DO) */
	bool udp_too;   /* of a server that TCP does not reach */
};

/* Returns 0 with a whole answer of any RCODE, which the caller frees; or -1 with `*why` in `a`:
 * what the server does, as in "does not answer". */
int
query_ask(struct arena *a, const struct query *query, ldns_pkt **answer, const char **why);

#endif

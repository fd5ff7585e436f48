/* Servers: asks authoritative nameservers over the network which TLSA records they have, by TCP, or
 * by UDP where that does not reach them: who could forge an answer would end a wait too early. */
#ifndef PROBE_SERVERS_H
#define PROBE_SERVERS_H

#include "project/pins.h"

enum { SERVER_TIMEOUT_MS = 2000 };

/* What a server answers with. A name stands for all of its addresses, each of which may be another
 * machine. */
struct server_answer {
	struct pins all;  /* records that each address has */
	struct pins some; /* records that one has */
};

/* The TLSA records at `owner` (as facts write it) on that server, in `a`; none is an answer too.
 * Addresses to which this host has no route are passed over if there are others.
 * Returns 0, or -1 where one is not answered for by an authority; then `*why` says so. */
int
server_ask(struct arena *a, const struct project_server *server, const char *owner, int timeout_ms,
    struct server_answer *out, const char **why);

#endif

/* Servers: asks authoritative nameservers over the network which TLSA records they have, by TCP, or
 * by UDP where that does not reach them: who could forge an answer would end a wait too early. */
#ifndef PROJECT_SERVERS_H
#define PROJECT_SERVERS_H

#include "project/pins.h"

enum { SERVER_TIMEOUT_MS = 2000 };

/* The TLSA records at `owner` (as facts write it) on that server, in `a`; none is an answer too.
 * Returns 0, or -1 where there is no answer from an authority; then `*why` says so. */
int
server_ask(struct arena *a, const struct project_server *server, const char *owner, int timeout_ms,
    struct pins *out, const char **why);

#endif

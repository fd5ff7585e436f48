/* Servers: asks authoritative nameservers over the network which TLSA records they have, by UDP,
 * and by TCP where the answer is cut short. */
#ifndef PROJECT_SERVERS_H
#define PROJECT_SERVERS_H

#include "project/pins.h"

/* The TLSA records at `owner` (as facts write it) on that server, in `a`; none is an answer too.
 * Returns 0, or -1 where there is no answer from an authority; then `*why` says so. */
int
server_ask(struct arena *a, const struct project_server *server, const char *owner,
    struct pins *out, const char **why);

#endif

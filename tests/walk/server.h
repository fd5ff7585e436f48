/* Server: two authoritative nameservers on loopback, in a process of their own, that serve what the
 * walk tells them. */
#ifndef WALK_SERVER_H
#define WALK_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { N_SERVERS = 2, N_SERVED = 2, SERVED_MOST = 1 << 16 };

/* Shared with the process. */
struct served_zone {
	char apex[64];
	char text[SERVED_MOST]; /* of the published file; "": the server does not have the zone */
};

struct servers {
	pid_t pid;
	uint16_t port[N_SERVERS];
	struct {
		bool is_down; /* it answers SERVFAIL */
		struct served_zone zones[N_SERVED];
	} * server;
};

void
servers_begin(struct servers *servers);

void
servers_end(struct servers *servers);

#endif

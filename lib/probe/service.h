/* Services: the servers that the TLSA records of zones are about (RFC 6698 section 3), and the
 * addresses at which they are reached. What the zones say counts; only what they leave open is
 * asked of the system's resolver. */
#ifndef PROBE_SERVICE_H
#define PROBE_SERVICE_H

#include "dane/naming.h"
#include "probe/starttls.h"
#include "zone/store.h"

#include <netinet/in.h>

/* Sorted stores. */
struct service_zones {
	const struct store *const *items;
	size_t n;
};

struct service_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t len;
};

/* Where to connect instead: the command line's HOST:PORT=ADDR:PORT. */
struct service_detour {
	const char *text;          /* as it was given */
	const char *host;          /* "": any */
	uint16_t port;             /* 0: any */
	struct service_address to; /* port 0: the service's own */
};

struct service {
	struct name owner;
	const char *owner_text; /* without last dot, as the next two */
	const char *host;
	struct references names;
	const char *domain; /* of XMPP, by an SRV record of the zones; else `host` */
	uint16_t port;
	const struct starttls *protocol; /* NULL: TLS at once */
	const char *skipped;             /* why it is not to be probed, or NULL */
	struct bytes *rdata;             /* the TLSA records */
	size_t n;
	const struct name *zone; /* that holds it */
	struct diags *diags;     /* of that zone */
	struct pos pos;          /* of the first record */

	struct service_address *addresses; /* see service_resolve */
	size_t n_addresses;
	const char *no_address; /* why there is none */
	const char *no_records; /* why none counts, see live.h; or NULL */
	struct arena a;         /* of these, from `addresses` on */
};

struct services {
	struct service *items;
	size_t n;
};

/* All services of the zones, in `a`. services_free is due. */
void
services_find(struct arena *a, const struct service_zones *zones, struct services *out);

void
services_free(struct services *services);

/* Finds the addresses: those of the detours that fit, or those in the zones, or else the system's
 * resolver's. Several threads may do so for several services. */
void
service_resolve(struct service *service, const struct service_zones *zones,
    const struct service_detour *detours, size_t n_detours);

/* Is the detour for this service? */
bool
service_detour_fits(const struct service_detour *detour, const struct service *service);

/* Reads HOST:PORT=ADDR:PORT, IPv6 addresses in brackets; HOST or a PORT may be empty. Returns -1 if
 * it is something else. */
int
service_detour_parse(struct arena *a, const char *text, struct service_detour *out);

/* "192.0.2.25:25", "[2001:db8::25]:25", in `a`. */
const char *
service_address_text(struct arena *a, const struct service_address *address);

#endif

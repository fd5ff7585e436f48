/* Services: whose records a TLSA set is, by what a zone says of names. A client comes to the set by
 * its owner `_port._proto.host`, or by an alias that leads there, and then the host that it began
 * with stays the one that the records are about (RFC 7671 section 7). */
#ifndef DANE_SERVICE_H
#define DANE_SERVICE_H

#include "dane/alias.h"
#include "dane/naming.h"

struct dane_service {
	struct dane_owner owner;
	const struct dane_alias *alias; /* that leads to the set; NULL: the set is its own */
};

/* What a zone says of hosts and aliases. Zero-initialised it says nothing. */
struct dane_services {
	const struct store *store;
	struct namings namings;
	struct dane_aliases aliases;
};

/* Of a sorted store; dane_services_end frees it. */
void
dane_services_begin(struct dane_services *services, const struct store *store);

void
dane_services_end(struct dane_services *services);

/* Those of the set at the name, in `a`. An owner of their form whose host is not there, and that
 * aliases lead to, is none. */
const struct dane_service *
dane_services_of(const struct dane_services *from, struct arena *a, const uint8_t *wire, size_t *n);

/* Do clients of the service use records of this usage (RFC 7672 section 3.1.3)? */
bool
dane_service_counts(const struct dane_service *service, uint8_t usage);

/* Is there a server at the node, as far as the zone can tell? */
bool
dane_host_leads(const struct store *store, const struct node *node);

#endif

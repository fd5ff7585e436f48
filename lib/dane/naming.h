/* Who names a host: the MX, SRV and CNAME records of zones, and so the names by which clients know
 * the server there (reference identifiers, RFC 7671 section 7). Lint, proof and probe all ask here,
 * so that they agree. */
#ifndef DANE_NAMING_H
#define DANE_NAMING_H

#include "dane/owner.h"
#include "zone/store.h"

enum naming_kind {
	NAMING_MX,
	NAMING_SRV,
	NAMING_CNAME,  /* an alias of the host */
	NAMING_ANSWER, /* something answers for _25._tcp.host, or the host is an alias itself */
};

struct naming {
	uint64_t hash;       /* of the host */
	const uint8_t *host; /* in a store; NULL with NAMING_ANSWER */
	const struct store *store;
	const struct node *node; /* whose record it is */
	enum naming_kind kind;
	uint16_t port; /* of SRV */
};

struct namings {
	struct naming *items; /* sorted by hash */
	size_t n, cap;
	bool wildcards; /* some of TLSA or CNAME may answer for a host that has no NAMING_ANSWER */
};

/* Adds those of a sorted store; when all are added, namings_sort. namings_end frees them. */
void
namings_add(struct namings *namings, const struct store *store);

void
namings_sort(struct namings *namings);

void
namings_end(struct namings *namings);

/* Is the host named by a record of this kind? */
bool
namings_any(const struct namings *namings, const uint8_t *host, enum naming_kind kind);

/* The names by which clients come to a service. Each client knows all of `hosts`: the host itself
 * and its aliases (RFC 7671 section 7); and one of `domains`, if there are some: that to which the
 * mail goes, at port 25 alone (RFC 7672 section 3.2.2), or that of an SRV record for the service's
 * port (RFC 7673 section 4.1). A certificate has to have one of the names that the client knows. */
struct references {
	const char *const *hosts; /* without last dot; the service's own host first */
	const char *const *domains;
	size_t n_hosts, n_domains;
};

/* In `a`. At most REFERENCES_MOST of each. */
enum { REFERENCES_MOST = 64 };

void
namings_references(struct arena *a, const struct namings *namings, const struct dane_owner *service,
    struct references *out);

#endif

/* The owner of TLSA records (RFC 6698 section 3), and the host that it is about. */
#ifndef CHECK_DANE_OWNER_H
#define CHECK_DANE_OWNER_H

#include "zone/lookup.h"

enum { DANE_SMTP = 25 };

struct dane_owner {
	const uint8_t *wire; /* absolute */
	const uint8_t *host; /* its part behind _port._proto */
	unsigned port;       /* 0: any */
	bool tcp;
};

/* Reads an owner, which stays the caller's. Returns false where it has not the form
 * _port._proto.host. */
bool
dane_owner_read(const uint8_t *wire, struct dane_owner *out);

/* Is it about mail from server to server? */
bool
dane_owner_is_smtp(const struct dane_owner *owner);

/* Does it look as if it should have that form? */
bool
dane_owner_is_meant(const uint8_t *wire);

/* What answers for the TLSA records of SMTP at the host: TLSA, or a CNAME that leads to them; or
 * NULL. */
const struct node *
dane_smtp_node(const struct store *store, const struct lookup_key *host);

#endif

/* The owner of TLSA records (RFC 6698 section 3), and the host that it is about. */
#ifndef DANE_OWNER_H
#define DANE_OWNER_H

#include "dns/name.h"

enum { DANE_SMTP = 25 };

struct dane_owner {
	const uint8_t *wire;  /* absolute */
	const uint8_t *proto; /* its second label, "_tcp" */
	const uint8_t *host;  /* its part behind _port._proto */
	unsigned port;        /* 0: any */
	bool tcp;
};

/* Reads an owner, which stays the caller's. Returns false where it has not the form
 * _port._proto.host. */
bool
dane_owner_read(const uint8_t *wire, struct dane_owner *out);

/* Is the label one of _tcp, _udp and _sctp? */
bool
dane_owner_is_protocol(const uint8_t *label);

/* Is it about mail from server to server? */
bool
dane_owner_is_smtp(const struct dane_owner *owner);

/* Was the form _port._proto.host meant? So it seems where one of the first two labels is a port
 * with its underscore or a protocol, or where the first is a bare port and no underscore follows.
 */
bool
dane_owner_is_meant(const uint8_t *wire);

/* Is it plainly a name for records to which `_port._proto` aliases lead, of this zone or of others,
 * as tlsa._dane.example.org (RFC 7671 section 5.1)? That is one below a label with an underscore,
 * and no host. */
bool
dane_owner_is_shared(const uint8_t *wire);

#endif

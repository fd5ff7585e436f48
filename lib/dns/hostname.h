/* What the names of hosts and mailboxes look like (RFC 952, RFC 1123 section 2.1, RFC 1035 section
 * 8), as BIND's check-names judges them: it does not load a primary zone that has another name
 * where a host belongs. */
#ifndef DNS_HOSTNAME_H
#define DNS_HOSTNAME_H

#include "dns/name.h"

/* Is each label of letters, digits and hyphens, and begins and ends with none of the latter? The
 * root is such a name. */
bool
hostname_is(const uint8_t *wire);

/* May a record of this type stand at the name? True for types that may stand anywhere. */
bool
hostname_may_own(const uint8_t *wire, uint16_t type);

/* A mailbox: behind its first label, of any characters that are visible, a host. */
bool
hostname_is_mailbox(const uint8_t *wire);

/* Is there an at sign in a label? */
bool
hostname_has_at(const uint8_t *wire);

/* How many labels at the beginning are the text of an IP address: 0 for none. */
unsigned
hostname_address(const uint8_t *wire);

#endif

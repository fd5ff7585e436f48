/* Checks of names by how they look, whether they exist or not: names of hosts and mailboxes
 * (dns/hostname.h), and addresses where names belong. */
#ifndef CHECK_HOST_H
#define CHECK_HOST_H

#include "zone/written.h"

/* The owner and the names in the RDATA of all records at the node. */
void
host_check(const struct store *store, const struct node *node);

/* Is name `number` of the record, `wire`, an address that was written where a name belongs? */
bool
host_is_address(const struct store *store, const struct record *record, unsigned number,
    const uint8_t *wire, struct written *written);

#endif

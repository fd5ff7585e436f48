/* Aliases that lead back to themselves (RFC 1034 section 3.6.2, RFC 6672 section 2.3, RFC 9460
 * section 2.4.2). */
#ifndef CHECK_ALIAS_H
#define CHECK_ALIAS_H

#include "zone/store.h"

/* `record` is a CNAME or DNAME of the node, or SVCB or HTTPS in AliasMode; others are passed over.
 * A loop is told of once, at that of its records which stands first. */
void
check_alias(const struct store *store, const struct node *node, const struct record *record);

#endif

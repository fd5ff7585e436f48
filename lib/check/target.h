/* Checks of what NS, MX and SRV records name within the zone: a server that has no address, or that
 * is an alias (RFC 1034 section 4.2.1, RFC 2181 section 10.3, RFC 2782). */
#ifndef CHECK_TARGET_H
#define CHECK_TARGET_H

#include "zone/store.h"

/* Looks at the whole sorted store; adds problems to its diags. */
void
check_targets(const struct store *store);

#endif

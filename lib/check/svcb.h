/* Lint of SVCB and HTTPS records (RFC 9460, RFC 9461): what servers load and clients pass over,
 * and a name that a server changes. A
 * zone without such records costs one look at each node's flags. */
#ifndef CHECK_SVCB_H
#define CHECK_SVCB_H

#include "zone/store.h"

/* Looks at the whole sorted store; adds problems to its diags. */
void
check_services(const struct store *store);

#endif

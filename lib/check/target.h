/* Checks of what names in RDATA lead to within the zone: a server that has no address or is an
 * alias (RFC 1034 section 4.2.1, RFC 2181 section 10.3, RFC 2782), what does not exist, and names
 * that lack their last dot. The table of types says what is asked of each (enum name_use). */
#ifndef CHECK_TARGET_H
#define CHECK_TARGET_H

#include "zone/store.h"

/* Looks at the whole sorted store; adds problems to its diags. */
void
check_targets(const struct store *store);

#endif

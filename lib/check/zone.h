/* Checks of a zone's structure (RFC 1034, 2181, 4035, 6672): what no server would load or what
 * resolvers would answer wrongly. */
#ifndef CHECK_ZONE_H
#define CHECK_ZONE_H

#include "zone/store.h"

/* Looks at the whole sorted store. `signatures_len`: octets of the RRSIG records that each RRset
 * will get, 0 where they are there already or there will be none. Returns -1 if problems were added
 * that are errors. */
int
check_zone(const struct store *store, size_t signatures_len);

/* The part of it that holds for each name, as far as it is not lost: for a zone of which records
 * are known to be missing. */
int
check_names(const struct store *store);

#endif

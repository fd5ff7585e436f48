/* ZONEMD (RFC 8976) of a zone that is not signed: nothing but the record changes when the digest is
 * made, so that it is made in the store, in one pass over it. */
#ifndef DNSSEC_ZONEMD_STORE_H
#define DNSSEC_ZONEMD_STORE_H

#include "zone/store.h"

/* Puts a record without a digest in the place of those of the template. `algorithm` is one of
 * zonemd.h. Ahead of store_sort. */
void
zonemd_store_add(struct store *store, uint8_t algorithm);

/* Makes the record of zonemd_store_add hold for the sorted store and its SOA's serial. Returns 0,
 * or -1 with a problem added. */
int
zonemd_store_make(struct store *store);

#endif

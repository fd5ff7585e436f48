/* The SOA record of a zone (RFC 1035 section 3.3.13), whose numbers end its RDATA. */
#ifndef ZONE_SOA_H
#define ZONE_SOA_H

#include "zone/store.h"

/* Octets from the end of the RDATA to where a number begins. */
enum soa_number {
	SOA_SERIAL = 20,
	SOA_EXPIRE = 8,
	SOA_MINIMUM = 4,
};

static inline uint32_t
soa_number(const struct record *soa, enum soa_number which)
{
	return read_u32(soa->rdata + soa->rdlen - (unsigned)which);
}

/* That of a store, sorted or not; NULL: it has none. */
const struct record *
store_soa(const struct store *store);

/* The serial; the store has a SOA. */
uint32_t
zone_serial(const struct store *store);

/* Changes it in the sorted store. */
void
zone_set_serial(struct store *store, uint32_t serial);

#endif

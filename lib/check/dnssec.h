/* Checks of a zone that is signed here: what its template and policy ask for, against what signing
 * needs (RFC 4035 section 2.2) and what its signatures must outlive (RFC 6781 section 4.4.2). */
#ifndef CHECK_DNSSEC_H
#define CHECK_DNSSEC_H

#include "dnssec/key.h"
#include "zone/store.h"

/* Does each DNSKEY record of the template, one of another signer, have an algorithm that the keys
 * sign the zone with? The store is sorted. Returns -1 with S_ALGORITHM_FOREIGN for each that has
 * not. */
int
check_foreign_keys(const struct store *store, const struct keys *keys);

/* Warns where a signature would be too old to be kept as soon as it is made. */
void
check_refresh(struct diags *diags, uint64_t validity_s, uint64_t jitter_s, uint64_t refresh_s);

/* Warns where a secondary or resolver that has seen the zone at `now` may hold records longer than
 * signatures, the first of which ends at `earliest`: the SOA's expire plus the largest TTL. Returns
 * the instant at which this warning begins, INT64_MAX where it has begun. */
int64_t
check_end(const struct store *store, int64_t now, int64_t earliest);

#endif

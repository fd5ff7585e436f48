/* Checks of a zone that is signed here: what its template and policy ask for, against what signing
 * needs (RFC 4035 section 2.2) and what its signatures must outlive (RFC 6781 section 4.4.2). */
#ifndef CHECK_DNSSEC_H
#define CHECK_DNSSEC_H

#include "dnssec/key.h"
#include "dnssec/lifetime.h"
#include "zone/store.h"

/* Does each DNSKEY record of the template, one of another signer, have an algorithm that the keys
 * sign the zone with? The store is sorted. Returns -1 with S_ALGORITHM_FOREIGN for each that has
 * not. */
int
check_foreign_keys(const struct store *store, const struct keys *keys);

/* Octets of the RRSIG records that an RRset of the zone gets by these keys, in an answer. */
size_t
check_signatures_len(const struct store *store, const struct keys *keys);

/* Warns where a signature would be too old to be kept as soon as it is made. */
void
check_refresh(struct diags *diags, const struct lifetime *lifetime);

/* When the first of the store's signatures ends. Returns false where it has none. */
bool
check_first_end(const struct store *store, int64_t now, int64_t *end_unix);

/* For how long copies of a zone live: a secondary that loses its primary serves it until the SOA's
 * expire has passed, and a cache that asked it last keeps a record for its TTL. */
struct copies {
	struct pos soa;
	int64_t expire_s, ttl_s;
};

/* The store is sorted and has a SOA. */
struct copies
copies_of(const struct store *store);

/* Warns where copies of the zone of `now` outlive its signatures, the first of which ends at
 * `earliest`. Returns the instant at which this warning begins, INT64_MAX where it has begun. */
int64_t
check_end(struct diags *diags, const struct copies *copies, int64_t now, int64_t earliest);

#endif

/* Lifetime: how long signatures are valid, and when they are made anew. What a policy leaves open
 * follows from the zone: its signatures must outlive its copies. A secondary that lost its primary
 * serves the zone until SOA expire has passed, and caches keep what it served for a TTL more
 * (RFC 6781 section 4.4.2). */
#ifndef DNSSEC_LIFETIME_H
#define DNSSEC_LIFETIME_H

#include "zone/store.h"

#define LIFETIME_BY_SOA UINT32_MAX /* left open: it follows from the zone */

/* As it is asked for. A signature lives for the validity less a part of the jitter, and is made
 * anew when less than `refresh_s` of it is left. Either of the two may be LIFETIME_BY_SOA. Those
 * over DNSKEY, CDS and CDNSKEY have a validity of their own (RFC 6781 section 4.4.2),
 * LIFETIME_BY_SOA or 0 where it is the same. */
struct lifetime_policy {
	uint32_t validity_s, refresh_s, jitter_s, keys_validity_s;
};

/* As it is. */
struct lifetime {
	uint64_t validity_s, refresh_s, jitter_s, keys_validity_s;
};

/* What comes of the policy for a zone, sorted or not. Left open, `refresh` is 5/14 of the validity,
 * or as long as copies live and a day more, where the validity has room for that; and `validity` is
 * 14 days, or as many more as refresh and jitter ask for, which the validity for the keys is at
 * least where `refresh` is open. A SOA whose expire exceeds two months is not followed. */
struct lifetime
lifetime_of(const struct store *store, const struct lifetime_policy *policy);

#endif

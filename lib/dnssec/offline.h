/* Signatures of KSKs whose private keys are kept offline. Such a key cannot sign, but what it
 * signed (DNSKEY, CDS and CDNSKEY) stays valid as long as these RRsets stay the same and the
 * signature has not expired: then the zone can be built again and again without it. And it may have
 * signed ahead, for a whole period, what these RRsets will be (ceremony.h). */
#ifndef DNSSEC_OFFLINE_H
#define DNSSEC_OFFLINE_H

#include "dnssec/sign.h"

struct offline_signature {
	const struct key *key;
	const struct record *rrsig;
	bool is_new; /* the previous zone does not have it */
};

struct offline {
	struct offline_signature *items;
	size_t n;
	int64_t notice_unix; /* when the next warning of an end begins; KEY_NO_TIME: never */
};

/* Finds the signatures that may be taken, each verified, of those with the same key and RRset the
 * one that ends last: but that of the previous zone stays as long as more than the refresh interval
 * is left of it. In the arena of the store's diags. Warns of those that end soon, and where the
 * sets that were signed ahead do: within a week, or the refresh interval where that is longer.
 * Returns -1 with problems added where an RRset of the keys would be left without a signature by
 * any KSK of an algorithm. */
int
offline_find(const struct store *store, const struct sign_options *options, struct offline *out);

/* Would it find one of `key` over the DNSKEY set of the store? */
bool
offline_signs_keys(
    const struct store *store, const struct sign_options *options, const struct key *key);

/* The signature of `key` over that RRset at the apex, or NULL. */
const struct offline_signature *
offline_signature(const struct offline *offline, const struct key *key, uint16_t type);

#endif

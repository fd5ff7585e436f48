/* What a key that is kept offline has signed ahead (ceremony.h): the set that is the zone's at a
 * time, and until when there is one. Signatures are verified: nothing else counts. */
#ifndef DNSSEC_AHEAD_H
#define DNSSEC_AHEAD_H

#include "dnssec/ceremony.h"

/* One key, and the sets of one type. */
struct ahead {
	struct arena *scratch;
	const struct ceremonies *all; /* NULL: there are none */
	const struct key *key;
	uint16_t type;
};

/* Does the signature state that type, and the key's algorithm and tag? */
bool
ahead_is_by_key(const struct ahead *ahead, const struct record *rrsig);

/* The span whose set the key has signed, at that time; or NULL. */
const struct ceremony_span *
ahead_at(const struct ahead *ahead, int64_t t_unix);

/* Up to when sets are signed without a gap from now on: by the key, and where it has left, by
 * others. Where there is none for now it is when the last one ended; KEY_NO_TIME: none has begun.
 */
int64_t
ahead_until(const struct ahead *ahead, int64_t now);

/* The same for the DNSKEY sets and a key; KEY_NO_TIME where it is no offline KSK that signs now. */
int64_t
ahead_of_key(
    struct arena *scratch, const struct ceremonies *all, const struct key *key, int64_t now);

/* Of all keys that of the first one that ends. */
int64_t
ahead_of_keys(
    struct arena *scratch, const struct ceremonies *all, const struct keys *keys, int64_t now);

#endif

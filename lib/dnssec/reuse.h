/* Reuse: signatures of the previous output that need not be made again. Both zones are sorted, so
 * each worker moves a cursor through the old one. A signature is kept when owner, type, TTL and
 * RDATA set are the same, its key still signs, its inception has passed, its expiry is further away
 * than `refresh`, and it was made for as long as a new one would be (`any_validity`: or not). It is
 * verified before it is kept, unless the old file is known to be what we wrote and holds the key's
 * DNSKEY record (else another key could have had the same tag). */
#ifndef DNSSEC_REUSE_H
#define DNSSEC_REUSE_H

#include "dnssec/key.h"
#include "dnssec/rrsig.h"
#include "zone/store.h"

struct reuse {
	const struct store *old; /* sorted, with its RRSIG records; NULL: nothing to reuse */
	bool trusted;            /* the old file is, byte for byte, what we wrote */
	uint32_t now;
	uint32_t refresh_s;
	bool any_validity;      /* what was made for a shorter one is kept, too, */
	bool any_keys_validity; /* and so is what signs the zone's keys */
	const bool *known;      /* by key: the old zone has the same DNSKEY record */
};

/* `a` keeps what `reuse` needs. `old` may be NULL. */
void
reuse_begin(struct arena *a, struct reuse *reuse, const struct store *old, const struct keys *keys,
    int64_t now, uint64_t refresh_s, bool trusted);

/* The old node with that sort key, or NULL. `*cursor` is where the search begins, and ends; zero at
 * first. Keys that come in ascending order cost a step each. */
const struct node *
reuse_find(const struct reuse *reuse, const uint8_t *key, size_t key_len, size_t *cursor);

/* Does the old node hold the same RRset? */
bool
reuse_same_set(const struct reuse *reuse, const struct node *old, const struct rrsig_set *set);

/* The old RRSIG of the RRset by a key of the same algorithm and tag as that of `fresh`, or NULL
 * where none may be kept. The RRset is the same. */
const struct record *
reuse_signature(const struct reuse *reuse, const struct node *old, const struct rrsig *fresh);

#endif

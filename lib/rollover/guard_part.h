/* Parts of the guard (guard.h): which sets of keys a store, the published file and the keys make,
 * what may have been before a history that is lost, and the keys that bring a zone back. */
#ifndef ROLLOVER_GUARD_PART_H
#define ROLLOVER_GUARD_PART_H

#include "rollover/guard.h"

/* Sets of one zone. Of RRSIG there is one for each way in which RRsets are signed: a signer that
 * swaps its keys signs them one after the other. Those that ask for less than another one are left
 * out. There is one at least. */
struct guard_sets {
	struct set dnskey;
	struct sets signers;
};

/* Of a sorted store with its signatures; `known` is what the history has of its apex. In `a`. */
void
guard_sets_of_store(struct arena *a, const struct store *store, const char *zone, struct sets known,
    struct guard_sets *out);

/* The same of the published file; without one there are no keys, and unsigned data. */
void
guard_sets_of_published(struct arena *a, const struct published *published, const char *zone,
    struct sets known, struct guard_sets *out);

/* What the keys, as they are set now, make of the zone: `dnskey` and `signers` of the guard. */
void
guard_sets_of_keys(struct guard *g);

/* Without what a key would sign whose private half is elsewhere, and that it has not signed. */
void
guard_drop_offline(struct guard *g);

/* Is there a signature of that KSK, whose private half is elsewhere, over the DNSKEY set as the
 * keys are to be published now? */
bool
guard_has_signed(const struct guard *g, const struct key *key);

bool
guard_is_in(const struct set *dnskey, const struct record_key *key);

/* --- Former sets (guard_former.c) --- */

/* Where the history has none of the zone's sets, though it was published: those that may have been
 * before, as members of `former`. `old` are the published sets. */
void
guard_find_former(struct guard *g, struct sets own, const struct guard_sets *old);

/* --- Keys (guard_keys.c) --- */

/* The key of that record, as it is without the REVOKE bit; or NULL. */
struct key *
guard_find_key(const struct guard *g, const struct record_key *wanted);

/* The key that the DS record is of. */
struct key *
guard_find_key_of_ds(const struct guard *g, struct bytes ds);

/* Lets the key stand in the zone, and takes its revocation back (RFC 5011): as a revoked key it
 * would be another one. */
void
guard_bring_back(struct guard *g, struct key *key);

/* Makes a key without files, by its record in the published file. NULL: it has none. */
struct key *
guard_adopt(struct guard *g, const struct record_key *wanted);

bool
guard_is_adopted(const struct guard *g, const struct key *key);

/* --- CDS (guard_cds.c) --- */

/* Sets `ds_early` of the keys: a parent that follows CDS records must not be asked for a DS set
 * that may not appear yet. */
void
guard_hold_back_cds(struct guard *g, const struct trust *trust);

/* --- Messages --- */

bool
guard_is_forced(const struct guard *g, enum problem problem);

void
guard_tell(struct guard *g, enum problem problem, const struct key *key, const char *what,
    int64_t until_unix);

#endif

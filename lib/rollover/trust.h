/* Trust: does a validator find a zone good, whatever it holds? It may hold an older DS set of the
 * parent with a newer DNSKEY set of the zone, and either with older data: each combination of sets
 * that may be held at one time must have a valid path (RFC 6781 section 4.1.4, RFC 7583), and as
 * some validators insist on it, one for each algorithm (RFC 4035 section 2.2, RFC 6840 section
 * 5.11):
 *
 *	DS set      each of its algorithms has a key in the DNSKEY set that it is of, and that signs
 *		    the set, and so has each of its digests, as one may be the strongest that a
 *		    validator knows, but for SHA-1 beside SHA-256 (RFC 4509 section 3); or it is
 *		    empty, and then the zone counts as unsigned
 *	DNSKEY set  each of its algorithms has a key that signs the data
 *
 * A pure function of sets (history.h) and clock, as the gate is. */
#ifndef ROLLOVER_TRUST_H
#define ROLLOVER_TRUST_H

#include "history/history.h"
#include "history/record.h"

/* The sets of a zone of one of these types, in `a`. The history has DS sets in the parent's zone,
 * if the project has that, or in the zone's own. */
struct sets
trust_sets(struct arena *a, const struct history *history, const char *zone, uint16_t type);

/* The largest TTL that is likely: a set with it is held for a week. So are sets of which nothing is
 * known, as the history was lost. */
enum { UNKNOWN_TTL_S = 7 * 86400 / 2 };

/* The DS record of the key, with SHA-256; in `a`. */
struct bytes
trust_ds_of_key(struct arena *a, const struct record_key *key);

/* Is the DS record of that key? */
bool
trust_is_of_key(struct bytes ds, const struct record_key *key);

/* Does the DS set lead each validator to the key, be it alone in its DNSKEY set? Where records are
 * of several digests, a validator judges by those of the strongest one that it knows. */
bool
trust_leads_to(const struct set *ds, const struct record_key *key);

/* Is the DNSKEY set good under the DS set? */
bool
trust_anchors(const struct set *ds, const struct set *keys);

/* Does a key of the algorithm in the DNSKEY set sign the data? */
bool
trust_has_signer(const struct set *keys, const struct set *signers, uint8_t algorithm);

/* Is the data that those keys sign good under the DNSKEY set? Unsigned data never is. */
bool
trust_covers(const struct set *keys, const struct set *signers);

/* The sets of a zone that may be held: of the parent's DS, of DNSKEY, and of who signs the data.
 * Those that are about to be published are open ones among them. */
struct trust {
	struct sets ds, keys, signers;
	bool ds_known;   /* else the parent may have any */
	uint32_t hold_s; /* `propagation`: how long servers give out what was replaced */
};

/* Sets that do not fit, and until when all of them may be held; none: all is well. */
struct trust_fault {
	const struct set *ds, *keys, *signers; /* two of them, or three */
	int64_t until_unix;                    /* TIME_NEVER: one of them is open */
};

/* A set that takes the place of others. */
struct trust_change {
	const struct set *set; /* one of those above */
	struct sets old;       /* pairs that do not fit with one of these either are no change */
	struct sets with;      /* of those above, what comes with it: that these fit is another's
				* affair */
};

/* The pair with `set` that may be held longest. */
struct trust_fault
trust_find(const struct trust *trust, const struct trust_change *change, int64_t now_unix);

/* May the DS set appear at the parent: do all held DNSKEY sets and data, the unsigned ones too,
 * validate under it? */
struct trust_fault
trust_may_appear(const struct trust *trust, const struct set *ds, int64_t now_unix);

#endif

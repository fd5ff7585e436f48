/* Verify: the judge of signed zones, whoever signed them. It reads a sorted store and reports each
 * fault once: signatures (RFC 4035 sections 2.2 and 5.3), coverage by each algorithm (RFC 6840
 * section 5.11), the NSEC or NSEC3 chain with its bit maps (RFC 4035 section 2.3, RFC 5155
 * section 7.1), trust anchors, ZONEMD (RFC 8976), CDS and CDNSKEY (RFC 7344, RFC 8078).
 *
 * It shares with the signer the parser, the store, the canonical form of dns/ and the reading of
 * public keys, and nothing of the rest: what is signed, the chains, bit maps, key tags and digests
 * are worked out here a second time.
 *
 *	verify.c            the run: workers, chunks, result
 *	verify_part.h       what these files share
 *	verify_visit.c      what is asked of a node and its types
 *	verify_fault.c      faults that workers find, told of later
 *	verify_key.c        the DNSKEY RRset
 *	verify_signature.c  RRSIG records and what they cover
 *	verify_bitmap.c     type bit maps
 *	verify_nsec.c       the NSEC chain
 *	verify_chain.c      which NSEC3 chains there are
 *	verify_nsec3.c      the NSEC3 chains
 *	verify_apex.c       who signs the keys, trust anchors
 *	verify_cds.c        CDS and CDNSKEY
 *	verify_zonemd.c     the zone's digest */
#ifndef DNSSEC_VERIFY_H
#define DNSSEC_VERIFY_H

#include "dnssec/anchor.h"
#include "zone/store.h"

/* An NSEC3 record of the zone that the store lacks: it was judged before, and its hash led, and
 * leads, to the next one. */
struct verify_proven {
	uint8_t hash[20], next[20];
};

struct verify_options {
	int64_t at;  /* the time at which signatures shall be valid */
	bool crypto; /* false: all but the signatures' mathematics */
	unsigned n_workers;
	const struct anchors *anchors; /* or NULL */

	/* Of nodes with NODE_PROVEN the store has neither signatures nor NSEC records, which were
	 * judged before; these and what follows are judged no more than by what they say of others.
	 * NSEC3 records likewise, by hash; `proven_flags` are those of each. */
	const struct verify_proven *proven;
	size_t n_proven;
	uint8_t proven_flags;
};

enum verify_denial {
	VERIFY_NO_DENIAL,
	VERIFY_NSEC,
	VERIFY_NSEC3,
	VERIFY_NSEC3_OPT_OUT,
};

struct verify_result {
	size_t n_records;
	size_t n_signatures; /* RRSIG records looked at */
	size_t n_verified;   /* of these, found good */
	int64_t earliest;    /* expiration of a signature, Unix; 0: there is none */
	enum verify_denial denial;
	bool algorithms[UINT8_MAX + 1]; /* of the DNSKEY RRset */
	bool zonemd;                    /* the digest was checked and is right */
};

/* Judges the sorted store. Returns 0, or -1 with all faults added
 * to the diags. */
int
verify_zone(struct diags *diags, const struct store *store, const struct verify_options *options,
    struct verify_result *result);

/* Judges the ZONEMD records alone of a sorted store with a SOA, signed or not. Returns 0, also
 * where it has none, or -1 with all faults added to the diags. */
int
verify_digest(struct diags *diags, const struct store *store);

#endif

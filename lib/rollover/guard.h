/* Guard: keeps a signed zone valid for whoever holds older sets of it, whatever the dates of its
 * keys say (trust.h has the rule). A key that something held still needs does not leave, one that
 * is not known yet does not sign alone, an algorithm does not appear ahead of its signatures: each
 * is an error with the time from which on it would be right, and the zone is published with what
 * keeps it valid. `severity` does not change that; `--force` with the problem's code does. */
#ifndef ROLLOVER_GUARD_H
#define ROLLOVER_GUARD_H

#include "dnssec/ceremony.h"
#include "dnssec/key.h"
#include "rollover/keep.h"
#include "rollover/trust.h"

struct guard {
	struct keep *keep;
	struct diags *diags;
	const char *where;         /* the keys, for messages */
	struct keys *keys;         /* with roles, which change; NULL: the zone is not signed here */
	const struct store *store; /* of the template */
	const struct ceremonies *ceremonies; /* what offline keys have signed ahead; or NULL */
	const struct published *published;
	int64_t now_unix;
	bool asks_by_cds; /* the zone has CDS records */
	uint32_t hold_s;  /* `propagation` of the zone: how long sets are held at least */
	bool (*forced)(enum problem problem, const void *ctx); /* may the problem be? NULL: none */
	const void *ctx;
	size_t n_errors;       /* that keep nothing from being published */
	struct history former; /* sets that may have been before a history that was lost */
	bool set_stays;        /* the DNSKEY set, as no other can be signed */
	/* As the zone will have them, once guard_keys is done; of signers see guard_part.h. */
	struct set dnskey;
	struct sets signers;
};

/* Changes what the keys do where it must be. Returns 0, or -1 with problems added where no key is
 * there that could keep the zone valid: it must stay as it is published. */
int
guard_keys(struct guard *guard);

/* Judges a zone that is not signed here, by its sorted store. Returns 0, or -1 with a problem
 * added.
 */
int
guard_store(struct guard *guard);

/* What the publication makes of the history of these sets: adds to `opened` and `closed` of the
 * zone, after keep_compare. The store is sorted, and has all that the zone is to have but for
 * signatures. */
void
guard_compare(struct guard *guard);

/* The same for a zone that its nameserver signs from now on: of its sets nothing is known any more,
 * but that those end which were published until now. */
void
guard_leave(struct keep *keep, const struct published *published);

/* Two versions of a zone that has no history. */
struct guard_pair {
	struct diags *diags;
	const char *where; /* the older one, for messages */
	const struct published *published;
	struct keys *keys;         /* of the newer one, with roles */
	const struct store *store; /* with all but signatures, sorted */
};

/* Warns where those who hold one of its DNSKEY set and its data would find the other one bogus. */
void
guard_warn(const struct guard_pair *pair);

#endif

/* The keys of zones, as a table for people and as JSON for programs. */
#ifndef REPORT_KEYS_H
#define REPORT_KEYS_H

#include "dnssec/key.h"
#include "rollover/keyroll.h"

/* The keys of a zone, and where their rollovers stand if its policy rolls them. */
struct report_keys {
	struct keys keys;
	const int64_t *ahead_unix; /* of each key, until when it has signed the DNSKEY sets ahead,
				    * or KEY_NO_TIME; NULL: nobody has */
	bool rolls_by_policy;
	struct keyrolls rolls; /* of these keys */
};

/* Columns between blanks: zone, key tag, role, algorithm, state, the next event and its time; where
 * keys are kept offline, until when they have signed ahead; and where the policy of a zone rolls
 * keys, what holds each where it is; a head ahead of them. Nothing where there are no keys. */
void
report_keys_table(struct buf *out, const struct report_keys *zones, size_t n, int64_t now);

/* An array of objects. */
void
report_keys_json(struct buf *out, const struct report_keys *zones, size_t n, int64_t now);

#endif

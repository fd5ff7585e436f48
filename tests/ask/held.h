/* What a cache may hold of what it was answered: RRsets with their signatures, each until its TTL
 * has passed since it was answered with last. Whatever may be held at the same time must be valid
 * together: a set that is new is judged by every DNSKEY set of its signer that is held, a new
 * DNSKEY set judges all that is held and must itself be trusted by each DS set that is, and a new
 * DS set by it. Strict validators look for every algorithm (RFC 4035 section 2.2, RFC 6840
 * section 5.11), and so does this.
 *
 * libldns verifies, and none of zonepp's code is in it. */
#ifndef ASK_HELD_H
#define ASK_HELD_H

#include <ldns/ldns.h>

struct held;

struct held_count {
	size_t sets;   /* different ones */
	size_t pairs;  /* sets that were judged by a DNSKEY set, or DNSKEY sets by a DS set */
	size_t faults; /* of these, each of which was printed */
};

/* `anchors` are DS or DNSKEY records that are always held. Never NULL. */
struct held *
held_new(ldns_rr_list *anchors);

void
held_free(struct held *held);

/* Takes `records`, an RRset, and its RRSIGs, as `from` answered with at `now`; copies both. */
void
held_take(struct held *held, const ldns_rr_list *records, const ldns_rr_list *signatures,
    time_t now, const char *from);

/* What there was, with a fault for each set that nobody could judge, as its signer's keys never
 * came. */
struct held_count
held_finish(struct held *held);

#endif

/* Is a single RRSIG that of an RRset by a key (RFC 4035 section 5.3)? For the few that are looked
 * at one by one; sign_worker.c and verify_signature.c have a verifier for each thread. Times are
 * not judged. */
#ifndef DNSSEC_RRSIG_GOOD_H
#define DNSSEC_RRSIG_GOOD_H

#include "dnssec/algorithm.h"
#include "dnssec/rrsig.h"

/* `dnskey` is the key's RDATA, and `algorithm` its row. */
bool
rrsig_good(const struct name *apex, const struct rrsig_set *set, const struct algorithm *algorithm,
    struct bytes dnskey, struct bytes rrsig);

#endif

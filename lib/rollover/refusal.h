/* Refusal: why clients would refuse a certificate whatever their caches hold, as usages 0 to 2
 * validate names and dates (RFC 7671 sections 5.2 to 5.4). */
#ifndef ROLLOVER_REFUSAL_H
#define ROLLOVER_REFUSAL_H

#include "rollover/rollover.h"

/* Looks whether clients of its services would refuse the next certificate: until it is valid, which
 * moves `*until_unix`; or for good, and then `rollover->refusal` says why, in the arena of `diags`.
 * The published zones tell by which names clients come. Returns 0, or -1 with a problem added. */
int
refusal_find(struct diags *diags, const struct project *project, const struct rollovers *rollovers,
    struct rollover *rollover, int64_t now_unix, int64_t *until_unix);

#endif

/* Unfit certificates: those that clients refuse whatever their caches hold, as usages 0 to 2
 * validate names and dates (RFC 7671 sections 5.2 to 5.4). */
#ifndef ROLLOVER_UNFIT_H
#define ROLLOVER_UNFIT_H

#include "rollover/roll.h"

/* Looks whether the next certificate is unfit for its services: until it is valid, which moves
 * `*until_unix`, or with `roll->unfit` set, in the arena of `diags`, for good. The published zones
 * tell by which names clients come. Returns 0, or -1 with a problem added. */
int
unfit_find(struct diags *diags, const struct project *project, const struct rolls *rolls,
    struct roll *roll, int64_t now_unix, int64_t *until_unix);

#endif

/* Unfit certificates: those that clients refuse whatever their caches hold, as usages 0 to 2
 * validate names and dates (RFC 7671 sections 5.2 to 5.4). */
#ifndef PUBLISH_UNFIT_H
#define PUBLISH_UNFIT_H

#include "project/rollover.h"

/* Keeps the gate closed for a next certificate that is unfit under the records that are published
 * by sorted `facts`: until it is valid, or with `roll->unfit` set, in the arena of `diags`, for
 * good. The published zones tell by which names clients come. Returns 0, or -1 with a problem
 * added. */
int
unfit_mind(struct diags *diags, const struct project *project, const struct facts *facts,
    struct roll *roll);

#endif

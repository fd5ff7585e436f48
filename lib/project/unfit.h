/* Unfit certificates: those that clients refuse whatever their caches hold, as usages 0 to 2
 * validate names and dates (RFC 7671 sections 5.2 to 5.4). */
#ifndef PROJECT_UNFIT_H
#define PROJECT_UNFIT_H

#include "project/rollover.h"

/* Keeps the gate closed for a next certificate that is unfit under the records that are published
 * by sorted `facts`: until it is valid, or with `roll->unfit` set, in `a`, for good. */
void
unfit_mind(struct arena *a, const struct facts *facts, struct roll *roll);

#endif

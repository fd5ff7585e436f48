/* Depend: what a zone was made of, as rules for make(1), in the form that compilers write with -MF
 * and -MP. */
#ifndef PUBLISH_DEPEND_H
#define PUBLISH_DEPEND_H

#include "publish/build.h"

/* Appends the rules by which `target` is made of what the zones read: NULL: each its own output.
 * Files that are gone must not stop make, and so each has a rule of its own that does nothing. What
 * make cannot name is left out. */
void
depend_print(struct buf *b, struct arena *a, const struct project *project,
    const struct build_zone *zones, size_t n, const char *target);

#endif

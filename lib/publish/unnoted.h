/* Unnoted records: those of a certificate that stand in published zones without a fact that tells
 * of them, as the state file was lost and the zone was not built since, or as they are not of
 * cert:NAME at all. Whoever has them in a cache is to be reckoned with all the same. */
#ifndef PUBLISH_UNNOTED_H
#define PUBLISH_UNNOTED_H

#include "project/rollover.h"

/* The first zone whose published file has TLSA records under which the current certificate is taken
 * and the next one is not, and of which sorted `facts` tell nothing: its name, or NULL in `*out`.
 * Returns 0, or -1 with one problem added where such a file cannot be read. Where there are no
 * facts at all, so that no clock runs, one that is not there may have had them, and records of the
 * next one are no help: `strict`. */
int
unnoted_zone(struct diags *diags, const struct project *project, const struct facts *facts,
    const struct roll *roll, bool strict, const char **out);

#endif

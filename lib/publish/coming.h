/* Coming: a zone of a project as its next build would publish it, but for signatures and serial. */
#ifndef PUBLISH_COMING_H
#define PUBLISH_COMING_H

#include "project/state.h"
#include "publish/load.h"

struct coming {
	struct diags diags; /* problems of the template */
	struct diags rest;  /* of the rollover, which checks and builds tell of */
	struct loaded zone; /* the store is sorted */
};

/* Loads the template, and beside its records those that a rollover keeps in the zone. Returns 0, or
 * -1 with problems of the template added. Either way coming_free is due. */
int
coming_load(const struct project *project, const struct project_zone *zone,
    const struct tlsa_names *certificates, const struct facts *facts, int64_t now_unix,
    struct coming *out);

void
coming_free(struct coming *coming);

#endif

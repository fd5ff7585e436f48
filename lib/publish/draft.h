/* Draft: a zone of a project as its next build would publish it, but for signatures and serial. */
#ifndef PUBLISH_DRAFT_H
#define PUBLISH_DRAFT_H

#include "publish/load.h"
#include "rollover/rollover.h"

struct draft {
	struct diags diags; /* problems of the template */
	struct diags rest;  /* of the rollover, which checks and builds tell of */
	struct loaded zone; /* the store is sorted */
};

/* What all zones are read by. */
struct draft_world {
	const struct project *project;
	struct tlsa_names names;
	struct history history;
	struct certificate *certificates;
	const struct locked *locked; /* stands in for sources that are not here; or NULL */
	int64_t now;
};

/* In the arena of `diags`. Returns 0, or -1 with problems added. */
int
draft_begin(
    struct diags *diags, const struct project *project, int64_t now_unix, struct draft_world *out);

/* Loads the template, and beside its records those that a build would keep in the zone. Returns 0,
 * or -1 with problems of the template added. Either way draft_free is due. */
int
draft_load(const struct draft_world *world, const struct project_zone *zone, struct draft *out);

void
draft_free(struct draft *draft);

#endif

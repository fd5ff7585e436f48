/* Which children have DS records in their parent's template that nobody writes, as $DS makes them
 * (directive/ds.h). Only the template tells. */
#ifndef ROLLOVER_DS_MADE_H
#define ROLLOVER_DS_MADE_H

#include "base/arena.h"
#include "project/project.h"

/* Ready with the arena alone; has the answers of one parent, the last that was asked for. */
struct ds_made {
	struct arena *a;
	const struct project_zone *parent;
	bool *is; /* by number of the zone */
};

/* Does $DS in the template of `parent` name `child`? What of it cannot be read names nobody. */
bool
ds_is_made(struct ds_made *made, const struct project *project, const struct project_zone *parent,
    const struct project_zone *child);

#endif

/* What the files of rollover share, and nobody else includes. */
#ifndef PROJECT_ROLLOVER_PART_H
#define PROJECT_ROLLOVER_PART_H

#include "base/duration.h"
#include "project/rollover.h"

static inline bool
rollover_is_nameless(const struct fact *fact)
{
	return fact->kind == FACT_LEFT && strcmp(fact->name, ROLLOVER_NAMELESS) == 0;
}

/* Since when the server has the record; ROLLOVER_NEVER: it does not. */
int64_t
rollover_seen_by(const struct facts *facts, const struct fact *published, const char *server);

#endif

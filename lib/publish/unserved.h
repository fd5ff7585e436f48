/* Unserved: a zone that was published while the hook `changed` has not told its servers yet. A file
 * marks it, from ahead of the publication until the hook has succeeded, and tells since when: what
 * changed then counts as published when the servers are told of it. */
#ifndef PUBLISH_UNSERVED_H
#define PUBLISH_UNSERVED_H

#include "project/state.h"

/* The file; in `a`. */
const char *
unserved_path(struct arena *a, const struct project *project, const struct project_zone *zone);

/* Makes the file, which is among the project's `own`, unless it stands. Returns 0, or -1 with one
 * problem added. */
int
unserved_mark(struct diags *diags, const struct roots *own, const char *path, int64_t now_unix);

/* Is the zone marked? Returns 0, or -1 with one problem added where that cannot be told. */
int
unserved_is_marked(struct diags *diags, const struct roots *own, const char *path, bool *marked);

/* Removes the mark. Returns 0, or -1 with one problem added. */
int
unserved_clear(struct diags *diags, const struct roots *own, const char *path);

/* Moves what facts tell of the zone since it was marked, as if that had happened now. Returns 0, or
 * -1 with one problem added where the mark cannot be read. */
int
unserved_delay(struct diags *diags, const struct project *project, const struct project_zone *zone,
    struct facts *facts, int64_t now_unix);

/* Once such facts are written down: the zone, if it is marked, is so since now. Returns 0, or -1
 * with one problem added. */
int
unserved_renew(struct diags *diags, const struct project *project, const struct project_zone *zone,
    int64_t now_unix);

#endif

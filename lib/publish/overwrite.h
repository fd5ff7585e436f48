/* Keeps what a zone is made of from being replaced by the zone. */
#ifndef PUBLISH_OVERWRITE_H
#define PUBLISH_OVERWRITE_H

#include "base/diag.h"

/* Is the file at `path` none of those that were read while `diags` tracked its inputs? Returns 0,
 * or -1 with one problem added. */
int
overwrite_check(struct diags *diags, const char *path);

#endif

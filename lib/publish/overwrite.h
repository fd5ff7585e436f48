/* Keeps what a zone is made of from being replaced by the zone. */
#ifndef PUBLISH_OVERWRITE_H
#define PUBLISH_OVERWRITE_H

#include "base/file.h"

/* Is the file at `path`, within `roots` (NULL: anywhere), none of those that were read while
 * `diags` tracked its inputs? Returns 0, or -1 with one problem added. */
int
overwrite_check(struct diags *diags, const struct roots *roots, const char *path);

#endif

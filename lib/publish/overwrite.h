/* Keeps what a zone is made of from being replaced by the zone. */
#ifndef PUBLISH_OVERWRITE_H
#define PUBLISH_OVERWRITE_H

#include "base/file.h"

/* Is the file at `path`, within `roots` (NULL: anywhere), none of those that were read while
 * `diags` tracked its inputs? Returns 0, or -1 with one problem added. */
int
overwrite_check(struct diags *diags, const struct roots *roots, const char *path);

/* The same for a zone, which is not written over a key or a certificate either, be it of another
 * zone. `holds_zone`: a zone was read from the file. Where that is not so, and `is_first`, nobody
 * knows that the zone was published before, the file is somebody's, and stays too. */
int
overwrite_check_zone(struct diags *diags, const struct roots *roots, const char *path,
    bool holds_zone, bool is_first);

/* Does the file at `path`, where it is a regular one that is not empty, begin with `begin`, as the
 * one that is to replace it? Returns 0, or -1 with one problem added. */
int
overwrite_check_own(struct diags *diags, const char *path, const char *begin);

#endif

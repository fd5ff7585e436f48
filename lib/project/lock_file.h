/* The lock file, zonepp.lock: for each source that the project's templates and certificates name,
 * what records are made of, so that machines without the sources make the same records
 * (source/locked.h). One line for each certificate or key, sorted, and nothing secret in it;
 * zonepp-lock(1) tells the form. */
#ifndef PROJECT_LOCK_FILE_H
#define PROJECT_LOCK_FILE_H

#include "project/project.h"
#include "source/locked.h"

/* That of the project; in `a`. */
const char *
lock_file_path(struct arena *a, const struct project *project);

/* Reads it, in the arena of `diags`; without one, nothing is locked. Where it is only to be written
 * anew (LOCKED_UNUSED), lines that are none and versions that contradict each other are passed
 * over. Returns 0, or -1 with problems added. */
int
lock_file_load(
    struct diags *diags, const struct project *project, enum locked_use use, struct locked *out);

/* Appends the lines of the lock file at `path`, each of which is as it should be; nothing is an
 * empty one. Returns 0, or -1 with problems added. */
int
lock_file_lines(struct diags *diags, const char *path, struct buf *out);

/* Appends how a lock file begins. */
void
lock_file_begin(struct buf *out);

/* What became of it. */
struct lock_file_change {
	size_t n_added, n_removed, n_changed, n_same; /* sources */
};

/* Writes it: the sources that were read, in place of what it had of them; of others what it had,
 * but for those that a folder or pattern no longer has, or with `all` none. Nothing is written
 * where nothing was locked and no source is named. Returns 0, or -1 with a problem added. */
int
lock_file_save(struct diags *diags, const struct project *project, const struct locked *before,
    struct locked_source *const *read, size_t n_read, const struct locked_group *groups, bool all,
    struct lock_file_change *change);

#endif

/* Mark: a file of a zone in `.zonepp/` that stands from before a publication until the `changed`
 * hook has told the servers and the history has it. It holds the sets that were being published,
 * which may be out or not, and those that are published in their place and that the history lacks:
 * whoever reads the history meanwhile reads these too. And it has the serial of the publication.
 * The next build runs the hook again. */
#ifndef HISTORY_MARK_H
#define HISTORY_MARK_H

#include "base/file.h"
#include "history/history.h"

/* Makes the file at `path`, within `own`, of sets and serials; what an earlier mark there holds
 * stays in it. Returns 0, or -1 with one problem added. */
int
mark_make(struct diags *diags, const struct roots *own, const char *path,
    const struct history *publication);

/* Is there one? Returns 0, or -1 with one problem added. */
int
mark_is_there(struct diags *diags, const struct roots *own, const char *path, bool *there);

/* Adds what a mark has, which may be none, to the history, the sets as open ones. Returns 0 or -1
 * likewise. */
int
mark_read(struct diags *diags, const struct roots *own, const char *path, bool *there,
    struct history *out);

int
mark_remove(struct diags *diags, const struct roots *own, const char *path);

#endif

/* Merging of what runs have made of one state file (history/state.h), or of one lock file
 * (lock_file.h), by what it was before them. Their lines tell of subjects: a zone, a certificate, a
 * source. What one run changed of a subject counts against those that left it as it was; so runs
 * that built different zones are put together exactly. */
#ifndef PROJECT_MERGE_H
#define PROJECT_MERGE_H

#include "base/buf.h"
#include "base/diag.h"

/* Appends to `out` what the `n` files at `paths` come to, as they are to be written; `base` is the
 * path of what they come from, where nothing may be. Of a zone or certificate that several of them
 * changed, each in its way, all lines stand, united as those of two hosts (history/history.h): more
 * may count as held than is. Of a source that is P_LOCK. Returns 0, or -1 with problems added. */
int
merge_files(
    struct diags *diags, const char *base, const char *const *paths, size_t n, struct buf *out);

#endif

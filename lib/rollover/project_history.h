/* The history of a project: its state file, and the sets that its zones are publishing at this
 * moment (history/mark.h). Whoever changes it, builds too, does so here. */
#ifndef ROLLOVER_PROJECT_HISTORY_H
#define ROLLOVER_PROJECT_HISTORY_H

#include "base/diag.h"
#include "history/history.h"
#include "project/project.h"

/* The history of the project, sorted, in the arena of `diags`, with the sets that are being
 * published. Returns 0, or -1 with problems added. */
int
project_history_load(
    struct diags *diags, const struct project *project, int64_t now_unix, struct history *out);

/* How long a closed set may matter, whatever its TTL: the longest `wait` or `propagation` of the
 * project, at least a day. */
uint32_t
project_history_wait_s(const struct project *project);

/* The file of a zone's mark (history/mark.h); in `a`. */
const char *
project_mark_path(struct arena *a, const struct project *project, const struct project_zone *zone);

/* Changes the history that the state file holds, in turn with others: `change` gets it sorted, and
 * need not leave it so. What nobody can hold any more at `now_unix` goes. Returns 0, or -1 with
 * problems added. */
int
project_history_rewrite(struct diags *diags, const struct project *project, int64_t now_unix,
    void (*change)(const void *ctx, struct history *history), const void *ctx);

/* What is added and removed at once. */
struct project_history_change {
	struct history add;    /* what comes */
	struct history remove; /* sets and notes that go: as they stand in the file */
};

/* The same for such a change; an empty one touches nothing. */
int
project_history_change(struct diags *diags, const struct project *project,
    const struct project_history_change *change, int64_t now_unix);

#endif

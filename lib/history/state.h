/* State: the file zonepp.state beside the project file, which keeps the history (history.h). It is
 * text, one line a set, sorted, and meant to be committed: two files are merged by keeping the
 * lines of both (`merge=union` in .gitattributes). zonepp.state(5) has the form of the lines. */
#ifndef HISTORY_STATE_H
#define HISTORY_STATE_H

#include "base/buf.h"
#include "base/confine.h"
#include "base/diag.h"
#include "history/history.h"

/* What files of ours begin with that stand for the project file at `project`: its name without what
 * it ends with, "zonepp" for zonepp.yaml; in `a`. */
const char *
state_stem(struct arena *a, const char *project);

/* The path of the state file of the project file at `project`, which is in `folder`: zonepp.state
 * for zonepp.yaml; in `a`. */
const char *
state_path(struct arena *a, const char *project, const char *folder);

/* How times are taken that are later than `now_unix`, by more than clocks differ: as written where
 * that is TIME_NEVER, else as if they were now, with a warning at the line. `wait_s`: the longest
 * wait of the project, by which a file of an older form says when it may go. */
struct state_reading {
	int64_t now_unix;
	uint32_t wait_s;
};

/* Reads and sorts the history at `path`, in the arena of `diags`; no file is an empty one. `own`,
 * here and below: the folder of the project, in which no link leads to it. Returns 0, or -1 with a
 * problem at each line that is none: a merge that is not finished, say. */
int
state_load(struct diags *diags, const struct roots *own, const char *path,
    struct state_reading reading, struct history *out);

/* Reads lines of sets and serials from a text of our own, as those below wrote; `path` is for
 * messages. Returns as state_load. */
int
sets_read(struct diags *diags, const char *path, struct text text, struct history *out);

void
sets_print(struct buf *b, const struct set *sets, size_t n);

void
serials_print(struct buf *b, const struct serial *serials, size_t n);

/* Sorts the history and appends the file that holds it. */
void
state_print(struct buf *b, struct history *history);

/* Could the file at `path` be replaced? Ahead of what must be written down once it is done. Returns
 * 0, or -1 with one problem added. */
int
state_try(struct diags *diags, const struct roots *own, const char *path);

/* Sorts the history and makes the file hold it, in one step, and only if that changes it. An empty
 * history makes no file. Returns 0, or -1 with one problem added. */
int
state_save(struct diags *diags, const struct roots *own, const char *path, struct history *history);

/* Removes what a run left beside the file that ended while it replaced it. Returns 0, or -1 with
 * one problem added. */
int
state_tidy(struct diags *diags, const struct roots *own, const char *path);

/* A name as the history writes it: absolute, in lower case; in `a`. */
const char *
history_name(struct arena *a, const uint8_t *wire);

#endif

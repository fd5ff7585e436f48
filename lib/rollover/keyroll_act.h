/* Moves rollovers of keys on, for zones whose policy has `keys`: makes successors, and writes into
 * the key files the dates of steps that are due. The next build obeys them. A step that was
 * interrupted is found where it stands, and done again. */
#ifndef ROLLOVER_KEYROLL_ACT_H
#define ROLLOVER_KEYROLL_ACT_H

#include "rollover/keyroll.h"

/* Where all rollovers stand, in the arena of `diags`. Returns 0, or -1 with problems added and what
 * could be read in `out`. */
int
keyrolls_load(
    struct diags *diags, const struct project *project, int64_t now_unix, struct keyrolls *out);

/* The same while nobody writes key files, of which one may be changed and the other not yet. */
int
keyrolls_load_locked(
    struct diags *diags, const struct project *project, int64_t now_unix, struct keyrolls *out);

/* The same by this history in place of the project's, for those who only look: private keys are not
 * read. */
int
keyrolls_load_from(struct diags *diags, const struct project *project,
    const struct history *history, int64_t now_unix, struct keyrolls *out);

/* Does what is due, and adds a line to `said` for each key that was made or whose dates were
 * written. Returns 0, or -1 with problems added; then the files are as they were, or a step is half
 * done and due again. Nothing is done by a clock that is behind what the state file tells of, nor
 * handed over to a key without its .private file. */
int
keyrolls_act(
    struct diags *diags, const struct project *project, int64_t now_unix, struct buf *said);

/* What is rolled by hand. */
struct keyroll_wish {
	bool ksk, zsk;                     /* neither: all keys of the zone */
	const struct algorithm *algorithm; /* NULL: as the old keys */
};

/* Begins rollovers of a zone's keys. `*made` are the file names of the new ones without suffix, a
 * line each, in the arena of `diags`. Returns -1 with a problem added where one is under way, or
 * nobody would carry it on. */
int
keyroll_begin(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keyroll_wish *wish, int64_t now_unix, const char **made);

#endif

/* Events of keys: what happens to the keys of a zone, for those who are told of it by the hook
 * `notify`. As with certificates (event.h), one is noted as pending when a run finds that it
 * happened, and as told when the command has taken it; the note has the zone's name, and the
 * SHA-256 digest of the key's DS record. What happened is read from key files and history:
 *
 * - A DS record is wanted once all DNSKEY sets and data that may be held are valid under it
 *   (trust.h), if the parent is not known to have it; and it may leave when its key is to have none
 *   any more, and what the parent has besides is as good. Where $DS makes the parent's records
 *   nobody has to do anything, and neither is told.
 * - It is seen where it was wanted before, and the parent has it.
 * - A rollover, by policy, begins with its successor, and is finished when the old key has left. */
#ifndef ROLLOVER_KEYEVENT_H
#define ROLLOVER_KEYEVENT_H

#include "base/json.h"
#include "rollover/ds_made.h"
#include "rollover/keyroll.h"
#include "rollover/project_history.h"

/* A zone, with its keys, at one time. */
struct keyevents {
	struct arena *a;
	const struct project *project;
	const struct history *history;
	const struct project_zone *zone;
	const char *name; /* of the zone, as the history writes it */
	struct keys keys;
	struct keyrolls rolls; /* where its policy has `keys` */
	int64_t now_unix;
	struct ds_made *made;
};

/* Does the history alone show that nothing is to be noted or told: each published key does its work
 * alone, and the parent has its DS record, or was asked for it? That spares the reading of files.
 */
bool
keyevents_are_none(const struct history *history, const struct project_zone *zone);

/* Loads the keys of the zone into the arena of `diags`; `folder` has their files, and `made`
 * outlives it. Returns 0, or -1 with problems added. */
int
keyevents_begin(struct diags *diags, const struct project *project, const struct history *history,
    const struct project_zone *zone, const struct key_folder *folder, int64_t now_unix,
    struct ds_made *made, struct keyevents *out);

/* Adds to `change` the events that are not noted yet, and takes away the notes that tell of nothing
 * any more. What it adds is in the arena of `change->add`. */
void
keyevents_find(const struct keyevents *events, struct project_history_change *change);

/* Takes away the notes of zones that are not signed here any more. */
void
keyevents_end(const struct project *project, const struct history *history,
    struct project_history_change *change);

/* The pending event of the zone that happened first, but for those of `tried`; or NULL. */
const struct note *
keyevents_first(const struct history *history, const char *name, const struct history *tried);

/* Appends the event as a line of JSON. Returns false where it tells of nothing any more. */
bool
keyevent_print(struct buf *out, const struct keyevents *events, const struct note *pending);

#endif

/* Keytell: tells of keys by the hook `notify`, as a part of what act.h does. Events of one zone are
 * told one after another; those of other zones beside them. Whoever tells holds a lock, and has
 * read the history behind it, so that two runs tell nothing twice. */
#ifndef ROLLOVER_KEYTELL_H
#define ROLLOVER_KEYTELL_H

#include "project/hook.h"
#include "rollover/keyevent.h"

struct teller; /* of one zone */

struct keytell {
	struct diags *diags;
	const struct project *project;
	int64_t now_unix;
	bool is_wanted;       /* else nothing is done */
	bool is_nested;       /* events are noted, and the run above tells them */
	struct history tried; /* events that were told, or were to be */
	bool *is_deaf;        /* by number of the zone: its command hung */
	int result;

	/* Of a round. */
	bool is_locked;
	bool is_busy; /* another run tells */
	bool ran;     /* a command did */
	int lock;
	const struct history *history;
	struct diags look;
	struct key_folder folder; /* the last one that was read, */
	bool is_bad;              /* or could not be */
	struct ds_made made;
	struct teller *tellers;
	size_t n_tellers;
	struct history told, taken; /* notes that are yet to be written down, and that go */
};

/* A run tells of keys if `is_wanted`. */
void
keytell_begin(struct keytell *tell, struct diags *diags, const struct project *project,
    bool is_wanted, bool is_nested, int64_t now_unix);

/* Begins a round, ahead of the reading of the history. */
void
keytell_begin_round(struct keytell *tell);

/* Finds what happened, by the history, and adds that to `change`. */
void
keytell_find(
    struct keytell *tell, const struct history *history, struct project_history_change *change);

/* The zones of whose keys there is something to tell, as `*n` queues that keytell_end_round frees:
 * `history` has what was found. */
const struct hook_queue *
keytell_queues(struct keytell *tell, const struct history *history, size_t *n);

/* Writes down what was told. */
void
keytell_end_round(struct keytell *tell);

/* Is there perhaps something left to do? Waits where another run does it. */
bool
keytell_goes_on(struct keytell *tell);

#endif

/* Rolling: what a build does for the rollover of certificates. It compares the records that the
 * template asks for with the facts of the state file and with the published zone, keeps old records
 * in the zone while they may be needed, and says what the facts are then. */
#ifndef PUBLISH_ROLLING_H
#define PUBLISH_ROLLING_H

#include "history/published.h"
#include "project/rollover.h"
#include "publish/load.h"

struct rolling {
	struct arena *a; /* of its own: it outlives the zone's diags */
	const struct project *project;
	const char *zone;    /* as facts write it */
	struct facts facts;  /* of the zone, sorted: those of the state file; after a publication,
			      * what is true now */
	struct facts before; /* as `facts` was; it does not change */
	struct facts after;  /* what `facts` will be */
	int64_t latest_unix; /* the latest time at which something happened, by the state file */
	struct facts state;  /* all of the state file */
	struct facts failed; /* facts that are new if the zone is not published */
	size_t n_early;      /* errors of certificates that came too early */
	size_t n_awaited;    /* records of certificates whose coming or leaving is waited for */
	size_t n_kept;       /* records in the zone that the template does not ask for */

	/* Takes facts, which are about to be true no longer, out of the state file. Returns 0, or
	 * -1 with a problem added. */
	int (*forget)(void *ctx, struct diags *diags, const struct facts *gone);
	void *ctx;
};

/* Works out `after`, and adds to the store, not sorted yet, the records that stay. A current
 * certificate that came too early is an error (D_TOO_EARLY), and yet no reason to publish nothing:
 * mail is lost as long as the zone does not have its record. */
void
rolling_arrange(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix);

/* For a zone that was not published, and may have been read in part: what stands in its published
 * file for named certificates becomes a fact where none tells of it, as others must not be taken
 * into use meanwhile. */
void
rolling_remember(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix);

/* What becomes of one of the sorted facts whose record leaves its zone now; others than those of
 * published records stay as they are. `ttl_s` is the TTL of the published set, or 0: not known. */
struct fact
rolling_leave(const struct project *project, const struct facts *facts, const struct fact *fact,
    int64_t ttl_s, int64_t now_unix);

/* Does each copy that has the record have a settled one of the same certificate too? What matters
 * when these records leave is the latter. */
bool
rolling_is_covered(const struct facts *facts, const struct fact *fact);

/* Ahead of the publication: facts that will be true no longer leave the state file, so that it
 * never says more than is true, even if the process ends between. Returns 0, or -1 with a problem
 * added. */
int
rolling_forget(struct rolling *rolling, struct diags *diags);

#endif

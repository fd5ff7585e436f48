/* Keep: what a build does for the rollovers of its zone's certificates. It compares what the zone
 * is about to answer with what may be held of it (history.h), keeps records in it that servers or
 * caches may still need, and says how the history goes on.
 *
 * - A current certificate that a held set refuses came too early. That is an error (D_TOO_EARLY),
 *   and yet no reason to publish nothing: the new set is what ends it. All records that were
 *   published beside it stay until then, so that the old certificate can be put back at once.
 * - One that `deploy` took into use, and that is neither current nor next, is what servers present:
 *   its records stay (D_DEPLOYED_LOST).
 * - Of a zone that the history does not know, or no more, the published file tells what is held.
 *   The set before that is guessed. Records for which neither a certificate nor the template
 *   accounts were all of it; where there are none, it lacked those of the next certificate. */
#ifndef ROLLOVER_KEEP_H
#define ROLLOVER_KEEP_H

#include "directive/tlsa_source.h"
#include "history/answer.h"
#include "history/published.h"
#include "rollover/certificate_index.h"
#include "zone/store.h"

/* Of one zone and build. */
struct keep {
	struct arena *a; /* outlives the zone's diags; after keep_pack, all that is left */
	const struct project *project;
	const struct project_zone *zone;
	const struct history *history; /* of the state file: read-only, and shared by threads */
	const struct certificate *certificates; /* of the project */
	const struct certificate_index *index;  /* of these; for keep_compare */
	const struct tlsa_named *named;         /* as templates call them, in the same order */
	const char *name;                       /* of the zone, as the history writes it */
	int64_t latest_unix; /* of which the state file tells, by other clocks too */

	/* What keep_begin finds. */
	bool is_known;         /* the history has the zone */
	bool is_tracked;       /* it is to have it: the zone is signed, has $TLSA, or servers */
	bool is_published;     /* the build is done */
	bool has_mark;         /* the zone's mark is there (history/mark.h) */
	struct history marked; /* sets that a build that ended early may have published */
	struct answer_names owners; /* of uses of certificates */
	struct history held; /* all sets of the zone, sorted, with those of the published file */

	/* What the build comes to. */
	size_t n_early;    /* errors of certificates that came too early */
	struct kept *kept; /* records in the zone that the template does not ask for */
	size_t n_kept, cap_kept;
	size_t n_changes; /* sets of certificates that are not as they are published */
	/* Sets that begin with the publication (TIME_NEVER) or were there before, and those that
	 * end with it. The time of it is that at which its hook had told the servers. */
	struct history opened, closed;
};

/* What is published and what is wanted. */
struct keep_run {
	struct diags *diags;
	struct store *store; /* sorted */
	const struct named_use *uses;
	const struct published *published;
	int64_t now_unix;
};

/* Finds what may be held, and adds to the store the records that stay: if `n_kept` is not 0, it is
 * to be sorted again. */
void
keep_records(struct keep *keep, const struct keep_run *run);

/* Works out `opened` and `closed`, of the store as it will be published, sorted. */
void
keep_compare(struct keep *keep, const struct keep_run *run);

/* Is the zone one whose history is kept? Of others nothing is written down that is not there, but
 * for how long unsigned data is held that had a longer TTL: it counts once the zone is signed. */
void
keep_track(struct keep *keep, bool is_tracked);

/* Likewise for the sets of one name and type, `own`, that a zone answers in just one way (of RRSIG,
 * guard_part.h, in several): what is published there, which may be none that is known, and what is
 * coming, one at least. With `always`, that there is none is noted too. */
void
keep_compare_set(
    struct keep *keep, struct sets own, struct sets published, struct sets coming, bool always);

/* For a zone that is not published: what its published file has, and the history not, is held. */
void
keep_failed(struct keep *keep, const struct published *published);

/* Once the zone is made: is there anything that the project needs of it? */
bool
keep_is_of_use(const struct keep *keep);

/* Once the zone is made: takes what the project still needs of it, `opened` and `closed`, to `to`,
 * which is `a` from then on. Nothing else of what was found stays. */
void
keep_pack(struct keep *keep, struct arena *to);

/* The sets that may be held are a part of what the cache remembers of a build: appends their
 * digest, without times. Of a zone that is published they are what the publication makes of them.
 * Those that nobody holds at `now_unix` are none: the state file forgets them when it is written.
 */
void
keep_print(struct buf *b, const struct keep *keep, int64_t now_unix);

#endif

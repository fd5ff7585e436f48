/* Zones signed elsewhere: zonepp does not sign the zone, and its template has RRSIG records. Any
 * change would make these bogus, that of the SOA's serial too (RFC 4034 section 3.1.8.1), so that
 * the zone is published as it is in the template, or not at all: verify (dnssec/verify.h) judges it
 * ahead of that, and its problems stand where the template has the record. */
#ifndef PUBLISH_ELSEWHERE_H
#define PUBLISH_ELSEWHERE_H

#include "publish/job.h"

struct elsewhere {
	bool is;           /* the zone is one; else nothing of the rest is set */
	struct pos first;  /* RRSIG record of the template */
	size_t n_template; /* the template's records */
	size_t n_signatures;
	int64_t earliest;   /* expiration of a signature, Unix */
	int64_t until_unix; /* when a signature becomes a new problem */
};

/* Of a store that holds the whole template and nothing else, not sorted yet. */
struct elsewhere
elsewhere_find(const struct store *store);

/* Looks at what was added to the store since, which is not sorted yet: each record must be one of
 * the template's too. Returns 0, or -1 with a problem added for each that is not. */
int
elsewhere_check_added(const struct store *store, const struct elsewhere *elsewhere);

/* Judges the sorted store at the job's time, signature by signature unless the job asks for
 * PROJECT_VERIFY_CHAIN, and sets what it finds in `elsewhere`. Returns 0, or -1 with problems
 * added. Of a store that lacks some of the template (store_is_partial) it tells what can be told,
 * and returns -1. */
int
elsewhere_judge(const struct zone_job *job, const struct store *store, struct elsewhere *elsewhere);

/* Warns of what only signed zones have, in the sorted store of one that nobody signs. */
void
elsewhere_advise(const struct store *store);

#endif

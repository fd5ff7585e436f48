/* Sightings: what becomes known of a set on which the trust in a zone rests, and which no build of
 * ours publishes: the DS set of a parent outside the project, the DNSKEY set of a zone that is
 * signed elsewhere. It is kept in the history as any other set (history.h). One that was not known
 * begins when it is seen first; one that is not seen any more ends once all who were asked have the
 * same other one.
 *
 * A resolver answers out of its cache with what was there a while ago. It proves that records are
 * there, and never that they are gone: its answer ends no set but those that lack a record which it
 * has, and have none which it lacks. One that had been replaced is no news as long as it is held.
 */
#ifndef ROLLOVER_SIGHTING_H
#define ROLLOVER_SIGHTING_H

#include "base/diag.h"
#include "history/history.h"
#include "probe/nameserver.h"
#include "rollover/project_history.h"

/* Of one zone and type, DS or DNSKEY. */
struct sighting {
	struct arena *a;
	const struct project_zone *zone;
	const char *name; /* of the zone, as the history writes it */
	uint16_t type;
	struct sets known;                     /* of the history */
	struct sets keys;                      /* its DNSKEY sets, where `type` is DS */
	struct project_history_change *change; /* what is added to and removed from it */
	int64_t now_unix;
};

/* All is in the arena of `diags`; `change` is added to. */
struct sighting
sighting_begin(struct diags *diags, const struct history *history, const struct project_zone *zone,
    uint16_t type, struct project_history_change *change, int64_t now_unix);

/* A set of the zone with these records, as the history has them. */
struct set
sighting_set(const struct sighting *sighting, const struct bytes *rdata, size_t n, uint32_t ttl_s);

/* The set is there now; and where it is `alone`, no other one. */
void
sighting_take(struct sighting *sighting, const struct set *set, bool alone);

/* Asks the servers, `what` they are for messages. One that does not answer is a warning, and may
 * still have what it had. */
void
sighting_ask(struct sighting *sighting, struct diags *diags, struct nameservers *run,
    const struct project_server *servers, size_t n, const char *what);

#endif

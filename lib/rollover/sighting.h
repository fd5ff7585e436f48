/* Sightings: what becomes known of a set on which the trust in a zone rests, and which no build of
 * ours publishes: the DS set of a parent outside the project, the DNSKEY set of a zone that is
 * signed elsewhere. It is kept in the history as any other set (history.h). One that was not known
 * begins when it is seen first; one that is not seen any more ends once all who were asked have the
 * same other one.
 *
 * The first news of a parent tell what it has, and nothing of what it had: a DS record of any key
 * that signs the zone's DNSKEY set may be held. Word of one DS record tells nothing of the others:
 * each may be there or not, and for either there is an open set.
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

enum { PARENT_DS_TTL_S = 86400 }; /* of DS records that nobody has asked for */

/* Of one zone and type, DS or DNSKEY. */
struct sighting {
	struct arena *a;
	const struct project_zone *zone;
	const char *name; /* of the zone, as the history writes it */
	uint16_t type;
	struct sets known;                     /* of the history */
	bool is_first;                         /* it has none that is open: these are first news */
	struct sets keys;                      /* the zone's DNSKEY sets, where `type` is DS */
	struct project_history_change *change; /* what is added to and removed from it */
	int64_t now_unix;
};

/* All is in the arena of `diags`; `change` is added to. */
struct sighting
sighting_begin(struct diags *diags, const struct project *project, const struct history *history,
    const struct project_zone *zone, uint16_t type, struct project_history_change *change,
    int64_t now_unix);

/* The DNSKEY set of the zone's published file, which tells of keys where the history is lost.
 * Returns false where there is none. */
bool
sighting_published(struct arena *a, const struct project *project, const struct project_zone *zone,
    struct set *keys);

/* A set of the zone with these records, as the history has them. */
struct set
sighting_set(const struct sighting *sighting, const struct bytes *rdata, size_t n, uint32_t ttl_s);

/* These sets were seen to be there now; where they are `all`, no other one is. */
void
sighting_take(struct sighting *sighting, const struct set *sets, size_t n, bool all);

/* First news that are of single DS records: the parent has those of `sure`, and of all others at
 * most some of `maybe`. */
void
sighting_take_records(struct sighting *sighting, const struct set *sure, const struct set *maybe);

/* The TTL of the parent's DS records, as far as it is known. */
uint32_t
sighting_ttl_s(const struct sighting *sighting);

/* The DS records of keys that sign a DNSKEY set of the zone, but for keys of which `told` has one
 * (NULL: none). */
struct set
sighting_anchors(const struct sighting *sighting, const struct set *told);

/* Asks the servers, `what` they are for messages. One that does not answer is a warning, and may
 * still have what it had. */
void
sighting_ask(struct sighting *sighting, struct diags *diags, struct nameservers *run,
    const struct project_server *servers, size_t n, const char *what);

#endif

/* The parent's DS set of a zone whose parent is not of the project: what its servers answer, or
 * what the operator says. It is kept in the history as any other set (history.h): as long as the
 * parent may have it, and resolvers hold it, the keys that it needs stay in the zone (guard.h). */
#ifndef ROLLOVER_PARENT_H
#define ROLLOVER_PARENT_H

#include "base/diag.h"
#include "dnssec/key.h"
#include "history/history.h"
#include "probe/nameserver.h"
#include "project/project.h"

/* The zone of the project with that name; NULL: there is none. */
const struct project_zone *
parent_zone_named(const struct project *project, const uint8_t *wire);

/* The zone of the project that is closest above, and the parent unless the zone is delegated by one
 * in between; NULL: there is none. */
const struct project_zone *
parent_of(const struct project *project, const struct project_zone *zone);

/* How long sets are held at least on which the trust in the zone rests: `propagation` of the zone
 * and of its parent. */
uint32_t
parent_hold_s(const struct project *project, const struct project_zone *zone);

/* Notes that the parent has (`seen`), or has no more, the DS record of the key `tag` of the zone.
 * That tells nothing of other records, which it may have or not. Returns 0, or -1 with a problem
 * added: of no such key, or where the parent is of the project. */
int
parent_tell(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keys *keys, uint16_t tag, bool seen, int64_t now_unix);

/* Reads once what BIND's dnssec-policy noted beside the keys, in K*.state files: of each zone of
 * whose DS set nothing is known yet. Returns 0, or -1 with problems added. */
int
parents_import(struct diags *diags, const struct project *project, int64_t now_unix);

/* Asks `parent:` of each zone for its DS set. A server that does not answer is a warning, and may
 * still have what it had; so is a zone that the project has delegated, which is not asked for.
 * Returns 0, or -1 with a problem added. */
int
parents_ask(struct diags *diags, const struct project *project, struct nameservers *servers,
    int64_t now_unix);

/* Is the parent known to have DS records, and does none of its sets lead to this DNSKEY set? Not
 * asked of parents in the project, whose records are judged there (delegation.h). */
bool
parent_is_lost(
    struct arena *a, const struct history *history, const char *zone, const struct set *dnskey);

/* From when on the parent may have just these DS records of the zone; `at_unix` gets 0 where it has
 * them or may have them now, TIME_NEVER where nobody can tell. Returns 0, or -1 with a problem
 * added. */
int
parent_may_have(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct bytes *ds, size_t n, int64_t now_unix, int64_t *at_unix);

#endif

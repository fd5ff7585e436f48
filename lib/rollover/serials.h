/* Serials: whether the servers of a zone will come to hold what was published. A server takes a
 * zone over when its serial is later than that which it holds (RFC 1034 section 4.3.5, RFC 1982).
 * Called by `zonepp roll`. */
#ifndef ROLLOVER_SERIALS_H
#define ROLLOVER_SERIALS_H

#include "probe/nameserver.h"

/* The serial that is published, since when. */
struct serials_published {
	uint32_t serial;
	int64_t since_unix;
};

/* Asks the servers of the zone. Warns, at its name in the project file, of each that holds a later
 * serial, or one that is neither later nor earlier; that holds an earlier one although it should
 * have asked again since; or that does not answer. */
void
serials_check(struct diags *diags, struct nameservers *run, const struct project_zone *zone,
    struct serials_published published, int64_t now_unix);

#endif

/* Zones that are signed elsewhere: which DNSKEY sets they have. Their servers tell, of those whose
 * parent is of the project, so that its DS records can be judged by that (delegation.h). What
 * servers answer is taken as it is: it decides on no key and makes no record. */
#ifndef ROLLOVER_EXTERNAL_H
#define ROLLOVER_EXTERNAL_H

#include "base/diag.h"
#include "probe/nameserver.h"
#include "project/project.h"

/* Asks `servers:` of each such zone for its DNSKEY set. A server that does not answer is a warning,
 * and may still have what it had. Returns 0, or -1 with a problem added. */
int
externals_ask(struct diags *diags, const struct project *project, struct nameservers *servers,
    int64_t now_unix);

#endif

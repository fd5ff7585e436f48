/* The serial of a zone as its servers have it, for `serial: live`: where nobody else remembers what
 * was published, as on runners that begin with the repository alone. */
#ifndef PUBLISH_LIVE_SERIAL_H
#define PUBLISH_LIVE_SERIAL_H

#include "base/diag.h"
#include "project/project.h"

/* Asks all servers of the zone; the highest serial (RFC 1982) counts. One that does not answer is a
 * warning. Returns 0, or -1 with a problem added where none answers. */
int
live_serial(struct diags *diags, const struct project_zone *zone, uint32_t *serial);

#endif

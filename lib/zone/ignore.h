/* Comments of a template that silence problems of their line:
 *
 *	old-www CNAME gone	; zonepp: ignore=Z053 the host comes back in May
 *
 * Several codes have commas between them, and a reason is required. Warnings and notes are
 *silenced; errors are not, nor what a project makes an error. */
#ifndef ZONE_IGNORE_H
#define ZONE_IGNORE_H

#include "base/diag.h"

/* Registers the comments of a source, which lives as long as `diags`, and tells of those that are
 * none. */
void
ignore_find(struct diags *diags, uint32_t source, struct text text);

/* Tells of those that had nothing to silence. For when all that is judged of the zone was judged.
 */
void
ignore_tell_idle(struct diags *diags);

#endif

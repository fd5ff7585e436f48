/* Request: what `zonepp keys request` asks an offline KSK to sign (dnssec/ceremony.h). By the dates
 * in the key files it is known which DNSKEY, CDS and CDNSKEY sets builds will publish, and when;
 * where the policy rolls ZSKs, their successors for the whole period are made first, with dates
 * that leave each set the time that it takes to be known (RFC 6781 section 4.1.1.1, RFC 7583
 * section 3.2.1). */
#ifndef PUBLISH_REQUEST_H
#define PUBLISH_REQUEST_H

#include "dnssec/ceremony.h"
#include "dnssec/token.h"
#include "project/project.h"

struct request {
	const struct project *project;
	const struct project_zone *zone;
	int64_t from_unix, until_unix, now_unix;
	struct tokens *tokens; /* on which keys are */
	struct buf *said;      /* a line for each key that was made, or whose dates were changed */
};

/* Makes it, in the arena of `diags`. Returns 0, or -1 with problems added; keys may be made then,
 * which the next request takes. */
int
request_make(struct diags *diags, const struct request *request, struct ceremony *out);

#endif

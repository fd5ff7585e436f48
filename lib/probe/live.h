/* Live records: the TLSA RRset of a service as clients find it now, by a resolver that validates.
 * Only answers that it calls authentic (the AD bit) count (RFC 6698 section 4.1), and only from a
 * resolver on this machine, or one that the user named: on the way from anywhere else the bit could
 * be forged (RFC 4035 section 4.9.3). It is asked by TCP, see query.h. */
#ifndef PROBE_LIVE_H
#define PROBE_LIVE_H

#include "probe/service.h"

/* The resolver to ask; several threads may share it. */
struct live {
	struct service_address resolver;
	int timeout_ms;
};

/* Takes the resolver at `text` (ADDRESS or ADDRESS:PORT), or if it is empty the first of the system
 * (/etc/resolv.conf), which must have a loopback address. Returns 0, or -1 with one problem added.
 */
int
live_begin(struct diags *diags, const char *text, struct live *out);

/* Replaces the records of `service`, in `service->a`. Where there are none that count, `n` is 0 and
 * `no_records` says why. */
void
live_records(const struct live *live, struct service *service);

#endif

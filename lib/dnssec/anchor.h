/* Trust anchors: the DS or DNSKEY records of a zone that somebody else vouches for, as a parent
 * zone publishes them or a dsset- or key file holds them (RFC 4035 section 5.2). */
#ifndef DNSSEC_ANCHOR_H
#define DNSSEC_ANCHOR_H

#include "base/diag.h"
#include "dns/name.h"

struct anchor {
	struct bytes rdata;
	struct pos pos;
	uint16_t type; /* TYPE_DS or TYPE_DNSKEY */
};

struct anchors {
	struct anchor *items;
	size_t n;
};

/* Reads the records of `zone` from a file of DS and DNSKEY records, with or without TTL and class;
 * those of other zones are passed over. In `diags`' arena. Returns -1 with problems added, one of
 * them where there is none of the zone. */
int
anchors_load(struct diags *diags, const char *path, const struct name *zone, struct anchors *out);

/* Appends those of another file. */
int
anchors_add(struct diags *diags, const char *path, const struct name *zone, struct anchors *out);

#endif

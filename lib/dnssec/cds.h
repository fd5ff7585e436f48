/* DS, CDS and CDNSKEY (RFC 4034 section 5, RFC 7344): what the parent zone shall know of a key. */
#ifndef DNSSEC_CDS_H
#define DNSSEC_CDS_H

#include "dnssec/key.h"

enum {
	DS_SHA256 = 2, /* RFC 4509 */
	DS_SHA384 = 4, /* RFC 6605 */
	CDS_LONGEST = 4 + 48,
};

enum cds_mode {
	CDS_NONE,
	CDS_KEYS,   /* of the keys that the parent zone shall trust */
	CDS_DELETE, /* ask the parent zone to go insecure, RFC 8078 section 4 */
};

/* Writes DS (and CDS) RDATA with that digest type; returns its length. */
size_t
ds_rdata(
    const struct name *zone, struct bytes dnskey, uint8_t digest_type, uint8_t out[CDS_LONGEST]);

/* Does the record of that type ask to delete the DS records (RFC 8078 section 4)? */
bool
cds_is_delete(uint16_t type, struct bytes rdata);

/* Does the record of that type (CDS or CDNSKEY) name the key? A digest that is not computed here
 * (SHA-1 is none any more) is taken for right. */
bool
cds_names_key(const struct name *zone, uint16_t type, struct bytes rdata, struct bytes dnskey);

/* Shall CDS and CDNSKEY of the key stand in the zone? A published KSK's: from SyncPublish on, which
 * may lie ahead of Activate (a second DS record for a key that is yet to sign), or as long as it
 * signs the keys where that is not stated; until SyncDelete, and never once it is inactive. */
bool
cds_is_due(const struct key *key, int64_t now);

#endif

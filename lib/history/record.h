/* Records of sets, as the history keeps them, by type. TLSA, CNAME and DS are RDATA. Of keys a
 * digest serves: that of a DS record with SHA-256 (RFC 4509), by which the parent's records are
 * compared, too.
 *
 *	DNSKEY  the DNSKEY set of a zone: each key, and whether it signs the set
 *	RRSIG   the keys that sign the zone's data; none: it is not signed */
#ifndef HISTORY_RECORD_H
#define HISTORY_RECORD_H

#include "base/buf.h"
#include "dns/name.h"
#include "dns/type.h"

enum { RECORD_KEY_LEN = 1 + 2 + 32, RECORD_DNSKEY_LEN = RECORD_KEY_LEN + 2 + 1 };

/* A key of a DNSKEY or RRSIG set. */
struct record_key {
	uint8_t algorithm;
	uint16_t tag;
	uint8_t digest[32];
	uint16_t flags; /* of DNSKEY */
	bool signs;     /* likewise: the set */
};

/* How sets of a type are written. */
struct record_form {
	uint16_t type;
	const char *word;
	/* Reads one record, in `a`. Returns false where the text is none. */
	bool (*read)(struct arena *a, struct text text, struct bytes *out);
	void (*print)(struct buf *b, struct bytes record);
};

/* By number or by word; NULL: the history has no sets of that type. */
const struct record_form *
record_form(uint16_t type);

const struct record_form *
record_form_of(struct text word);

/* That of DNSKEY RDATA; it does not sign. */
struct record_key
record_key_of(const struct name *zone, struct bytes dnskey);

/* The record of a key as a set has it, in `a`. */
struct bytes
record_of_key(struct arena *a, uint16_t type, const struct record_key *key);

struct record_key
record_read_key(uint16_t type, struct bytes record);

/* The key's DS record with SHA-256, in `a`. */
struct bytes
record_ds(struct arena *a, const struct record_key *key);

#endif

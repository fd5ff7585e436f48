/* ZONEMD (RFC 8976): the digest of a zone in the SIMPLE scheme, made from the chunks of the signing
 * pass while they are written. The record itself and its signatures are written with zeros at
 * first, and again with the digest at the end: their length does not change. */
#ifndef DNSSEC_ZONEMD_H
#define DNSSEC_ZONEMD_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	ZONEMD_SIMPLE = 1,
	ZONEMD_SHA384 = 1,
	ZONEMD_SHA512 = 2,
	ZONEMD_DIGEST_LONGEST = 64,
	ZONEMD_HEAD = 6, /* serial, scheme, hash algorithm */
};

/* Octets of a digest; 0 for an unknown algorithm. */
size_t
zonemd_digest_len(uint8_t algorithm);

/* RDATA with a digest of zeros; returns its length. */
size_t
zonemd_placeholder(
    uint32_t serial, uint8_t algorithm, uint8_t out[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST]);

/* The records of one name on their way into the digest. Zero-initialised is ready for use. */
struct zonemd_node {
	struct buf wire; /* of all records, in the order in which they came */
	struct zonemd_entry *entries;
	size_t n, cap;
};

/* Takes a record: `owner` and `rdata` are in canonical form. */
void
zonemd_take(struct zonemd_node *node, struct bytes owner, uint16_t type, uint32_t ttl_s,
    struct bytes rdata);

/* Appends the name's records to `out` in the order of RFC 8976 section 3.3.1: by type, then RDATA;
 * and empties the node. Records of one type other than RRSIG came in order. */
void
zonemd_flush(struct zonemd_node *node, struct buf *out);

void
zonemd_node_free(struct zonemd_node *node);

#endif

/* NSEC chain (RFC 4034 section 4, RFC 4035 section 2.3): one record at each name of the zone that
 * is not occluded, in canonical order, the last pointing to the apex. Computed from the sorted
 * store on the fly, by any thread; nothing is stored. */
#ifndef DNSSEC_NSEC_H
#define DNSSEC_NSEC_H

#include "zone/store.h"

enum {
	/* next name, and 256 windows of 2 + 32 octets */
	NSEC_LONGEST = NAME_LONGEST + 256 * 34,
};

/* Does the RRset at the node belong to the zone, to be signed and listed in its bit map? At a
 * delegation that is DS alone (and NSEC). */
static inline bool
nsec_is_authoritative(const struct node *node, uint16_t type)
{
	return !(node->flags & NODE_OCCLUDED) && (!(node->flags & NODE_CUT) || type == TYPE_DS);
}

/* TTL of NSEC records: the lesser of the SOA's TTL and minimum (RFC 9077 section 3). */
uint32_t
nsec_ttl(const struct record *soa);

/* A type bit map (RFC 4034 section 4.1.2) in the making, at `out`; zero-initialised but for that.
 */
struct nsec_bitmap {
	uint8_t *out, *window;
	size_t len;
};

/* Adds a type; they come in ascending order, each once. */
void
nsec_bitmap_add(struct nsec_bitmap *bitmap, uint16_t type);

/* Adds the types of the node that belong to the zone, and the NULL-terminated `further` ones. */
void
nsec_bitmap_node(struct nsec_bitmap *bitmap, const struct store *store, const struct node *node,
    const uint16_t *further);

/* The node to which that of node `i`, which is not occluded, leads. */
const struct node *
nsec_next(const struct store *store, size_t i);

/* Writes the RDATA of the NSEC record at node `i`, which is not occluded; `out` has room for
 * NSEC_LONGEST. Returns its length. */
size_t
nsec_rdata(const struct store *store, size_t i, uint8_t *out);

#endif

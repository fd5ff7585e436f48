/* Store: the records of one zone. Filled in any order, then sorted once into the canonical order of
 * names (RFC 4034 section 6.1); from then on it is only read, by any number of threads.
 *
 * A node is an owner name with its records, which are a run of one array; an RRset is a run of
 * neighbours within it. Names are kept relative to the apex, as a sort key (name_key) followed by
 * the wire labels in the case of the template. */
#ifndef ZONE_STORE_H
#define ZONE_STORE_H

#include "dns/rdata.h"
#include "zone/parse.h"

struct record {
	const uint8_t *rdata;
	struct pos pos;
	uint32_t ttl_s;
	uint16_t type, rdlen;
};

/* What is at a node, noted while its records are at hand: later passes over millions of nodes need
 * not touch their records again. */
enum node_flag {
	NODE_CUT = 1,      /* a delegation: NS below the apex */
	NODE_OCCLUDED = 2, /* below a cut or a DNAME: glue, or data that nobody is answered */
	NODE_NS = 4,
	NODE_CNAME = 8,
	NODE_SOA = 16,
	NODE_DNAME = 32,
	NODE_DS = 64,
	NODE_OF_KEYS = 256,    /* DNSKEY, CDS or CDNSKEY */
	NODE_OTHER = 512,      /* anything but addresses */
	NODE_BELOW_CUT = 1024, /* occluded, and not by a DNAME */
	NODE_WILDCARD = 2048,  /* its first label is an asterisk */
	NODE_TARGETS = 4096,   /* its RDATA name something in the zone */
	NODE_LARGE = 8192,     /* its records together may be too large for a message */
	NODE_TLSA = 16384,
	NODE_LOST = 32768, /* records here or above may be lost: see store_lose */
	NODE_ODD = 65536,  /* its name, or one in its RDATA, may be none of a host: while parsing */
	NODE_TWICE = 131072,    /* its name ends in the zone's name twice */
	NODE_TEXT = 1 << 20,    /* TXT, SPF or CAA */
	NODE_SERVICE = 1 << 21, /* SVCB or HTTPS */
	NODE_PROVEN = 1 << 22, /* as it was when its signatures and denial were judged (verify.h) */
	NODE_UNEVEN = 128,     /* TTLs differ within an RRset, or a singleton type stands twice */
};

struct node {
	uint64_t prefix;    /* the key's first eight octets, as a number */
	const uint8_t *key; /* key_len octets, then wire_len octets of labels without the apex */
	uint32_t first, n;  /* its records; sorted by type (SOA first), then RDATA (RFC 4034 6.3) */
	uint16_t key_len;
	uint8_t wire_len;
	uint32_t flags; /* enum node_flag */
};

struct store {
	struct diags *diags;
	struct arena data; /* keys, names, RDATA */
	struct name apex;  /* len 0: not known yet */
	struct node *nodes;
	size_t n_nodes, cap_nodes;
	struct record *records;
	size_t n_records, cap_records;
	size_t n_live;      /* records after sorting, duplicates removed */
	unsigned n_workers; /* threads that sort it; 0: one */
	bool no_zone_told;
	bool refused; /* the last owner lies outside the zone: its further records too, */
	bool dropped; /* which are left out, and that is no error */

	/* What a zone with faults lacks, for the judge. Until store_sort: owners of records that
	 * could not be read. */
	struct node *lost;
	size_t n_lost, cap_lost;
	bool lost_any; /* records of unknown owners are lost: any may be */
};

/* A run of records of one type at a node. */
struct rrset {
	const struct record *records;
	size_t n;
	uint16_t type;
};

/* `apex` may be NULL: then the first record's `zone` names the zone. */
void
store_begin(struct store *store, struct diags *diags, const struct name *apex);

void
store_free(struct store *store);

/* A parse_sink's record(): copies the record. Returns -1 after adding a problem: the record lies
 * outside the zone, or the zone has no name. */
int
store_add(void *store, const struct parsed *record);

/* A parse_sink's lost(): a record of that owner could not be read, so that its node, and what hangs
 * on it, is not judged by what is missing there. */
void
store_lose(void *store, const struct name *owner, uint16_t type);

/* Are records lost? */
static inline bool
store_is_partial(const struct store *store)
{
	return store->lost_any || store->n_lost > 0;
}

/* Adds a record that no template holds (DNSKEY, ...), at the apex. */
void
store_add_apex(struct store *store, uint16_t type, uint32_t ttl_s, struct bytes rdata);

/* Makes room for so many more: to grow step by step copies what is there. */
void
store_reserve(struct store *store, size_t n_nodes, size_t n_records);

/* Moves all records of `part`, unsorted and of the same zone, behind those of `store`. */
void
store_join(struct store *store, struct store *part);

/* Takes over the arenas (arenas_new) in which names and RDATA of its records lie, and which were
 * put to its account already. */
void
store_adopt(struct store *store, struct arena *arenas, size_t n);

/* Sorts names and records, merges what belongs to one name, removes duplicates (RFC 2181 section
 * 5), and sets the flags of the nodes. */
void
store_sort(struct store *store);

/* Adds the nodes of `from` that are `taken`, by their number, with `flags` too. Both stores are
 * sorted, of one zone, and have none of these in common. Names and RDATA stay where they are, in
 * `from`, which has to outlive the store. */
void
store_take(struct store *store, const struct store *from, const bool *taken, uint32_t flags);

/* Forgets all nodes that have the flag, and gives back the memory that they took. */
void
store_drop(struct store *store, enum node_flag flag);

/* Removes the records that `is_unwanted` picks; returns how many they were. Ahead of store_sort or
 * after it. */
size_t
store_remove(struct store *store,
    bool (*is_unwanted)(const struct node *node, const struct record *record, const void *ctx),
    const void *ctx);

/* Removes the records of the given types. */
size_t
store_remove_types(struct store *store, const uint16_t *types, size_t n_types);

static inline const struct record *
node_records(const struct store *store, const struct node *node)
{
	return store->records + node->first;
}

static inline struct bytes
record_rdata(const struct record *record)
{
	return (struct bytes){record->rdata, record->rdlen};
}

/* The host that an NS, MX or SRV record names; NULL for other types. */
const uint8_t *
record_target(const struct record *record);

/* The RRset of `type` at the node; n is 0 if it has none. */
struct rrset
node_rrset(const struct store *store, const struct node *node, uint16_t type);

/* Likewise, in a sorted store, where a node may have any number of types. */
struct rrset
node_find_rrset(const struct store *store, const struct node *node, uint16_t type);

/* Of the RRSIG records of a node in a sorted store those that cover `type`. */
struct rrset
rrset_covering(struct rrset rrsig, uint16_t type);

/* Has one of the records that RDATA? */
bool
rrset_has(struct rrset set, const struct record *record);

/* The RRset that begins at record `i` of the node (0 to n - 1). */
struct rrset
node_rrset_at(const struct store *store, const struct node *node, size_t i);

/* Asks the processor for what a loop over the nodes will touch soon: their memory is in the order
 * of the template, not of the names. Call it with the number of the node that is being worked on.
 * (Without always_inline, GCC takes the function for one without effect and drops it.) */
__attribute__((always_inline)) static inline void
store_prefetch(const struct store *store, size_t i)
{
	enum { NEAR = 8, FAR = 24 };
	const struct node *nodes = store->nodes;

	if (i + FAR >= store->n_nodes)
		return;
	__builtin_prefetch(nodes[i + FAR].key);
	__builtin_prefetch(store->records + nodes[i + FAR].first);
	__builtin_prefetch(store->records[nodes[i + NEAR].first].rdata);
}

/* The largest TTL of a record, sorted or not; 0: there is none. */
uint32_t
store_largest_ttl(const struct store *store);

/* The apex, or NULL if the zone has no record there. */
const struct node *
store_apex(const struct store *store);

/* The number of the first node whose key is not ahead of this one (name_key); n_nodes where all
 * are. The search begins at node `near`: it is quick if that is not far away. */
size_t
store_find(const struct store *store, size_t near, const uint8_t *key, size_t key_len);

/* The node at that name, or NULL. */
const struct node *
store_node(const struct store *store, const struct name *name);

/* Is `name` the node's ancestor, or the node itself? */
bool
node_is_below(const struct node *node, const struct node *ancestor);

/* Writes the absolute name in wire format, case kept; returns its length. */
size_t
node_wire(const struct store *store, const struct node *node, uint8_t wire[NAME_LONGEST]);

#endif

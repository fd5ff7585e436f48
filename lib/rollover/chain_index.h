/* An index of chains by the digests of their certificates: whose a record may be is found without a
 * look at all of them. A project can have thousands of certificates. */
#ifndef ROLLOVER_CHAIN_INDEX_H
#define ROLLOVER_CHAIN_INDEX_H

#include "rollover/certchain.h"

struct chain_key {
	uint64_t digest; /* its first octets */
	uint32_t number; /* of the chain, as it was added */
};

/* Zero-initialised is empty; sort it once all are added. In `a`. */
struct chain_index {
	struct arena *a;
	struct chain_key *keys;
	size_t n, cap;
};

void
chain_index_add(struct chain_index *index, const struct certchain *chain, size_t number);

void
chain_index_sort(struct chain_index *index);

/* A run of keys. */
struct chain_keys {
	const struct chain_key *items;
	size_t n;
};

/* Those of the chains that the RDATA of a TLSA record may match, each chain once:
 * certchain_matches tells whether it does. */
struct chain_keys
chain_index_find(const struct chain_index *index, struct bytes rdata);

#endif

/* Index of a signed zone file that zonepp wrote. The file is a row of blocks: what an owner has,
 * with its signatures and its NSEC record; or an NSEC3 record with its signatures. For each block
 * the index has a digest of all that it was made of, and how long it is. What would be made of the
 * same again is taken from the file as it stands: it is neither parsed, nor signed, nor printed.
 *
 * Keys, validity and the like are the same for all blocks: the settings. The apex changes with each
 * serial, and so is never taken.
 *
 * On disk: the blocks as they are in memory, then a struct index_end, whose seal (seal.h) covers
 * both. It can be deleted at the cost of time alone. */
#ifndef DNSSEC_INDEX_H
#define DNSSEC_INDEX_H

#include "base/digest.h"
#include "base/output.h"
#include "dnssec/nsec3.h"
#include "dnssec/seal.h"

enum {
	INDEX_DIGEST = 20,       /* octets of a SHA-256 */
	INDEX_NODES_LEAST = 300, /* a smaller zone is as soon signed as its index is found */
	INDEX_NONE = 0xffffffff,
};

struct index_block {
	uint8_t digest[INDEX_DIGEST];     /* zeros: never the same */
	uint32_t len;                     /* octets in the file */
	uint32_t n_records;               /* signatures included */
	uint32_t n_signatures;            /* where there are any: */
	uint32_t first_end;               /* the first expiration, */
	uint32_t first_start, last_start; /* the first and the last inception */
	uint32_t is_nsec3;
};

#define INDEX_MAGIC "zonepp index 2\n"

/* Behind the blocks. Another byte order makes another magic number of `one`. */
struct index_end {
	char magic[sizeof(INDEX_MAGIC)];
	uint64_t one;
	uint64_t n_blocks;
	uint8_t settings[DIGEST_LEN];
	uint8_t sha256[DIGEST_LEN]; /* of the zone file */
	struct seal seal;           /* of all that is ahead of it */
};

struct index {
	struct diags diags; /* has the memory */
	struct text text;   /* of the index itself */
	const struct index_block *blocks;
	size_t n;
	struct text file;   /* the zone file, as it is now */
	size_t *places;     /* of the blocks in it */
	size_t first_nsec3; /* block; n: there is none */
	size_t n_records;   /* of the zone */
	/* To be set by who loads it: a block matches nothing whose signatures end before
	 * `refresh_s` have passed, or begin in the future. */
	uint32_t now, refresh_s;
	uint8_t sha256[DIGEST_LEN];   /* of the zone file, then and now */
	uint8_t settings[DIGEST_LEN]; /* with which it was made */
};

/* Reads the index at `path` within `own`, and the zone file at `zone_path` within `outputs`; NULL:
 * anywhere. Returns whether both are there and belong together; index_free is due either way. */
bool
index_read(struct index *index, const struct roots *own, const char *path,
    const struct roots *outputs, const char *zone_path);

/* Did a holder of one of these keys, the zone's, write the index? */
bool
index_is_sealed(const struct index *index, const struct keys *keys);

void
index_free(struct index *index);

/* The text of a block. */
static inline struct text
index_text(const struct index *index, size_t block)
{
	return (struct text){index->file.data + index->places[block], index->blocks[block].len};
}

/* Can all signatures of the block be kept? */
bool
index_is_fresh(const struct index *index, size_t block);

/* --- What is the same --- */

/* What the block of node `i`, which is not the apex, is made of; `digest` has begun, and begins
 * anew. `nsec`: with an NSEC record. */
void
index_digest_node(struct digest *digest, const struct store *store, size_t i, bool nsec,
    uint8_t out[INDEX_DIGEST]);

/* The same for item `i` of the chain. */
void
index_digest_nsec3(struct digest *digest, const struct store *store,
    const struct nsec3_chain *chain, size_t i, uint8_t out[INDEX_DIGEST]);

/* Digests of what the blocks of the nodes, or the items of an NSEC3 chain, would be made of, and
 * which blocks were. */
struct index_match {
	uint8_t (*digests)[INDEX_DIGEST];
	uint32_t *blocks; /* INDEX_NONE: none */
	size_t n;
};

/* Of the sorted store, with NSEC records (`nsec`) or without. */
void
index_match_nodes(struct index_match *match, const struct index *index, const struct store *store,
    bool nsec, unsigned n_workers);

void
index_match_nsec3(struct index_match *match, const struct index *index, const struct store *store,
    const struct nsec3_chain *chain, unsigned n_workers);

void
index_match_free(struct index_match *match);

/* The hash of the owner of an NSEC3 block, and that of the next one: to which it leads. */
void
index_nsec3_link(
    const struct index *index, size_t block, uint8_t hash[NSEC3_HASH], uint8_t next[NSEC3_HASH]);

/* --- Writing one --- */

struct index_writer;

/* Is nothing at the path but an index, whole or empty? For paths that people choose. */
bool
index_may_replace(const char *path);

/* In the arena of `diags`. What goes wrong is no problem of the zone: then there is no index. */
struct index_writer *
index_open(struct diags *diags, const struct roots *own, const char *path);

/* Adds blocks as they come in the file. */
void
index_add(struct index_writer *writer, const struct index_block *blocks, size_t n);

/* Makes it the index of the zone file with that digest. Returns 0, or -1 with one problem added. */
int
index_commit(struct index_writer *writer, const struct keys *keys,
    const uint8_t settings[DIGEST_LEN], const uint8_t sha256[DIGEST_LEN]);

/* No-op after index_commit. */
void
index_abort(struct index_writer *writer);

#endif

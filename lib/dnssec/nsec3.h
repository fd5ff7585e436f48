/* NSEC3 chain (RFC 5155, with the parameters of RFC 9276): the hashes of all names of the zone,
 * empty non-terminals included, in order. 24 octets a name; records are computed from it and the
 * sorted store, by any thread. */
#ifndef DNSSEC_NSEC3_H
#define DNSSEC_NSEC3_H

#include "zone/store.h"

enum {
	NSEC3_HASH = 20,            /* octets of SHA-1, the only algorithm there is */
	NSEC3_LABEL = 32,           /* the same in base32hex */
	NSEC3_ITERATIONS_MOST = 50, /* more is refused; more than 0 is advised against */
	NSEC3_SALT_LONGEST = 255,
	NSEC3_RDATA_LONGEST = 5 + NSEC3_SALT_LONGEST + 1 + NSEC3_HASH + 256 * 34,
	NSEC3_NO_NODE = 0xffffffff,
};

struct nsec3_params {
	bool opt_out; /* insecure delegations are left out, RFC 5155 section 6 */
	uint16_t iterations;
	uint8_t salt_len;
	uint8_t salt[NSEC3_SALT_LONGEST];
};

/* The parameters as users write them; data NULL: not given. */
struct nsec3_words {
	struct text iterations, salt; /* a number; hexadecimal digits or "-" */
	struct pos iterations_pos, salt_pos;
};

struct nsec3_item {
	union {
		uint8_t hash[NSEC3_HASH];
		/* until hashed: the node's name without its first labels */
		struct {
			uint8_t skip; /* octets */
			bool empty;   /* an empty non-terminal above the node */
		} name;
	};
	uint32_t node; /* number in the store; NSEC3_NO_NODE: an empty non-terminal */
};

struct nsec3_chain {
	struct nsec3_params params;
	struct nsec3_item *items; /* by hash */
	size_t n;
};

/* Reads iterations and salt into `out`, whose other members stay. Values that RFC 9276 section 3.1
 * advises against get a warning. Returns 0, or -1 with S_NSEC3_PARAMS added for each that is
 * refused. */
int
nsec3_params_read(struct diags *diags, const struct nsec3_words *words, struct nsec3_params *out);

/* Hashes all names that the chain has, in `n_workers` threads; the store is sorted. Returns -1 with
 * a problem added to the store's diags where two names have one hash. nsec3_free is due. */
int
nsec3_build(const struct store *store, const struct nsec3_params *params, unsigned n_workers,
    struct nsec3_chain *chain);

void
nsec3_free(struct nsec3_chain *chain);

/* Writes the label of item `i`: the first of its owner name, and in lower case its sort key but for
 * the final 0. */
void
nsec3_label(const struct nsec3_chain *chain, size_t i, char label[NSEC3_LABEL]);

/* Does item `i` sort ahead of the node? */
bool
nsec3_is_before(const struct nsec3_chain *chain, size_t i, const struct node *node);

/* How many nodes are among the first `n` owners in canonical order, of nodes and items together. */
size_t
nsec3_nodes_among(const struct nsec3_chain *chain, const struct store *store, size_t n);

/* Writes the RDATA of item `i`; `out` has room for NSEC3_RDATA_LONGEST. Returns its length. */
size_t
nsec3_rdata(const struct store *store, const struct nsec3_chain *chain, size_t i, uint8_t *out);

/* Writes NSEC3PARAM RDATA, flags 0 (RFC 5155 section 4.1.2); returns its length. */
size_t
nsec3_param_rdata(const struct nsec3_params *params, uint8_t out[5 + NSEC3_SALT_LONGEST]);

#endif

/* What one thread does in the signing pass: writes nodes with their signatures and denial records
 * as text. Shared data are read-only; everything else is the worker's own. Used by sign.c. */
#ifndef DNSSEC_SIGN_PART_H
#define DNSSEC_SIGN_PART_H

#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"
#include "dnssec/offline.h"
#include "dnssec/reuse.h"
#include "dnssec/sign.h"
#include "dnssec/signer.h"
#include "dnssec/verifier.h"
#include "dnssec/zonemd.h"

/* What all workers share. */
struct sign_pass {
	const struct store *store;
	const struct sign_options *options;
	struct reuse reuse;
	struct offline offline;          /* signatures of keys that are not at hand */
	const struct nsec3_chain *nsec3; /* NULL: NSEC */
	uint32_t nsec_ttl_s;
	const struct index_match *nodes, *items; /* NULL: nothing is taken from an old file */
	bool dry;  /* count what would have to be signed; nothing is signed or written */
	bool part; /* the apex, and so ZONEMD, is left to whoever joins the parts */
};

/* What one chunk gives. */
struct sign_slot {
	struct buf text;
	struct buf wire;           /* for ZONEMD, where it is made */
	struct sign_splice splice; /* `made` counts from the slot's first octet */
	struct buf blocks;         /* for the index, where one is made: each a struct index_block */
	size_t n_missing;          /* signatures that were, or dry would be, made anew */
	size_t patch_at,
	    patch_n; /* where ZONEMD and its signatures stand in `text`; n 0: not here */
};

struct sign_worker {
	const struct sign_pass *pass;
	struct signer *signer;
	struct digest *digest;     /* for an index that is written; or NULL */
	struct verifier *verifier; /* of signatures to be kept; NULL: there are none */
	struct rrsig rrsig;
	struct arena scratch;  /* canonical RDATA of one RRset */
	struct buf owner_text; /* of the name that is being written, and a tab */
	struct zonemd_node zonemd;
	size_t cursor;              /* in the old zone */
	const struct node *old;     /* the name's node in the old zone, or NULL */
	uint8_t name[NAME_LONGEST]; /* in lower case */
	size_t name_len;
	uint8_t denial[NSEC3_RDATA_LONGEST + NAME_LONGEST];
	struct index_block block; /* that is being written */
	uint8_t rdata[RRSIG_SIGNER + NAME_LONGEST + SIGNATURE_LONGEST];
	struct sign_result result;
	bool failed;
};

/* Returns -1 with one problem added. */
int
sign_worker_begin(struct sign_worker *worker, const struct sign_pass *pass, struct diags *diags);

void
sign_worker_end(struct sign_worker *worker);

/* A place in the order in which owners are written: so many nodes stand ahead of it, and so many
 * NSEC3 records, which sort among them. */
struct sign_place {
	size_t node, item;
};

/* How many owners are written. */
size_t
sign_n_owners(const struct sign_pass *pass);

/* The place that `n` owners stand ahead of. */
struct sign_place
sign_place(const struct sign_pass *pass, size_t n);

/* Is the owner at `from` an NSEC3 record, where those up to `to` are written? */
bool
sign_is_item(const struct sign_pass *pass, struct sign_place from, struct sign_place to);

/* Writes the owners from one place up to another. */
void
sign_owners(struct sign_worker *worker, struct sign_place from, struct sign_place to,
    struct sign_slot *slot);

/* Writes the ZONEMD record at the apex and its signatures, in as many octets as the placeholder. */
void
sign_zonemd(struct sign_worker *worker, struct bytes rdata, struct buf *text);

#endif

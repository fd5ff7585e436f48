/* Signing a zone: one pass over the sorted store writes every record, the NSEC or NSEC3 chain and
 * the signatures as text, chunk by chunk in several threads. Signatures are never stored; the bytes
 * are the same for any number of threads (but for ECDSA, which takes a random number each time). */
#ifndef DNSSEC_SIGN_H
#define DNSSEC_SIGN_H

#include "base/output.h"
#include "dnssec/cds.h"
#include "dnssec/ceremony.h"
#include "dnssec/index.h"
#include "dnssec/key.h"
#include "dnssec/nsec3.h"
#include "dnssec/rrsig.h"
#include "zone/store.h"

/* Octets of the output. */
struct sign_stretch {
	size_t at, len;
};

/* What the judge has to know where blocks are taken from the previous file. */
struct sign_splice {
	struct buf made; /* struct sign_stretch, in order: blocks that were made, and NSEC3 records
			  * of their owners */
	struct buf
	    proven; /* struct verify_proven: all other NSEC3 records, as the old file has them */
};

struct sign_options {
	const struct keys *keys; /* with roles */
	struct rrsig_period period;
	const struct nsec3_params *nsec3; /* NULL: NSEC */
	uint8_t zonemd;                   /* hash algorithm (zonemd.h); 0: no ZONEMD is made */
	enum cds_mode cds;
	unsigned n_workers;
	int64_t now;

	const struct store *previous; /* what was published, to reuse signatures of; or NULL */
	bool previous_trusted;        /* it is known to be what we wrote */
	uint64_t refresh_s;           /* signatures that end sooner are made anew */
	bool any_validity;            /* not so those that were made for a shorter validity, */
	bool any_keys_validity;       /* nor those over the zone's keys */
	const struct ceremonies *ceremonies; /* what offline keys have signed ahead; or NULL */
	bool zonemd_kept;                    /* sign_unchanged said so: the previous ZONEMD holds */

	/* The previous file's index, made with the same settings, and which blocks of it the nodes
	 * match: these are taken as they stand. `previous` need not have them. NULL: both. */
	const struct index *index;
	const struct index_match *nodes;
	struct sign_splice *splice; /* for sign_store, with an index */
	struct index_writer
	    *index_out; /* for sign_store: takes the blocks that it writes; or NULL */
};

/* All that each block is made of, besides what stands at its owner: keys and their roles, how long
 * signatures are valid, denial. The store is sorted. */
void
sign_settings(
    const struct store *store, const struct sign_options *options, uint8_t settings[DIGEST_LEN]);

struct sign_result {
	size_t n_records;    /* written, all kinds */
	size_t n_signatures; /* of these */
	size_t n_kept;       /* of these, taken from the previous zone */
	uint32_t earliest;   /* expiration, RFC 1982 arithmetic */
	int64_t notice_unix; /* when a warning of an offline key begins; KEY_NO_TIME: never */
};

/* Part `k` of `n`, 1 <= k <= n, of a zone that is signed by several runs. */
struct sign_part {
	uint32_t k, n;
};

/* Removes what an earlier signer left in the template, with a note: RRSIG, NSEC, NSEC3, NSEC3PARAM,
 * ZONEMD (wrong as soon as the zone is signed), and CDS and CDNSKEY where they are made anew, but
 * for those of other signers' keys that the template has (RFC 8901). Ahead of sign_add. */
void
sign_clean(struct store *store, const struct sign_options *options);

/* Puts into the store what signing adds at the apex: DNSKEY of the published keys, NSEC3PARAM, CDS,
 * CDNSKEY, and a ZONEMD to be filled in. Of the template's DNSKEY records those stay that are of
 * none of the keys: other signers' (RFC 8901). Ahead of store_sort. */
void
sign_add(struct store *store, const struct sign_options *options);

/* Makes a sorted store of the DNSKEY set alone that sign_add makes, beside the SOA record; free it.
 * `store` may be one that sign_add has been at. */
void
sign_find_keys(struct store *apex, const struct store *store, const struct keys *keys);

/* Would sign_store write just the records that the previous zone has, every signature kept? Nothing
 * is written. Returns -1 with a problem added. */
int
sign_unchanged(const struct store *store, const struct sign_options *options, bool *unchanged);

/* What sign_store would make of the zone, without `earliest`: n_signatures less n_kept are to be
 * made anew. Nothing is signed or written. Returns -1 with a problem added. */
int
sign_count(
    const struct store *store, const struct sign_options *options, struct sign_result *result);

/* Writes the signed zone. The store is sorted and checked, and has a SOA.
 * Returns 0, or -1 with one problem added to the store's diags. */
int
sign_store(struct output *out, const struct store *store, const struct sign_options *options,
    struct sign_result *result);

/* Writes the lines that sort in that part of the signed zone, but for those of the apex: what the
 * parts of a zone write, one behind the other, is what sign_store writes behind the apex. The parts
 * are cut between names, so that each is about as much work. No keys are needed that sign the
 * apex alone. Returns as sign_store. */
int
sign_store_part(struct output *out, const struct store *store, const struct sign_options *options,
    struct sign_part part, struct sign_result *result);

/* Puts the parts together:
 *
 *	join = sign_join_begin(out, store, options);
 *	for each part, in order:
 *		sign_join_add(join, text of the part);
 *	sign_join_end(join, all went well);
 *
 * The sorted store has the records of the apex, as sign_add left them, and with NSEC a record at
 * the first name of the parts. */
struct sign_join;

/* Writes the apex. Returns NULL with one problem added to the store's diags; `out` and `options`
 * outlive the rest. */
struct sign_join *
sign_join_begin(struct output *out, const struct store *store, const struct sign_options *options);

/* Writes the part, behind which is a '\0'. Returns 0, or -1 with one problem added. */
int
sign_join_add(struct sign_join *join, struct text part);

/* Makes ZONEMD, if it is wanted and all was `good`, and frees everything. Returns 0, or -1: then
 * one problem is added, here or before. */
int
sign_join_end(struct sign_join *join, bool good);

#endif

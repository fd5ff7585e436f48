/* What the files of verify share. */
#ifndef DNSSEC_VERIFY_PART_H
#define DNSSEC_VERIFY_PART_H

#include "base/buf.h"
#include "dnssec/verifier.h"
#include "dnssec/verify.h"

#include <openssl/types.h>

/* --- Faults (verify_fault.c): diags belong to one thread --- */

struct fault {
	struct pos pos;
	enum problem problem;
	size_t message; /* where it begins in `text`, '\0' behind it */
};

struct faults {
	struct fault *items;
	size_t n, cap;
	struct buf text;
};

void
fault_add(struct faults *faults, struct pos pos, enum problem problem, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds them to `diags` and forgets them. */
void
faults_tell(struct faults *faults, struct diags *diags);

void
faults_free(struct faults *faults);

/* A fault that whole zones have: the first one in the file is told, with their number. */
struct tally {
	size_t n;
	struct pos pos;
};

/* Counts `n` more, the first of which is at `pos`. */
void
tally_add(struct tally *tally, size_t n, struct pos pos);

/* --- Keys (verify_key.c) --- */

/* Offsets in DNSKEY RDATA, RFC 4034 section 2.1. */
enum { DNSKEY_FLAGS = 0, DNSKEY_PROTOCOL = 2, DNSKEY_ALGORITHM = 3, DNSKEY_KEY = 4 };

/* The RRsets whose signers matter. */
enum key_set { SET_DNSKEY, SET_CDS, SET_CDNSKEY, N_KEY_SETS };

struct verify_key {
	const struct record *record;
	const struct algorithm *algorithm; /* NULL: it cannot be verified */
	uint8_t number;                    /* of the algorithm */
	uint16_t flags, tag;
	bool zone;    /* zone key of protocol 3 (RFC 4034 section 2.1): others sign nothing */
	bool revoked; /* counts for nothing but its revocation (RFC 5011 section 2.1) */
	bool anchored;
	bool signs[N_KEY_SETS]; /* well, or in a way that was told to be faulty; the sets are the
				 * apex's, so one worker writes this */
};

static inline bool
key_is_of_zone(const struct verify_key *key)
{
	return key->flags & 0x0100;
}

static inline bool
key_is_sep(const struct verify_key *key)
{
	return key->flags & 1;
}

/* --- The run --- */

enum { NSEC3_HASH_LEN = 20, VERIFY_CHAINS_MOST = 8, VERIFY_PROVEN = 0xffffffff };

/* An NSEC3 record, and whose it is. */
struct verify_nsec3 {
	uint8_t hash[NSEC3_HASH_LEN];
	uint32_t node;     /* VERIFY_PROVEN: the store does not have it */
	uint32_t record;   /* among the node's, or those that are proven */
	_Atomic bool seen; /* a name has this hash */
};

/* Fields of NSEC3 and NSEC3PARAM RDATA (RFC 5155 sections 3.2 and 4.2); the latter ends with the
 * salt. */
struct nsec3_fields {
	uint8_t algorithm, flags;
	uint16_t iterations;
	struct bytes salt, next, bitmap;
};

/* The NSEC3 records of one set of parameters. */
struct verify_chain {
	struct nsec3_fields params;
	struct pos pos;             /* of what tells the parameters first */
	bool announced;             /* by NSEC3PARAM: it must be complete */
	bool dear;                  /* of more iterations than resolvers compute: not judged */
	struct verify_nsec3 *items; /* by hash */
	size_t n, cap;
	uint32_t *index; /* by the first bits of a hash: the first of the chain not below it */
	unsigned bits;
	uint16_t *own; /* by node: key_len of the deepest name at or above it that has a record and
			* that no earlier node is below; 0: none */
	uint8_t (*missing)[NSEC3_HASH_LEN]; /* hashes whose NSEC3 was told to be missing */
	size_t n_missing, cap_missing;
};

/* A name whose NSEC3 record is not there. */
struct verify_missing {
	struct verify_chain *chain;
	uint32_t node;    /* at it, or the first below it */
	uint16_t key_len; /* of the name's key, which begins that of the node */
	bool pending;     /* an empty non-terminal: told only if a name below has a record */
	uint8_t hash[NSEC3_HASH_LEN];
};

enum tally_kind { TALLY_STRAY, TALLY_DENIAL_TTL, N_TALLIES };

struct verify_run {
	struct diags *diags;
	const struct store *store;
	const struct verify_options *options;
	uint32_t at;
	const struct node *apex;
	const struct record *soa; /* NULL: the zone has none */
	bool keys_lost;           /* DNSKEY records may be among those that were not read */
	uint32_t denial_ttl_s;

	struct verify_key *keys;
	size_t n_keys;
	uint8_t algorithms[UINT8_MAX + 1]; /* those that must sign every RRset */
	size_t n_algorithms;

	enum verify_denial denial;
	bool any_nsec;
	struct verify_chain chains[VERIFY_CHAINS_MOST]; /* of NSEC3; announced ones first */
	size_t n_chains, n_announced;
	struct verify_missing *pending;
	size_t n_pending, cap_pending;

	struct verify_worker *workers;
	struct verify_slot *slots;
	struct tally tallies[N_TALLIES];
};

struct verify_worker {
	struct verifier *verifier;
	EVP_MD *sha1;
	EVP_MD_CTX *digest;
	struct buf data;      /* what a signature covers */
	struct arena scratch; /* for one node */
	size_t n_signatures, n_verified;
	uint32_t earliest;
	bool any; /* `earliest` is set */
	struct tally tallies[N_TALLIES];
};

struct verify_slot {
	struct faults faults;
	struct verify_missing *missing;
	size_t n_missing, cap_missing;
};

/* A node that a worker is at. */
struct visit {
	struct verify_run *run;
	struct verify_worker *worker;
	struct verify_slot *slot;
	const struct node *node;
	size_t i;                   /* its number */
	uint8_t name[NAME_LONGEST]; /* in lower case */
	size_t name_len;
	struct rrset rrsig, nsec, nsec3;
	bool occluded; /* below a cut or a DNAME */
	bool exists;   /* has data besides what denies: false for mere NSEC3 owners */
};

/* Is the RRset of this type at the node the zone's to sign (RFC 4035 section 2.2)? */
bool
visit_is_signed(const struct visit *v, uint16_t type);

/* May records be lost here that could not be read? Then nothing is concluded from what is missing,
 * nor from signatures over what may be half an RRset. */
bool
visit_is_partial(const struct visit *v);

/* Does the name belong into the chain? Not where it holds nothing but NSEC, NSEC3 and their
 * signatures, nor below a cut. */
bool
verify_is_name(const struct store *store, const struct node *node);

/* Texts for messages, in the visit's scratch or in that of the arena. */
const char *
verify_type_text(struct arena *a, uint16_t type);

const char *
visit_name_text(const struct visit *v);

/* --- NSEC3 chains (verify_chain.c) --- */

/* Collects them, ahead of the visits. */
void
verify_chains_begin(struct verify_run *run);

void
verify_chains_free(struct verify_run *run);

/* The chain with these parameters, or NULL. */
struct verify_chain *
chain_of(struct verify_run *run, const struct nsec3_fields *nsec3);

/* The number of the first of the chain that is not below `hash`; n where all are. */
size_t
chain_find(const struct verify_chain *chain, const uint8_t *hash);

/* The chain's record at that hash, or NULL. */
struct verify_nsec3 *
chain_at(const struct verify_chain *chain, const uint8_t *hash);

/* Of one that is not proven. */
const struct record *
chain_record(const struct verify_run *run, const struct verify_nsec3 *nsec3);

/* The fields of an NSEC3 record of the chain; where it is proven, without a bit map. */
void
chain_fields(const struct verify_run *run, const struct verify_chain *chain,
    const struct verify_nsec3 *nsec3, struct nsec3_fields *out);

/* Takes the RDATA of an NSEC3 or NSEC3PARAM record apart; zeros where they are malformed. */
void
nsec3_fields_of(const struct record *record, struct nsec3_fields *out);

/* Reads the hash of an NSEC3 owner: its first label, directly below the apex. */
bool
nsec3_owner_hash(const struct node *node, uint8_t hash[NSEC3_HASH_LEN]);

/* --- The checks, in their files --- */

/* Do records of keys fit into a message? If not, that is told. */
bool
verify_fits_message(const struct verify_run *run, const struct rrset *set);

/* Collects the zone's keys and tells what is wrong with them. */
void
verify_keys(struct verify_run *run);

/* All signatures of the node, and those that are missing. */
void
visit_signatures(struct visit *v);

/* Compares a bit map with what the node has. `denial` is TYPE_NSEC or TYPE_NSEC3; `ent`: it stands
 * for an empty non-terminal above the node, which has no types. */
void
visit_bitmap(struct visit *v, struct pos pos, const char *name, struct bytes bitmap,
    uint16_t denial, bool ent);

void
visit_nsec(struct visit *v);

void
visit_nsec3(struct visit *v);

/* What a visit found missing; ahead of verify_nsec3_end. */
void
verify_missing_take(struct verify_run *run, const struct verify_missing *missing);

/* NSEC3 after the visits. */
void
verify_nsec3_end(struct verify_run *run);

/* Who signs the DNSKEY RRset; trust anchors. After the visits, as the next two. */
void
verify_apex(struct verify_run *run);

void
verify_cds(struct verify_run *run);

/* Do the DS (or CDS) RDATA name the key? `*known` says whether their digest can be computed. */
bool
verify_ds_matches(
    const struct verify_run *run, struct bytes ds, const struct verify_key *key, bool *known);

/* Returns whether a digest was checked and is right. */
bool
verify_zonemd(const struct verify_run *run);

#endif

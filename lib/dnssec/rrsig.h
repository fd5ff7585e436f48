/* What an RRSIG record signs (RFC 4034 section 3.1.8.1), and the times that it states. The data are
 * put together once for an RRset, in a buffer that is used again for the next; each key that signs
 * only sets its algorithm and tag.
 *
 *	rrsig_begin(&rrsig, &apex, &period, &set);
 *	for each key:
 *		rrsig_key(&rrsig, algorithm, tag);
 *		signer_sign(signer, key, rrsig_data(&rrsig), signature, &len);
 *		print rrsig_rdata(&rrsig), all RDATA ahead of the signature; and that
 */
#ifndef DNSSEC_RRSIG_H
#define DNSSEC_RRSIG_H

#include "base/buf.h"
#include "base/diag.h"
#include "dns/name.h"

/* Where the fields of RRSIG RDATA begin (RFC 4034 section 3.1). */
enum rrsig_offset {
	RRSIG_TYPE = 0,
	RRSIG_ALGORITHM = 2,
	RRSIG_LABELS = 3,
	RRSIG_TTL = 4,
	RRSIG_EXPIRATION = 8,
	RRSIG_INCEPTION = 12,
	RRSIG_TAG = 16,
	RRSIG_SIGNER = 18,
};

/* When the signatures of a run are valid. */
struct rrsig_period {
	uint32_t inception;
	uint32_t expiration;   /* the latest */
	uint32_t jitter_s;     /* span in which expirations lie ahead of it */
	uint32_t keys_later_s; /* how much later those of the zone's own keys are, modulo 2^32 */
};

/* An RRset in canonical form and order, without duplicates (RFC 4034 section 6). */
struct rrsig_set {
	struct bytes owner; /* wire name in lower case */
	uint16_t type;
	uint32_t ttl_s;
	const struct bytes *rdata;
	size_t n;
};

/* Zero-initialised is ready for use. */
struct rrsig {
	struct buf data;
	size_t rdata_len;
};

/* From `now` - `offset_s` to `now` + `validity_s`, less a jitter below `jitter_s`. Returns -1 with
 * S_VALIDITY added if the times would leave the range of RFC 4034 section 3.1.5, or the jitter
 * could use the validity up. */
int
rrsig_period(struct diags *diags, int64_t now, uint64_t offset_s, uint64_t validity_s,
    uint64_t jitter_s, struct rrsig_period *out);

/* Lets the signatures over DNSKEY, CDS and CDNSKEY at the apex expire as if all had that validity.
 * Returns as rrsig_period. */
int
rrsig_period_of_keys(struct diags *diags, int64_t now, uint64_t offset_s, uint64_t validity_s,
    uint64_t jitter_s, struct rrsig_period *period);

/* Is it a type of the zone's own keys, which the KSK signs at the apex? */
bool
rrsig_is_of_keys(uint16_t type);

/* The expiration for an RRset, below the apex: the jitter is a hash of owner (in any case) and
 * type, so it is the same in each run and each thread. */
uint32_t
rrsig_expiration(const struct rrsig_period *period, struct bytes owner, uint16_t type);

/* The labels field: without the root and a leading `*` (RFC 4034 section 3.1.3). */
uint8_t
rrsig_labels(const uint8_t *owner);

/* Puts the data together; `signer` is the zone's apex, in any case. */
void
rrsig_begin(struct rrsig *rrsig, const struct name *signer, const struct rrsig_period *period,
    const struct rrsig_set *set);

/* Makes them those of one key. */
void
rrsig_key(struct rrsig *rrsig, uint8_t algorithm, uint16_t tag);

/* Makes them those that an earlier RRSIG of the same RRset and signer signed, to verify it. */
void
rrsig_replay(struct rrsig *rrsig, struct bytes earlier);

void
rrsig_free(struct rrsig *rrsig);

/* What is signed. */
static inline struct bytes
rrsig_data(const struct rrsig *rrsig)
{
	return (struct bytes){(const uint8_t *)rrsig->data.data, rrsig->data.len};
}

/* The RRSIG's RDATA ahead of the signature. */
static inline struct bytes
rrsig_rdata(const struct rrsig *rrsig)
{
	return (struct bytes){(const uint8_t *)rrsig->data.data, rrsig->rdata_len};
}

#endif

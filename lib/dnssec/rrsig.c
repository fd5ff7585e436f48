#include "dnssec/rrsig.h"

#include "base/duration.h"
#include "dns/type.h"

/* Times are compared in serial number arithmetic (RFC 4034 section 3.1.5), so neither end may lie
 * further from the clock than this. */
#define PERIOD_LONGEST UINT64_C(0x7fffffff)

int
rrsig_period(struct diags *diags, int64_t now, uint64_t offset_s, uint64_t validity_s,
    uint64_t jitter_s, struct rrsig_period *out)
{
	if (validity_s == 0)
		return diag_error(diags, pos_none(), S_VALIDITY, "a validity of no time");
	if (validity_s > PERIOD_LONGEST || offset_s > PERIOD_LONGEST - validity_s)
		return diag_error(diags, pos_none(), S_VALIDITY,
		    "signatures would be valid for 68 years or more; resolvers compare their "
		    "times modulo 2^32");
	if (jitter_s >= validity_s)
		return diag_error(diags, pos_none(), S_VALIDITY,
		    "the jitter (%s) could use up the whole validity (%s)",
		    duration_text(&diags->arena, jitter_s),
		    duration_text(&diags->arena, validity_s));
	if (now < 0 || (uint64_t)now < offset_s)
		return diag_error(
		    diags, pos_none(), S_VALIDITY, "signatures would begin before 1970");
	*out = (struct rrsig_period){
	    .inception = (uint32_t)((uint64_t)now - offset_s),
	    .expiration = (uint32_t)((uint64_t)now + validity_s),
	    .jitter_s = (uint32_t)jitter_s,
	};
	return 0;
}

int
rrsig_period_of_keys(struct diags *diags, int64_t now, uint64_t offset_s, uint64_t validity_s,
    uint64_t jitter_s, struct rrsig_period *period)
{
	struct rrsig_period keys;

	if (rrsig_period(diags, now, offset_s, validity_s, jitter_s, &keys) < 0)
		return -1;
	period->keys_later_s = keys.expiration - period->expiration;
	return 0;
}

bool
rrsig_is_of_keys(uint16_t type)
{
	return type == TYPE_DNSKEY || type == TYPE_CDS || type == TYPE_CDNSKEY;
}

/* FNV-1a, its bits then mixed so that the remainder depends on all of them. */
static uint64_t
jitter_hash(struct bytes owner, uint16_t type)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < owner.len; i++)
		h = (h ^ ascii_lower(owner.data[i])) * UINT64_C(0x100000001b3);
	h = (h ^ type) * UINT64_C(0x100000001b3);
	h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

uint32_t
rrsig_expiration(const struct rrsig_period *period, struct bytes owner, uint16_t type)
{
	if (!period->jitter_s)
		return period->expiration;
	return period->expiration - (uint32_t)(jitter_hash(owner, type) % period->jitter_s);
}

uint8_t
rrsig_labels(const uint8_t *owner)
{
	bool wildcard = owner[0] == 1 && owner[1] == '*';

	return (uint8_t)(name_labels(owner) - wildcard);
}

static void
put_head(struct rrsig *rrsig, const struct name *signer, const struct rrsig_period *period,
    const struct rrsig_set *set)
{
	uint8_t *p = (uint8_t *)buf_reserve(&rrsig->data, RRSIG_SIGNER + NAME_LONGEST);
	bool of_keys = set->owner.len == signer->len && rrsig_is_of_keys(set->type);

	write_u16(p + RRSIG_TYPE, set->type);
	p[RRSIG_ALGORITHM] = 0;
	p[RRSIG_LABELS] = rrsig_labels(set->owner.data);
	write_u32(p + RRSIG_TTL, set->ttl_s);
	write_u32(p + RRSIG_EXPIRATION,
	    rrsig_expiration(period, set->owner, set->type) + (of_keys ? period->keys_later_s : 0));
	write_u32(p + RRSIG_INCEPTION, period->inception);
	write_u16(p + RRSIG_TAG, 0);
	name_lower(p + RRSIG_SIGNER, signer->wire, signer->len);
	rrsig->rdata_len = (size_t)RRSIG_SIGNER + signer->len;
	rrsig->data.len = rrsig->rdata_len;
}

/* owner | type | class | original TTL | RDATA length | RDATA */
static void
put_record(struct buf *b, const struct rrsig_set *set, struct bytes rdata)
{
	uint8_t *p = (uint8_t *)buf_reserve(b, set->owner.len + 10 + rdata.len);

	memcpy(p, set->owner.data, set->owner.len);
	p += set->owner.len;
	write_u16(p, set->type);
	write_u16(p + 2, CLASS_IN);
	write_u32(p + 4, set->ttl_s);
	write_u16(p + 8, (uint16_t)rdata.len);
	if (rdata.len)
		memcpy(p + 10, rdata.data, rdata.len);
	b->len += set->owner.len + 10 + rdata.len;
}

void
rrsig_begin(struct rrsig *rrsig, const struct name *signer, const struct rrsig_period *period,
    const struct rrsig_set *set)
{
	buf_clear(&rrsig->data);
	put_head(rrsig, signer, period, set);
	for (size_t i = 0; i < set->n; i++)
		put_record(&rrsig->data, set, set->rdata[i]);
}

void
rrsig_key(struct rrsig *rrsig, uint8_t algorithm, uint16_t tag)
{
	uint8_t *p = (uint8_t *)rrsig->data.data;

	p[RRSIG_ALGORITHM] = algorithm;
	write_u16(p + RRSIG_TAG, tag);
}

void
rrsig_replay(struct rrsig *rrsig, struct bytes earlier)
{
	name_lower((uint8_t *)rrsig->data.data + RRSIG_SIGNER, earlier.data + RRSIG_SIGNER,
	    rrsig->rdata_len - RRSIG_SIGNER);
	memcpy(rrsig->data.data, earlier.data, RRSIG_SIGNER);
}

void
rrsig_free(struct rrsig *rrsig)
{
	buf_free(&rrsig->data);
	*rrsig = (struct rrsig){0};
}

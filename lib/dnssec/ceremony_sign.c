#include "dnssec/ceremony_sign.h"

#include "base/duration.h"
#include "dns/type.h"
#include "dnssec/cds.h"
#include "dnssec/rrsig_good.h"
#include "dnssec/signer.h"

static const uint16_t types[] = {TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY};

enum { N_TYPES = sizeof(types) / sizeof(types[0]), FLAGS_LEN = 2, ALGORITHM_AT = 3 };

/* --- Keys --- */

static unsigned
flags_of(const struct record *dnskey)
{
	return read_u16(dnskey->rdata);
}

static bool
is_ksk(const struct record *dnskey)
{
	return (flags_of(dnskey) & (KEY_FLAG_ZONE | KEY_FLAG_SEP)) ==
	       (KEY_FLAG_ZONE | KEY_FLAG_SEP);
}

static bool
is_zsk(const struct record *dnskey)
{
	return (flags_of(dnskey) & (KEY_FLAG_ZONE | KEY_FLAG_SEP | KEY_FLAG_REVOKE)) ==
	       KEY_FLAG_ZONE;
}

static unsigned
tag_of(const struct record *dnskey)
{
	return key_tag(record_rdata(dnskey));
}

static const struct algorithm *
algorithm_of(const struct record *dnskey)
{
	const struct algorithm *algorithm = algorithm_info(dnskey->rdata[ALGORITHM_AT]);

	return algorithm && !algorithm->refused ? algorithm : NULL;
}

/* The key at hand of that record, revoked or not; keys->n: there is none. */
static size_t
find_at_hand(const struct keys *keys, const struct record *dnskey)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (key->at_hand && key->is_ksk && key->dnskey.len == dnskey->rdlen &&
		    memcmp(key->dnskey.data + FLAGS_LEN, dnskey->rdata + FLAGS_LEN,
			dnskey->rdlen - (size_t)FLAGS_LEN) == 0)
			return i;
	}
	return keys->n;
}

/* Without keys nothing is to be signed yet. */
static bool
is_at_hand(const struct keys *keys, const struct record *dnskey)
{
	return !keys || find_at_hand(keys, dnskey) < keys->n;
}

bool
ceremony_is_other(const struct ceremony_signing *signing, const struct record *dnskey)
{
	const struct anchors *others = signing->others;

	for (size_t i = 0; others && i < others->n; i++) {
		const struct anchor *other = &others->items[i];

		if (other->type == TYPE_DNSKEY ? bytes_equal(other->rdata, record_rdata(dnskey))
					       : cds_names_key(&signing->request->zone, TYPE_CDS,
						     other->rdata, record_rdata(dnskey)))
			return true;
	}
	return false;
}

/* Is it a KSK, or a ZSK, of who asks? */
static bool
is_own_ksk(const struct ceremony_signing *signing, const struct record *dnskey)
{
	return is_ksk(dnskey) && !ceremony_is_other(signing, dnskey);
}

static bool
is_own_zsk(const struct ceremony_signing *signing, const struct record *dnskey)
{
	return is_zsk(dnskey) && !ceremony_is_other(signing, dnskey);
}

/* --- Judging --- */

struct judge {
	struct diags *diags;
	const struct ceremony_signing *signing;
	const struct ceremony_span *span;
	struct rrset dnskey, rrsigs; /* of the span */
	int result;
};

static void
refuse_key(struct judge *j, const struct record *record, const char *why)
{
	j->result = diag_error(j->diags, record->pos, S_CEREMONY_KEY, "the %s %u %s",
	    ceremony_role(record), tag_of(record), why);
}

/* What a signature states; of each key there is one over a set at most (ceremony.c). */
static bool
may_be_by(const struct record *rrsig, const struct record *dnskey, uint16_t type)
{
	return read_u16(rrsig->rdata + RRSIG_TYPE) == type &&
	       rrsig->rdata[RRSIG_ALGORITHM] == dnskey->rdata[ALGORITHM_AT] &&
	       read_u16(rrsig->rdata + RRSIG_TAG) == tag_of(dnskey);
}

static bool
has_signed(const struct judge *j, const struct record *zsk, struct rrset records)
{
	uint8_t owner[NAME_LONGEST];
	const struct name *zone = &j->signing->request->zone;
	struct rrsig_set set = ceremony_set(&j->diags->arena, zone, records, owner);

	for (size_t i = 0; i < j->rrsigs.n; i++)
		if (may_be_by(&j->rrsigs.records[i], zsk, records.type) &&
		    rrsig_good(zone, &set, algorithm_of(zsk), record_rdata(zsk),
			record_rdata(&j->rrsigs.records[i])))
			return true;
	return false;
}

/* Whatever the KSK is to sign, whoever has the ZSKs wants it signed. */
static void
judge_proofs(struct judge *j, const struct record *zsk)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		struct rrset records = ceremony_rrset(j->span, types[i]);

		if (records.n > 0 && !has_signed(j, zsk, records))
			refuse_key(j, zsk,
			    types[i] == TYPE_DNSKEY
				? "has not signed the set: who asks may not have it, or the set "
				  "was changed, or it is of another signer (--other)"
				: "has not signed the CDS or CDNSKEY records: they were changed");
	}
}

static void
judge_key(struct judge *j, const struct record *dnskey)
{
	if (!algorithm_of(dnskey))
		refuse_key(j, dnskey, "is of an algorithm that is not for signing");
	else if (is_own_ksk(j->signing, dnskey) && !is_at_hand(j->signing->keys, dnskey))
		refuse_key(j, dnskey,
		    "is none of those whose private keys are at hand, nor vouched for as one of "
		    "another signer (--other)");
	else if (is_own_zsk(j->signing, dnskey))
		judge_proofs(j, dnskey);
	else if (!is_ksk(dnskey) && !is_zsk(dnskey))
		refuse_key(j, dnskey, "has flags that no key of a zone has");
}

/* Has the set a key of that algorithm (0: any) that signs it, or with `zsk` the data? */
static bool
has_signer(const struct judge *j, uint8_t algorithm, bool zsk)
{
	for (size_t i = 0; i < j->dnskey.n; i++) {
		const struct record *key = &j->dnskey.records[i];

		if ((algorithm == 0 || key->rdata[ALGORITHM_AT] == algorithm) &&
		    !(flags_of(key) & KEY_FLAG_REVOKE) &&
		    (zsk ? is_own_zsk(j->signing, key) : is_own_ksk(j->signing, key)))
			return true;
	}
	return false;
}

static void
judge_algorithms(struct judge *j)
{
	bool seen[UINT8_MAX + 1] = {false};

	for (size_t i = 0; i < j->dnskey.n; i++) {
		uint8_t number = j->dnskey.records[i].rdata[ALGORITHM_AT];

		if (!seen[number] && !has_signer(j, number, false))
			j->result = diag_error(j->diags, j->dnskey.records[i].pos, S_CEREMONY_GAP,
			    "the set has a key of algorithm %u, and no KSK of it", number);
		seen[number] = true;
	}
	if (!has_signer(j, 0, true))
		j->result = diag_error(
		    j->diags, j->span->pos, S_CEREMONY_GAP, "the set has no ZSK: nobody asks");
}

static void
judge_cds(struct judge *j, const struct record *record)
{
	const struct name *zone = &j->signing->request->zone;

	if (cds_is_delete(record->type, record_rdata(record)))
		return;
	for (size_t i = 0; i < j->dnskey.n; i++)
		if (is_ksk(&j->dnskey.records[i]) &&
		    cds_names_key(zone, record->type, record_rdata(record),
			record_rdata(&j->dnskey.records[i])))
			return;
	j->result = diag_error(j->diags, record->pos, S_CEREMONY_KEY,
	    "the %s record is of no KSK of its set", type_info(record->type)->name);
}

/* Do both have a KSK, or a ZSK, in common? */
static bool
is_linked(const struct judge *j, struct rrset before,
    bool (*is_of_role)(const struct ceremony_signing *signing, const struct record *dnskey))
{
	for (size_t i = 0; i < j->dnskey.n; i++)
		if (is_of_role(j->signing, &j->dnskey.records[i]) &&
		    rrset_has(before, &j->dnskey.records[i]))
			return true;
	return false;
}

static void
judge_change(struct judge *j, struct rrset before)
{
	if (!is_linked(j, before, is_own_ksk))
		j->result = diag_error(j->diags, j->span->pos, S_CEREMONY_GAP,
		    "the set has no KSK of the set before it: a DS record would lead nowhere");
	if (!is_linked(j, before, is_own_zsk))
		j->result = diag_error(j->diags, j->span->pos, S_CEREMONY_GAP,
		    "the set has no ZSK of the set before it: resolvers that hold the one would "
		    "find "
		    "the other's data bogus");
}

/* All signatures of a span ask for the same times. */
static void
judge_times(struct judge *j)
{
	enum { TIMES_LEN = RRSIG_TAG - RRSIG_EXPIRATION };

	for (size_t i = 1; i < j->rrsigs.n; i++)
		if (memcmp(j->rrsigs.records[i].rdata + RRSIG_EXPIRATION,
			j->rrsigs.records[0].rdata + RRSIG_EXPIRATION, TIMES_LEN) != 0)
			j->result = diag_error(j->diags, j->rrsigs.records[i].pos, S_CEREMONY,
			    "the signature has other times than those beside it");
}

static void
judge_span(struct judge *j, size_t i)
{
	const struct ceremony *request = j->signing->request;

	j->span = &request->spans[i];
	j->dnskey = ceremony_rrset(j->span, TYPE_DNSKEY);
	j->rrsigs = ceremony_rrset(j->span, TYPE_RRSIG);
	judge_times(j);
	for (size_t k = 0; k < j->dnskey.n; k++)
		judge_key(j, &j->dnskey.records[k]);
	judge_algorithms(j);
	for (size_t k = 0; k < j->span->n; k++)
		if (j->span->records[k].type == TYPE_CDS ||
		    j->span->records[k].type == TYPE_CDNSKEY)
			judge_cds(j, &j->span->records[k]);
	if (i > 0)
		judge_change(j, ceremony_rrset(&request->spans[i - 1], TYPE_DNSKEY));
}

static void
refuse_previous(struct judge *j, const char *what, int64_t t_unix, const char *more)
{
	struct buf at = {0};

	instant_print_iso(&at, t_unix);
	j->result = diag_error(j->diags, j->span->pos, S_CEREMONY_GAP,
	    "the previous response %s %s%s", what, buf_text(&at, &j->diags->arena), more);
}

/* The response before this one begins ahead of it, and has a set for the time at which this one
 * begins, or ends then. What is over by now no request can mend. */
static void
judge_previous(struct judge *j)
{
	const struct ceremony_signing *s = j->signing;
	const struct ceremony *previous = s->previous;
	const struct ceremony_span *span, *last;
	int64_t from = s->request->spans[0].from_unix;

	if (!previous)
		return;
	j->span = &s->request->spans[0];
	j->dnskey = ceremony_rrset(j->span, TYPE_DNSKEY);
	last = &previous->spans[previous->n - 1];
	span = ceremony_at(previous, from);
	if (previous->spans[0].from_unix > from) {
		refuse_previous(
		    j, "begins on", previous->spans[0].from_unix, ", later than this request");
		return;
	}
	if (last->until_unix < from && from > s->now)
		refuse_previous(j, "ends on", last->until_unix,
		    ", and no set follows until this request begins");
	judge_change(j, ceremony_rrset(span ? span : last, TYPE_DNSKEY));
}

int
ceremony_judge(struct diags *diags, const struct ceremony_signing *signing)
{
	const struct ceremony *request = signing->request;
	struct judge j = {.diags = diags, .signing = signing};
	const struct ceremony_span *last = &request->spans[request->n - 1];

	if (last->until_unix <= signing->now)
		j.result = diag_error(
		    diags, last->pos, S_CEREMONY_GAP, "all that is asked for is over already");
	judge_previous(&j);
	for (size_t i = 0; i < request->n; i++)
		judge_span(&j, i);
	return j.result;
}

/* --- Signing --- */

struct run {
	struct diags *diags;
	const struct ceremony_signing *signing;
	struct signer *signer;
	struct rrsig rrsig;
	const struct ceremony_span *span;
	struct ceremony_span *out;
};

static struct rrsig_period
period_of(const struct ceremony_span *span)
{
	struct rrset rrsigs = rrset_covering(ceremony_rrset(span, TYPE_RRSIG), TYPE_DNSKEY);

	return (struct rrsig_period){
	    .inception = read_u32(rrsigs.records[0].rdata + RRSIG_INCEPTION),
	    .expiration = read_u32(rrsigs.records[0].rdata + RRSIG_EXPIRATION)};
}

static int
sign_set(struct run *r, const struct rrsig_set *set, const struct record *ksk)
{
	size_t at = find_at_hand(r->signing->keys, ksk), len;
	const struct algorithm *algorithm = r->signing->keys->items[at].algorithm;
	uint8_t rdata[RRSIG_SIGNER + NAME_LONGEST + SIGNATURE_LONGEST];
	const struct name *zone = &r->signing->request->zone;
	struct bytes head, whole;

	rrsig_key(&r->rrsig, algorithm->number, (uint16_t)tag_of(ksk));
	head = rrsig_rdata(&r->rrsig);
	memcpy(rdata, head.data, head.len);
	if (signer_sign(r->signer, at, rrsig_data(&r->rrsig), rdata + head.len, &len) < 0)
		return diag_error(r->diags, pos_none(), S_SIGN, "%s", signer_fault(r->signer));
	whole = (struct bytes){rdata, head.len + len};
	if (!rrsig_good(zone, set, algorithm, record_rdata(ksk), whole))
		return diag_error(r->diags, pos_none(), S_SIGN,
		    "a signature by the key %u was made, and does not verify", tag_of(ksk));
	r->out->records[r->out->n++] =
	    (struct record){.rdata = arena_copy(&r->diags->arena, rdata, whole.len),
		.ttl_s = set->ttl_s,
		.type = TYPE_RRSIG,
		.rdlen = (uint16_t)whole.len};
	return 0;
}

static int
sign_type(struct run *r, uint16_t type)
{
	uint8_t owner[NAME_LONGEST];
	const struct name *zone = &r->signing->request->zone;
	struct rrset records = ceremony_rrset(r->span, type);
	struct rrset dnskey = ceremony_rrset(r->span, TYPE_DNSKEY);
	struct rrsig_set set = ceremony_set(&r->diags->arena, zone, records, owner);
	struct rrsig_period period = period_of(r->span);

	if (records.n == 0)
		return 0;
	rrsig_begin(&r->rrsig, zone, &period, &set);
	for (size_t i = 0; i < dnskey.n; i++)
		if (is_own_ksk(r->signing, &dnskey.records[i]) &&
		    sign_set(r, &set, &dnskey.records[i]) < 0)
			return -1;
	return 0;
}

static int
sign_span(struct run *r)
{
	struct rrset dnskey = ceremony_rrset(r->span, TYPE_DNSKEY);
	size_t most = r->span->n + dnskey.n * N_TYPES;

	*r->out = *r->span;
	r->out->records = arena_alloc(&r->diags->arena, most * sizeof(*r->out->records));
	r->out->n = 0;
	for (size_t i = 0; i < r->span->n; i++)
		if (r->span->records[i].type != TYPE_RRSIG)
			r->out->records[r->out->n++] = r->span->records[i];
	for (size_t i = 0; i < N_TYPES; i++)
		if (sign_type(r, types[i]) < 0)
			return -1;
	ceremony_sort(r->out);
	return 0;
}

int
ceremony_sign(
    struct diags *diags, const struct ceremony_signing *signing, struct ceremony *response)
{
	const struct ceremony *request = signing->request;
	struct run r = {.diags = diags, .signing = signing};
	int result = 0;

	*response = *request;
	response->kind = CEREMONY_RESPONSE;
	response->spans = arena_alloc(&diags->arena, request->n * sizeof(*response->spans));
	for (size_t i = 0; i < signing->keys->n; i++) {
		signing->keys->items[i].signs_keys =
		    signing->keys->items[i].is_ksk && signing->keys->items[i].at_hand;
		signing->keys->items[i].signs_zone = false;
	}
	if (tokens_reach(signing->tokens, diags, signing->keys) < 0)
		return -1;
	r.signer = signer_new(diags, signing->keys);
	if (!r.signer)
		return -1;
	for (size_t i = 0; i < request->n && result == 0; i++) {
		r.span = &request->spans[i];
		r.out = &response->spans[i];
		result = sign_span(&r);
	}
	signer_free(r.signer);
	rrsig_free(&r.rrsig);
	return result;
}

/* RRSIG records: what each states, whether it verifies, and which are missing (RFC 4035
 * sections 2.2 and 5.3). */
#include "dnssec/verify_part.h"

#include "base/duration.h"
#include "dns/serial.h"

#include <stdlib.h>

/* Offsets in RRSIG RDATA, RFC 4034 section 3.1. */
enum {
	SIG_COVERED = 0,
	SIG_ALGORITHM = 2,
	SIG_LABELS = 3,
	SIG_TTL = 4,
	SIG_EXPIRATION = 8,
	SIG_INCEPTION = 12,
	SIG_TAG = 16,
	SIG_SIGNER = 18,
};

enum sig_state {
	SIG_GOOD,
	SIG_FAULTY,  /* told */
	SIG_STRAY,   /* by a key that the zone does not have; not told yet */
	SIG_REVOKED, /* good, but by a key that does not count any more */
};

/* An RRSIG record against the RRset that it covers. */
struct sig {
	struct visit *v;
	const struct rrset *set;
	const struct record *record;
	const uint8_t *rdata;
	const struct verify_key *key; /* by which it is good, or NULL */
	enum sig_state state;
};

/* The RRset in canonical form and order, without duplicates (RFC 4034 section 6). */
struct canonical {
	struct bytes *rdata;
	size_t n;
};

/* --- Messages --- */

static const char *
set_text(const struct visit *v, uint16_t type)
{
	return arena_printf(&v->worker->scratch, "%s %s", visit_name_text(v),
	    verify_type_text(&v->worker->scratch, type));
}

static const char *
algorithm_text(const struct visit *v, uint8_t number)
{
	const struct algorithm *algorithm = algorithm_info(number);

	return algorithm ? algorithm->name
			 : arena_printf(&v->worker->scratch, "algorithm %u", number);
}

static const char *
key_text(const struct sig *sig)
{
	return arena_printf(&sig->v->worker->scratch, "%s key %u",
	    algorithm_text(sig->v, sig->rdata[SIG_ALGORITHM]),
	    (unsigned)read_u16(sig->rdata + SIG_TAG));
}

static const char *
time_text(const struct sig *sig, size_t at)
{
	struct arena *a = &sig->v->worker->scratch;
	const struct verify_run *run = sig->v->run;
	struct buf b = {0};

	instant_print_iso(&b, run->options->at + (int32_t)(read_u32(sig->rdata + at) - run->at));
	return buf_text(&b, a);
}

#define sig_fault(sig, problem, format, ...)                                                       \
	fault_add(&(sig)->v->slot->faults, (sig)->record->pos, problem, "%s: " format,             \
	    set_text((sig)->v, (sig)->set->type), __VA_ARGS__)

/* --- What an RRSIG states --- */

/* The owner's labels without the root and a leading `*` (RFC 4034 section 3.1.3). */
static unsigned
labels_of(const struct visit *v)
{
	bool wildcard = v->name[0] == 1 && v->name[1] == '*';

	return name_labels(v->name) - wildcard;
}

static bool
check_labels(const struct sig *sig)
{
	if (sig->rdata[SIG_LABELS] == labels_of(sig->v))
		return true;
	sig_fault(sig, S_RRSIG_LABELS, "the signature states %u labels, the owner has %u",
	    sig->rdata[SIG_LABELS], labels_of(sig->v));
	return false;
}

static bool
check_ttls(const struct sig *sig)
{
	uint32_t stated = read_u32(sig->rdata + SIG_TTL), odd = stated;

	for (size_t i = 0; i < sig->set->n; i++)
		if (sig->set->records[i].ttl_s != stated)
			odd = sig->set->records[i].ttl_s;
	if (odd == stated && sig->record->ttl_s == stated)
		return true;
	sig_fault(sig, S_RRSIG_TTL,
	    "the signature states the original TTL %u, and has %u; the records have %u",
	    (unsigned)stated, (unsigned)sig->record->ttl_s, (unsigned)odd);
	return false;
}

static bool
check_signer(const struct sig *sig)
{
	const uint8_t *signer = sig->rdata + SIG_SIGNER;

	if (name_equal(signer, sig->v->run->store->apex.wire))
		return true;
	sig_fault(sig, S_RRSIG_SIGNER, "the signer is %s, not the zone",
	    name_absolute_text(&sig->v->worker->scratch, signer));
	return false;
}

static bool
check_period(const struct sig *sig)
{
	uint32_t at = sig->v->run->at, inception = read_u32(sig->rdata + SIG_INCEPTION),
		 expiration = read_u32(sig->rdata + SIG_EXPIRATION);

	if (serial_later(inception, expiration))
		sig_fault(sig, S_RRSIG_PERIOD, "the signature begins at %s and expires at %s",
		    time_text(sig, SIG_INCEPTION), time_text(sig, SIG_EXPIRATION));
	else if (serial_later(at, expiration))
		sig_fault(sig, S_RRSIG_EXPIRED, "the signature by %s expired at %s", key_text(sig),
		    time_text(sig, SIG_EXPIRATION));
	else if (serial_later(inception, at))
		sig_fault(sig, S_RRSIG_EARLY, "the signature by %s begins at %s", key_text(sig),
		    time_text(sig, SIG_INCEPTION));
	else
		return true;
	return false;
}

static bool (*const statement_checks[])(const struct sig *sig) = {
    check_labels,
    check_ttls,
    check_signer,
    check_period,
};

static bool
check_statements(const struct sig *sig)
{
	bool good = true;

	for (size_t i = 0; i < sizeof(statement_checks) / sizeof(statement_checks[0]); i++)
		good &= statement_checks[i](sig);
	return good;
}

/* --- What it signs (RFC 4034 section 3.1.8.1) --- */

static int
rdata_order(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

/* The store's order is nearly always this one. */
static void
canonical_sort(struct canonical *c)
{
	size_t n = 0, sorted = 1;

	while (sorted < c->n && bytes_compare(c->rdata[sorted - 1], c->rdata[sorted]) < 0)
		sorted++;
	if (sorted >= c->n)
		return;
	qsort(c->rdata, c->n, sizeof(*c->rdata), rdata_order);
	for (size_t i = 0; i < c->n; i++)
		if (n == 0 || bytes_compare(c->rdata[n - 1], c->rdata[i]) != 0)
			c->rdata[n++] = c->rdata[i];
	c->n = n;
}

static void
canonical_make(struct visit *v, const struct rrset *set, struct canonical *out)
{
	struct arena *a = &v->worker->scratch;

	out->n = set->n;
	out->rdata = arena_alloc(a, set->n * sizeof(*out->rdata));
	for (size_t i = 0; i < set->n; i++) {
		struct bytes rdata = record_rdata(&set->records[i]);
		uint8_t *copy = arena_bytes(a, rdata.len);

		rdata_canonical(set->type, rdata, copy);
		out->rdata[i] = (struct bytes){copy, rdata.len};
	}
	canonical_sort(out);
}

/* owner | type | class | original TTL | RDATA length | RDATA */
static void
put_record(struct buf *b, const struct sig *sig, struct bytes rdata)
{
	const struct visit *v = sig->v;
	uint8_t *p = (uint8_t *)buf_reserve(b, v->name_len + 10 + rdata.len);

	memcpy(p, v->name, v->name_len);
	p += v->name_len;
	write_u16(p, sig->set->type);
	write_u16(p + 2, CLASS_IN);
	memcpy(p + 4, sig->rdata + SIG_TTL, 4);
	write_u16(p + 8, (uint16_t)rdata.len);
	if (rdata.len)
		memcpy(p + 10, rdata.data, rdata.len);
	b->len += v->name_len + 10 + rdata.len;
}

static struct bytes
signed_data(const struct sig *sig, const struct canonical *canonical, size_t signer_len)
{
	struct buf *b = &sig->v->worker->data;

	buf_clear(b);
	buf_put(b, sig->rdata, SIG_SIGNER);
	name_lower((uint8_t *)buf_reserve(b, signer_len), sig->rdata + SIG_SIGNER, signer_len);
	b->len += signer_len;
	for (size_t i = 0; i < canonical->n; i++)
		put_record(b, sig, canonical->rdata[i]);
	return (struct bytes){(const uint8_t *)b->data, b->len};
}

/* --- Who made it --- */

/* Tag and algorithm are the key's. */
static bool
is_stated(const struct sig *sig, const struct verify_key *key)
{
	return key->tag == read_u16(sig->rdata + SIG_TAG) &&
	       key->number == sig->rdata[SIG_ALGORITHM];
}

static bool
is_by(const struct sig *sig, const struct verify_key *key)
{
	return key->zone && is_stated(sig, key);
}

/* For apex sets whose signers matter. A faulty signature is noted for each key that it may be by:
 * that it is faulty is told, and need not be told again as a signature that is missing. */
static void
note_signers(const struct sig *sig)
{
	static const uint16_t types[N_KEY_SETS] = {
	    [SET_DNSKEY] = TYPE_DNSKEY, [SET_CDS] = TYPE_CDS, [SET_CDNSKEY] = TYPE_CDNSKEY};

	struct verify_run *run = sig->v->run;

	if (sig->v->node != run->apex)
		return;
	for (size_t i = 0; i < N_KEY_SETS; i++)
		for (size_t k = 0; k < run->n_keys && types[i] == sig->set->type; k++)
			if (sig->key ? sig->key == &run->keys[k] : is_by(sig, &run->keys[k]))
				run->keys[k].signs[i] = true;
}

/* Does the key verify it? Keys of unknown algorithms, and all keys without crypto, are believed. */
static bool
is_good(const struct sig *sig, const struct canonical *canonical, size_t key)
{
	const struct verify_run *run = sig->v->run;
	struct verify_worker *worker = sig->v->worker;
	size_t signer_len =
	    name_length(sig->rdata + SIG_SIGNER, (size_t)sig->record->rdlen - SIG_SIGNER);
	size_t at = SIG_SIGNER + signer_len;
	struct bytes signature = {sig->rdata + at, sig->record->rdlen - at};

	if (!run->options->crypto || !run->keys[key].algorithm)
		return true;
	if (!verifier_good(
		worker->verifier, key, signed_data(sig, canonical, signer_len), signature))
		return false;
	worker->n_verified++;
	return true;
}

/* Tries the keys of that tag and algorithm: tags are not unique, but who has many keys of one tag
 * wants others to compute (CVE-2023-50387), and resolvers do not. */
static enum sig_state
sig_judge(struct sig *sig, const struct canonical *canonical)
{
	enum { TRIES_MOST = 4 };

	const struct verify_run *run = sig->v->run;
	enum sig_state state = SIG_STRAY;

	for (size_t i = 0, tries = 0; i < run->n_keys && tries < TRIES_MOST; i++) {
		if (!is_by(sig, &run->keys[i]))
			continue;
		tries++;
		state = SIG_FAULTY;
		if (is_good(sig, canonical, i)) {
			sig->key = &run->keys[i];
			return run->keys[i].revoked ? SIG_REVOKED : SIG_GOOD;
		}
	}
	if (state == SIG_FAULTY && !visit_is_partial(sig->v))
		sig_fault(sig, S_RRSIG_BOGUS, "the signature by %s does not verify", key_text(sig));
	return state;
}

static void
note_expiration(const struct sig *sig)
{
	struct verify_worker *worker = sig->v->worker;
	uint32_t expiration = read_u32(sig->rdata + SIG_EXPIRATION);

	if (!worker->any || serial_later(worker->earliest, expiration))
		worker->earliest = expiration;
	worker->any = true;
}

/* --- One RRset --- */

static bool
is_covered_by(const struct sig *sigs, size_t n, uint8_t algorithm, bool good)
{
	for (size_t i = 0; i < n; i++)
		if (sigs[i].rdata[SIG_ALGORITHM] == algorithm &&
		    (good ? sigs[i].state == SIG_GOOD : sigs[i].state != SIG_REVOKED))
			return true;
	return false;
}

/* RFC 4034 section 2.1.1: what is no zone key must not verify anything. */
static bool
is_by_no_zone_key(const struct sig *sig)
{
	const struct verify_run *run = sig->v->run;

	for (size_t i = 0; i < run->n_keys; i++)
		if (!key_is_of_zone(&run->keys[i]) && is_stated(sig, &run->keys[i]))
			return true;
	return false;
}

/* Signatures by unknown keys do no harm where a good one of that algorithm stands beside them, or
 * the zone does not use the algorithm (any more, or yet: RFC 6781 section 4.1.4). */
static void
tell_strays(struct visit *v, const struct sig *sigs, size_t n)
{
	for (size_t i = 0; i < n && !v->run->keys_lost; i++) {
		uint8_t algorithm = sigs[i].rdata[SIG_ALGORITHM];

		if (sigs[i].state != SIG_STRAY)
			continue;
		if (is_by_no_zone_key(&sigs[i]))
			sig_fault(&sigs[i], S_NO_ZONE_KEY, "%s is no zone key", key_text(&sigs[i]));
		else if (is_covered_by(sigs, n, algorithm, true) ||
			 !memchr(v->run->algorithms, algorithm, v->run->n_algorithms))
			tally_add(&v->worker->tallies[TALLY_STRAY], 1, sigs[i].record->pos);
		else
			sig_fault(&sigs[i], S_RRSIG_KEY, "the zone has no %s", key_text(&sigs[i]));
	}
}

/* Each algorithm must be there; where its signatures are faulty that has been told. */
static void
tell_missing(struct visit *v, const struct rrset *set, const struct sig *sigs, size_t n)
{
	const struct verify_run *run = v->run;
	struct pos pos = set->records[0].pos;

	if (visit_is_partial(v) || run->keys_lost)
		return;
	if (n == 0) {
		fault_add(&v->slot->faults, pos, S_NO_RRSIG, "%s has no signature",
		    set_text(v, set->type));
		return;
	}
	for (size_t i = 0; i < run->n_algorithms; i++)
		if (!is_covered_by(sigs, n, run->algorithms[i], false))
			fault_add(&v->slot->faults, pos, S_RRSIG_HALF, "%s has no signature by %s",
			    set_text(v, set->type), algorithm_text(v, run->algorithms[i]));
}

static void
check_set(struct visit *v, const struct rrset *set, const struct record *rrsig, size_t n)
{
	struct sig *sigs = arena_alloc(&v->worker->scratch, (n + 1) * sizeof(*sigs));
	struct canonical canonical;

	canonical_make(v, set, &canonical);
	for (size_t i = 0; i < n; i++) {
		sigs[i] =
		    (struct sig){.v = v, .set = set, .record = &rrsig[i], .rdata = rrsig[i].rdata};
		sigs[i].state = SIG_FAULTY;
		if (check_statements(&sigs[i]))
			sigs[i].state = sig_judge(&sigs[i], &canonical);
		note_signers(&sigs[i]);
		note_expiration(&sigs[i]);
	}
	tell_strays(v, sigs, n);
	tell_missing(v, set, sigs, n);
}

static void
tell_misplaced(struct visit *v, const struct rrset *set, const struct record *rrsig, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fault_add(&v->slot->faults, rrsig[i].pos, S_RRSIG_PLACE,
		    v->occluded ? "%s is signed below a delegation or DNAME"
				: "%s is signed at a delegation: it is the child zone's",
		    set_text(v, set->type));
}

/* --- One node --- */

static void
tell_orphans(struct visit *v)
{
	for (size_t i = 0; i < v->rrsig.n && !visit_is_partial(v); i++) {
		const struct record *rrsig = &v->rrsig.records[i];
		uint16_t type = read_u16(rrsig->rdata);

		if (type == TYPE_RRSIG || node_find_rrset(v->run->store, v->node, type).n == 0)
			fault_add(&v->slot->faults, rrsig->pos, S_RRSIG_ORPHAN,
			    type == TYPE_RRSIG ? "%s: signatures are not signed"
					       : "%s: the records that are signed are not there",
			    set_text(v, type));
	}
}

void
visit_signatures(struct visit *v)
{
	for (size_t r = 0; r < v->node->n;) {
		struct rrset set = node_rrset_at(v->run->store, v->node, r);
		struct rrset rrsig = rrset_covering(v->rrsig, set.type);

		r += set.n;
		if (set.type == TYPE_RRSIG)
			continue;
		if (visit_is_signed(v, set.type))
			check_set(v, &set, rrsig.records, rrsig.n);
		else
			tell_misplaced(v, &set, rrsig.records, rrsig.n);
	}
	v->worker->n_signatures += v->rrsig.n;
	tell_orphans(v);
}

#include "check/dane_part.h"

#include "base/duration.h"

#include <openssl/sha.h>

/* --- Records beside certificates --- */

/* The RDATA of a record with these parameters for the certificate: what stands ahead of its data,
 * and that. Returns false for parameters by which no record matches. */
static bool
rdata_of(struct tlsa_params params, const struct cert *cert, uint8_t digest[SHA512_DIGEST_LENGTH],
    uint8_t head[3], struct bytes *data)
{
	struct bytes in = params.selector == TLSA_SPKI ? cert->spki : cert->der;

	head[0] = params.usage;
	head[1] = params.selector;
	head[2] = params.matching;
	*data = in;
	if (params.matching == TLSA_SHA2_256)
		*data = (struct bytes){SHA256(in.data, in.len, digest), SHA256_DIGEST_LENGTH};
	else if (params.matching == TLSA_SHA2_512)
		*data = (struct bytes){SHA512(in.data, in.len, digest), SHA512_DIGEST_LENGTH};
	return params.matching <= TLSA_SHA2_512 && data->data != NULL;
}

/* Canonical order (RFC 4034 section 6.3), in which the records of a set stand. */
static int
compare_with(const struct record *record, const uint8_t head[3], struct bytes data)
{
	int order = memcmp(record->rdata, head, 3);

	return order ? order : bytes_compare(dane_data(record), data);
}

/* The first record of the set that does not come ahead of that RDATA. */
static size_t
lower_bound(const struct rrset *set, const uint8_t head[3], struct bytes data)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_with(&set->records[middle], head, data) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does a record with these parameters match the certificate? */
static bool
set_matches(const struct rrset *set, struct tlsa_params params, const struct cert *cert)
{
	uint8_t digest[SHA512_DIGEST_LENGTH], head[3];
	struct bytes data;
	size_t at;

	if (!rdata_of(params, cert, digest, head, &data))
		return false;
	at = lower_bound(set, head, data);
	return at < set->n && compare_with(&set->records[at], head, data) == 0;
}

static size_t
count_of(const struct rrset *set, struct tlsa_params params)
{
	const uint8_t head[3] = {params.usage, params.selector, params.matching};
	const uint8_t next[3] = {params.usage, params.selector, (uint8_t)(params.matching + 1)};

	return lower_bound(set, next, (struct bytes){0}) -
	       lower_bound(set, head, (struct bytes){0});
}

static struct tlsa_params
with_matching(struct tlsa_params params, uint8_t matching)
{
	params.matching = matching;
	return params;
}

/* RFC 7671 section 9: who takes the stronger digest does not look at the other. Where the numbers
 * differ, that was said already. */
static void
check_agility(const struct dane_run *run, const struct dane_set *set, const struct tlsa_use *use)
{
	struct tlsa_params params_256 = with_matching(use->params, TLSA_SHA2_256);
	struct tlsa_params params_512 = with_matching(use->params, TLSA_SHA2_512);
	size_t n_256 = count_of(&set->set, params_256), n_512 = count_of(&set->set, params_512);
	bool by_256;

	if (n_256 != n_512 || n_256 == 0)
		return;
	by_256 = set_matches(&set->set, params_256, use->cert);
	if (by_256 == set_matches(&set->set, params_512, use->cert))
		return;
	diag_add(run->diags, use->pos, D_AGILITY,
	    "%s is in the TLSA %u %u %d of %s, and not in the %u %u %d", use->cert->name,
	    use->params.usage, use->params.selector, by_256 ? TLSA_SHA2_256 : TLSA_SHA2_512,
	    set->text, use->params.usage, use->params.selector,
	    by_256 ? TLSA_SHA2_512 : TLSA_SHA2_256);
}

/* RFC 7671 section 8.1: who wrote `wait` counts on it, and waits for longer. */
static void
check_wait(const struct dane_run *run, const struct dane_set *set, const struct tlsa_use *use)
{
	struct arena *a = &run->diags->arena;
	uint32_t ttl_s = set->set.records[0].ttl_s;

	if (use->wait_s > 0 && 2 * (uint64_t)ttl_s > use->wait_s)
		diag_add(run->diags, use->pos, D_TTL_WAIT,
		    "the TLSA records of %s have a TTL of %s: the next certificate waits for "
		    "twice that, and not for the %s of `wait`",
		    set->text, duration_ttl_text(a, ttl_s), duration_text(a, use->wait_s));
}

/* --- What the server sends --- */

/* Does the file hold the server's certificate and its chain, so that it is what the server sends?
 */
static bool
is_served(const struct certs *certs)
{
	bool ca = false, server = false;

	for (size_t i = 0; i < certs->n; i++) {
		ca = ca || (certs->items[i].is_ca && !certs->items[i].has_key);
		server = server || !certs->items[i].is_ca || certs->items[i].has_key;
	}
	return ca && server;
}

/* Do people who make chains leave the certificate out, as clients have it? */
static bool
is_root(const struct tlsa_use *use)
{
	return use->cert->self_signed && use->cert->is_ca && !use->cert->for_server;
}

static bool
same_params(struct tlsa_params a, struct tlsa_params b)
{
	return a.usage == b.usage && a.selector == b.selector && a.matching == b.matching;
}

static bool
set_has(const struct dane_set *set, struct tlsa_params params, const struct certs *sent)
{
	for (size_t i = 0; i < sent->n; i++)
		if (set_matches(&set->set, params, &sent->items[i]))
			return true;
	return false;
}

/* Clients have it themselves: under usage 0 in their list of CAs, or from the record, if that holds
 * it in full (RFC 7671 section 5.2.2). */
static bool
need_not_be_sent(struct tlsa_params params)
{
	return params.usage == TLSA_PKIX_TA ||
	       (params.usage == TLSA_DANE_TA && params.matching == TLSA_FULL);
}

static bool
is_in(const struct cert *cert, bool by_key, const struct certs *sent)
{
	for (size_t i = 0; i < sent->n; i++)
		if (by_key ? bytes_equal(sent->items[i].spki, cert->spki)
			   : bytes_equal(sent->items[i].der, cert->der))
			return true;
	return false;
}

static bool
issued_any(const struct cert *cert, const struct certs *sent)
{
	for (size_t i = 0; i < sent->n; i++)
		if (cert_issued(cert, &sent->items[i]))
			return true;
	return false;
}

/* Do both files hold a certificate of one server? Then it may send either. */
static bool
same_server(const struct certs *a, const struct certs *b)
{
	for (size_t i = 0; i < a->n; i++)
		if ((!a->items[i].is_ca || a->items[i].has_key) && is_in(&a->items[i], false, b))
			return true;
	return false;
}

/* RFC 7671 section 8: one CA of those that are pinned with the same parameters will do, the others
 * may be for the future. */
static bool
is_anchored_by(const struct dane_set *set, const struct tlsa_use *const *uses, size_t n,
    struct tlsa_params params, const struct certs *sent)
{
	if (set_has(set, params, sent))
		return true;
	for (size_t i = 0; i < n; i++)
		if (same_params(uses[i]->params, params) && !uses[i]->is_next &&
		    (is_in(uses[i]->cert, params.selector == TLSA_SPKI, sent) ||
			(need_not_be_sent(params) && issued_any(uses[i]->cert, sent))))
			return true;
	return false;
}

static bool
is_anchored(const struct dane_set *set, const struct tlsa_use *const *uses, size_t n,
    struct tlsa_params params, const struct certs *sent)
{
	for (size_t i = 0; i < n; i++)
		if (!uses[i]->is_next && same_server(sent, uses[i]->certs) &&
		    is_anchored_by(set, uses, n, params, uses[i]->certs))
			return true;
	return false;
}

/* That mail servers use none of usages 0 and 1 was said. */
static bool
any_counts(const struct dane_set *set, uint8_t usage)
{
	for (size_t i = 0; i < set->n_services; i++)
		if (dane_service_counts(&set->services[i], usage))
			return true;
	return set->n_services == 0;
}

static void
tell_anchor(const struct dane_run *run, const struct tlsa_use *use, const struct certs *sent)
{
	if (need_not_be_sent(use->params))
		diag_add(run->diags, use->pos, D_TA_ABSENT,
		    "the CA %s did not issue what is in %s, which the server sends",
		    use->cert->name, sent->path);
	else
		diag_add(run->diags, use->pos, D_TA_ABSENT,
		    "the CA %s is not in %s, which the server sends", use->cert->name, sent->path);
}

/* A file of CAs alone beside those that the servers send. */
static void
check_anchor(const struct dane_run *run, const struct dane_set *set, const struct tlsa_use *use,
    const struct tlsa_use *const *uses, size_t n)
{
	bool as_ca = use->params.usage == TLSA_PKIX_TA || use->params.usage == TLSA_DANE_TA;
	bool any = false;

	if (!as_ca || use->is_next || is_served(use->certs) || !any_counts(set, use->params.usage))
		return;
	for (size_t i = 0; i < n; i++) {
		if (uses[i]->is_next || !is_served(uses[i]->certs))
			continue;
		any = true;
		if (!is_anchored(set, uses, n, use->params, uses[i]->certs)) {
			tell_anchor(run, use, uses[i]->certs);
			return;
		}
	}
	if (!any && is_root(use) && !need_not_be_sent(use->params))
		diag_add(run->diags, use->pos, D_ROOT_ALONE,
		    "the root %s is pinned, which most servers do not send", use->cert->name);
}

static bool
is_of_cas(const struct certs *certs)
{
	for (size_t i = 0; i < certs->n; i++)
		if (!certs->items[i].is_ca || certs->items[i].has_key)
			return false;
	return true;
}

/* May something that is not known to be sent with a chain match a record with these parameters?
 * What was said of a CA is not said of its record again. */
static bool
matches_other(const struct dane_set *set, struct tlsa_params params,
    const struct tlsa_use *const *uses, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct certs *certs = uses[i]->certs;

		if (uses[i]->is_next || is_served(certs) ||
		    (is_of_cas(certs) && !same_params(uses[i]->params, params)))
			continue;
		if (set_has(set, params, certs))
			return true;
	}
	return false;
}

/* By another digest of what the records hold? That is for check_agility() to tell. */
static bool
differs_in_digest(const struct dane_set *set, struct tlsa_params params, const struct certs *sent)
{
	for (uint8_t matching = TLSA_FULL; matching <= TLSA_SHA2_512; matching++)
		if (set_has(set, with_matching(params, matching), sent))
			return true;
	return false;
}

/* The first file that is sent and that none of the records with these parameters matches. */
static const struct certs *
unmatched(const struct dane_set *set, struct tlsa_params params, const struct tlsa_use *const *uses,
    size_t n)
{
	const struct certs *first = NULL, *other = NULL;
	bool any = false;

	if (matches_other(set, params, uses, n))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct certs *sent = uses[i]->certs;

		if (uses[i]->is_next || !is_served(sent))
			continue;
		if (is_anchored(set, uses, n, params, sent)) {
			any = true;
			continue;
		}
		first = first ? first : sent;
		if (!other && !differs_in_digest(set, params, sent))
			other = sent;
	}
	return any ? other : first;
}

/* Records of one triple are neighbours. */
static void
check_triples(const struct dane_run *run, const struct dane_set *set,
    const struct tlsa_use *const *uses, size_t n)
{
	const struct record *records = set->set.records;

	for (size_t i = 0; i < set->set.n; i++) {
		struct tlsa_params params = dane_params(&records[i]);
		const struct certs *sent;

		if (i + 1 < set->set.n && same_params(dane_params(&records[i + 1]), params))
			continue;
		sent = params.usage <= TLSA_DANE_EE && params.matching <= TLSA_SHA2_512
			   ? unmatched(set, params, uses, n)
			   : NULL;
		if (sent)
			diag_add(run->diags, records[i].pos, D_TRIPLE,
			    "no TLSA %u %u %u of %s matches what the server sends by %s",
			    params.usage, params.selector, params.matching, set->text, sent->path);
	}
}

void
dane_check_sent(const struct dane_run *run, const struct dane_set *set,
    const struct tlsa_use *const *uses, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check_anchor(run, set, uses[i], uses, n);
		if (set->set.n > 0) {
			check_agility(run, set, uses[i]);
			check_wait(run, set, uses[i]);
		}
	}
	check_triples(run, set, uses, n);
}

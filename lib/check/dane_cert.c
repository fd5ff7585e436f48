#include "check/dane_run.h"
#include "dane/lint.h"

#include <openssl/sha.h>
#include <stdlib.h>

/* --- Names --- */

/* Is it a server's own certificate, as far as the file shows? */
static bool
is_server(const struct tlsa_use *use, const struct cert *cert)
{
	if (use->params.usage == TLSA_DANE_EE || use->params.usage == TLSA_PKIX_EE)
		return cert == use->cert;
	return !cert->is_ca || cert->has_key;
}

static void
check_name(const struct dane_run *run, const struct tlsa_use *use, const struct cert *cert,
    const struct references *names)
{
	enum problem problem = use->params.usage == TLSA_DANE_EE ? D_NAME_EE : D_NAME;
	const char *missing = lint_missing(cert, names);

	if (missing && missing == names->hosts[0])
		diag_add(run->diags, use->pos, problem, "the certificate %s is not for %s",
		    cert->name, missing);
	else if (missing)
		diag_add(run->diags, use->pos, problem,
		    "the certificate %s is neither for %s nor for %s, which leads to it",
		    cert->name, names->hosts[0], missing);
}

static void
check_names(const struct dane_run *run, const struct tlsa_use *use, const struct references *names)
{
	for (size_t i = 0; i < use->certs->n; i++)
		if (is_server(use, &use->certs->items[i]))
			check_name(run, use, &use->certs->items[i], names);
}

/* A self-signed certificate that may issue, alone in its file, is a CA's by its looks; but a CA's
 * does not name the host. */
static void
check_own(const struct dane_run *run, const struct tlsa_use *use, const struct references *names)
{
	bool as_ca = use->params.usage == TLSA_PKIX_TA || use->params.usage == TLSA_DANE_TA;

	if (as_ca && use->certs->n == 1 && use->cert->self_signed &&
	    !lint_missing(use->cert, names))
		diag_add(run->diags, use->pos, D_OWN_AS_CA,
		    "the certificate %s names %s: is it the server's own, and not a CA's?",
		    use->cert->name, names->hosts[0]);
}

/* --- What the server sends --- */

static bool
same_bytes(struct bytes a, struct bytes b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

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

static bool
holds_key(const struct certs *certs, const struct cert *cert)
{
	for (size_t i = 0; i < certs->n; i++)
		if (same_bytes(certs->items[i].spki, cert->spki))
			return true;
	return false;
}

/* The first of the uses of one owner that is in use and whose file is what the server sends. */
static const struct tlsa_use *
served_use(const struct tlsa_use *const *uses, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!uses[i]->coming && is_served(uses[i]->certs))
			return uses[i];
	return NULL;
}

static void
check_anchor(const struct dane_run *run, const struct tlsa_use *use,
    const struct tlsa_use *const *uses, size_t n)
{
	const struct tlsa_use *served = served_use(uses, n);

	if (use->params.usage != TLSA_DANE_TA || use->coming || is_served(use->certs) || !served)
		return;
	for (size_t i = 0; i < n; i++)
		if (is_served(uses[i]->certs) && holds_key(uses[i]->certs, use->cert))
			return;
	diag_add(run->diags, use->pos, D_TA_ABSENT,
	    "the CA %s is not in %s, which the server sends", use->cert->name, served->certs->path);
}

/* --- Records beside certificates --- */

static bool
matches(const struct record *record, const struct cert *cert)
{
	struct tlsa_params params = dane_params(record);
	struct bytes in = params.selector == TLSA_SPKI ? cert->spki : cert->der;
	uint8_t digest[SHA512_DIGEST_LENGTH];
	struct bytes data = {digest, 0};

	if (params.matching == TLSA_FULL)
		return same_bytes(dane_data(record), in);
	if (params.matching == TLSA_SHA2_256 && SHA256(in.data, in.len, digest))
		data.len = SHA256_DIGEST_LENGTH;
	else if (params.matching == TLSA_SHA2_512 && SHA512(in.data, in.len, digest))
		data.len = SHA512_DIGEST_LENGTH;
	return data.len > 0 && same_bytes(dane_data(record), data);
}

/* Does a record with the parameters of `like`, but this matching type, match the certificate? */
static bool
set_matches(const struct rrset *set, struct tlsa_params like, uint8_t matching,
    const struct cert *cert, size_t *n)
{
	bool match = false;

	*n = 0;
	for (size_t i = 0; i < set->n; i++) {
		struct tlsa_params params = dane_params(&set->records[i]);

		if (params.usage != like.usage || params.selector != like.selector ||
		    params.matching != matching)
			continue;
		++*n;
		match = match || matches(&set->records[i], cert);
	}
	return match;
}

/* RFC 7671 section 9: who takes the stronger digest does not look at the other. Where the numbers
 * differ, that was said already. */
static void
check_agility(const struct dane_run *run, const struct dane_set *set, const struct tlsa_use *use)
{
	size_t n_256, n_512;
	bool by_256 = set_matches(&set->set, use->params, TLSA_SHA2_256, use->cert, &n_256);
	bool by_512 = set_matches(&set->set, use->params, TLSA_SHA2_512, use->cert, &n_512);

	if (n_256 != n_512 || n_256 == 0 || by_256 == by_512)
		return;
	diag_add(run->diags, use->pos, D_AGILITY,
	    "%s is in the TLSA %u %u %d of %s, and not in the %u %u %d", use->cert->name,
	    use->params.usage, use->params.selector, by_256 ? TLSA_SHA2_256 : TLSA_SHA2_512,
	    set->text, use->params.usage, use->params.selector,
	    by_256 ? TLSA_SHA2_512 : TLSA_SHA2_256);
}

/* Does the record match something that the server sends? */
static bool
matches_now(const struct record *record, const struct tlsa_use *const *uses, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; !uses[i]->coming && j < uses[i]->certs->n; j++)
			if (matches(record, &uses[i]->certs->items[j]))
				return true;
	return false;
}

/* Records of one triple are neighbours. */
static void
check_triples(const struct dane_run *run, const struct dane_set *set,
    const struct tlsa_use *const *uses, size_t n)
{
	const struct record *records = set->set.records;
	bool match = false;

	if (!served_use(uses, n))
		return;
	for (size_t i = 0; i < set->set.n; i++) {
		struct tlsa_params params = dane_params(&records[i]);

		match = match || matches_now(&records[i], uses, n);
		if (i + 1 < set->set.n && memcmp(records[i].rdata, records[i + 1].rdata, 3) == 0)
			continue;
		if (!match && params.usage <= TLSA_DANE_EE && params.matching <= TLSA_SHA2_512)
			diag_add(run->diags, records[i].pos, D_TRIPLE,
			    "no TLSA %u %u %u of %s matches what the server sends by %s",
			    params.usage, params.selector, params.matching, set->text,
			    served_use(uses, n)->certs->path);
		match = false;
	}
}

/* RFC 7671 section 8.1: who wrote `wait` counts on it, and waits for longer. */
static void
check_wait(const struct dane_run *run, const struct dane_set *set, const struct tlsa_use *use)
{
	uint32_t ttl_s = set->set.records[0].ttl_s;

	if (use->wait_s > 0 && 2 * (uint64_t)ttl_s > use->wait_s)
		diag_add(run->diags, use->pos, D_TTL_WAIT,
		    "the TLSA records of %s have a TTL of %u s: the next certificate waits for "
		    "twice that, and not for the %u s of `wait`",
		    set->text, (unsigned)ttl_s, (unsigned)use->wait_s);
}

/* --- By owner --- */

static void
check_owner(const struct dane_run *run, const struct tlsa_use *const *uses, size_t n)
{
	struct dane_owner owner;
	struct references names;
	struct lookup_key key;
	const struct node *node;
	struct dane_set set;
	bool named = dane_owner_read(uses[0]->owner, &owner);

	if (named)
		namings_references(&run->diags->arena, &run->namings, &owner, &names);
	for (size_t i = 0; i < n && named; i++) {
		check_names(run, uses[i], &names);
		check_own(run, uses[i], &names);
		check_anchor(run, uses[i], uses, n);
	}
	if (!lookup_key_of(run->store, uses[0]->owner, &key))
		return;
	node = lookup_node(run->store, &key);
	if (!node || !(node->flags & NODE_TLSA))
		return;
	dane_set_read(run->store, node, &set);
	for (size_t i = 0; i < n; i++) {
		check_agility(run, &set, uses[i]);
		check_wait(run, &set, uses[i]);
	}
	check_triples(run, &set, uses, n);
}

static int
by_owner(const void *a, const void *b)
{
	const struct tlsa_use *x = *(const struct tlsa_use *const *)a,
			      *y = *(const struct tlsa_use *const *)b;
	uint8_t m[NAME_KEY_LONGEST], n[NAME_KEY_LONGEST];
	size_t m_len = name_key(x->owner, name_length(x->owner, NAME_LONGEST) - 1, m);
	size_t n_len = name_key(y->owner, name_length(y->owner, NAME_LONGEST) - 1, n);
	int order = memcmp(m, n, m_len < n_len ? m_len : n_len);

	if (order == 0)
		order = (m_len > n_len) - (m_len < n_len);
	return order ? order : (x->pos.at > y->pos.at) - (x->pos.at < y->pos.at);
}

void
dane_check_uses(const struct dane_run *run)
{
	const struct tlsa_use **uses;
	size_t n = 0, first = 0;

	for (const struct tlsa_use *use = run->options->uses; use; use = use->next)
		n++;
	uses = arena_alloc(&run->diags->arena, (n + 1) * sizeof(*uses));
	n = 0;
	for (const struct tlsa_use *use = run->options->uses; use; use = use->next)
		if (use->cert)
			uses[n++] = use;
	qsort(uses, n, sizeof(*uses), by_owner);
	for (size_t i = 1; i <= n; i++)
		if (i == n || !name_equal(uses[first]->owner, uses[i]->owner)) {
			check_owner(run, uses + first, i - first);
			first = i;
		}
}

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

/* A server's certificate, and for which of the services it has no name: what lint_missing says. */
struct server {
	const struct tlsa_use *use;
	const struct cert *cert;
	const char **missing;
	bool any; /* it is for one of them */
};

/* The uses of one owner, and the services whose records they make. */
struct owner {
	const struct tlsa_use *const *uses;
	size_t n;
	const struct references *names; /* by which clients know each service */
	size_t n_services;
	struct server *servers;
	size_t n_servers;
};

static void
add_server(const struct dane_run *run, struct owner *owner, const struct tlsa_use *use,
    const struct cert *cert)
{
	struct server *server = &owner->servers[owner->n_servers++];

	*server = (struct server){.use = use, .cert = cert};
	server->missing = arena_alloc(run->a, owner->n_services * sizeof(*server->missing));
	for (size_t i = 0; i < owner->n_services; i++) {
		server->missing[i] = lint_missing(cert, &owner->names[i]);
		server->any = server->any || !server->missing[i];
	}
}

static void
find_servers(const struct dane_run *run, struct owner *owner)
{
	size_t most = 0;

	for (size_t i = 0; i < owner->n; i++)
		most += owner->uses[i]->certs->n;
	owner->servers = arena_alloc(run->a, (most + 1) * sizeof(*owner->servers));
	for (size_t i = 0; i < owner->n; i++)
		for (size_t j = 0; j < owner->uses[i]->certs->n; j++) {
			const struct cert *cert = &owner->uses[i]->certs->items[j];

			if (is_server(owner->uses[i], cert))
				add_server(run, owner, owner->uses[i], cert);
		}
}

static enum problem
name_problem(const struct tlsa_use *use)
{
	return use->params.usage == TLSA_DANE_EE ? D_NAME_EE : D_NAME;
}

/* Do both serve one service: is `a`, which is to come, perhaps for the server that has `b` now? */
static bool
may_replace(const struct owner *owner, const struct server *a, const struct server *b)
{
	for (size_t i = 0; i < owner->n_services; i++)
		if (!a->missing[i] && !b->missing[i])
			return true;
	return false;
}

/* Has the service a certificate of another server? */
static bool
has_other(const struct owner *owner, const struct server *but, size_t service)
{
	for (size_t i = 0; i < owner->n_servers; i++) {
		const struct server *other = &owner->servers[i];

		if (other->cert != but->cert && !other->use->coming && !other->missing[service] &&
		    name_problem(other->use) == name_problem(but->use) &&
		    !(but->use->coming && may_replace(owner, but, other)))
			return true;
	}
	return false;
}

static void
tell_name(const struct dane_run *run, const struct server *server, const struct references *names,
    const char *missing)
{
	if (missing == names->hosts[0])
		diag_add(run->diags, server->use->pos, name_problem(server->use),
		    "the certificate %s is not for %s", server->cert->name, missing);
	else
		diag_add(run->diags, server->use->pos, name_problem(server->use),
		    "the certificate %s is neither for %s nor for %s, which leads to it",
		    server->cert->name, names->hosts[0], missing);
}

/* Several servers may share the records: then each service needs one certificate, and each
 * certificate must be for one service. */
static void
check_server(const struct dane_run *run, const struct owner *owner, const struct server *server)
{
	bool told = false;

	for (size_t i = 0; i < owner->n_services; i++)
		if (server->missing[i] && !has_other(owner, server, i)) {
			tell_name(run, server, &owner->names[i], server->missing[i]);
			told = true;
		}
	if (!server->any && !told)
		tell_name(run, server, &owner->names[0], server->missing[0]);
}

/* A self-signed certificate that may issue, alone in its file, is a CA's by its looks; but a CA's
 * does not name the host. */
static void
check_own(const struct dane_run *run, const struct tlsa_use *use, const struct owner *owner)
{
	bool as_ca = use->params.usage == TLSA_PKIX_TA || use->params.usage == TLSA_DANE_TA;

	if (!as_ca || use->certs->n != 1 || !use->cert->self_signed)
		return;
	for (size_t i = 0; i < owner->n_services; i++)
		if (!lint_missing(use->cert, &owner->names[i])) {
			diag_add(run->diags, use->pos, D_OWN_AS_CA,
			    "the certificate %s names %s: is it the server's own, and not a CA's?",
			    use->cert->name, owner->names[i].hosts[0]);
			return;
		}
}

static void
check_names(const struct dane_run *run, struct owner *owner)
{
	size_t n;
	const struct dane_service *services = dane_services(run, run->a, owner->uses[0]->owner, &n);
	struct references *names = arena_alloc(run->a, (n + 1) * sizeof(*names));

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		namings_references(run->a, &run->namings, &services[i].owner, &names[i]);
	owner->names = names;
	owner->n_services = n;
	find_servers(run, owner);
	for (size_t i = 0; i < owner->n_servers; i++)
		check_server(run, owner, &owner->servers[i]);
	for (size_t i = 0; i < owner->n; i++)
		check_own(run, owner->uses[i], owner);
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
	struct owner owner = {.uses = uses, .n = n};
	struct lookup_key key;
	const struct node *node;
	struct dane_set set;

	check_names(run, &owner);
	for (size_t i = 0; i < n; i++)
		check_anchor(run, uses[i], uses, n);
	if (!lookup_key_of(run->store, uses[0]->owner, &key))
		return;
	node = lookup_node(run->store, &key);
	if (!node || !(node->flags & NODE_TLSA))
		return;
	dane_set_read(run, node, &set);
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
			struct arena_mark mark = arena_mark(run->a);

			check_owner(run, uses + first, i - first);
			arena_reset(run->a, mark);
			first = i;
		}
}

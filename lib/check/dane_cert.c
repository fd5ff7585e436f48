#include "check/dane_part.h"
#include "dane/lint.h"

#include <openssl/x509.h>
#include <stdlib.h>

/* --- Names --- */

/* A server's certificate, and the services that it is for, or has no name for. */
struct server {
	const struct tlsa_use *use;
	const struct cert *cert;
	const char **missing; /* by service, what lint_missing says */
	bool *named;          /* it has a name, and records of its usage count there */
	bool any;             /* it is for one of them, or its records count for none */
};

/* The uses of one owner, and the services whose records they make. */
struct owner {
	const struct tlsa_use *const *uses;
	size_t n;
	const struct dane_service *services;
	const struct references *names; /* by which clients know each of them */
	size_t n_services;
	struct server *servers;
	size_t n_servers;
};

static void
add_server(const struct dane_run *run, struct owner *owner, const struct tlsa_use *use,
    const struct cert *cert)
{
	enum { NAMES_COST = 8 };
	struct server *server = &owner->servers[owner->n_servers];
	X509 *x509;

	if (!account_take(&run->diags->account, LIMIT_WORK, NAMES_COST * owner->n_services)) {
		diag_over(run->diags, use->pos);
		return;
	}
	owner->n_servers++;
	x509 = cert_decode(cert->der);
	*server = (struct server){.use = use, .cert = cert};
	server->missing = arena_zalloc(run->a, owner->n_services * sizeof(*server->missing));
	server->named = arena_zalloc(run->a, owner->n_services * sizeof(*server->named));
	server->any = true;
	for (size_t i = 0; i < owner->n_services; i++) {
		if (!dane_service_counts(&owner->services[i], use->params.usage))
			continue;
		server->missing[i] = lint_missing(x509, &owner->names[i]);
		server->named[i] = !server->missing[i];
		server->any = false;
	}
	for (size_t i = 0; i < owner->n_services; i++)
		server->any = server->any || server->named[i];
	X509_free(x509);
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

			if (lint_is_server(owner->uses[i], cert))
				add_server(run, owner, owner->uses[i], cert);
		}
}

/* Do both serve one service: is `a`, which is to come, perhaps for the server that has `b` now? */
static bool
may_replace(const struct owner *owner, const struct server *a, const struct server *b)
{
	for (size_t i = 0; i < owner->n_services; i++)
		if (a->named[i] && b->named[i])
			return true;
	return false;
}

/* Has the service a certificate of another server? */
static bool
has_other(const struct owner *owner, const struct server *but, size_t service)
{
	for (size_t i = 0; i < owner->n_servers; i++) {
		const struct server *other = &owner->servers[i];

		if (other->cert != but->cert && !other->use->is_next && other->named[service] &&
		    !(but->use->is_next && may_replace(owner, but, other)))
			return true;
	}
	return false;
}

static void
tell_name(const struct dane_run *run, const struct server *server, const struct references *names,
    const char *missing)
{
	if (missing == names->hosts[0])
		lint_tell_name(run->diags, server->use, server->cert, missing);
	else
		diag_add(run->diags, server->use->pos, lint_name_problem(server->use),
		    "the certificate %s is neither for %s nor for %s, which leads to it",
		    server->cert->name, names->hosts[0], missing);
}

/* Several servers may share the records: then each service needs one certificate, and each
 * certificate must be for one service. */
static void
check_server(const struct dane_run *run, const struct owner *owner, const struct server *server)
{
	bool told = server->any;

	for (size_t i = 0; i < owner->n_services; i++)
		if (server->missing[i] && !has_other(owner, server, i)) {
			tell_name(run, server, &owner->names[i], server->missing[i]);
			told = true;
		}
	for (size_t i = 0; i < owner->n_services && !told; i++)
		if (server->missing[i]) {
			tell_name(run, server, &owner->names[i], server->missing[i]);
			told = true;
		}
}

/* A self-signed certificate that may issue, alone in its file, is a CA's by its looks; but a CA's
 * does not name the host. */
static void
check_own(const struct dane_run *run, const struct tlsa_use *use, const struct owner *owner)
{
	bool as_ca = use->params.usage == TLSA_PKIX_TA || use->params.usage == TLSA_DANE_TA;
	X509 *x509;

	if (!as_ca || use->certs->n != 1 || !use->cert->self_signed)
		return;
	x509 = cert_decode(use->cert->der);
	for (size_t i = 0; i < owner->n_services; i++)
		if (!lint_missing(x509, &owner->names[i])) {
			diag_add(run->diags, use->pos, D_OWN_AS_CA,
			    "the certificate %s names %s: is it the server's own, and not a CA's?",
			    use->cert->name, owner->names[i].hosts[0]);
			break;
		}
	X509_free(x509);
}

static void
check_names(const struct dane_run *run, struct owner *owner)
{
	size_t n;
	const struct dane_service *services =
	    dane_services_of(&run->services, run->a, owner->uses[0]->owner, &n);
	struct references *names = arena_alloc(run->a, (n + 1) * sizeof(*names));

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		namings_references(run->a, &run->services.namings, &services[i].owner, &names[i]);
	owner->services = services;
	owner->names = names;
	owner->n_services = n;
	find_servers(run, owner);
	for (size_t i = 0; i < owner->n_servers; i++)
		check_server(run, owner, &owner->servers[i]);
	for (size_t i = 0; i < owner->n; i++)
		check_own(run, owner->uses[i], owner);
}

/* --- By owner --- */

/* Each use is looked at in the light of the others. */
static int
charge(const struct dane_run *run, const struct tlsa_use *const *uses, size_t n)
{
	enum { NEARBY = 8 };

	for (size_t i = 0; i < n; i++)
		if (certs_charge(run->diags, uses[i]->pos, uses[i]->certs, 1 + n / NEARBY) < 0)
			return -1;
	return 0;
}

static void
check_owner(const struct dane_run *run, const struct tlsa_use *const *uses, size_t n)
{
	struct owner owner = {.uses = uses, .n = n};
	struct dane_set set = {.set.n = 0};
	struct lookup_key key;
	const struct node *node;

	if (charge(run, uses, n) < 0)
		return;
	check_names(run, &owner);
	node =
	    lookup_key_of(run->store, uses[0]->owner, &key) ? lookup_node(run->store, &key) : NULL;
	if (node && (node->flags & NODE_TLSA))
		dane_set_read(run, node, &set);
	dane_check_sent(run, &set, uses, n);
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

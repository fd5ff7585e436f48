#include "check/prove.h"

#include "base/mem.h"
#include "dane/prove.h"
#include "dane/service.h"
#include "dane/verdict.h"
#include "zone/lookup.h"

#include <stdlib.h>

struct run {
	const struct store *store;
	struct diags *diags;
	struct prover *prover;
	struct dane_services services;
	struct arena a;
};

struct row {
	const struct tlsa_use *use;
	struct lookup_key key; /* of its owner */
};

static int
keys_compare(const struct lookup_key *a, const struct lookup_key *b)
{
	int order = memcmp(a->octets, b->octets, a->len < b->len ? a->len : b->len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* By owner, and then as in the template. */
static int
rows_compare(const void *a, const void *b)
{
	const struct row *m = a, *n = b;
	int order = keys_compare(&m->key, &n->key);

	return order ? order
		     : (m->use->pos.at > n->use->pos.at) - (m->use->pos.at < n->use->pos.at);
}

/* --- One owner --- */

/* A service whose records they are. */
struct service {
	const char *text; /* _25._tcp.mail.example.org */
	struct references names;
	unsigned port; /* of TCP; 0: another, or any */
	bool refused;  /* no certificate was accepted yet by the records in question */
};

struct owner {
	struct run *run;
	const struct row *rows; /* all that are its */
	size_t n_rows;
	struct service *services;
	size_t n_services;
	struct rrset rrset;
	bool any_chain;
};

/* A server's own certificate, in the first file that holds it. */
struct leaf {
	const struct tlsa_use *use;
	size_t at;
	bool accepted; /* by a service, by the records in question */
};

static struct tlsa_params
params_of(const struct record *record)
{
	return (struct tlsa_params){record->rdata[0], record->rdata[1], record->rdata[2]};
}

static bool
same_params(struct tlsa_params a, struct tlsa_params b)
{
	return a.usage == b.usage && a.selector == b.selector && a.matching == b.matching;
}

/* Where the file holds the certificate; its `n` if it does not. */
static size_t
find_cert(const struct certs *certs, const struct cert *sought)
{
	size_t i = 0;

	while (i < certs->n &&
	       (certs->items[i].der.len != sought->der.len ||
		   memcmp(certs->items[i].der.data, sought->der.data, sought->der.len) != 0))
		i++;
	return i;
}

/* The records of one usage, selector and matching type. */
struct triple {
	struct tlsa_params params;
	const struct bytes *rdata;
	size_t n;
	const struct cert *const *trusted; /* CAs that usage 0 pins: clients have them */
	size_t n_trusted;
};

static void
set_trusted(struct owner *owner, struct triple *triple)
{
	const struct cert **trusted =
	    arena_alloc(&owner->run->a, owner->n_rows * sizeof(const struct cert *));

	for (size_t i = 0; i < owner->n_rows; i++)
		if (owner->rows[i].use->params.usage == TLSA_PKIX_TA && owner->rows[i].use->cert)
			trusted[triple->n_trusted++] = owner->rows[i].use->cert;
	triple->trusted = trusted;
}

static struct triple
triple_of(struct owner *owner, struct tlsa_params params)
{
	struct bytes *rdata = arena_alloc(&owner->run->a, (owner->rrset.n + 1) * sizeof(*rdata));
	struct triple triple = {.params = params, .rdata = rdata};

	for (size_t i = 0; i < owner->rrset.n; i++)
		if (same_params(params_of(&owner->rrset.records[i]), params))
			rdata[triple.n++] = record_rdata(&owner->rrset.records[i]);
	if (params.usage == TLSA_PKIX_TA)
		set_trusted(owner, &triple);
	return triple;
}

/* How much longer a proof takes than a look at the chain. */
enum { PROOF_COST = 8 };

/* Of several files that hold the server's certificate, the server may present any: one has to do.
 * The verdict is that of the first, where none does. */
static int
judge(const struct owner *owner, const struct leaf *leaf, const struct references *names,
    const struct triple *triple, struct verdict *out)
{
	struct proved server = {leaf->use->certs, leaf->at, triple->trusted, triple->n_trusted};
	const struct cert *cert = &leaf->use->certs->items[leaf->at];
	struct prover *prover = owner->run->prover;
	int done;

	if (certs_charge(owner->run->diags, leaf->use->pos, leaf->use->certs, PROOF_COST) < 0)
		return -1;
	done = prove_chain(prover, &server, names, triple->rdata, triple->n, out);

	for (size_t i = 0; i < owner->n_rows && done == 0 && out->why != VERDICT_MATCH; i++) {
		const struct tlsa_use *other = owner->rows[i].use;
		struct verdict verdict;

		server.certs = other->certs;
		server.leaf = find_cert(other->certs, cert);
		if (other->certs == leaf->use->certs || other->is_next != leaf->use->is_next ||
		    server.leaf == other->certs->n)
			continue;
		done = prove_chain(prover, &server, names, triple->rdata, triple->n, &verdict);
		if (done == 0 && verdict.why == VERDICT_MATCH)
			*out = verdict;
	}
	return done;
}

static int
tell(struct owner *owner, const struct leaf *leaf, const struct triple *triple,
    const struct service *service, const struct verdict *verdict)
{
	const struct tlsa_use *use = leaf->use;

	return diag_error(owner->run->diags, use->pos, D_UNPROVEN,
	    "with the record%s %u %u %u of %s a client would refuse the chain of %s%s: %s",
	    triple->n > 1 ? "s" : "", triple->params.usage, triple->params.selector,
	    triple->params.matching, service->text, use->certs->items[leaf->at].name,
	    use->is_next ? ", which is to come" : "", verdict->text);
}

/* Where the account of the zone is over, that was said. */
static int
fail(const struct owner *owner, struct pos pos)
{
	struct diags *diags = owner->run->diags;

	return diags->account.is_over ? -1
				      : diag_error(diags, pos, F_SYSTEM, "OpenSSL fails to verify");
}

/* A certificate is for one at least of the services that share the records. */
static int
prove_leaf(struct owner *owner, struct leaf *leaf, const struct triple *triple)
{
	struct verdict verdict, first;
	const struct service *refused = NULL;

	leaf->accepted = false;
	for (size_t i = 0; i < owner->n_services; i++) {
		struct service *service = &owner->services[i];

		if (!verdict_counts(service->port, triple->params.usage))
			continue;
		if (judge(owner, leaf, &service->names, triple, &verdict) < 0)
			return fail(owner, leaf->use->pos);
		if (verdict.why == VERDICT_MATCH) {
			leaf->accepted = true;
			service->refused = false;
		} else if (!refused) {
			refused = service;
			first = verdict;
		}
	}
	return !refused || leaf->accepted ? 0 : tell(owner, leaf, triple, refused, &first);
}

/* And each service has a certificate. Where none of the leaves is for any, that was said. */
static int
prove_services(
    struct owner *owner, const struct leaf *leaves, size_t n, const struct triple *triple)
{
	struct verdict verdict;
	size_t first = 0;
	int result = 0;

	while (first < n && !leaves[first].accepted)
		first++;
	for (size_t i = 0; i < owner->n_services && first < n; i++) {
		const struct service *service = &owner->services[i];

		if (!service->refused || !verdict_counts(service->port, triple->params.usage))
			continue;
		if (judge(owner, &leaves[first], &service->names, triple, &verdict) == 0)
			result = tell(owner, &leaves[first], triple, service, &verdict);
	}
	return result;
}

static int
prove_triple(struct owner *owner, struct leaf *leaves, size_t n, struct tlsa_params params)
{
	struct triple triple = triple_of(owner, params);
	int result = 0;

	for (size_t i = 0; i < owner->n_services; i++)
		owner->services[i].refused = true;
	for (size_t i = 0; i < n; i++)
		if (prove_leaf(owner, &leaves[i], &triple) < 0)
			result = -1;
	return prove_services(owner, leaves, n, &triple) < 0 ? -1 : result;
}

/* The chains that are in use, by each of the parameters: RDATA is sorted. */
static int
prove_now(struct owner *owner, struct leaf *leaves, size_t n)
{
	const struct record *records = owner->rrset.records;
	int result = 0;

	for (size_t i = 0; i < owner->rrset.n; i++)
		if ((i == 0 || !same_params(params_of(&records[i]), params_of(&records[i - 1]))) &&
		    prove_triple(owner, leaves, n, params_of(&records[i])) < 0)
			result = -1;
	return result;
}

/* A chain to come need not be known to the records of other directives yet. */
static int
prove_next(struct owner *owner, struct leaf *leaves, size_t n)
{
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		struct triple triple = triple_of(owner, leaves[i].use->params);

		if (prove_leaf(owner, &leaves[i], &triple) < 0)
			result = -1;
	}
	return result;
}

/* Is it a certificate that a server may present as its own? In a file that pins a CA, a CA's is
 * none, unless the file has its private key. */
static bool
is_leaf(const struct tlsa_use *use, size_t i)
{
	const struct cert *cert = &use->certs->items[i];
	bool pins_servers = use->params.usage == TLSA_PKIX_EE || use->params.usage == TLSA_DANE_EE;

	return pick_may_be_end(use->certs, i) && (pins_servers || cert->has_key || !cert->is_ca);
}

/* Was the certificate met before, and judged by what it is judged by here? */
static bool
stands_before(const struct owner *owner, size_t row, const struct cert *cert)
{
	const struct tlsa_use *use = owner->rows[row].use;

	for (size_t i = 0; i < row; i++) {
		const struct tlsa_use *other = owner->rows[i].use;
		size_t at = find_cert(other->certs, cert);

		if (other->is_next == use->is_next &&
		    (!use->is_next || same_params(other->params, use->params)) &&
		    at < other->certs->n && is_leaf(other, at))
			return true;
	}
	return false;
}

/* The certificates of servers. Files of CAs alone are no chain; a file of several servers'
 * certificates holds one for each. */
static struct leaf *
leaves_find(struct owner *owner, bool is_next, size_t *n)
{
	struct leaf *leaves;
	size_t most = 0;

	*n = 0;
	for (size_t row = 0; row < owner->n_rows; row++)
		most += owner->rows[row].use->certs->n;
	leaves = arena_alloc(&owner->run->a, (most + 1) * sizeof(*leaves));
	for (size_t row = 0; row < owner->n_rows; row++) {
		const struct tlsa_use *use = owner->rows[row].use;

		for (size_t i = 0; i < use->certs->n; i++) {
			if (!is_leaf(use, i))
				continue;
			owner->any_chain = true;
			if (use->is_next == is_next &&
			    !stands_before(owner, row, &use->certs->items[i]))
				leaves[(*n)++] = (struct leaf){.use = use, .at = i};
		}
	}
	return leaves;
}

/* Services whose records cannot be used at all are errors, and are left out. */
static int
check_usable(struct owner *owner)
{
	const struct rrset *rrset = &owner->rrset;
	size_t kept = 0;
	int result = 0;

	for (size_t i = 0; i < owner->n_services; i++) {
		const struct service *service = &owner->services[i];
		size_t r = 0;

		while (r < rrset->n && !verdict_counts(service->port, rrset->records[r].rdata[0]))
			r++;
		if (r < rrset->n || rrset->n == 0)
			owner->services[kept++] = *service;
		else
			result = diag_error(owner->run->diags, owner->rows[0].use->pos, D_UNUSABLE,
			    "nothing can be proved of %s: %s", service->text, verdict_none_counts);
	}
	owner->n_services = kept;
	return result;
}

/* A set that no alias of this zone leads to is for those of others: their names are not known. */
static void
find_services(struct owner *owner, const uint8_t *wire)
{
	struct run *run = owner->run;
	size_t n;
	const struct dane_service *services = dane_services_of(&run->services, &run->a, wire, &n);

	owner->services = arena_zalloc(&run->a, (n + 1) * sizeof(*owner->services));
	owner->n_services = n > 0 ? n : 1;
	owner->services[0].text = lookup_text(run->store, wire);
	for (size_t i = 0; i < n; i++) {
		const struct dane_owner *at = &services[i].owner;
		struct service *service = &owner->services[i];

		service->text = lookup_text(run->store, at->wire);
		service->port = at->tcp ? at->port : 0;
		namings_references(&run->a, &run->services.namings, at, &service->names);
	}
}

static int
prove_owner(struct run *run, const struct row *rows, size_t n)
{
	const struct node *node = lookup_node(run->store, &rows[0].key);
	struct owner owner = {.run = run, .rows = rows, .n_rows = n};
	struct leaf *now, *next;
	size_t n_now, n_next;
	int result;

	if (node)
		owner.rrset = node_rrset(run->store, node, TYPE_TLSA);
	find_services(&owner, rows[0].use->owner);
	result = check_usable(&owner);
	if (owner.n_services == 0)
		return result;
	now = leaves_find(&owner, false, &n_now);
	next = leaves_find(&owner, true, &n_next);
	if (prove_now(&owner, now, n_now) < 0)
		result = -1;
	if (prove_next(&owner, next, n_next) < 0)
		result = -1;
	if (!owner.any_chain)
		return diag_error(run->diags, rows[0].use->pos, D_NO_PROOF,
		    "no source of %s holds the server's own certificate, so nothing can be proved",
		    lookup_text(run->store, rows[0].use->owner));
	return result;
}

static struct row *
rows_make(const struct store *store, const struct tlsa_use *uses, size_t *n)
{
	struct row *rows = NULL;
	size_t cap = 0;

	*n = 0;
	for (const struct tlsa_use *use = uses; use; use = use->next) {
		rows = mem_grow(rows, *n, &cap, sizeof(*rows));
		rows[*n].use = use;
		if (lookup_key_of(store, use->owner, &rows[*n].key))
			++*n;
	}
	qsort(rows, *n, sizeof(*rows), rows_compare);
	return rows;
}

int
prove_zone(const struct store *store, const struct tlsa_use *uses, int64_t now_unix)
{
	struct run run = {.store = store, .diags = store->diags};
	struct row *rows;
	size_t n, end;
	int result = 0;

	if (!uses)
		return 0;
	run.prover = prover_begin(now_unix);
	if (!run.prover)
		return diag_error(run.diags, uses->pos, F_SYSTEM, "OpenSSL fails to verify");
	dane_services_begin(&run.services, store);
	rows = rows_make(store, uses, &n);
	for (size_t i = 0; i < n; i = end) {
		struct arena_mark mark = arena_mark(&run.a);

		for (end = i + 1; end < n && keys_compare(&rows[i].key, &rows[end].key) == 0;)
			end++;
		if (prove_owner(&run, rows + i, end - i) < 0)
			result = -1;
		arena_reset(&run.a, mark);
	}
	free(rows);
	arena_free(&run.a);
	dane_services_end(&run.services);
	prover_end(run.prover);
	return result;
}

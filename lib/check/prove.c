#include "check/prove.h"

#include "base/mem.h"
#include "dane/prove.h"
#include "zone/lookup.h"

#include <stdlib.h>

struct run {
	const struct store *store;
	struct diags *diags;
	struct prover *prover;
	struct namings namings;
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

struct owner {
	struct run *run;
	const struct row *rows; /* all that are its */
	size_t n_rows;
	const char *text; /* _25._tcp.mail.example.org */
	struct references names;
	unsigned port; /* of TCP; 0: another, or any */
	struct rrset rrset;
	bool any_chain;
};

/* A server's own certificate, in the first file that holds it. */
struct leaf {
	const struct tlsa_use *use;
	size_t at;
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

/* Of several files that hold the server's certificate, the server may present any: one has to do.
 * The verdict is that of the first, where none does. */
static int
judge(const struct owner *owner, const struct leaf *leaf, const struct bytes *rdata, size_t n,
    struct verdict *out)
{
	const struct cert *cert = &leaf->use->certs->items[leaf->at];
	struct prover *prover = owner->run->prover;
	int done = prove_chain(prover, leaf->use->certs, leaf->at, &owner->names, rdata, n, out);

	for (size_t i = 0; i < owner->n_rows && done == 0 && out->why != VERDICT_MATCH; i++) {
		const struct tlsa_use *other = owner->rows[i].use;
		size_t at = find_cert(other->certs, cert);
		struct verdict verdict;

		if (other->certs == leaf->use->certs || other->coming != leaf->use->coming ||
		    at == other->certs->n)
			continue;
		done = prove_chain(prover, other->certs, at, &owner->names, rdata, n, &verdict);
		if (done == 0 && verdict.why == VERDICT_MATCH)
			*out = verdict;
	}
	return done;
}

/* Judges the chain by the records of one usage, selector and matching type. */
static int
prove_params(struct owner *owner, const struct leaf *leaf, struct tlsa_params params)
{
	const struct tlsa_use *use = leaf->use;
	struct run *run = owner->run;
	struct bytes *rdata = arena_alloc(&run->a, owner->rrset.n * sizeof(*rdata));
	struct verdict verdict;
	size_t n = 0;

	for (size_t i = 0; i < owner->rrset.n; i++)
		if (same_params(params_of(&owner->rrset.records[i]), params))
			rdata[n++] = record_rdata(&owner->rrset.records[i]);
	if (judge(owner, leaf, rdata, n, &verdict) < 0)
		return diag_error(run->diags, use->pos, F_SYSTEM, "OpenSSL fails to verify");
	if (verdict.why == VERDICT_MATCH)
		return 0;
	return diag_error(run->diags, use->pos, D_UNPROVEN,
	    "with the record%s %u %u %u of %s a client would refuse the chain of %s%s: %s",
	    n > 1 ? "s" : "", params.usage, params.selector, params.matching, owner->text,
	    use->certs->items[leaf->at].name, use->coming ? ", which is to come" : "",
	    verdict.text);
}

/* A chain to come need not be known to the records of other directives yet. */
static int
prove_leaf(struct owner *owner, const struct leaf *leaf)
{
	const struct record *records = owner->rrset.records;
	int result = 0;

	if (leaf->use->coming)
		return verdict_counts(owner->port, leaf->use->params.usage)
			   ? prove_params(owner, leaf, leaf->use->params)
			   : 0;
	for (size_t i = 0; i < owner->rrset.n; i++) {
		struct tlsa_params params = params_of(&records[i]);

		if (i > 0 && same_params(params, params_of(&records[i - 1])))
			continue; /* RDATA is sorted */
		if (!verdict_counts(owner->port, params.usage))
			continue;
		if (prove_params(owner, leaf, params) < 0)
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

		if (other->coming == use->coming &&
		    (!use->coming || same_params(other->params, use->params)) &&
		    at < other->certs->n && is_leaf(other, at))
			return true;
	}
	return false;
}

/* Files of CAs alone are no chain; a file of several servers' certificates holds one for each. */
static int
prove_row(struct owner *owner, size_t row)
{
	const struct tlsa_use *use = owner->rows[row].use;
	int result = 0;

	for (size_t i = 0; i < use->certs->n; i++) {
		const struct leaf leaf = {use, i};

		if (!is_leaf(use, i))
			continue;
		owner->any_chain = true;
		if (!stands_before(owner, row, &use->certs->items[i]) &&
		    prove_leaf(owner, &leaf) < 0)
			result = -1;
	}
	return result;
}

static bool
any_counts(const struct owner *owner)
{
	for (size_t i = 0; i < owner->rrset.n; i++)
		if (verdict_counts(owner->port, owner->rrset.records[i].rdata[0]))
			return true;
	return false;
}

static int
prove_owner(struct run *run, const struct row *rows, size_t n)
{
	const uint8_t *wire = rows[0].use->owner;
	const struct node *node = lookup_node(run->store, &rows[0].key);
	struct owner owner = {
	    .run = run, .rows = rows, .n_rows = n, .text = lookup_text(run->store, wire)};
	struct dane_owner parts;
	int result = 0;

	if (node)
		owner.rrset = node_rrset(run->store, node, TYPE_TLSA);
	if (!dane_owner_read(wire, &parts))
		return 0;
	owner.port = parts.tcp ? parts.port : 0;
	namings_references(&run->a, &run->namings, &parts, &owner.names);
	if (owner.rrset.n > 0 && !any_counts(&owner))
		return diag_error(run->diags, rows[0].use->pos, D_UNUSABLE,
		    "nothing can be proved of %s: %s", owner.text, verdict_none_counts);
	for (size_t i = 0; i < n; i++)
		if (prove_row(&owner, i) < 0)
			result = -1;
	if (!owner.any_chain)
		return diag_error(run->diags, rows[0].use->pos, D_NO_PROOF,
		    "no source of %s holds the server's own certificate, so nothing can be proved",
		    owner.text);
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
	namings_add(&run.namings, store);
	namings_sort(&run.namings);
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
	namings_end(&run.namings);
	prover_end(run.prover);
	return result;
}

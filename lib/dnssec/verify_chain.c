/* The NSEC3 chains of a zone: which there are, and the record at a hash. Each NSEC3PARAM record
 * announces one (RFC 5155 sections 4 and 7.3); further records are of chains that are being built
 * or removed (sections 10.4 and 10.5). */
#include "dnssec/verify_part.h"

#include "base/codec.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
	HASH_SHA1 = 1,
	HASH_DIGITS = 32, /* base32hex */
	INDEX_BITS_MOST = 24,
	ITERATIONS_MOST = 500, /* resolvers may answer SERVFAIL to more: RFC 9276 section 3.2 */
};

static int
nsec3_split(struct bytes rdata, bool param, struct nsec3_fields *out)
{
	const uint8_t *p = rdata.data;
	size_t at = 5;

	if (rdata.len < at || rdata.len < at + p[4])
		return -1;
	*out = (struct nsec3_fields){.algorithm = p[0],
	    .flags = p[1],
	    .iterations = read_u16(p + 2),
	    .salt = {p + at, p[4]}};
	at += p[4];
	if (param)
		return rdata.len == at ? 0 : -1;
	if (rdata.len < at + 1 || rdata.len < at + 1 + p[at])
		return -1;
	out->next = (struct bytes){p + at + 1, p[at]};
	at += 1 + out->next.len;
	out->bitmap = (struct bytes){p + at, rdata.len - at};
	return 0;
}

void
nsec3_fields_of(const struct record *record, struct nsec3_fields *out)
{
	if (nsec3_split(record_rdata(record), record->type == TYPE_NSEC3PARAM, out) < 0)
		*out = (struct nsec3_fields){0};
}

bool
nsec3_owner_hash(const struct node *node, uint8_t hash[NSEC3_HASH_LEN])
{
	const uint8_t *wire = node->key + node->key_len;

	return node->wire_len == 1 + HASH_DIGITS && wire[0] == HASH_DIGITS &&
	       base32hex_decode((struct text){(const char *)wire + 1, HASH_DIGITS}, hash) ==
		   NSEC3_HASH_LEN;
}

/* --- Which there are --- */

static bool
is_of_chain(const struct verify_chain *chain, const struct nsec3_fields *nsec3)
{
	const struct nsec3_fields *params = &chain->params;

	return nsec3->algorithm == params->algorithm && nsec3->iterations == params->iterations &&
	       nsec3->salt.len == params->salt.len &&
	       memcmp(nsec3->salt.data, params->salt.data, params->salt.len) == 0;
}

struct verify_chain *
chain_of(struct verify_run *run, const struct nsec3_fields *nsec3)
{
	for (size_t i = 0; i < run->n_chains; i++)
		if (is_of_chain(&run->chains[i], nsec3))
			return &run->chains[i];
	return NULL;
}

/* Returns NULL where there are too many already. */
static struct verify_chain *
chain_new(struct verify_run *run, const struct nsec3_fields *params, struct pos pos)
{
	struct verify_chain *chain = &run->chains[run->n_chains];

	if (run->n_chains == VERIFY_CHAINS_MOST)
		return NULL;
	run->n_chains++;
	*chain = (struct verify_chain){
	    .params = *params, .pos = pos, .dear = params->iterations > ITERATIONS_MOST};
	return chain;
}

/* RFC 5155 section 4.1.2: others are ignored, and so announce nothing. */
static bool
is_usable(const struct nsec3_fields *param)
{
	return param->flags == 0 && param->algorithm == HASH_SHA1;
}

static void
tell_unusable(const struct verify_run *run, const struct record *record)
{
	struct nsec3_fields param;

	nsec3_fields_of(record, &param);
	if (param.flags != 0)
		diag_add(run->diags, record->pos, S_NSEC3PARAM,
		    "the flags of NSEC3PARAM are %u, not 0", param.flags);
	if (param.algorithm != HASH_SHA1)
		diag_add(run->diags, record->pos, S_NSEC3PARAM,
		    "the hash algorithm of NSEC3PARAM is %u, not 1 (SHA-1)", param.algorithm);
}

/* Beside one that is good, an NSEC3PARAM record of other flags is one that is ignored: some signers
 * note there what they are about to do. Alone it leaves the zone without denial. */
static void
take_announced(struct verify_run *run, const struct rrset *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct nsec3_fields param;
		struct verify_chain *chain;

		nsec3_fields_of(&set->records[i], &param);
		if (!is_usable(&param) || chain_of(run, &param))
			continue;
		chain = chain_new(run, &param, set->records[i].pos);
		if (chain)
			chain->announced = true;
	}
	for (size_t i = 0; i < set->n && run->n_chains == 0; i++)
		tell_unusable(run, &set->records[i]);
	run->n_announced = run->n_chains;
}

static void
chain_add(struct verify_chain *chain, const struct verify_nsec3 *nsec3)
{
	chain->items = mem_grow(chain->items, chain->n, &chain->cap, sizeof(*chain->items));
	chain->items[chain->n++] = *nsec3;
}

/* Records of one chain at one owner are a fault of their own: the first counts. */
static bool
is_taken(const struct verify_chain *chain, uint32_t node)
{
	return chain->n > 0 && chain->items[chain->n - 1].node == node;
}

static void
take_node(struct verify_run *run, uint32_t i)
{
	const struct node *node = &run->store->nodes[i];
	struct verify_nsec3 nsec3 = {.node = i};
	struct rrset set;

	if (!nsec3_owner_hash(node, nsec3.hash))
		return;
	set = node_rrset(run->store, node, TYPE_NSEC3);
	for (size_t r = 0; r < set.n; r++) {
		struct nsec3_fields fields;
		struct verify_chain *chain;

		nsec3_fields_of(&set.records[r], &fields);
		if (fields.algorithm != HASH_SHA1)
			continue;
		chain = chain_of(run, &fields);
		if (!chain)
			chain = chain_new(run, &fields, set.records[r].pos);
		if (!chain || is_taken(chain, i))
			continue;
		nsec3.record = (uint32_t)(&set.records[r] - node_records(run->store, node));
		chain_add(chain, &nsec3);
	}
}

/* Where nothing is announced, and no NSEC chain serves, the first records are what there is. */
static void
check_announced(struct verify_run *run, const struct rrset *param)
{
	bool other = node_rrset(run->store, run->apex, TYPE_NSEC).n > 0;

	for (size_t i = 0; i < run->n_announced; i++)
		if (run->chains[i].n == 0)
			diag_add(run->diags, run->chains[i].pos, S_NSEC3PARAM,
			    "the zone has an NSEC3PARAM record and no NSEC3 records%s",
			    run->n_chains > 1 ? " of these parameters" : "");
	if (run->n_announced > 0 || run->n_chains == 0 || other)
		return;
	if (param->n == 0)
		diag_add(run->diags, run->chains[0].pos, S_NSEC3PARAM,
		    "the zone has NSEC3 records and no NSEC3PARAM record");
	run->chains[0].announced = true;
}

/* Resolvers bear the cost, and so would we: a small zone can ask for hours. */
static void
check_dear(const struct verify_run *run)
{
	for (size_t i = 0; i < run->n_chains; i++)
		if (run->chains[i].dear)
			diag_add(run->diags, run->chains[i].pos, S_NSEC3_DEAR,
			    "NSEC3 with %u further iterations: a chain with more than %d is not "
			    "judged",
			    run->chains[i].params.iterations, ITERATIONS_MOST);
}

/* What is said once about the parameters. */
static void
check_cost(const struct verify_run *run)
{
	for (size_t i = 0; i < run->n_chains; i++) {
		const struct nsec3_fields *params = &run->chains[i].params;

		if (run->chains[i].dear || (params->iterations == 0 && params->salt.len == 0))
			continue;
		diag_add(run->diags, run->chains[i].pos, S_NSEC3_COST,
		    "NSEC3 with %u further iterations and a salt of %zu octets", params->iterations,
		    params->salt.len);
		return;
	}
}

/* --- Looking up --- */

static size_t
index_of(const struct verify_chain *chain, const uint8_t *hash)
{
	return read_u32(hash) >> (32 - chain->bits);
}

/* Hashes are spread evenly, so that their first bits nearly say where they are. */
static void
index_chain(struct verify_chain *chain)
{
	size_t n_index, at = 0;

	for (chain->bits = 1; chain->bits < INDEX_BITS_MOST && (size_t)1 << chain->bits < chain->n;)
		chain->bits++;
	n_index = ((size_t)1 << chain->bits) + 1;
	chain->index = mem_alloc(n_index * sizeof(*chain->index));
	for (size_t i = 0; i < n_index; i++) {
		while (at < chain->n && index_of(chain, chain->items[at].hash) < i)
			at++;
		chain->index[i] = (uint32_t)at;
	}
}

size_t
chain_find(const struct verify_chain *chain, const uint8_t *hash)
{
	size_t low = chain->index[index_of(chain, hash)],
	       high = chain->index[index_of(chain, hash) + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(chain->items[middle].hash, hash, NSEC3_HASH_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct verify_nsec3 *
chain_at(const struct verify_chain *chain, const uint8_t *hash)
{
	size_t at = chain_find(chain, hash);

	return at < chain->n && memcmp(chain->items[at].hash, hash, NSEC3_HASH_LEN) == 0
		   ? &chain->items[at]
		   : NULL;
}

const struct record *
chain_record(const struct verify_run *run, const struct verify_nsec3 *nsec3)
{
	return node_records(run->store, &run->store->nodes[nsec3->node]) + nsec3->record;
}

void
chain_fields(const struct verify_run *run, const struct verify_chain *chain,
    const struct verify_nsec3 *nsec3, struct nsec3_fields *out)
{
	if (nsec3->node != VERIFY_PROVEN) {
		nsec3_fields_of(chain_record(run, nsec3), out);
		return;
	}
	*out = chain->params;
	out->flags = run->options->proven_flags;
	out->next = (struct bytes){run->options->proven[nsec3->record].next, NSEC3_HASH_LEN};
}

/* Both are in the order of the hashes. */
static void
take_proven(const struct verify_run *run, struct verify_chain *chain)
{
	size_t n = chain->n, left = run->options->n_proven, at;

	for (size_t i = 0; i < left; i++)
		chain_add(chain, &(struct verify_nsec3){.node = VERIFY_PROVEN});
	for (at = chain->n; left > 0;) {
		const struct verify_proven *proven = &run->options->proven[left - 1];
		struct verify_nsec3 *item = &chain->items[--at];

		if (n > 0 && memcmp(chain->items[n - 1].hash, proven->hash, NSEC3_HASH_LEN) > 0) {
			*item = chain->items[--n];
			continue;
		}
		memcpy(item->hash, proven->hash, NSEC3_HASH_LEN);
		item->node = VERIFY_PROVEN;
		item->record = (uint32_t)--left;
	}
}

void
verify_chains_begin(struct verify_run *run)
{
	struct rrset param = node_rrset(run->store, run->apex, TYPE_NSEC3PARAM);

	take_announced(run, &param);
	for (size_t i = 0; i < run->store->n_nodes; i++)
		take_node(run, (uint32_t)i);
	if (run->n_announced > 0)
		take_proven(run, &run->chains[0]);
	check_announced(run, &param);
	check_dear(run);
	check_cost(run);
	for (size_t i = 0; i < run->n_chains; i++) {
		index_chain(&run->chains[i]);
		run->chains[i].own = mem_alloc(run->store->n_nodes * sizeof(uint16_t));
		memset(run->chains[i].own, 0, run->store->n_nodes * sizeof(uint16_t));
	}
}

void
verify_chains_free(struct verify_run *run)
{
	for (size_t i = 0; i < run->n_chains; i++) {
		free(run->chains[i].items);
		free(run->chains[i].index);
		free(run->chains[i].own);
		free(run->chains[i].missing);
	}
	run->n_chains = 0;
}

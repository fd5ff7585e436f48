#include "dnssec/nsec3.h"

#include "base/codec.h"
#include "base/mem.h"
#include "base/pool.h"
#include "dnssec/nsec.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ITEMS_PER_CHUNK = 4096, HASH_SHA1 = 1, FLAG_OPT_OUT = 1 };

/* --- Parameters --- */

static int
read_iterations(struct diags *diags, struct pos pos, struct text text, struct nsec3_params *out)
{
	unsigned n = 0;

	out->iterations = 0;
	if (!text.data)
		return 0;
	for (size_t i = 0; i < text.len && n <= NSEC3_ITERATIONS_MOST; i++)
		n = ascii_is_digit(text.data[i]) ? n * 10 + (unsigned)(text.data[i] - '0')
						 : UINT16_MAX;
	if (text.len == 0 || n > NSEC3_ITERATIONS_MOST)
		return diag_error(diags, pos, S_NSEC3_PARAMS,
		    "\"%.*s\" iterations: not a number from 0 to %d", (int)text.len, text.data,
		    NSEC3_ITERATIONS_MOST);
	out->iterations = (uint16_t)n;
	return 0;
}

static int
read_salt(struct diags *diags, struct pos pos, struct text text, struct nsec3_params *out)
{
	ssize_t len;

	out->salt_len = 0;
	if (!text.data || text_is(text, "-"))
		return 0;
	if (text.len > 2 * NSEC3_SALT_LONGEST)
		return diag_error(diags, pos, S_NSEC3_PARAMS, "a salt of more than %d octets",
		    NSEC3_SALT_LONGEST);
	len = hex_decode(text, out->salt);
	if (len <= 0)
		return diag_error(diags, pos, S_NSEC3_PARAMS,
		    "the salt \"%.*s\" is not pairs of hexadecimal digits; - is none",
		    (int)text.len, text.data);
	out->salt_len = (uint8_t)len;
	return 0;
}

int
nsec3_params_read(struct diags *diags, const struct nsec3_words *words, struct nsec3_params *out)
{
	int iterations = read_iterations(diags, words->iterations_pos, words->iterations, out);
	int salt = read_salt(diags, words->salt_pos, words->salt, out);

	if (iterations < 0 || salt < 0)
		return -1;
	if (out->iterations > 0 || out->salt_len > 0)
		diag_add(diags, out->iterations > 0 ? words->iterations_pos : words->salt_pos,
		    S_NSEC3_COST,
		    "NSEC3 with %u further iterations and a salt of %u octets costs servers and "
		    "resolvers time, and hides nothing",
		    out->iterations, out->salt_len);
	return 0;
}

/* --- Which names --- */

static bool
is_included(const struct node *node, const struct nsec3_params *params)
{
	bool insecure_cut = (node->flags & (NODE_CUT | NODE_DS)) == NODE_CUT;

	return !(node->flags & NODE_OCCLUDED) && !(params->opt_out && insecure_cut);
}

/* How many labels, counted from the apex, two names have in common. In a sort key 0x00 ends a
 * label. */
static unsigned
shared_labels(const struct node *a, const struct node *b)
{
	unsigned n = 0;

	for (size_t i = 0; i < a->key_len && i < b->key_len && a->key[i] == b->key[i]; i++)
		n += a->key[i] == 0;
	return n;
}

static void
chain_add(struct nsec3_chain *chain, size_t *cap, uint32_t node, size_t skip, bool empty)
{
	struct nsec3_item *item;

	chain->items = mem_grow(chain->items, chain->n, cap, sizeof(*chain->items));
	item = &chain->items[chain->n++];
	item->name.skip = (uint8_t)skip;
	item->name.empty = empty;
	item->node = node;
}

/* Adds the node and those of its ancestors that neither exist nor were added before (RFC 5155
 * section 7.1). An ancestor of the node ahead in canonical order was. */
static void
add_name(const struct store *store, struct nsec3_chain *chain, size_t *cap, uint32_t number,
    const struct node *before)
{
	const struct node *node = &store->nodes[number];
	const uint8_t *labels = node->key + node->key_len;
	unsigned shared = before ? shared_labels(before, node) : 0, left = 0;
	size_t skip;

	for (skip = 0; skip < node->wire_len; skip += 1u + labels[skip])
		left++;
	chain_add(chain, cap, number, 0, false);
	for (skip = 0; left > shared + 1; left--) {
		skip += 1u + labels[skip];
		chain_add(chain, cap, number, skip, true);
	}
}

static void
collect(const struct store *store, struct nsec3_chain *chain)
{
	const struct node *before = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < store->n_nodes; i++) {
		if (!is_included(&store->nodes[i], &chain->params))
			continue;
		add_name(store, chain, &cap, (uint32_t)i, before);
		before = &store->nodes[i];
	}
}

/* --- Hashing --- */

struct hash_run {
	const struct store *store;
	struct nsec3_chain *chain;
	EVP_MD *sha1;
	EVP_MD_CTX **ctx; /* by worker */
	atomic_bool failed;
};

/* RFC 5155 section 5. */
static bool
hash_name(struct hash_run *run, EVP_MD_CTX *ctx, const uint8_t *name, size_t len,
    uint8_t hash[NSEC3_HASH])
{
	const struct nsec3_params *params = &run->chain->params;

	for (unsigned i = 0; i <= params->iterations; i++) {
		if (!EVP_DigestInit_ex2(ctx, run->sha1, NULL) ||
		    !EVP_DigestUpdate(ctx, name, len) ||
		    !EVP_DigestUpdate(ctx, params->salt, params->salt_len) ||
		    !EVP_DigestFinal_ex(ctx, hash, NULL))
			return false;
		name = hash;
		len = NSEC3_HASH;
	}
	return true;
}

static void
hash_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct hash_run *run = ctx;
	struct nsec3_chain *chain = run->chain;
	size_t end = (chunk + 1) * ITEMS_PER_CHUNK;
	uint8_t wire[NAME_LONGEST];

	(void)slot;
	for (size_t i = chunk * ITEMS_PER_CHUNK; i < end && i < chain->n; i++) {
		struct nsec3_item *item = &chain->items[i];
		size_t len = node_wire(run->store, &run->store->nodes[item->node], wire);
		size_t skip = item->name.skip;

		if (item->name.empty)
			item->node = NSEC3_NO_NODE;
		name_lower(wire, wire, len);
		if (!hash_name(run, run->ctx[worker], wire + skip, len - skip, item->hash))
			run->failed = true;
	}
}

static int
hash_all(const struct store *store, struct nsec3_chain *chain, unsigned n_workers)
{
	struct hash_run run = {.store = store,
	    .chain = chain,
	    .sha1 = EVP_MD_fetch(NULL, "SHA1", NULL),
	    .ctx = mem_alloc(n_workers * sizeof(*run.ctx))};
	struct pool_work work = {.ctx = &run,
	    .n_chunks = (chain->n + ITEMS_PER_CHUNK - 1) / ITEMS_PER_CHUNK,
	    .work = hash_chunk};

	run.failed = !run.sha1;
	for (unsigned i = 0; i < n_workers; i++) {
		run.ctx[i] = EVP_MD_CTX_new();
		if (!run.ctx[i])
			run.failed = true;
	}
	if (!run.failed && pool_run(n_workers, &work) < 0)
		run.failed = true;
	for (unsigned i = 0; i < n_workers; i++)
		EVP_MD_CTX_free(run.ctx[i]);
	free(run.ctx);
	EVP_MD_free(run.sha1);
	return run.failed ? diag_error(store->diags, pos_none(), F_SYSTEM,
				"OpenSSL cannot compute SHA-1 for NSEC3")
			  : 0;
}

static int
compare_items(const void *a, const void *b)
{
	return memcmp(
	    ((const struct nsec3_item *)a)->hash, ((const struct nsec3_item *)b)->hash, NSEC3_HASH);
}

enum { BUCKETS = 256 }; /* by the first octet of the hash */

struct sort_run {
	struct nsec3_chain *chain;
	size_t ends[BUCKETS];
};

/* Moves each item into its bucket. */
static void
part(struct sort_run *run)
{
	struct nsec3_item *items = run->chain->items;
	size_t next[BUCKETS] = {0}, end = 0;

	for (size_t i = 0; i < run->chain->n; i++)
		next[items[i].hash[0]]++;
	for (unsigned k = 0; k < BUCKETS; k++) {
		size_t n = next[k];

		next[k] = end;
		run->ends[k] = end += n;
	}
	for (unsigned k = 0; k < BUCKETS; k++)
		while (next[k] < run->ends[k]) {
			struct nsec3_item item = items[next[k]];

			while (item.hash[0] != k) {
				struct nsec3_item *place = &items[next[item.hash[0]]++];
				struct nsec3_item other = *place;

				*place = item;
				item = other;
			}
			items[next[k]++] = item;
		}
}

static void
sort_bucket(void *ctx, unsigned worker, size_t slot, size_t number)
{
	struct sort_run *run = ctx;
	size_t begin = number > 0 ? run->ends[number - 1] : 0;

	(void)worker;
	(void)slot;
	if (run->ends[number] > begin)
		qsort(run->chain->items + begin, run->ends[number] - begin,
		    sizeof(*run->chain->items), compare_items);
}

/* As many buckets as there are first octets, of about the same size, and sorted where they stand.
 */
static void
sort_all(struct nsec3_chain *chain, unsigned n_workers)
{
	struct sort_run run = {.chain = chain};

	part(&run);
	pool_run(chain->n > ITEMS_PER_CHUNK ? n_workers : 1,
	    &(struct pool_work){&run, BUCKETS, sort_bucket, NULL});
}

int
nsec3_build(const struct store *store, const struct nsec3_params *params, unsigned n_workers,
    struct nsec3_chain *chain)
{
	*chain = (struct nsec3_chain){.params = *params};
	if (store->apex.len + 1 + NSEC3_LABEL > NAME_LONGEST)
		return diag_error(store->diags, pos_none(), S_NSEC3_PARAMS,
		    "the zone's name is too long for NSEC3: the owners would exceed 255 octets");
	collect(store, chain);
	if (hash_all(store, chain, n_workers) < 0)
		return -1;
	sort_all(chain, n_workers);
	for (size_t i = 1; i < chain->n; i++)
		if (compare_items(&chain->items[i - 1], &chain->items[i]) == 0)
			return diag_error(store->diags, pos_none(), S_COLLISION,
			    "two names of the zone have the same NSEC3 hash");
	return 0;
}

void
nsec3_free(struct nsec3_chain *chain)
{
	free(chain->items);
	*chain = (struct nsec3_chain){0};
}

/* --- Records --- */

void
nsec3_label(const struct nsec3_chain *chain, size_t i, char label[NSEC3_LABEL])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	const uint8_t *hash = chain->items[i].hash;

	for (unsigned group = 0; group < NSEC3_HASH / 5; group++, hash += 5) {
		uint64_t bits = (uint64_t)hash[0] << 32 | (uint64_t)hash[1] << 24 |
				(uint64_t)hash[2] << 16 | (uint64_t)hash[3] << 8 | hash[4];

		for (unsigned shift = 40; shift > 0; shift -= 5)
			*label++ = digits[bits >> (shift - 5) & 31];
	}
}

bool
nsec3_is_before(const struct nsec3_chain *chain, size_t i, const struct node *node)
{
	uint8_t key[NSEC3_LABEL + 1];
	size_t n = node->key_len < sizeof(key) ? node->key_len : sizeof(key);
	int order;

	nsec3_label(chain, i, (char *)key);
	key[NSEC3_LABEL] = 0;
	order = memcmp(key, node->key, n);
	return order < 0 || (order == 0 && node->key_len > sizeof(key));
}

/* By bisection: an item that sorts ahead of a node is among the first before it is. */
size_t
nsec3_nodes_among(const struct nsec3_chain *chain, const struct store *store, size_t n)
{
	size_t low = n > chain->n ? n - chain->n : 0;
	size_t high = n < store->n_nodes ? n : store->n_nodes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (nsec3_is_before(chain, n - middle - 1, &store->nodes[middle]))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static size_t
params_put(const struct nsec3_params *params, uint8_t flags, uint8_t *out)
{
	out[0] = HASH_SHA1;
	out[1] = flags;
	out[2] = (uint8_t)(params->iterations >> 8);
	out[3] = (uint8_t)params->iterations;
	out[4] = params->salt_len;
	memcpy(out + 5, params->salt, params->salt_len);
	return 5 + (size_t)params->salt_len;
}

size_t
nsec3_param_rdata(const struct nsec3_params *params, uint8_t out[5 + NSEC3_SALT_LONGEST])
{
	return params_put(params, 0, out);
}

/* Nothing is signed at an insecure delegation, so its bit map lacks RRSIG. */
size_t
nsec3_rdata(const struct store *store, const struct nsec3_chain *chain, size_t i, uint8_t *out)
{
	static const uint16_t with_rrsig[] = {TYPE_RRSIG, 0}, without[] = {0};
	const struct nsec3_item *item = &chain->items[i], *next = item + 1;
	struct nsec_bitmap bitmap = {0};
	size_t len = params_put(&chain->params, chain->params.opt_out ? FLAG_OPT_OUT : 0, out);

	if (i + 1 == chain->n)
		next = chain->items;
	out[len++] = NSEC3_HASH;
	memcpy(out + len, next->hash, NSEC3_HASH);
	len += NSEC3_HASH;
	bitmap.out = out + len;
	if (item->node != NSEC3_NO_NODE) {
		const struct node *node = &store->nodes[item->node];
		bool insecure = (node->flags & (NODE_CUT | NODE_DS)) == NODE_CUT;

		nsec_bitmap_node(&bitmap, store, node, insecure ? without : with_rrsig);
	}
	return len + bitmap.len;
}

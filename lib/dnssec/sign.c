#include "dnssec/sign.h"

#include "base/mem.h"
#include "base/pool.h"
#include "dns/serial.h"
#include "dnssec/nsec.h"
#include "dnssec/signer.h"
#include "zone/write.h"

#include <stdlib.h>

enum { NODES_PER_CHUNK = 64 };

/* What one thread works with. */
struct sign_worker {
	struct signer *signer;
	struct rrsig rrsig;
	struct buf owner;      /* text of the node's name */
	struct arena scratch;  /* canonical RDATA of one RRset */
	uint8_t name[NAME_LONGEST]; /* the node's name, in lower case */
	size_t name_len;
	uint8_t nsec[NSEC_LONGEST];
	uint8_t rdata[RRSIG_SIGNER + NAME_LONGEST + SIGNATURE_LONGEST];
	struct sign_result result;
	bool any; /* result.earliest is set */
	bool failed;
};

struct sign_run {
	const struct store *store;
	const struct sign_options *options;
	struct output *out;
	struct sign_worker *workers;
	struct buf *text; /* by slot */
	uint32_t nsec_ttl_s;
};

/* --- One RRset --- */

static bool
key_signs(const struct key *key, uint16_t type)
{
	bool of_keys = type == TYPE_DNSKEY || type == TYPE_CDS || type == TYPE_CDNSKEY;

	return of_keys ? key->signs_keys : key->signs_zone;
}

static void
note_expiration(struct sign_worker *worker, uint32_t expiration)
{
	if (!worker->any || serial_later(worker->result.earliest, expiration))
		worker->result.earliest = expiration;
	worker->any = true;
}

static uint32_t
read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Writes the RRSIG record that one key makes. */
static void
sign_with_key(const struct sign_run *run, struct sign_worker *worker, size_t key, uint32_t ttl_s,
    struct text owner, struct buf *text)
{
	const struct key *signing = &run->options->keys->items[key];
	struct bytes ahead;
	size_t len;

	rrsig_key(&worker->rrsig, signing->algorithm->number, signing->tag);
	ahead = rrsig_rdata(&worker->rrsig);
	memcpy(worker->rdata, ahead.data, ahead.len);
	if (signer_sign(worker->signer, key, rrsig_data(&worker->rrsig), worker->rdata + ahead.len,
		&len) < 0) {
		worker->failed = true;
		return;
	}
	write_record(
	    text, owner, ttl_s, TYPE_RRSIG, (struct bytes){worker->rdata, ahead.len + len});
	worker->result.n_signatures++;
	worker->result.n_records++;
	note_expiration(worker, read_u32(ahead.data + RRSIG_EXPIRATION));
}

static void
sign_set(const struct sign_run *run, struct sign_worker *worker, const struct rrsig_set *set,
    struct text owner, struct buf *text)
{
	const struct keys *keys = run->options->keys;

	rrsig_begin(&worker->rrsig, &run->store->apex, &run->options->period, set);
	for (size_t i = 0; i < keys->n && !worker->failed; i++)
		if (key_signs(&keys->items[i], set->type))
			sign_with_key(run, worker, i, set->ttl_s, owner, text);
}

/* Views of the RRset's RDATA in canonical form, in the worker's scratch. */
static struct bytes *
canonical_rdata(struct sign_worker *worker, const struct rrset *set)
{
	const struct type_info *info = type_info(set->type);
	struct bytes *rdata = arena_alloc(&worker->scratch, set->n * sizeof(*rdata));

	for (size_t i = 0; i < set->n; i++) {
		rdata[i] = record_rdata(&set->records[i]);
		if (info && info->lower) {
			uint8_t *copy = arena_bytes(&worker->scratch, rdata[i].len);

			rdata_canonical(set->type, rdata[i], copy);
			rdata[i].data = copy;
		}
	}
	return rdata;
}

static void
sign_rrset(const struct sign_run *run, struct sign_worker *worker, const struct rrset *set,
    struct text owner, struct buf *text)
{
	struct arena_mark mark = arena_mark(&worker->scratch);
	struct rrsig_set signed_set = {.owner = {worker->name, worker->name_len},
	    .type = set->type,
	    .ttl_s = set->records[0].ttl_s,
	    .rdata = canonical_rdata(worker, set),
	    .n = set->n};

	sign_set(run, worker, &signed_set, owner, text);
	arena_reset(&worker->scratch, mark);
}

/* --- One node --- */

static void
write_rrset(struct sign_worker *worker, const struct rrset *set, struct text owner,
    struct buf *text)
{
	for (size_t i = 0; i < set->n; i++)
		write_record(text, owner, set->records[i].ttl_s, set->type,
		    record_rdata(&set->records[i]));
	worker->result.n_records += set->n;
}

static void
write_nsec(const struct sign_run *run, struct sign_worker *worker, size_t i, struct text owner,
    struct buf *text)
{
	struct bytes rdata = {worker->nsec, nsec_rdata(run->store, i, worker->nsec)};
	struct rrsig_set set = {.owner = {worker->name, worker->name_len},
	    .type = TYPE_NSEC,
	    .ttl_s = run->nsec_ttl_s,
	    .rdata = &rdata,
	    .n = 1};

	write_record(text, owner, run->nsec_ttl_s, TYPE_NSEC, rdata);
	worker->result.n_records++;
	sign_set(run, worker, &set, owner, text);
}

static void
sign_node(const struct sign_run *run, struct sign_worker *worker, size_t i, struct buf *text)
{
	const struct store *store = run->store;
	const struct node *node = &store->nodes[i];
	struct text owner = write_owner(&worker->owner, store, node);

	worker->name_len = node_wire(store, node, worker->name);
	name_lower(worker->name, worker->name, worker->name_len);
	for (size_t r = 0; r < node->n;) {
		struct rrset set = node_rrset_at(store, node, r);

		write_rrset(worker, &set, owner, text);
		if (nsec_is_authoritative(node, set.type))
			sign_rrset(run, worker, &set, owner, text);
		r += set.n;
	}
	if (!(node->flags & NODE_OCCLUDED))
		write_nsec(run, worker, i, owner, text);
}

/* --- The whole zone --- */

static void
sign_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct sign_run *run = ctx;
	size_t end = (chunk + 1) * NODES_PER_CHUNK;

	buf_clear(&run->text[slot]);
	for (size_t i = chunk * NODES_PER_CHUNK; i < end && i < run->store->n_nodes; i++)
		sign_node(run, &run->workers[worker], i, &run->text[slot]);
}

static int
take_chunk(void *ctx, size_t slot, size_t chunk)
{
	struct sign_run *run = ctx;

	(void)chunk;
	return output_write(run->out, run->text[slot].data, run->text[slot].len);
}

static int
workers_begin(struct sign_run *run)
{
	unsigned n = run->options->n_workers;

	run->workers = mem_alloc(n * sizeof(*run->workers));
	memset(run->workers, 0, n * sizeof(*run->workers));
	for (unsigned i = 0; i < n; i++) {
		run->workers[i].signer = signer_new(run->store->diags, run->options->keys);
		if (!run->workers[i].signer)
			return -1;
	}
	return 0;
}

/* Adds up what the workers did, tells of the first that failed, and frees them. */
static int
workers_end(struct sign_run *run, struct sign_result *result)
{
	const char *fault = NULL;

	*result = (struct sign_result){0};
	for (unsigned i = 0; i < run->options->n_workers; i++) {
		struct sign_worker *worker = &run->workers[i];

		if (worker->any &&
		    (result->n_signatures == 0 ||
			serial_later(result->earliest, worker->result.earliest)))
			result->earliest = worker->result.earliest;
		result->n_records += worker->result.n_records;
		result->n_signatures += worker->result.n_signatures;
		if (worker->failed && !fault)
			fault = arena_printf(
			    &run->store->diags->arena, "%s", signer_fault(worker->signer));
		if (worker->signer)
			signer_free(worker->signer);
		rrsig_free(&worker->rrsig);
		buf_free(&worker->owner);
		arena_free(&worker->scratch);
	}
	free(run->workers);
	return fault ? diag_error(run->store->diags, pos_none(), S_SIGN, "%s", fault) : 0;
}

int
sign_store(struct output *out, const struct store *store, const struct sign_options *options,
    struct sign_result *result)
{
	size_t n_slots = pool_slots(options->n_workers);
	struct sign_run run = {.store = store,
	    .options = options,
	    .out = out,
	    .text = bufs_new(n_slots),
	    .nsec_ttl_s = nsec_ttl(node_records(store, store_apex(store)))};
	struct pool_work work = {&run, (store->n_nodes + NODES_PER_CHUNK - 1) / NODES_PER_CHUNK,
	    sign_chunk, take_chunk};
	int ready = workers_begin(&run), done = ready < 0 ? -1 : pool_run(options->n_workers, &work);

	bufs_free(run.text, n_slots);
	return workers_end(&run, result) < 0 || done < 0 ? -1 : 0;
}

/* --- Before signing --- */

static uint32_t
dnskey_ttl(const struct store *store, const struct key *key)
{
	uint32_t soa_ttl_s = 3600;

	for (size_t i = 0; i < store->n_records; i++) {
		if (store->records[i].type == TYPE_DNSKEY)
			return store->records[i].ttl_s;
		if (store->records[i].type == TYPE_SOA)
			soa_ttl_s = store->records[i].ttl_s;
	}
	return key->ttl_s ? key->ttl_s : soa_ttl_s;
}

void
sign_add_keys(struct store *store, const struct keys *keys)
{
	if (store->apex.len == 0)
		return;
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].published)
			store_add_apex(store, TYPE_DNSKEY, dnskey_ttl(store, &keys->items[i]),
			    keys->items[i].dnskey);
}

void
sign_clean(struct store *store)
{
	static const uint16_t types[] = {TYPE_RRSIG, TYPE_NSEC, TYPE_NSEC3, TYPE_NSEC3PARAM};
	size_t n = store_remove_types(store, types, sizeof(types) / sizeof(types[0]));

	if (n > 0)
		diag_add(store->diags, pos_none(), Z_SIGNED,
		    "%zu records of an earlier signing are replaced", n);
}

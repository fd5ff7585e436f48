#include "base/mem.h"
#include "base/pool.h"
#include "base/version.h"
#include "dns/serial.h"
#include "dnssec/sign_part.h"
#include "dnssec/zonemd_text.h"
#include "zone/soa.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* What is taken from an old file costs so little that workers would wait for each other. */
enum { OWNERS_PER_CHUNK = 64, OWNERS_PER_CHUNK_TAKEN = 1024 };

struct sign_run {
	struct sign_pass pass;
	struct output *out; /* NULL: dry */
	struct sign_worker *workers;
	struct sign_slot *slots;
	struct nsec3_chain nsec3;
	struct index_match items;
	size_t first, end; /* owners that are written, */
	size_t per_chunk;  /* and how many at a time */

	EVP_MD_CTX *zonemd; /* NULL: none is made */
	size_t len;         /* of what was written */
	bool joins;         /* the apex is written, and the parts have all else */
	bool counts;        /* dry: to the end, whatever differs */
	bool differs;       /* dry: a signature would have to be made */
	size_t patch_at, patch_n;
};

/* --- Chunks --- */

static int
zonemd_fail(const struct sign_run *run)
{
	return diag_error(
	    run->pass.store->diags, pos_none(), F_SYSTEM, "OpenSSL cannot hash for ZONEMD");
}

static void
sign_chunk(void *ctx, unsigned worker, size_t slot_number, size_t chunk)
{
	struct sign_run *run = ctx;
	struct sign_slot *slot = &run->slots[slot_number];
	size_t first = run->first + chunk * run->per_chunk, end = first + run->per_chunk;

	buf_clear(&slot->text);
	buf_clear(&slot->wire);
	buf_clear(&slot->blocks);
	buf_clear(&slot->splice.made);
	buf_clear(&slot->splice.proven);
	slot->patch_n = 0;
	slot->n_missing = 0;
	if (end > run->end)
		end = run->end;
	sign_owners(&run->workers[worker], sign_place(&run->pass, first),
	    sign_place(&run->pass, end), slot);
}

/* Stretches that touch become one. */
static void
take_splice(const struct sign_run *run, const struct sign_slot *slot)
{
	struct sign_splice *splice = run->pass.options->splice;
	struct buf *made = &splice->made;
	struct sign_stretch stretch, *last;

	buf_put(&splice->proven, slot->splice.proven.data, slot->splice.proven.len);
	for (size_t i = 0; i < slot->splice.made.len; i += sizeof(stretch)) {
		memcpy(&stretch, slot->splice.made.data + i, sizeof(stretch));
		stretch.at += run->len;
		last =
		    made->len ? (struct sign_stretch *)(void *)(made->data + made->len) - 1 : NULL;
		if (last && last->at + last->len == stretch.at)
			last->len += stretch.len;
		else
			buf_put(made, &stretch, sizeof(stretch));
	}
}

/* The apex is in the first chunk, so that its place in the text is its place in the file. */
static int
take_chunk(void *ctx, size_t slot_number, size_t chunk)
{
	struct sign_run *run = ctx;
	struct sign_slot *slot = &run->slots[slot_number];

	(void)chunk;
	if (!run->out) {
		run->differs = slot->n_missing > 0;
		return run->differs && !run->counts ? -1 : 0;
	}
	if (slot->patch_n) {
		run->patch_at = slot->patch_at;
		run->patch_n = slot->patch_n;
		output_will_patch(run->out);
	}
	if (run->zonemd && !EVP_DigestUpdate(run->zonemd, slot->wire.data, slot->wire.len))
		return zonemd_fail(run);
	if (run->pass.options->splice)
		take_splice(run, slot);
	run->len += slot->text.len;
	if (slot->blocks.len > 0)
		index_add(run->pass.options->index_out,
		    (const struct index_block *)(const void *)slot->blocks.data,
		    slot->blocks.len / sizeof(struct index_block));
	return output_write(run->out, slot->text.data, slot->text.len);
}

/* --- ZONEMD --- */

static const EVP_MD *
zonemd_hash(uint8_t algorithm)
{
	return algorithm == ZONEMD_SHA384 ? EVP_sha384() : EVP_sha512();
}

static int
zonemd_begin(struct sign_run *run)
{
	const struct sign_options *options = run->pass.options;

	if (!options->zonemd || options->zonemd_kept || run->pass.dry || run->pass.part)
		return 0;
	run->zonemd = EVP_MD_CTX_new();
	if (!run->zonemd || !EVP_DigestInit_ex(run->zonemd, zonemd_hash(options->zonemd), NULL))
		return zonemd_fail(run);
	return 0;
}

/* Puts the digest where zeros stand. */
static int
zonemd_patch(struct sign_run *run)
{
	const struct store *store = run->pass.store;
	uint8_t rdata[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST];
	const struct record *soa = &store->records[store->nodes[0].first];
	struct buf text = {0};
	size_t len = zonemd_placeholder(0, run->pass.options->zonemd, rdata);
	int result = 0;

	if (!run->zonemd)
		return 0;
	memcpy(rdata, soa->rdata + soa->rdlen - SOA_SERIAL, 4);
	if (!EVP_DigestFinal_ex(run->zonemd, rdata + ZONEMD_HEAD, NULL))
		return zonemd_fail(run);
	sign_zonemd(&run->workers[0], (struct bytes){rdata, len}, &text);
	if (run->workers[0].failed) /* run_end tells of it */
		result = -1;
	else if (text.len != run->patch_n)
		result = diag_error(store->diags, pos_none(), S_SIGN,
		    "the signature over ZONEMD has changed its length");
	else
		result = output_patch(run->out, run->patch_at, text.data, text.len);
	buf_free(&text);
	return result;
}

/* --- The whole zone --- */

void
sign_settings(
    const struct store *store, const struct sign_options *options, uint8_t settings[DIGEST_LEN])
{
	const struct rrsig_period *period = &options->period;
	struct digest *digest = digest_begin();
	uint32_t numbers[] = {nsec_ttl(node_records(store, store_apex(store))),
	    options->any_validity ? 0 : period->expiration - period->inception, period->jitter_s,
	    options->nsec3 != NULL};
	uint8_t param[5 + NSEC3_SALT_LONGEST];

	digest_add(digest, zonepp_version, strlen(zonepp_version));
	digest_add(digest, store->apex.wire, store->apex.len);
	digest_add(digest, numbers, sizeof(numbers));
	if (options->nsec3) {
		digest_add(digest, &options->nsec3->opt_out, sizeof(options->nsec3->opt_out));
		digest_add(digest, param, nsec3_param_rdata(options->nsec3, param));
	}
	for (size_t i = 0; i < options->keys->n; i++) {
		const struct key *key = &options->keys->items[i];
		bool roles[] = {key->signs_zone, key->at_hand};

		digest_add(digest, roles, sizeof(roles));
		digest_add(digest, key->dnskey.data, key->dnskey.len);
	}
	digest_end(digest, settings);
}

static void
begin_matches(struct sign_run *run)
{
	const struct sign_options *options = run->pass.options;

	if (!options->index)
		return;
	run->pass.nodes = options->nodes;
	if (!options->nsec3)
		return;
	index_match_nsec3(
	    &run->items, options->index, run->pass.store, &run->nsec3, options->n_workers);
	run->pass.items = &run->items;
}

static int
run_begin(struct sign_run *run)
{
	const struct sign_options *options = run->pass.options;
	const struct store *store = run->pass.store;
	unsigned n = options->n_workers;

	run->workers = mem_alloc(n * sizeof(*run->workers));
	memset(run->workers, 0, n * sizeof(*run->workers));
	run->slots = mem_alloc(pool_slots(n) * sizeof(*run->slots));
	memset(run->slots, 0, pool_slots(n) * sizeof(*run->slots));
	run->pass.nsec_ttl_s = nsec_ttl(node_records(store, store_apex(store)));
	reuse_begin(&store->diags->arena, &run->pass.reuse, options->previous, options->keys,
	    options->now, options->refresh_s, options->previous_trusted);
	run->pass.reuse.any_validity = options->any_validity;
	run->pass.reuse.any_keys_validity = options->any_keys_validity;
	run->pass.offline = (struct offline){.notice_unix = KEY_NO_TIME};
	if (!run->pass.part && offline_find(store, options, &run->pass.offline) < 0)
		return -1;
	run->pass.nsec3 = options->nsec3 ? &run->nsec3 : NULL;
	if (options->nsec3 && !run->joins && nsec3_build(store, options->nsec3, n, &run->nsec3) < 0)
		return -1;
	run->end = sign_n_owners(&run->pass);
	begin_matches(run);
	for (unsigned i = 0; i < n; i++)
		if (sign_worker_begin(&run->workers[i], &run->pass, store->diags) < 0)
			return -1;
	return zonemd_begin(run);
}

static void
add_result(struct sign_result *sum, const struct sign_result *part)
{
	if (part->n_signatures &&
	    (!sum->n_signatures || serial_later(sum->earliest, part->earliest)))
		sum->earliest = part->earliest;
	sum->n_records += part->n_records;
	sum->n_signatures += part->n_signatures;
	sum->n_kept += part->n_kept;
}

/* Adds up what the workers did, tells of the first that failed, and frees everything. */
static int
run_end(struct sign_run *run, struct sign_result *result)
{
	struct diags *diags = run->pass.store->diags;
	unsigned n = run->pass.options->n_workers;
	bool failed = false;

	*result = (struct sign_result){.notice_unix = run->pass.offline.notice_unix};
	for (unsigned i = 0; i < n; i++) {
		struct sign_worker *worker = &run->workers[i];

		add_result(result, &worker->result);
		if (worker->failed && !failed) {
			failed = true;
			signer_tell(worker->signer, diags);
		}
		sign_worker_end(worker);
	}
	for (size_t i = 0; i < pool_slots(n); i++) {
		buf_free(&run->slots[i].text);
		buf_free(&run->slots[i].wire);
		buf_free(&run->slots[i].blocks);
		buf_free(&run->slots[i].splice.made);
		buf_free(&run->slots[i].splice.proven);
	}
	free(run->workers);
	free(run->slots);
	nsec3_free(&run->nsec3);
	index_match_free(&run->items);
	EVP_MD_CTX_free(run->zonemd);
	return failed ? -1 : 0;
}

static int
run_chunks(struct sign_run *run)
{
	size_t n = run->end - run->first;
	struct pool_work work = {.ctx = run, .work = sign_chunk, .take = take_chunk};

	run->per_chunk = run->pass.options->index ? OWNERS_PER_CHUNK_TAKEN : OWNERS_PER_CHUNK;
	work.n_chunks = (n + run->per_chunk - 1) / run->per_chunk;
	return pool_run(run->pass.options->n_workers, &work);
}

static int
run_all(struct sign_run *run, struct sign_result *result)
{
	int done = run_begin(run);

	if (done == 0)
		done = run_chunks(run);
	if (done == 0)
		done = zonemd_patch(run);
	return run_end(run, result) < 0 ? -1 : done;
}

int
sign_store(struct output *out, const struct store *store, const struct sign_options *options,
    struct sign_result *result)
{
	struct sign_run run = {.pass = {.store = store, .options = options}, .out = out};

	return run_all(&run, result);
}

/* Where all signatures are kept, all RRsets are the old ones; then equal counts leave no room for
 * records, such as signatures by a key that is gone, that only the old zone has. */
int
sign_unchanged(const struct store *store, const struct sign_options *options, bool *unchanged)
{
	struct sign_run run = {.pass = {.store = store, .options = options, .dry = true}};
	struct sign_result result;
	int done = run_all(&run, &result);

	*unchanged = done == 0 && result.n_records == (options->index ? options->index->n_records
								      : options->previous->n_live);
	return run.differs ? 0 : done;
}

int
sign_count(
    const struct store *store, const struct sign_options *options, struct sign_result *result)
{
	struct sign_run run = {
	    .pass = {.store = store, .options = options, .dry = true}, .counts = true};

	return run_all(&run, result);
}

/* --- In parts --- */

/* A signature costs as much as so many records that are but written. */
enum { SIGNATURE_COSTS = 16 };

/* Of the node's own records, and its NSEC record. */
static uint64_t
cost_of_node(const struct sign_pass *pass, const struct node *node)
{
	uint64_t n_signed = 0;

	for (size_t i = 0; i < node->n;) {
		struct rrset set = node_rrset_at(pass->store, node, i);

		n_signed += nsec_is_authoritative(node, set.type);
		i += set.n;
	}
	if (!pass->nsec3 && !(node->flags & NODE_OCCLUDED))
		n_signed++;
	return node->n + n_signed * SIGNATURE_COSTS;
}

/* Of all owners; `ends` are the first of them ahead of which there is `wanted`. */
static uint64_t
add_costs(const struct sign_run *run, const uint64_t wanted[2], size_t ends[2])
{
	const struct store *store = run->pass.store;
	size_t n = sign_n_owners(&run->pass);
	struct sign_place at = {0, 0};
	uint64_t cost = 0;

	for (size_t i = 0; i < n; i++) {
		for (int k = 0; k < 2; k++)
			if (ends[k] == n && cost >= wanted[k])
				ends[k] = i;
		if (sign_is_item(&run->pass, at, (struct sign_place){store->n_nodes, n})) {
			cost += 1 + SIGNATURE_COSTS;
			at.item++;
		} else {
			store_prefetch(store, at.node);
			cost += cost_of_node(&run->pass, &store->nodes[at.node++]);
		}
	}
	return cost;
}

/* Part k ends ahead of the first owner that has k / n of all work before it; the last one at the
 * end. */
static void
find_ends(struct sign_run *run, struct sign_part part)
{
	size_t n = sign_n_owners(&run->pass), ends[2] = {n, n}, none[2] = {0, 0};
	uint64_t wanted[2] = {0, 0}, all = add_costs(run, wanted, none);

	wanted[0] = (part.k - 1) * all / part.n;
	wanted[1] = part.k < part.n ? part.k * all / part.n : UINT64_MAX;
	add_costs(run, wanted, ends);
	run->first = ends[0];
	run->end = ends[1];
}

int
sign_store_part(struct output *out, const struct store *store, const struct sign_options *options,
    struct sign_part part, struct sign_result *result)
{
	struct sign_run run = {
	    .pass = {.store = store, .options = options, .part = true}, .out = out};
	int done = run_begin(&run);

	if (done == 0) {
		find_ends(&run, part);
		done = run_chunks(&run);
	}
	return run_end(&run, result) < 0 ? -1 : done;
}

struct sign_join {
	struct sign_run run;
};

struct sign_join *
sign_join_begin(struct output *out, const struct store *store, const struct sign_options *options)
{
	struct sign_join *join = mem_alloc(sizeof(*join));
	struct sign_run *run = &join->run;

	*run = (struct sign_run){
	    .pass = {.store = store, .options = options}, .out = out, .joins = true};
	if (run_begin(run) == 0) {
		run->end = 1;
		if (run_chunks(run) == 0)
			return join;
	}
	sign_join_end(join, false);
	return NULL;
}

int
sign_join_add(struct sign_join *join, struct text part)
{
	const struct sign_run *run = &join->run;
	const struct store *store = run->pass.store;

	if (run->zonemd && zonemd_text(store->diags, run->zonemd, &store->apex, part,
			       run->pass.options->n_workers) < 0)
		return -1;
	return output_write(run->out, part.data, part.len);
}

int
sign_join_end(struct sign_join *join, bool good)
{
	int done = good ? zonemd_patch(&join->run) : -1;
	struct sign_result result;

	if (run_end(&join->run, &result) < 0)
		done = -1;
	free(join);
	return done;
}

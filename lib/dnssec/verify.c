#include "dnssec/verify_part.h"

#include "base/duration.h"
#include "base/mem.h"
#include "base/pool.h"
#include "dns/serial.h"
#include "zone/soa.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { NODES_PER_CHUNK = 64 };

/* --- The visits --- */

static void
visit_begin(struct visit *v, size_t i)
{
	const struct store *store = v->run->store;

	v->i = i;
	v->node = &store->nodes[i];
	v->name_len = node_wire(store, v->node, v->name);
	name_lower(v->name, v->name, v->name_len);
	v->rrsig = node_rrset(store, v->node, TYPE_RRSIG);
	v->nsec = node_rrset(store, v->node, TYPE_NSEC);
	v->nsec3 = node_rrset(store, v->node, TYPE_NSEC3);
	v->occluded = v->node->flags & NODE_OCCLUDED;
	v->exists = verify_is_name(store, v->node);
}

/* What belongs to the apex alone. */
static void
check_place(struct visit *v, uint16_t type, enum problem problem)
{
	struct rrset set = node_rrset(v->run->store, v->node, type);

	if (set.n > 0)
		fault_add(&v->slot->faults, set.records[0].pos, problem,
		    "%s has %s records: they mean nothing but at the apex", visit_name_text(v),
		    verify_type_text(&v->worker->scratch, type));
}

static void
visit_node(struct visit *v, size_t i)
{
	struct arena_mark mark = arena_mark(&v->worker->scratch);

	visit_begin(v, i);
	if (!(v->node->flags & NODE_PROVEN)) {
		visit_signatures(v);
		if (v->run->any_nsec)
			visit_nsec(v);
	}
	if (v->run->n_chains > 0)
		visit_nsec3(v);
	if (v->node->key_len > 0 && !v->occluded) {
		check_place(v, TYPE_CDS, S_CDS_PLACE);
		check_place(v, TYPE_CDNSKEY, S_CDS_PLACE);
		check_place(v, TYPE_ZONEMD, S_ZONEMD_PLACE);
	}
	arena_reset(&v->worker->scratch, mark);
}

static void
visit_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct verify_run *run = ctx;
	size_t end = (chunk + 1) * NODES_PER_CHUNK;
	struct visit visit = {
	    .run = run, .worker = &run->workers[worker], .slot = &run->slots[slot]};

	for (size_t i = chunk * NODES_PER_CHUNK; i < end && i < run->store->n_nodes; i++) {
		store_prefetch(run->store, i);
		visit_node(&visit, i);
	}
}

static int
take_chunk(void *ctx, size_t slot, size_t chunk)
{
	struct verify_run *run = ctx;
	struct verify_slot *s = &run->slots[slot];

	(void)chunk;
	faults_tell(&s->faults, run->diags);
	for (size_t i = 0; i < s->n_missing; i++)
		verify_missing_take(run, &s->missing[i]);
	s->n_missing = 0;
	return 0;
}

/* --- Workers --- */

static void
worker_begin(const struct verify_run *run, struct verify_worker *worker)
{
	struct verifier_key *keys = mem_alloc((run->n_keys + 1) * sizeof(*keys));

	for (size_t i = 0; i < run->n_keys; i++) {
		const struct record *record = run->keys[i].record;

		keys[i] = (struct verifier_key){run->keys[i].zone ? run->keys[i].algorithm : NULL,
		    {record->rdata + DNSKEY_KEY, (size_t)record->rdlen - DNSKEY_KEY}};
	}
	worker->verifier = verifier_new(keys, run->n_keys);
	worker->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	worker->digest = EVP_MD_CTX_new();
	free(keys);
}

static void
worker_end(struct verify_worker *worker)
{
	verifier_free(worker->verifier);
	EVP_MD_free(worker->sha1);
	EVP_MD_CTX_free(worker->digest);
	buf_free(&worker->data);
	arena_free(&worker->scratch);
}

static int64_t
unix_of(const struct verify_run *run, uint32_t time)
{
	return run->options->at + (int32_t)(time - run->at);
}

static void
worker_merge(
    struct verify_run *run, const struct verify_worker *worker, struct verify_result *result)
{
	result->n_signatures += worker->n_signatures;
	result->n_verified += worker->n_verified;
	if (worker->any) {
		int64_t earliest = unix_of(run, worker->earliest);

		if (result->earliest == 0 || earliest < result->earliest)
			result->earliest = earliest;
	}
	for (size_t i = 0; i < N_TALLIES; i++)
		tally_add(&run->tallies[i], worker->tallies[i].n, worker->tallies[i].pos);
}

static int
visit_all(struct verify_run *run, struct verify_result *result)
{
	unsigned n = run->options->n_workers;
	size_t n_slots = pool_slots(n);
	struct pool_work work = {run, (run->store->n_nodes + NODES_PER_CHUNK - 1) / NODES_PER_CHUNK,
	    visit_chunk, take_chunk};
	int done;

	run->workers = mem_alloc(n * sizeof(*run->workers));
	memset(run->workers, 0, n * sizeof(*run->workers));
	run->slots = mem_alloc(n_slots * sizeof(*run->slots));
	memset(run->slots, 0, n_slots * sizeof(*run->slots));
	for (unsigned i = 0; i < n; i++)
		worker_begin(run, &run->workers[i]);
	done = pool_run(n, &work);
	for (unsigned i = 0; i < n; i++) {
		worker_merge(run, &run->workers[i], result);
		worker_end(&run->workers[i]);
	}
	for (size_t i = 0; i < n_slots; i++) {
		faults_free(&run->slots[i].faults);
		free(run->slots[i].missing);
	}
	free(run->workers);
	free(run->slots);
	return done < 0 ? diag_error(run->diags, pos_none(), F_SYSTEM, "no thread can be started")
			: 0;
}

/* --- The zone --- */

/* RFC 9077 section 3. */
static uint32_t
denial_ttl(const struct record *soa)
{
	uint32_t minimum = soa_number(soa, SOA_MINIMUM);

	return minimum < soa->ttl_s ? minimum : soa->ttl_s;
}

static struct pos
apex_pos(const struct verify_run *run)
{
	if (run->soa)
		return run->soa->pos;
	return run->apex ? node_records(run->store, run->apex)->pos : pos_none();
}

/* Which kind of denial serves: the one that the apex tells of (RFC 5155 sections 7.3, 10.4 and
 * 10.5). */
static enum verify_denial
denial_of(const struct verify_run *run)
{
	for (size_t i = 0; i < run->n_announced; i++)
		if (run->chains[i].n > 0)
			return VERIFY_NSEC3;
	if (node_rrset(run->store, run->apex, TYPE_NSEC).n > 0)
		return VERIFY_NSEC;
	return run->n_chains > 0 ? VERIFY_NSEC3 : VERIFY_NO_DENIAL;
}

static const struct record *
first_of_type(const struct verify_run *run, uint16_t type, size_t *n)
{
	const struct record *first = NULL;

	*n = 0;
	for (size_t i = 0; i < run->store->n_nodes; i++) {
		struct rrset set = node_rrset(run->store, &run->store->nodes[i], type);

		if (set.n > 0 && !first)
			first = set.records;
		*n += set.n;
	}
	return first;
}

/* A zone may lack what its apex should tell; and while it goes from one kind to the other it has
 * both, one of which is complete (RFC 5155 sections 10.4 and 10.5). */
static void
check_denial(struct verify_run *run)
{
	size_t n_nsec, n_nsec3;
	const struct record *nsec = first_of_type(run, TYPE_NSEC, &n_nsec);
	const struct record *nsec3 = first_of_type(run, TYPE_NSEC3, &n_nsec3);
	bool minor = run->denial == VERIFY_NSEC;

	run->any_nsec = nsec != NULL;
	if (run->denial == VERIFY_NO_DENIAL && nsec)
		run->denial = VERIFY_NSEC;
	if (!nsec && !nsec3)
		diag_add(run->diags, apex_pos(run), S_NO_DENIAL,
		    "the zone has neither NSEC nor NSEC3 records");
	else if (nsec && nsec3)
		diag_add(run->diags, minor ? nsec3->pos : nsec->pos, S_DENIAL_MIXED,
		    "the zone has %zu NSEC and %zu NSEC3 records: its %s chain serves", n_nsec,
		    n_nsec3, minor ? "NSEC" : "NSEC3");
}

static void
tell_tallies(struct verify_run *run)
{
	const struct tally *stray = &run->tallies[TALLY_STRAY],
			   *ttl = &run->tallies[TALLY_DENIAL_TTL];

	if (stray->n > 0)
		diag_add(run->diags, stray->pos, S_RRSIG_STRAY,
		    "%zu further signatures are by keys that the zone does not have; the first",
		    stray->n);
	if (ttl->n > 0)
		diag_add(run->diags, ttl->pos, S_DENIAL_TTL,
		    "%zu NSEC or NSEC3 records do not have the TTL of negative answers, %s; the "
		    "first",
		    ttl->n, duration_ttl_text(&run->diags->arena, run->denial_ttl_s));
}

/* A secondary that lost its primary serves the zone until SOA expire has passed, and caches keep
 * what it last served for a TTL more. */
static void
check_end(const struct verify_run *run, const struct verify_result *result)
{
	struct arena *a = &run->diags->arena;
	int64_t expire_s = soa_number(run->soa, SOA_EXPIRE);
	int64_t ttl_s = store_largest_ttl(run->store), left_s = result->earliest - run->options->at;

	if (result->earliest != 0 && left_s > 0 && left_s < expire_s + ttl_s)
		diag_add(run->diags, run->soa->pos, S_END_NEAR,
		    "a signature ends in %s, ahead of SOA expire (%s) plus the largest TTL (%s)",
		    duration_text(a, (uint64_t)left_s), duration_text(a, (uint64_t)expire_s),
		    duration_text(a, (uint64_t)ttl_s));
}

/* The chain links all names, so that it cannot be judged where any may be lost. */
static void
begin_denial(struct verify_run *run)
{
	if (store_is_partial(run->store))
		return;
	verify_chains_begin(run);
	run->denial = denial_of(run);
	check_denial(run);
}

static void
verify_signed(struct verify_run *run, struct verify_result *result)
{
	verify_keys(run);
	begin_denial(run);
	visit_all(run, result);
	verify_nsec3_end(run);
	if (!run->keys_lost) {
		verify_apex(run);
		verify_cds(run);
	}
	tell_tallies(run);
	if (run->soa)
		check_end(run, result);
	result->denial = run->denial;
	for (size_t i = 0; i < run->n_algorithms; i++)
		result->algorithms[run->algorithms[i]] = true;
}

/* Even where the SOA or DNSKEY records could not be read, signatures tell when they end. */
static void
verify_whole(struct verify_run *run, struct verify_result *result)
{
	const char *name = name_absolute_text(&run->diags->arena, run->store->apex.wire);

	if (!run->soa && !run->keys_lost)
		diag_add(run->diags, apex_pos(run), Z_NO_SOA, "%s has no SOA record", name);
	if (run->soa)
		run->denial_ttl_s = denial_ttl(run->soa);
	if (run->keys_lost || node_rrset(run->store, run->apex, TYPE_DNSKEY).n > 0)
		verify_signed(run, result);
	else
		diag_add(run->diags, apex_pos(run), S_UNSIGNED, "%s has no DNSKEY records", name);
	if (store_is_partial(run->store))
		diag_add(run->diags, apex_pos(run), S_PARTIAL,
		    "records that could not be read are missing: neither the chain of NSEC or "
		    "NSEC3 nor ZONEMD was judged, and of names with such records only when their "
		    "signatures end");
	else if (run->soa)
		result->zonemd = verify_zonemd(run);
}

int
verify_zone(struct diags *diags, const struct store *store, const struct verify_options *options,
    struct verify_result *result)
{
	size_t before = diags->n_severity[SEVERITY_ERROR];
	struct verify_run run = {.diags = diags,
	    .store = store,
	    .options = options,
	    .at = (uint32_t)options->at,
	    .apex = store_apex(store)};

	*result = (struct verify_result){.n_records = store->n_live};
	if (!run.apex && !store_is_partial(store))
		return diag_error(diags, store->n_records ? store->records[0].pos : pos_none(),
		    Z_NO_SOA, "%s has no SOA record",
		    name_absolute_text(&diags->arena, store->apex.wire));
	if (run.apex)
		run.soa = node_rrset(store, run.apex, TYPE_SOA).records;
	run.keys_lost = store->lost_any || !run.apex || (run.apex->flags & NODE_LOST);
	verify_whole(&run, result);
	return diags->n_severity[SEVERITY_ERROR] > before ? -1 : 0;
}

int
verify_digest(struct diags *diags, const struct store *store)
{
	size_t before = diags->n_severity[SEVERITY_ERROR];
	struct verify_run run = {.diags = diags, .store = store, .apex = store_apex(store)};

	run.soa = node_rrset(store, run.apex, TYPE_SOA).records;
	verify_zonemd(&run);
	return diags->n_severity[SEVERITY_ERROR] > before ? -1 : 0;
}

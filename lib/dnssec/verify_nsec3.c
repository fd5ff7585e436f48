/* The NSEC3 chain (RFC 5155 section 7.1): one record at the hash of each name and of each empty
 * non-terminal, in the order of the hashes, the last one leading to the first. With opt-out,
 * insecure delegations, and empty non-terminals above nothing else, may be missing.
 *
 * The chain is collected ahead of the visits; each visit looks its hashes up. */
#include "dnssec/verify_run.h"

#include "base/codec.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum {
	HASH_SHA1 = 1,
	HASH_LEN = 20,
	HASH_DIGITS = 32, /* base32hex */
	FLAG_OPT_OUT = 1,
	INDEX_BITS_MOST = 24,
};

int
nsec3_split(struct bytes rdata, bool param, struct nsec3_fields *out)
{
	const uint8_t *p = rdata.data;
	size_t at = 5;

	if (rdata.len < at || rdata.len < at + p[4])
		return -1;
	*out = (struct nsec3_fields){
	    .algorithm = p[0], .flags = p[1], .iterations = u16_at(p + 2), .salt = {p + at, p[4]}};
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

static bool
is_of_chain(const struct verify_run *run, const struct nsec3_fields *nsec3)
{
	const struct nsec3_fields *chain = &run->nsec3;

	return nsec3->algorithm == chain->algorithm && nsec3->iterations == chain->iterations &&
	       nsec3->salt.len == chain->salt.len &&
	       memcmp(nsec3->salt.data, chain->salt.data, chain->salt.len) == 0;
}

static const struct record *
chain_record(const struct verify_run *run, const struct verify_nsec3 *nsec3)
{
	return node_records(run->store, &run->store->nodes[nsec3->node]) + nsec3->record;
}

static void
fields_of(const struct record *record, struct nsec3_fields *out)
{
	if (nsec3_split(record_rdata(record), false, out) < 0)
		*out = (struct nsec3_fields){0};
}

/* --- Before the visits --- */

/* Reads the hash of an NSEC3 owner: its first label, directly below the apex. */
static bool
owner_hash(const struct node *node, uint8_t hash[HASH_LEN])
{
	const uint8_t *wire = node->key + node->key_len;

	return node->wire_len == 1 + HASH_DIGITS && wire[0] == HASH_DIGITS &&
	       base32hex_decode((struct text){(const char *)wire + 1, HASH_DIGITS}, hash) ==
		   HASH_LEN;
}

/* Which of a node's NSEC3 records counts: the first with the chain's parameters. */
static size_t
pick_record(const struct verify_run *run, const struct rrset *set)
{
	struct nsec3_fields fields;

	for (size_t i = 0; i < set->n; i++) {
		fields_of(&set->records[i], &fields);
		if (is_of_chain(run, &fields))
			return i;
	}
	return 0;
}

static const struct record *
first_nsec3(const struct verify_run *run)
{
	for (size_t i = 0; i < run->store->n_nodes; i++) {
		const struct node *node = &run->store->nodes[i];
		uint8_t hash[HASH_LEN];
		struct rrset set;

		if (!owner_hash(node, hash))
			continue;
		set = node_rrset(run->store, node, TYPE_NSEC3);
		if (set.n > 0)
			return set.records;
	}
	return NULL;
}

/* What is said once about the parameters, for resolvers bear the cost. */
static void
check_cost(const struct verify_run *run, struct pos pos)
{
	if (run->nsec3.iterations > 0 || run->nsec3.salt.len > 0)
		diag_add(run->diags, pos, S_NSEC3_COST,
		    "NSEC3 with %u further iterations and a salt of %zu octets",
		    run->nsec3.iterations, run->nsec3.salt.len);
}

static void
check_param(const struct verify_run *run, const struct rrset *set)
{
	struct pos pos = set->records[0].pos;

	if (set->n > 1)
		diag_add(run->diags, set->records[1].pos, S_NSEC3PARAM,
		    "the zone has %zu NSEC3PARAM records; it is judged by the first", set->n);
	if (run->nsec3.flags != 0)
		diag_add(run->diags, pos, S_NSEC3PARAM, "the flags of NSEC3PARAM are %u, not 0",
		    run->nsec3.flags);
	if (run->nsec3.algorithm != HASH_SHA1)
		diag_add(run->diags, pos, S_NSEC3PARAM,
		    "the hash algorithm of NSEC3PARAM is %u, not 1 (SHA-1)", run->nsec3.algorithm);
}

/* The parameters: NSEC3PARAM's, or where that is missing the first NSEC3 record's, unless the zone
 * is one with NSEC. */
static bool
take_params(struct verify_run *run)
{
	struct rrset set = node_rrset(run->store, run->apex, TYPE_NSEC3PARAM);
	const struct record *nsec3 = first_nsec3(run);

	if (!nsec3) {
		if (set.n > 0)
			diag_add(run->diags, set.records[0].pos, S_NSEC3PARAM,
			    "the zone has an NSEC3PARAM record and no NSEC3 records");
		return false;
	}
	if (set.n == 0 && node_rrset(run->store, run->apex, TYPE_NSEC).n > 0)
		return false;
	if (set.n == 0) {
		diag_add(run->diags, nsec3->pos, S_NSEC3PARAM,
		    "the zone has NSEC3 records and no NSEC3PARAM record");
		fields_of(nsec3, &run->nsec3);
		check_cost(run, nsec3->pos);
	} else if (nsec3_split(record_rdata(&set.records[0]), true, &run->nsec3) == 0) {
		check_param(run, &set);
		check_cost(run, set.records[0].pos);
	}
	return run->nsec3.algorithm == HASH_SHA1;
}

static size_t
index_of(const struct verify_run *run, const uint8_t *hash)
{
	return u32_at(hash) >> (32 - run->chain_bits);
}

/* Hashes are spread evenly, so that their first bits nearly say where they are. */
static void
index_chain(struct verify_run *run)
{
	size_t n_index, at = 0;

	for (run->chain_bits = 1;
	     run->chain_bits < INDEX_BITS_MOST && (size_t)1 << run->chain_bits < run->n_chain;)
		run->chain_bits++;
	n_index = ((size_t)1 << run->chain_bits) + 1;
	run->chain_index = mem_alloc(n_index * sizeof(*run->chain_index));
	for (size_t i = 0; i < n_index; i++) {
		while (at < run->n_chain && index_of(run, run->chain[at].hash) < i)
			at++;
		run->chain_index[i] = (uint32_t)at;
	}
}

void
verify_nsec3_begin(struct verify_run *run)
{
	size_t cap = 0;

	if (!take_params(run))
		return;
	for (size_t i = 0; i < run->store->n_nodes; i++) {
		const struct node *node = &run->store->nodes[i];
		struct verify_nsec3 *nsec3;
		uint8_t hash[HASH_LEN];
		struct rrset set;

		if (!owner_hash(node, hash))
			continue;
		set = node_rrset(run->store, node, TYPE_NSEC3);
		if (set.n == 0)
			continue;
		run->chain = mem_grow(run->chain, run->n_chain, &cap, sizeof(*run->chain));
		nsec3 = &run->chain[run->n_chain++];
		*nsec3 = (struct verify_nsec3){.node = (uint32_t)i,
		    .record = (uint32_t)((size_t)(set.records - node_records(run->store, node)) +
					 pick_record(run, &set))};
		memcpy(nsec3->hash, hash, HASH_LEN);
	}
	index_chain(run);
}

/* --- Looking up --- */

/* The number of the first of the chain that is not below `hash`; n_chain where all are. */
static size_t
chain_find(const struct verify_run *run, const uint8_t *hash)
{
	size_t low = run->chain_index[index_of(run, hash)],
	       high = run->chain_index[index_of(run, hash) + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(run->chain[middle].hash, hash, HASH_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* RFC 5155 section 5: IH(salt, name, 0) = H(name | salt), then each time H(the last | salt). */
static bool
hash_name(const struct visit *v, struct bytes name, uint8_t hash[HASH_LEN])
{
	const struct nsec3_fields *params = &v->run->nsec3;
	EVP_MD_CTX *ctx = v->worker->digest;
	struct bytes in = name;

	for (unsigned i = 0; i <= params->iterations; i++) {
		if (EVP_DigestInit_ex2(ctx, v->worker->sha1, NULL) <= 0 ||
		    EVP_DigestUpdate(ctx, in.data, in.len) <= 0 ||
		    EVP_DigestUpdate(ctx, params->salt.data, params->salt.len) <= 0 ||
		    EVP_DigestFinal_ex(ctx, hash, NULL) <= 0)
			return false;
		in = (struct bytes){hash, HASH_LEN};
	}
	return true;
}

/* Does an opt-out span hold what would stand ahead of number `at` of the ring? */
static bool
is_opted_out(const struct verify_run *run, size_t at)
{
	struct nsec3_fields fields;

	fields_of(chain_record(run, &run->chain[(at > 0 ? at : run->n_chain) - 1]), &fields);
	return fields.flags & FLAG_OPT_OUT;
}

/* --- Names --- */

/* A name that must have an NSEC3 record. */
struct hashed {
	struct bytes wire; /* in lower case */
	size_t key_len;    /* octets of its sort key, which begins that of the visit's node */
	bool ent;
	uint8_t hash[HASH_LEN];
};

static bool
is_insecure_cut(const struct node *node)
{
	return (node->flags & NODE_CUT) && !(node->flags & NODE_DS);
}

/* Are all names below the empty non-terminal insecure delegations? The visit's node is the first.
 */
static bool
is_above_insecure(const struct visit *v, const struct hashed *h)
{
	const struct store *store = v->run->store;

	for (size_t i = v->i; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];

		if (node->key_len < h->key_len || memcmp(node->key, v->node->key, h->key_len) != 0)
			return true;
		if (verify_is_name(store, node) && !is_insecure_cut(node))
			return false;
	}
	return true;
}

static void
tell_missing(struct visit *v, const struct hashed *h, bool insecure)
{
	struct verify_slot *slot = v->slot;
	struct buf digits = {0};

	base32hex_encode(&digits, (struct bytes){h->hash, HASH_LEN});
	fault_add(&slot->faults, node_records(v->run->store, v->node)->pos, S_NSEC3_MISSING,
	    "%s%s has no NSEC3 record (%.*s)%s", h->ent ? "the empty non-terminal " : "",
	    h->ent ? name_absolute_text(&v->worker->scratch, h->wire.data) : visit_name_text(v),
	    (int)digits.len, digits.data, insecure ? ", and no opt-out span holds it" : "");
	buf_free(&digits);
	slot->missing =
	    mem_grow(slot->missing, slot->n_missing, &slot->cap_missing, sizeof(*slot->missing));
	memcpy(slot->missing[slot->n_missing++], h->hash, HASH_LEN);
}

static void
check_hashed(struct visit *v, struct hashed *h)
{
	struct verify_run *run = v->run;
	struct nsec3_fields fields;
	bool insecure;
	size_t at;

	if (!hash_name(v, h->wire, h->hash)) {
		fault_add(&v->slot->faults, pos_none(), F_SYSTEM, "OpenSSL cannot compute SHA-1");
		return;
	}
	at = chain_find(run, h->hash);
	if (at < run->n_chain && memcmp(run->chain[at].hash, h->hash, HASH_LEN) == 0) {
		const struct record *record = chain_record(run, &run->chain[at]);

		run->chain[at].seen = true;
		fields_of(record, &fields);
		visit_bitmap(v, record->pos,
		    h->ent ? name_absolute_text(&v->worker->scratch, h->wire.data) : NULL,
		    fields.bitmap, TYPE_NSEC3, h->ent);
		return;
	}
	insecure = h->ent ? is_above_insecure(v, h) : is_insecure_cut(v->node);
	if (!insecure || !is_opted_out(run, at))
		tell_missing(v, h, insecure);
}

/* The name ahead of the visit's in the zone; the apex has none. */
static const struct node *
name_ahead(const struct visit *v)
{
	for (size_t i = v->i; i > 0; i--)
		if (verify_is_name(v->run->store, &v->run->store->nodes[i - 1]))
			return &v->run->store->nodes[i - 1];
	return NULL;
}

/* Octets of the labels that two sort keys share; each label ends in 0x00. */
static size_t
shared_labels(const struct node *a, const struct node *b)
{
	size_t shared = 0;

	for (size_t i = 0; i < a->key_len && i < b->key_len && a->key[i] == b->key[i]; i++)
		if (a->key[i] == 0)
			shared = i + 1;
	return shared;
}

/* Empty non-terminals are those ancestors that the name ahead does not share: had they data, they
 * would stand between the two. */
static void
check_ents(struct visit *v)
{
	const struct node *ahead = name_ahead(v), *node = v->node;
	size_t shared = ahead ? shared_labels(ahead, node) : 0;
	const uint8_t *wire = v->name;
	size_t key_len = node->key_len;

	while (key_len > 0) {
		struct hashed h = {.ent = true};

		for (key_len--; key_len > 0 && node->key[key_len - 1] != 0;)
			key_len--;
		if (key_len <= shared)
			return;
		wire += 1 + *wire;
		h.wire = (struct bytes){wire, v->name_len - (size_t)(wire - v->name)};
		h.key_len = key_len;
		check_hashed(v, &h);
	}
}

/* --- The records --- */

static void
check_fields(struct visit *v, const struct record *record)
{
	struct nsec3_fields fields;

	fields_of(record, &fields);
	if (!is_of_chain(v->run, &fields))
		fault_add(&v->slot->faults, record->pos, S_NSEC3_FIELDS,
		    "the hash algorithm, iterations or salt of %s are not those of NSEC3PARAM",
		    visit_name_text(v));
	else if (fields.flags & ~FLAG_OPT_OUT)
		fault_add(&v->slot->faults, record->pos, S_NSEC3_FIELDS,
		    "%s has unknown NSEC3 flags (%u)", visit_name_text(v), fields.flags);
	if (v->run->soa && record->ttl_s != v->run->denial_ttl_s)
		tally_add(&v->worker->tallies[TALLY_DENIAL_TTL], 1, record->pos);
}

static void
check_owner(struct visit *v)
{
	uint8_t hash[HASH_LEN];

	for (size_t i = 0; i < v->nsec3.n; i++)
		check_fields(v, &v->nsec3.records[i]);
	if (v->nsec3.n > 1)
		fault_add(&v->slot->faults, v->nsec3.records[1].pos, S_NSEC_SEVERAL,
		    "%s has %zu NSEC3 records", visit_name_text(v), v->nsec3.n);
	if (!owner_hash(v->node, hash))
		fault_add(&v->slot->faults, v->nsec3.records[0].pos, S_NSEC3_ORPHAN,
		    "%s is no hash directly below the apex", visit_name_text(v));
}

void
visit_nsec3(struct visit *v)
{
	struct hashed h = {.wire = {v->name, v->name_len}, .key_len = v->node->key_len};

	if (v->nsec3.n > 0)
		check_owner(v);
	if (!v->exists)
		return;
	check_ents(v);
	check_hashed(v, &h);
}

/* --- After the visits --- */

static int
hash_compare(const void *a, const void *b)
{
	return memcmp(a, b, HASH_LEN);
}

static bool
is_told_missing(const struct verify_run *run, const uint8_t *hash)
{
	return run->n_missing > 0 &&
	       bsearch(hash, run->missing, run->n_missing, HASH_LEN, hash_compare);
}

/* Is `hash` in the span from `a` to `b` of the ring, the ends left out? */
static bool
is_between(const uint8_t *a, const uint8_t *hash, const uint8_t *b)
{
	bool above = memcmp(a, hash, HASH_LEN) < 0, below = memcmp(hash, b, HASH_LEN) < 0;

	return memcmp(a, b, HASH_LEN) < 0 ? above && below : above || below;
}

static const char *
owner_text(const struct verify_run *run, const struct verify_nsec3 *nsec3)
{
	uint8_t wire[NAME_LONGEST];

	node_wire(run->store, &run->store->nodes[nsec3->node], wire);
	return name_absolute_text(&run->diags->arena, wire);
}

/* A record that leads to one that is missing is right: that one has been told of. */
static void
check_link(struct verify_run *run, size_t i)
{
	const struct verify_nsec3 *nsec3 = &run->chain[i],
				  *next = &run->chain[(i + 1) % run->n_chain];
	const struct record *record = chain_record(run, nsec3);
	struct nsec3_fields fields;
	struct buf digits = {0};

	fields_of(record, &fields);
	if (fields.next.len == HASH_LEN &&
	    (memcmp(fields.next.data, next->hash, HASH_LEN) == 0 ||
		(is_between(nsec3->hash, fields.next.data, next->hash) &&
		    is_told_missing(run, fields.next.data))))
		return;
	base32hex_encode(&digits, fields.next);
	diag_add(run->diags, record->pos, S_NSEC_NEXT,
	    "the NSEC3 record %s leads to %.*s, the next hash is that of %s",
	    owner_text(run, nsec3), (int)digits.len, digits.data, owner_text(run, next));
	buf_free(&digits);
}

static void
check_chain(struct verify_run *run)
{
	if (run->n_missing > 0)
		qsort(run->missing, run->n_missing, HASH_LEN, hash_compare);
	for (size_t i = 0; i < run->n_chain; i++) {
		const struct record *record = chain_record(run, &run->chain[i]);
		struct nsec3_fields fields;

		fields_of(record, &fields);
		if (fields.flags & FLAG_OPT_OUT)
			run->denial = VERIFY_NSEC3_OPT_OUT;
		if (!is_of_chain(run, &fields))
			continue;
		if (!run->chain[i].seen)
			diag_add(run->diags, record->pos, S_NSEC3_ORPHAN,
			    "no name of the zone has the hash of the NSEC3 record %s",
			    owner_text(run, &run->chain[i]));
		check_link(run, i);
	}
}

void
verify_nsec3_end(struct verify_run *run)
{
	if (run->denial == VERIFY_NSEC3)
		check_chain(run);
	free(run->chain);
	free(run->chain_index);
}

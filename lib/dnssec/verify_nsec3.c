/* The NSEC3 chains (RFC 5155 section 7.1): in each, one record at the hash of each name and of each
 * empty non-terminal, in the order of the hashes, the last one leading to the first. With opt-out,
 * insecure delegations may be missing, and so may empty non-terminals that stand above nothing else
 * than what is missing.
 *
 * A chain that nothing announces need not be complete, but what it has must be right. One that no
 * resolver computes is not judged.
 *
 * The chains are collected ahead of the visits; each visit looks its hashes up. */
#include "dnssec/verify_part.h"

#include "base/codec.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { FLAG_OPT_OUT = 1 };

/* RFC 5155 section 5: IH(salt, name, 0) = H(name | salt), then each time H(the last | salt). */
static bool
hash_name(const struct visit *v, const struct nsec3_fields *params, struct bytes name,
    uint8_t hash[NSEC3_HASH_LEN])
{
	EVP_MD_CTX *ctx = v->worker->digest;
	struct bytes in = name;

	for (unsigned i = 0; i <= params->iterations; i++) {
		if (EVP_DigestInit_ex2(ctx, v->worker->sha1, NULL) <= 0 ||
		    EVP_DigestUpdate(ctx, in.data, in.len) <= 0 ||
		    EVP_DigestUpdate(ctx, params->salt.data, params->salt.len) <= 0 ||
		    EVP_DigestFinal_ex(ctx, hash, NULL) <= 0)
			return false;
		in = (struct bytes){hash, NSEC3_HASH_LEN};
	}
	return true;
}

/* Does an opt-out span hold this hash, at which the chain has no record? */
static bool
is_opted_out(const struct verify_run *run, const struct verify_chain *chain, const uint8_t *hash)
{
	size_t at = chain_find(chain, hash);
	struct nsec3_fields fields;

	if (chain->n == 0)
		return false;
	chain_fields(run, chain, &chain->items[(at > 0 ? at : chain->n) - 1], &fields);
	return fields.flags & FLAG_OPT_OUT;
}

/* --- Names --- */

/* A name that must have an NSEC3 record in the chain. */
struct hashed {
	struct verify_chain *chain;
	struct bytes wire; /* in lower case */
	size_t key_len;    /* octets of its sort key, which begins that of the visit's node */
	bool ent;
	uint8_t hash[NSEC3_HASH_LEN];
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

/* Does another chain hold a record at this hash? Then it has wrong parameters, which is told. */
static bool
is_misfiled(const struct verify_run *run, const struct hashed *h)
{
	for (size_t i = 0; i < run->n_chains; i++)
		if (!run->chains[i].announced && chain_at(&run->chains[i], h->hash))
			return true;
	return false;
}

static void
slot_add(struct verify_slot *slot, const struct visit *v, const struct hashed *h, bool pending)
{
	slot->missing =
	    mem_grow(slot->missing, slot->n_missing, &slot->cap_missing, sizeof(*slot->missing));
	slot->missing[slot->n_missing] = (struct verify_missing){.chain = h->chain,
	    .node = (uint32_t)v->i,
	    .key_len = (uint16_t)h->key_len,
	    .pending = pending};
	memcpy(slot->missing[slot->n_missing++].hash, h->hash, NSEC3_HASH_LEN);
}

static const char *
digits_of(struct arena *a, const uint8_t *hash)
{
	struct buf digits = {0};

	base32hex_encode(&digits, (struct bytes){hash, NSEC3_HASH_LEN});
	return buf_text(&digits, a);
}

static void
tell_missing(struct visit *v, const struct hashed *h, bool insecure)
{
	struct arena *a = &v->worker->scratch;

	if (!is_misfiled(v->run, h))
		fault_add(&v->slot->faults, node_records(v->run->store, v->node)->pos,
		    S_NSEC3_MISSING, "%s%s has no NSEC3 record (%s)%s",
		    h->ent ? "the empty non-terminal " : "",
		    h->ent ? name_absolute_text(a, h->wire.data) : visit_name_text(v),
		    digits_of(a, h->hash), insecure ? ", and no opt-out span holds it" : "");
	slot_add(v->slot, v, h, false);
}

static void
check_missing(struct visit *v, const struct hashed *h)
{
	bool insecure = h->ent ? is_above_insecure(v, h) : is_insecure_cut(v->node);

	if (!insecure || !is_opted_out(v->run, h->chain, h->hash))
		tell_missing(v, h, insecure);
	else if (h->ent)
		slot_add(v->slot, v, h, true);
}

static void
check_hashed(struct visit *v, struct hashed *h)
{
	struct nsec3_fields fields;
	const struct record *record;
	struct verify_nsec3 *nsec3;

	if (!hash_name(v, &h->chain->params, h->wire, h->hash)) {
		fault_add(&v->slot->faults, pos_none(), F_SYSTEM, "OpenSSL cannot compute SHA-1");
		return;
	}
	nsec3 = chain_at(h->chain, h->hash);
	if (!nsec3) {
		if (h->chain->announced)
			check_missing(v, h);
		return;
	}
	nsec3->seen = true;
	if (h->key_len > h->chain->own[v->i])
		h->chain->own[v->i] = (uint16_t)h->key_len;
	if (nsec3->node == VERIFY_PROVEN)
		return;
	record = chain_record(v->run, nsec3);
	nsec3_fields_of(record, &fields);
	visit_bitmap(v, record->pos,
	    h->ent ? name_absolute_text(&v->worker->scratch, h->wire.data) : NULL, fields.bitmap,
	    TYPE_NSEC3, h->ent);
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
check_ents(struct visit *v, struct verify_chain *chain)
{
	const struct node *ahead = name_ahead(v), *node = v->node;
	size_t shared = ahead ? shared_labels(ahead, node) : 0;
	const uint8_t *wire = v->name;
	size_t key_len = node->key_len;

	while (key_len > 0) {
		struct hashed h = {.chain = chain, .ent = true};

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

	nsec3_fields_of(record, &fields);
	if (!chain_of(v->run, &fields))
		fault_add(&v->slot->faults, record->pos, S_NSEC3_FIELDS,
		    "the hash algorithm, iterations or salt of %s are not those of NSEC3PARAM",
		    visit_name_text(v));
	else if (fields.flags & ~FLAG_OPT_OUT)
		fault_add(&v->slot->faults, record->pos, S_NSEC3_FIELDS,
		    "%s has unknown NSEC3 flags (%u)", visit_name_text(v), fields.flags);
	if (v->run->soa && record->ttl_s != v->run->denial_ttl_s)
		tally_add(&v->worker->tallies[TALLY_DENIAL_TTL], 1, record->pos);
}

/* No name has one hash under two salts: several records are of one chain, or of none. */
static void
check_owner(struct visit *v)
{
	uint8_t hash[NSEC3_HASH_LEN];

	for (size_t i = 0; i < v->nsec3.n; i++)
		check_fields(v, &v->nsec3.records[i]);
	if (v->nsec3.n > 1)
		fault_add(&v->slot->faults, v->nsec3.records[1].pos, S_NSEC_SEVERAL,
		    "%s has %zu NSEC3 records", visit_name_text(v), v->nsec3.n);
	if (!nsec3_owner_hash(v->node, hash))
		fault_add(&v->slot->faults, v->nsec3.records[0].pos, S_NSEC3_ORPHAN,
		    "%s is no hash directly below the apex", visit_name_text(v));
}

void
visit_nsec3(struct visit *v)
{
	if (v->nsec3.n > 0)
		check_owner(v);
	for (size_t i = 0; i < v->run->n_chains && v->exists; i++) {
		struct verify_chain *chain = &v->run->chains[i];
		struct hashed h = {
		    .chain = chain, .wire = {v->name, v->name_len}, .key_len = v->node->key_len};

		if (chain->n == 0 || chain->dear)
			continue;
		check_ents(v, chain);
		check_hashed(v, &h);
	}
}

/* --- After the visits --- */

static int
hash_compare(const void *a, const void *b)
{
	return memcmp(a, b, NSEC3_HASH_LEN);
}

static bool
is_told_missing(const struct verify_chain *chain, const uint8_t *hash)
{
	return chain->n_missing > 0 &&
	       bsearch(hash, chain->missing, chain->n_missing, NSEC3_HASH_LEN, hash_compare);
}

/* Has a name below the empty non-terminal, or another that lies there, an NSEC3 record? */
static bool
has_own_below(const struct verify_run *run, const struct verify_missing *missing)
{
	const struct store *store = run->store;
	const struct node *first = &store->nodes[missing->node];

	for (size_t i = missing->node; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];

		if (node->key_len < missing->key_len ||
		    memcmp(node->key, first->key, missing->key_len) != 0)
			return false;
		if (missing->chain->own[i] > missing->key_len)
			return true;
	}
	return false;
}

/* The name above the first node below it. */
static const char *
ent_text(const struct verify_run *run, const struct verify_missing *missing)
{
	const struct node *node = &run->store->nodes[missing->node];
	uint8_t wire[NAME_LONGEST];
	const uint8_t *p = wire;

	node_wire(run->store, node, wire);
	for (size_t i = missing->key_len; i < node->key_len; i++)
		if (node->key[i] == 0)
			p += 1 + *p;
	return name_absolute_text(&run->diags->arena, p);
}

void
verify_missing_take(struct verify_run *run, const struct verify_missing *missing)
{
	struct verify_chain *chain = missing->chain;

	if (missing->pending) {
		run->pending = mem_grow(
		    run->pending, run->n_pending, &run->cap_pending, sizeof(*run->pending));
		run->pending[run->n_pending++] = *missing;
		return;
	}
	chain->missing = mem_grow(
	    chain->missing, chain->n_missing, &chain->cap_missing, sizeof(*chain->missing));
	memcpy(chain->missing[chain->n_missing++], missing->hash, NSEC3_HASH_LEN);
}

/* RFC 5155 section 7.1: an empty non-terminal is left out only where no delegation that it derives
 * from has an NSEC3 record; and whoever put one in below it was to put it in too. */
static void
check_pending(struct verify_run *run)
{
	for (size_t i = 0; i < run->n_pending; i++) {
		struct verify_missing *missing = &run->pending[i];

		if (!has_own_below(run, missing))
			continue;
		diag_add(run->diags,
		    node_records(run->store, &run->store->nodes[missing->node])->pos,
		    S_NSEC3_MISSING,
		    "the empty non-terminal %s has no NSEC3 record (%s), but a name below it has "
		    "one",
		    ent_text(run, missing), digits_of(&run->diags->arena, missing->hash));
		missing->pending = false;
		verify_missing_take(run, missing);
	}
	free(run->pending);
}

/* Is `hash` in the span from `a` to `b` of the ring, the ends left out? */
static bool
is_between(const uint8_t *a, const uint8_t *hash, const uint8_t *b)
{
	bool above = memcmp(a, hash, NSEC3_HASH_LEN) < 0,
	     below = memcmp(hash, b, NSEC3_HASH_LEN) < 0;

	return memcmp(a, b, NSEC3_HASH_LEN) < 0 ? above && below : above || below;
}

static struct pos
pos_of(const struct verify_run *run, const struct verify_nsec3 *nsec3)
{
	return nsec3->node == VERIFY_PROVEN ? run->soa->pos : chain_record(run, nsec3)->pos;
}

static const char *
owner_text(const struct verify_run *run, const struct verify_nsec3 *nsec3)
{
	uint8_t wire[NAME_LONGEST];

	if (nsec3->node == VERIFY_PROVEN)
		return digits_of(&run->diags->arena, nsec3->hash);
	node_wire(run->store, &run->store->nodes[nsec3->node], wire);
	return name_absolute_text(&run->diags->arena, wire);
}

/* A record that leads to one that is missing is right: that one has been told of. */
static void
check_link(struct verify_run *run, const struct verify_chain *chain, size_t i)
{
	const struct verify_nsec3 *nsec3 = &chain->items[i],
				  *next = &chain->items[(i + 1) % chain->n];
	struct nsec3_fields fields;
	struct buf digits = {0};

	chain_fields(run, chain, nsec3, &fields);
	if (fields.next.len == NSEC3_HASH_LEN &&
	    (memcmp(fields.next.data, next->hash, NSEC3_HASH_LEN) == 0 ||
		(is_between(nsec3->hash, fields.next.data, next->hash) &&
		    is_told_missing(chain, fields.next.data))))
		return;
	base32hex_encode(&digits, fields.next);
	diag_add(run->diags, pos_of(run, nsec3), S_NSEC_NEXT,
	    "the NSEC3 record %s leads to %.*s, the next hash is that of %s",
	    owner_text(run, nsec3), (int)digits.len, digits.data, owner_text(run, next));
	buf_free(&digits);
}

/* Records of no announced chain are right as long as they stand for a name. */
static void
tell_orphan(struct verify_run *run, const struct verify_chain *chain, size_t i)
{
	const struct verify_nsec3 *nsec3 = &chain->items[i];
	struct pos pos = pos_of(run, nsec3);

	if (chain->announced || run->n_announced == 0)
		diag_add(run->diags, pos, S_NSEC3_ORPHAN,
		    "no name of the zone has the hash of the NSEC3 record %s",
		    owner_text(run, nsec3));
	else
		diag_add(run->diags, pos, S_NSEC3_FIELDS,
		    "the iterations or salt of %s are not those of NSEC3PARAM, and no name of the "
		    "zone has that hash by them",
		    owner_text(run, nsec3));
}

static void
check_chain(struct verify_run *run, struct verify_chain *chain)
{
	size_t n_seen = 0;

	if (chain->dear)
		return;
	if (chain->n_missing > 0)
		qsort(chain->missing, chain->n_missing, NSEC3_HASH_LEN, hash_compare);
	for (size_t i = 0; i < chain->n; i++) {
		struct nsec3_fields fields;

		chain_fields(run, chain, &chain->items[i], &fields);
		if (chain->announced && (fields.flags & FLAG_OPT_OUT))
			run->denial = VERIFY_NSEC3_OPT_OUT;
		n_seen += chain->items[i].seen;
		if (!chain->items[i].seen)
			tell_orphan(run, chain, i);
		if (chain->announced)
			check_link(run, chain, i);
	}
	if (!chain->announced && n_seen > 0)
		diag_add(run->diags, chain->pos, S_NSEC3_OTHER,
		    "%zu NSEC3 records are of a chain that no NSEC3PARAM record announces", n_seen);
}

void
verify_nsec3_end(struct verify_run *run)
{
	check_pending(run);
	for (size_t i = 0; i < run->n_chains; i++)
		check_chain(run, &run->chains[i]);
	verify_chains_free(run);
}

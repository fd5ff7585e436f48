#include "dnssec/sign_part.h"

#include "dns/serial.h"
#include "dnssec/verify.h"
#include "zone/soa.h"
#include "zone/write.h"

static struct verifier *
verifier_of(struct arena *scratch, const struct keys *keys)
{
	struct verifier_key *list = arena_alloc(scratch, keys->n * sizeof(*list) + 1);

	for (size_t i = 0; i < keys->n; i++) {
		struct bytes dnskey = keys->items[i].dnskey;

		list[i] = (struct verifier_key){
		    keys->items[i].algorithm, {dnskey.data + 4, dnskey.len - 4}};
	}
	return verifier_new(list, keys->n);
}

int
sign_worker_begin(struct sign_worker *worker, const struct sign_pass *pass, struct diags *diags)
{
	*worker = (struct sign_worker){.pass = pass};
	worker->signer = signer_new(diags, pass->options->keys);
	if (pass->options->index_out)
		worker->digest = digest_begin();
	if (pass->reuse.old)
		worker->verifier = verifier_of(&worker->scratch, pass->options->keys);
	return worker->signer ? 0 : -1;
}

void
sign_worker_end(struct sign_worker *worker)
{
	if (worker->signer)
		signer_free(worker->signer);
	if (worker->digest)
		digest_end(worker->digest, (uint8_t[DIGEST_LEN]){0});
	if (worker->verifier)
		verifier_free(worker->verifier);
	rrsig_free(&worker->rrsig);
	buf_free(&worker->owner_text);
	zonemd_node_free(&worker->zonemd);
	arena_free(&worker->scratch);
}

/* --- Writing one record --- */

static bool
makes_zonemd(const struct sign_pass *pass)
{
	return pass->options->zonemd && !pass->options->zonemd_kept && !pass->dry && !pass->part;
}

static uint16_t
type_covered(struct bytes rrsig)
{
	return read_u16(rrsig.data);
}

/* `rdata` is written as it is, `canonical` is digested. The apex's ZONEMD and its signatures are
 * not part of the digest (RFC 8976 section 3.3.1). */
static void
put_record(struct sign_worker *worker, struct buf *text, uint32_t ttl_s, uint16_t type,
    struct bytes rdata, struct bytes canonical)
{
	const struct sign_pass *pass = worker->pass;
	struct bytes owner = {worker->name, worker->name_len};
	uint16_t of = type == TYPE_RRSIG ? type_covered(rdata) : type;

	worker->block.n_records++;
	if (pass->dry)
		return;
	write_record(text, (struct text){worker->owner_text.data, worker->owner_text.len}, ttl_s,
	    type, rdata);
	if (makes_zonemd(pass) && !(of == TYPE_ZONEMD && owner.len == pass->store->apex.len))
		zonemd_take(&worker->zonemd, owner, type, ttl_s, canonical);
}

static void
put_signature(struct sign_worker *worker, struct buf *text, uint32_t ttl_s, struct bytes rdata)
{
	struct index_block *block = &worker->block;
	uint32_t end = read_u32(rdata.data + RRSIG_EXPIRATION);
	uint32_t start = read_u32(rdata.data + RRSIG_INCEPTION);
	bool first = block->n_signatures++ == 0;

	if (first || serial_later(block->first_end, end))
		block->first_end = end;
	if (first || serial_later(block->first_start, start))
		block->first_start = start;
	if (first || serial_later(start, block->last_start))
		block->last_start = start;
	put_record(worker, text, ttl_s, TYPE_RRSIG, rdata, rdata);
}

/* --- Signing one RRset --- */

/* Below the apex, types of the keys are like any others. */
static bool
key_signs(const struct sign_worker *worker, const struct key *key, uint16_t type)
{
	bool apex = worker->name_len == worker->pass->store->apex.len;

	return apex && rrsig_is_of_keys(type) ? key->signs_keys : key->signs_zone;
}

/* The data begin with the old signature's head for a moment, in place of the new one's. */
static bool
verifies(struct sign_worker *worker, size_t key, const struct record *record)
{
	struct bytes rdata = record_rdata(record);
	size_t head = worker->rrsig.rdata_len;
	uint8_t fresh[RRSIG_SIGNER];
	bool good;

	memcpy(fresh, worker->rrsig.data.data, sizeof(fresh));
	rrsig_replay(&worker->rrsig, rdata);
	good = verifier_good(worker->verifier, key, rrsig_data(&worker->rrsig),
	    (struct bytes){rdata.data + head, rdata.len - head});
	memcpy(worker->rrsig.data.data, fresh, sizeof(fresh));
	return good;
}

/* The signature that the old zone has, if it may be kept. */
static const struct record *
kept_signature(struct sign_worker *worker, const struct node *old, size_t key)
{
	const struct reuse *reuse = &worker->pass->reuse;
	const struct record *record;

	if (!old)
		return NULL;
	record = reuse_signature(reuse, old, &worker->rrsig);
	if (!record || (reuse->trusted && reuse->known[key]))
		return record;
	return verifies(worker, key, record) ? record : NULL;
}

/* `old` holds the same RRset, or is NULL. */
static void
sign_with_key(struct sign_worker *worker, size_t key, const struct node *old, uint32_t ttl_s,
    struct buf *text)
{
	const struct key *signing = &worker->pass->options->keys->items[key];
	const struct record *kept;
	struct bytes head;
	size_t len;

	rrsig_key(&worker->rrsig, signing->algorithm->number, signing->tag);
	kept = kept_signature(worker, old, key);
	if (kept) {
		worker->result.n_kept++;
		put_signature(worker, text, ttl_s, record_rdata(kept));
		return;
	}
	if (worker->pass->dry) {
		worker->block.n_signatures++;
		return;
	}
	head = rrsig_rdata(&worker->rrsig);
	memcpy(worker->rdata, head.data, head.len);
	if (signer_sign(worker->signer, key, rrsig_data(&worker->rrsig), worker->rdata + head.len,
		&len) < 0)
		worker->failed = true;
	else
		put_signature(worker, text, ttl_s, (struct bytes){worker->rdata, head.len + len});
}

/* The key is not at hand: what it signed earlier is taken, or nothing (offline_find has told of
 * it).
 */
static void
keep_offline(struct sign_worker *worker, const struct key *key, const struct rrsig_set *set,
    struct buf *text)
{
	const struct offline_signature *kept =
	    offline_signature(&worker->pass->offline, key, set->type);

	if (!kept)
		return;
	if (!kept->is_new)
		worker->result.n_kept++;
	put_signature(worker, text, set->ttl_s, record_rdata(kept->rrsig));
}

static void
sign_set(struct sign_worker *worker, const struct rrsig_set *set, struct buf *text)
{
	const struct sign_pass *pass = worker->pass;
	const struct keys *keys = pass->options->keys;
	const struct node *old = worker->old;

	if (old && !reuse_same_set(&pass->reuse, old, set))
		old = NULL;
	rrsig_begin(&worker->rrsig, &pass->store->apex, &pass->options->period, set);
	for (size_t i = 0; i < keys->n && !worker->failed; i++)
		if (key_signs(worker, &keys->items[i], set->type) && keys->items[i].at_hand)
			sign_with_key(worker, i, old, set->ttl_s, text);
		else if (key_signs(worker, &keys->items[i], set->type))
			keep_offline(worker, &keys->items[i], set, text);
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
write_rrset(struct sign_worker *worker, const struct rrset *set, bool sign, struct buf *text)
{
	struct arena_mark mark = arena_mark(&worker->scratch);
	struct rrsig_set canonical = {.owner = {worker->name, worker->name_len},
	    .type = set->type,
	    .ttl_s = set->records[0].ttl_s,
	    .rdata = canonical_rdata(worker, set),
	    .n = set->n};

	for (size_t i = 0; i < set->n; i++)
		put_record(worker, text, set->records[i].ttl_s, set->type,
		    record_rdata(&set->records[i]), canonical.rdata[i]);
	if (sign)
		sign_set(worker, &canonical, text);
	arena_reset(&worker->scratch, mark);
}

/* --- Denial of existence --- */

/* A record of one RRset that is made here, and its signatures. */
static void
write_single(
    struct sign_worker *worker, uint16_t type, uint32_t ttl_s, struct bytes rdata, struct buf *text)
{
	struct rrsig_set set = {.owner = {worker->name, worker->name_len},
	    .type = type,
	    .ttl_s = ttl_s,
	    .rdata = &rdata,
	    .n = 1};

	put_record(worker, text, ttl_s, type, rdata, rdata);
	sign_set(worker, &set, text);
}

static void
write_nsec(struct sign_worker *worker, size_t node, struct buf *text)
{
	struct bytes rdata = {
	    worker->denial, nsec_rdata(worker->pass->store, node, worker->denial)};

	write_single(worker, TYPE_NSEC, worker->pass->nsec_ttl_s, rdata, text);
}

/* Makes `name` the name that is being written; `key` is its sort key. */
static void
enter_name(struct sign_worker *worker, const uint8_t *key, size_t key_len)
{
	worker->old = reuse_find(&worker->pass->reuse, key, key_len, &worker->cursor);
}

static void
enter_nsec3(struct sign_worker *worker, size_t item)
{
	const struct name *apex = &worker->pass->store->apex;
	uint8_t *label = worker->name + 1;
	uint8_t key[NSEC3_LABEL + 1];

	worker->name[0] = NSEC3_LABEL;
	nsec3_label(worker->pass->nsec3, item, (char *)label);
	name_lower(label + NSEC3_LABEL, apex->wire, apex->len);
	worker->name_len = 1u + NSEC3_LABEL + apex->len;
	memcpy(key, label, NSEC3_LABEL);
	key[NSEC3_LABEL] = 0;
	enter_name(worker, key, sizeof(key));
	buf_clear(&worker->owner_text);
	buf_put(&worker->owner_text, label, NSEC3_LABEL);
	buf_putc(&worker->owner_text, '.');
	if (apex->len > 1)
		name_print(&worker->owner_text, apex->wire);
	buf_putc(&worker->owner_text, '\t');
}

static void
write_nsec3(struct sign_worker *worker, size_t item, struct sign_slot *slot)
{
	struct bytes rdata = {worker->denial,
	    nsec3_rdata(worker->pass->store, worker->pass->nsec3, item, worker->denial)};

	enter_nsec3(worker, item);
	write_single(worker, TYPE_NSEC3, worker->pass->nsec_ttl_s, rdata, &slot->text);
	zonemd_flush(&worker->zonemd, &slot->wire);
}

/* --- Blocks --- */

/* Takes what the old file has of node or item `i`, if that would be made of the same. */
static bool
take_block(
    struct sign_worker *worker, const struct index_match *match, size_t i, struct sign_slot *slot)
{
	const struct index *index = worker->pass->options->index;
	uint32_t number = match ? match->blocks[i] : INDEX_NONE;
	struct text text;

	if (number == INDEX_NONE)
		return false;
	worker->block = index->blocks[number];
	worker->result.n_kept += worker->block.n_signatures;
	text = index_text(index, number);
	if (!worker->pass->dry)
		buf_put(&slot->text, text.data, text.len);
	return true;
}

/* Was the block of the owner made anew, to which the NSEC3 record belongs? */
static bool
is_of_made(const struct sign_pass *pass, size_t item)
{
	uint32_t node = pass->nsec3->items[item].node;

	return node != NSEC3_NO_NODE && pass->nodes->blocks[node] == INDEX_NONE;
}

/* Notes for the judge what became of node or item `i`, whose block begins at `at`. */
static void
note_block(const struct sign_worker *worker, bool item, size_t i, size_t at, struct sign_slot *slot)
{
	const struct sign_pass *pass = worker->pass;
	struct sign_stretch made = {at, slot->text.len - at};
	uint32_t block = (item ? pass->items : pass->nodes)->blocks[i];
	struct verify_proven proven;

	if (block == INDEX_NONE || (item && is_of_made(pass, i))) {
		buf_put(&slot->splice.made, &made, sizeof(made));
	} else if (item) {
		index_nsec3_link(pass->options->index, block, proven.hash, proven.next);
		buf_put(&slot->splice.proven, &proven, sizeof(proven));
	}
}

/* That of the apex has no digest: it is made anew each time. */
static void
digest_block(struct sign_worker *worker, bool item, size_t i)
{
	const struct sign_pass *pass = worker->pass;
	const struct index_match *match = item ? pass->items : pass->nodes;
	uint8_t *out = worker->block.digest;

	if (match)
		memcpy(out, match->digests[i], INDEX_DIGEST);
	else if (item)
		index_digest_nsec3(worker->digest, pass->store, pass->nsec3, i, out);
	else if (i > 0)
		index_digest_node(worker->digest, pass->store, i, !pass->nsec3, out);
}

/* Counts the block of node or item `i`, which was written from octet `at` of the text on. */
static void
end_block(struct sign_worker *worker, bool item, size_t i, size_t at, struct sign_slot *slot)
{
	const struct sign_options *options = worker->pass->options;
	struct index_block *block = &worker->block;
	struct sign_result *result = &worker->result;

	block->len = (uint32_t)(slot->text.len - at);
	block->is_nsec3 = item;
	if (block->n_signatures > 0 &&
	    (result->n_signatures == 0 || serial_later(result->earliest, block->first_end)))
		result->earliest = block->first_end;
	result->n_records += block->n_records;
	result->n_signatures += block->n_signatures;
	if (options->index_out && !worker->pass->dry) {
		digest_block(worker, item, i);
		buf_put(&slot->blocks, block, sizeof(*block));
	}
	if (options->splice && !worker->pass->dry)
		note_block(worker, item, i, at, slot);
	*block = (struct index_block){0};
}

/* --- One node --- */

static void
enter_node(struct sign_worker *worker, const struct node *node)
{
	const struct store *store = worker->pass->store;

	worker->name_len = node_wire(store, node, worker->name);
	buf_clear(&worker->owner_text);
	name_print(&worker->owner_text, worker->name);
	buf_putc(&worker->owner_text, '\t');
	name_lower(worker->name, worker->name, worker->name_len);
	enter_name(worker, node->key, node->key_len);
}

/* ZONEMD without its digest, which is as long as the one to come, the serial included. */
static struct record
placeholder_record(const struct sign_worker *worker, uint8_t *rdata)
{
	const struct sign_pass *pass = worker->pass;
	size_t len = zonemd_placeholder(zone_serial(pass->store), pass->options->zonemd, rdata);

	return (struct record){.rdata = rdata, .type = TYPE_ZONEMD, .rdlen = (uint16_t)len};
}

/* The ZONEMD record that the old zone has, where the digest cannot have changed; `set` is the
 * placeholder. */
static struct rrset
kept_zonemd(const struct sign_worker *worker, struct rrset set)
{
	const struct sign_pass *pass = worker->pass;
	const struct record *was, *now = set.records;
	struct rrset old = {0};

	if (worker->old && (pass->options->zonemd_kept || pass->dry))
		old = node_rrset(pass->reuse.old, worker->old, TYPE_ZONEMD);
	if (old.n != 1)
		return set;
	was = old.records;
	return was->ttl_s == now->ttl_s && was->rdlen == now->rdlen &&
		       memcmp(was->rdata, now->rdata, ZONEMD_HEAD) == 0
		   ? old
		   : set;
}

static void
write_node_set(
    struct sign_worker *worker, const struct node *node, struct rrset set, struct sign_slot *slot)
{
	bool zonemd =
	    set.type == TYPE_ZONEMD && node->key_len == 0 && worker->pass->options->zonemd;
	uint8_t rdata[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST];
	size_t at = slot->text.len;
	struct record record;

	if (zonemd) {
		record = placeholder_record(worker, rdata);
		record.ttl_s = set.records[0].ttl_s;
		set = kept_zonemd(worker, (struct rrset){&record, 1, TYPE_ZONEMD});
	}
	write_rrset(worker, &set, nsec_is_authoritative(node, set.type), &slot->text);
	if (zonemd && makes_zonemd(worker->pass)) {
		slot->patch_at = at;
		slot->patch_n = slot->text.len - at;
	}
}

static void
write_node(struct sign_worker *worker, size_t number, struct sign_slot *slot)
{
	const struct store *store = worker->pass->store;
	const struct node *node = &store->nodes[number];

	enter_node(worker, node);
	for (size_t i = 0; i < node->n;) {
		struct rrset set = node_rrset_at(store, node, i);

		write_node_set(worker, node, set, slot);
		i += set.n;
	}
	if (!worker->pass->nsec3 && !(node->flags & NODE_OCCLUDED))
		write_nsec(worker, number, &slot->text);
	zonemd_flush(&worker->zonemd, &slot->wire);
}

/* Writes the block of node or item `i`, or takes it from the old file. */
static void
sign_owner(struct sign_worker *worker, bool item, size_t i, struct sign_slot *slot)
{
	const struct sign_pass *pass = worker->pass;
	size_t at = slot->text.len;

	if (!take_block(worker, item ? pass->items : pass->nodes, i, slot)) {
		if (item)
			write_nsec3(worker, i, slot);
		else
			write_node(worker, i, slot);
	}
	end_block(worker, item, i, at, slot);
}

size_t
sign_n_owners(const struct sign_pass *pass)
{
	return pass->store->n_nodes + (pass->nsec3 ? pass->nsec3->n : 0);
}

struct sign_place
sign_place(const struct sign_pass *pass, size_t n)
{
	size_t n_nodes = pass->nsec3 ? nsec3_nodes_among(pass->nsec3, pass->store, n) : n;

	return (struct sign_place){n_nodes, n - n_nodes};
}

bool
sign_is_item(const struct sign_pass *pass, struct sign_place from, struct sign_place to)
{
	size_t n_items = pass->nsec3 ? pass->nsec3->n : 0;

	if (from.item == (to.item < n_items ? to.item : n_items))
		return false;
	return from.node == to.node ||
	       nsec3_is_before(pass->nsec3, from.item, &pass->store->nodes[from.node]);
}

void
sign_owners(struct sign_worker *worker, struct sign_place from, struct sign_place to,
    struct sign_slot *slot)
{
	const struct sign_pass *pass = worker->pass;
	const struct store *store = pass->store;
	size_t n_missing = worker->result.n_signatures - worker->result.n_kept;

	while (from.node < to.node || from.item < to.item) {
		if (sign_is_item(pass, from, to)) {
			sign_owner(worker, true, from.item++, slot);
		} else {
			store_prefetch(store, from.node);
			if (from.node > 0 || !pass->part)
				sign_owner(worker, false, from.node, slot);
			from.node++;
		}
	}
	slot->n_missing = worker->result.n_signatures - worker->result.n_kept - n_missing;
}

void
sign_zonemd(struct sign_worker *worker, struct bytes rdata, struct buf *text)
{
	const struct node *apex = store_apex(worker->pass->store);
	uint32_t ttl_s = node_rrset(worker->pass->store, apex, TYPE_ZONEMD).records[0].ttl_s;

	enter_node(worker, apex);
	worker->old = NULL;
	write_single(worker, TYPE_ZONEMD, ttl_s, rdata, text); /* counted with the placeholder */
}

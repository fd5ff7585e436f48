#include "zone/store.h"

#include "base/mem.h"
#include "base/pool.h"
#include "zone/order.h"
#include "zone/written.h"

#include <stdlib.h>

enum { NODES_PER_CHUNK = 1 << 13 }; /* that a thread sorts the records of */

void
store_begin(struct store *store, struct diags *diags, const struct name *apex)
{
	*store = (struct store){.diags = diags, .data.account = &diags->account};
	if (apex)
		store->apex = *apex;
}

void
store_free(struct store *store)
{
	free(store->nodes);
	free(store->records);
	free(store->lost);
	arena_free(&store->data);
}

/* Room for `n` elements, which is put to the zone's account. */
static void *
reserve(struct store *store, void *old, size_t n, size_t *cap, size_t size)
{
	size_t before = *cap;

	if (n <= before)
		return old;
	old = mem_reserve(old, n, cap, size);
	account_take(&store->diags->account, LIMIT_MEMORY, (*cap - before) * size);
	return old;
}

static int
no_zone(struct store *store, struct pos pos)
{
	if (!store->no_zone_told)
		diag_add(store->diags, pos, Z_NO_ZONE, "the zone's name is not known");
	store->no_zone_told = true;
	store->lost_any = true;
	return -1;
}

/* A project may let such records be left out, with a warning. Not so those of a directive: what is
 * known of its certificates would be of records that nobody gets. */
static int
out_of_zone(struct store *store, const struct parsed *parsed)
{
	bool lenient = diag_severity(store->diags, Z_OUT_OF_ZONE) != SEVERITY_ERROR;
	bool made = parsed->owner_text.data != NULL;
	const struct record record = {.pos = parsed->pos};
	struct written written;
	struct buf b = {0};
	int result;

	name_print(&b, parsed->owner->wire);
	buf_puts(&b, " lies outside the zone ");
	name_print(&b, store->apex.wire);
	if (lenient && !made)
		buf_puts(&b, ": its records are left out");
	if (written_owner(store, &record, &written) && written.relative &&
	    name_lacks_dot(written.text, &store->apex))
		buf_printf(&b, "; is the last dot of %.*s missing?", (int)written.text.len,
		    written.text.data);
	result = diag_add(store->diags, parsed->pos,
	    lenient && made ? Z_OUT_DIRECTIVE : Z_OUT_OF_ZONE, "%.*s", (int)b.len, b.data);
	buf_free(&b);
	return result;
}

static void
node_make(struct store *store, const uint8_t *wire, size_t wire_len, struct node *node)
{
	uint8_t key[NAME_KEY_LONGEST];
	size_t key_len = name_key(wire, wire_len, key);
	uint8_t *name = arena_bytes(&store->data, key_len + wire_len);

	memcpy(name, key, key_len);
	memcpy(name + key_len, wire, wire_len);
	*node = (struct node){.prefix = order_prefix(key, key_len),
	    .key = name,
	    .first = (uint32_t)store->n_records,
	    .key_len = (uint16_t)key_len,
	    .wire_len = (uint8_t)wire_len};
}

static void
node_new(struct store *store, const uint8_t *wire, size_t wire_len)
{
	store->nodes = reserve(
	    store, store->nodes, store->n_nodes + 1, &store->cap_nodes, sizeof(*store->nodes));
	node_make(store, wire, wire_len, &store->nodes[store->n_nodes++]);
}

static void
record_new(struct store *store, const struct record *record)
{
	struct record *copy;

	store->records = reserve(store, store->records, store->n_records + 1, &store->cap_records,
	    sizeof(*store->records));
	copy = &store->records[store->n_records++];
	*copy = *record;
	copy->rdata = arena_copy(&store->data, record->rdata, record->rdlen);
	store->nodes[store->n_nodes - 1].n++;
}

int
store_add(void *ctx, const struct parsed *parsed)
{
	struct store *store = ctx;
	size_t relative;

	if (store->apex.len == 0) {
		if (parsed->zone->len == 0)
			return no_zone(store, parsed->pos);
		store->apex = *parsed->zone;
	}
	if (!parsed->same_owner || (store->n_nodes == 0 && !store->refused)) {
		store->refused = !name_in_zone(parsed->owner->wire, parsed->owner->len,
		    store->apex.wire, store->apex.len, &relative);
		if (store->refused) {
			store->dropped = out_of_zone(store, parsed) == 0;
			return store->dropped ? 0 : -1;
		}
		node_new(store, parsed->owner->wire, relative);
	}
	if (store->refused)
		return store->dropped ? 0 : -1;
	record_new(store, &(struct record){parsed->rdata.data, parsed->pos, parsed->ttl_s,
			      parsed->type, (uint16_t)parsed->rdata.len});
	if (parsed->odd || parsed->owner->odd)
		store->nodes[store->n_nodes - 1].flags |= NODE_ODD;
	return 0;
}

/* Of one owner it is noted once where its lines follow each other. */
void
store_lose(void *ctx, const struct name *owner, uint16_t type)
{
	struct store *store = ctx;
	struct node node;
	size_t relative;

	(void)type;
	if (!owner || store->apex.len == 0) {
		store->lost_any = true;
		return;
	}
	if (!name_in_zone(owner->wire, owner->len, store->apex.wire, store->apex.len, &relative))
		return;
	node_make(store, owner->wire, relative, &node);
	if (store->n_lost > 0 && order_equal(&node, &store->lost[store->n_lost - 1]))
		return;
	store->lost = mem_grow(store->lost, store->n_lost, &store->cap_lost, sizeof(*store->lost));
	store->lost[store->n_lost++] = node;
}

void
store_add_apex(struct store *store, uint16_t type, uint32_t ttl_s, struct bytes rdata)
{
	node_new(store, store->apex.wire, 0);
	record_new(
	    store, &(struct record){rdata.data, pos_none(), ttl_s, type, (uint16_t)rdata.len});
}

void
store_reserve(struct store *store, size_t n_nodes, size_t n_records)
{
	store->nodes = reserve(store, store->nodes, store->n_nodes + n_nodes, &store->cap_nodes,
	    sizeof(*store->nodes));
	store->records = reserve(store, store->records, store->n_records + n_records,
	    &store->cap_records, sizeof(*store->records));
}

void
store_join(struct store *store, struct store *part)
{
	struct node *nodes;

	store_reserve(store, part->n_nodes, part->n_records);
	nodes = store->nodes + store->n_nodes;
	for (size_t i = 0; i < part->n_nodes; i++) {
		nodes[i] = part->nodes[i];
		nodes[i].first += (uint32_t)store->n_records;
	}
	if (part->n_records)
		memcpy(store->records + store->n_records, part->records,
		    part->n_records * sizeof(*part->records));
	store->n_nodes += part->n_nodes;
	store->n_records += part->n_records;
	if (part->n_nodes > 0 || part->refused) { /* else the owner is still the one ahead */
		store->refused = part->refused;
		store->dropped = part->dropped;
	}
	arena_join(&store->data, &part->data);
	part->n_nodes = part->n_records = 0;
}

void
store_adopt(struct store *store, struct arena *arenas, size_t n)
{
	struct account *account = store->data.account;

	store->data.account = NULL;
	arenas_join(&store->data, arenas, n);
	store->data.account = account;
}

/* --- Sorting --- */

static int
record_compare(const struct record *a, const struct record *b)
{
	if (a->type != b->type) {
		if (a->type == TYPE_SOA || b->type == TYPE_SOA)
			return a->type == TYPE_SOA ? -1 : 1;
		return a->type < b->type ? -1 : 1;
	}
	return rdata_compare(a->type, record_rdata(a), record_rdata(b));
}

/* Equal records stand together by TTL, then in the order of the template, so that messages name the
 * later ones. */
static int
record_compare_stable(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	int order = record_compare(x, y);

	if (order != 0)
		return order;
	if (x->ttl_s != y->ttl_s)
		return x->ttl_s < y->ttl_s ? -1 : 1;
	return x->pos.at < y->pos.at ? -1 : x->pos.at > y->pos.at;
}

static void
records_sort(struct record *records, size_t n)
{
	enum { FEW = 12 };

	if (n > FEW) {
		qsort(records, n, sizeof(*records), record_compare_stable);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct record record = records[i];
		size_t j = i;

		for (; j > 0 && record_compare_stable(&records[j - 1], &record) > 0; j--)
			records[j] = records[j - 1];
		records[j] = record;
	}
}

/* Duplicates whose TTL differs stay, to be told of by the checks. */
static size_t
records_unique(struct record *records, size_t n)
{
	size_t kept = 1;

	for (size_t i = 1; i < n; i++)
		if (record_compare(&records[kept - 1], &records[i]) != 0 ||
		    records[kept - 1].ttl_s != records[i].ttl_s)
			records[kept++] = records[i];
	return kept;
}

static uint32_t
type_flag(uint16_t type)
{
	switch (type) {
	case TYPE_A:
	case TYPE_AAAA:
		return 0;
	case TYPE_NS:
		return NODE_NS | NODE_OTHER;
	case TYPE_CNAME:
		return NODE_CNAME | NODE_OTHER;
	case TYPE_SOA:
		return NODE_SOA | NODE_OTHER;
	case TYPE_DNAME:
		return NODE_DNAME | NODE_OTHER;
	case TYPE_DS:
		return NODE_DS | NODE_OTHER;
	case TYPE_DNSKEY:
	case TYPE_CDS:
	case TYPE_CDNSKEY:
		return NODE_OF_KEYS | NODE_OTHER;
	case TYPE_TLSA:
		return NODE_TLSA | NODE_OTHER;
	case TYPE_TXT:
	case TYPE_SPF:
	case TYPE_CAA:
		return NODE_TEXT | NODE_OTHER;
	case TYPE_SVCB:
	case TYPE_HTTPS:
		return NODE_SERVICE | NODE_OTHER;
	default:
		return NODE_OTHER;
	}
}

static bool
is_in_zone(const struct store *store, const uint8_t *name, size_t len)
{
	size_t relative;

	return name_in_zone(name, len, store->apex.wire, store->apex.len, &relative);
}

/* With SVCB and HTTPS, the root stands for the owner (RFC 9460 section 2.5). */
static uint32_t
target_flag(const struct store *store, const struct record *record)
{
	const uint8_t *name = record_target(record);
	const struct type_info *info;
	struct rdata_walk walk;
	enum name_use use;

	if (name)
		return is_in_zone(store, name, (size_t)(record->rdata + record->rdlen - name))
			   ? NODE_TARGETS
			   : 0;
	info = type_info(record->type);
	if (!info || !info->names)
		return 0;
	walk = rdata_walk(record->type, record_rdata(record));
	while ((name = rdata_walk_next(&walk, &use)))
		if ((use == NAME_SERVICE && !*name) ||
		    is_in_zone(store, name, name_length(name, NAME_LONGEST)))
			return NODE_TARGETS;
	return 0;
}

/* RRSIGs have the TTLs of what they cover, and so may differ. */
static uint32_t
pair_flag(const struct record *a, const struct record *b)
{
	if (a->type != b->type || a->type == TYPE_RRSIG)
		return 0;
	return a->ttl_s != b->ttl_s || type_is_singleton(a->type) ? NODE_UNEVEN : 0;
}

static uint32_t
owner_flags(const struct store *store, const struct node *node)
{
	const uint8_t *wire = node->key + node->key_len;
	size_t relative;
	uint32_t flags = node->flags & NODE_ODD;

	if (node->wire_len >= 2 && wire[0] == 1 && wire[1] == '*')
		flags |= NODE_WILDCARD;
	if (store->apex.len > 1 &&
	    name_in_zone(wire, node->wire_len, store->apex.wire, store->apex.len - 1u, &relative))
		flags |= NODE_TWICE;
	return flags;
}

/* Puts the node's records in order and notes what they are. */
static void
node_sort(struct store *store, struct node *node)
{
	enum { LARGE = 30000 }; /* owner, question and signatures come on top */
	struct record *records = store->records + node->first;
	size_t size = 0;

	if (node->n > 1) {
		records_sort(records, node->n);
		node->n = (uint32_t)records_unique(records, node->n);
	}
	node->flags = owner_flags(store, node);
	for (uint32_t i = 0; i < node->n; i++) {
		node->flags |= type_flag(records[i].type) | target_flag(store, &records[i]);
		size += records[i].rdlen + 10u;
		if (i > 0)
			node->flags |= pair_flag(&records[i - 1], &records[i]);
	}
	if (size > LARGE)
		node->flags |= NODE_LARGE;
}

/* Brings the records of `n` nodes with one name together, at the end of the array. */
static void
nodes_join(struct store *store, struct node *nodes, size_t n)
{
	size_t first = store->n_records;

	for (size_t i = 0; i < n; i++) {
		nodes[0].flags |= nodes[i].flags;
		for (size_t j = 0; j < nodes[i].n; j++) {
			store->records = mem_grow(store->records, store->n_records,
			    &store->cap_records, sizeof(*store->records));
			store->records[store->n_records++] = store->records[nodes[i].first + j];
		}
	}
	nodes[0].first = (uint32_t)first;
	nodes[0].n = (uint32_t)(store->n_records - first);
	node_sort(store, &nodes[0]);
}

static void
nodes_merge(struct store *store)
{
	size_t kept = 0;

	for (size_t i = 0; i < store->n_nodes;) {
		size_t j = i + 1;

		while (j < store->n_nodes && order_equal(&store->nodes[i], &store->nodes[j]))
			j++;
		if (j - i > 1)
			nodes_join(store, &store->nodes[i], j - i);
		store->n_live += store->nodes[i].n;
		store->nodes[kept++] = store->nodes[i];
		i = j;
	}
	store->n_nodes = kept;
}

/* RFC 4034 section 2.3, RFC 6672 section 2.4: names below a cut or a DNAME are not the zone's. */
static void
nodes_flag(struct store *store)
{
	const struct node *top = NULL;

	for (size_t i = 0; i < store->n_nodes; i++) {
		struct node *node = &store->nodes[i];

		if (top && node_is_below(node, top)) {
			node->flags |=
			    top->flags & NODE_CUT ? NODE_OCCLUDED | NODE_BELOW_CUT : NODE_OCCLUDED;
			continue;
		}
		top = NULL;
		if (node->key_len > 0 && (node->flags & NODE_NS))
			node->flags |= NODE_CUT;
		if (node->flags & (NODE_CUT | NODE_DNAME))
			top = node;
	}
}

/* A lost NS or DNAME record decides of all below it. That the apex had a DNAME is passed over. */
static void
nodes_flag_lost(struct store *store)
{
	size_t at = 0;

	order_nodes(store->lost, store->n_lost, 1);
	for (size_t i = 0; i < store->n_lost; i++) {
		const struct node *lost = &store->lost[i];

		at = store_find(store, at, lost->key, lost->key_len);
		for (; at < store->n_nodes && node_is_below(&store->nodes[at], lost); at++) {
			if (lost->key_len == 0 && store->nodes[at].key_len > 0)
				break;
			store->nodes[at].flags |= NODE_LOST;
		}
	}
}

static void
sort_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct store *store = ctx;
	size_t end = (chunk + 1) * NODES_PER_CHUNK;

	(void)worker;
	(void)slot;
	for (size_t i = chunk * NODES_PER_CHUNK; i < end && i < store->n_nodes; i++)
		node_sort(store, &store->nodes[i]);
}

/* Records are sorted ahead of the nodes, while they lie in memory in the order of the walk. */
void
store_sort(struct store *store)
{
	size_t n_chunks = (store->n_nodes + NODES_PER_CHUNK - 1) / NODES_PER_CHUNK;

	store->n_live = 0;
	pool_run(store->n_workers, &(struct pool_work){store, n_chunks, sort_chunk, NULL});
	order_nodes(store->nodes, store->n_nodes, store->n_workers);
	nodes_merge(store);
	nodes_flag(store);
	if (store->n_lost > 0)
		nodes_flag_lost(store);
}

static void
take_node(struct store *store, const struct store *from, const struct node *node, uint32_t flags)
{
	struct node *copy = &store->nodes[store->n_nodes++];

	*copy = *node;
	copy->first = (uint32_t)store->n_records;
	copy->flags |= flags;
	memcpy(store->records + store->n_records, node_records(from, node),
	    node->n * sizeof(*store->records));
	store->n_records += node->n;
	store->n_live += node->n;
}

/* The taken nodes come behind the store's own; the sort finds two runs that are in order. */
void
store_take(struct store *store, const struct store *from, const bool *taken, uint32_t flags)
{
	size_t n_nodes = store->n_nodes, n_records = store->n_records;

	for (size_t i = 0; i < from->n_nodes; i++)
		if (taken[i]) {
			n_nodes++;
			n_records += from->nodes[i].n;
		}
	store->nodes = mem_reserve(store->nodes, n_nodes, &store->cap_nodes, sizeof(*store->nodes));
	store->records =
	    mem_reserve(store->records, n_records, &store->cap_records, sizeof(*store->records));
	for (size_t i = 0; i < from->n_nodes; i++)
		if (taken[i])
			take_node(store, from, &from->nodes[i], flags);
	order_nodes(store->nodes, store->n_nodes, 1); /* one merge */
	nodes_flag(store);
}

void
store_drop(struct store *store, enum node_flag flag)
{
	struct store own = {0};
	size_t n_records = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		if (!(store->nodes[i].flags & flag)) {
			own.n_nodes++;
			n_records += store->nodes[i].n;
		}
	own.nodes = mem_reserve(NULL, own.n_nodes, &own.cap_nodes, sizeof(*own.nodes));
	own.records = mem_reserve(NULL, n_records, &own.cap_records, sizeof(*own.records));
	own.n_nodes = 0;
	for (size_t i = 0; i < store->n_nodes; i++)
		if (!(store->nodes[i].flags & flag))
			take_node(&own, store, &store->nodes[i], 0);
	free(store->nodes);
	free(store->records);
	store->nodes = own.nodes;
	store->n_nodes = own.n_nodes;
	store->cap_nodes = own.cap_nodes;
	store->records = own.records;
	store->n_records = own.n_records;
	store->cap_records = own.cap_records;
	store->n_live = own.n_live;
}

size_t
store_remove(struct store *store,
    bool (*is_unwanted)(const struct node *node, const struct record *record, const void *ctx),
    const void *ctx)
{
	size_t removed = 0, kept_nodes = 0;

	for (size_t i = 0; i < store->n_nodes; i++) {
		struct node *node = &store->nodes[i];
		struct record *records = store->records + node->first;
		uint32_t kept = 0;

		for (uint32_t j = 0; j < node->n; j++)
			if (!is_unwanted(node, &records[j], ctx))
				records[kept++] = records[j];
		removed += node->n - kept;
		node->n = kept;
		if (kept > 0)
			store->nodes[kept_nodes++] = *node;
	}
	store->n_nodes = kept_nodes;
	store->n_live -= removed;
	return removed;
}

struct types {
	const uint16_t *types;
	size_t n;
};

static bool
is_of_types(const struct node *node, const struct record *record, const void *ctx)
{
	const struct types *types = ctx;
	size_t i = 0;

	(void)node;
	while (i < types->n && types->types[i] != record->type)
		i++;
	return i < types->n;
}

size_t
store_remove_types(struct store *store, const uint16_t *types, size_t n_types)
{
	return store_remove(store, is_of_types, &(struct types){types, n_types});
}

/* --- Reading --- */

const uint8_t *
record_target(const struct record *record)
{
	switch (record->type) {
	case TYPE_NS:
		return record->rdata;
	case TYPE_MX:
		return record->rdata + 2;
	case TYPE_SRV:
		return record->rdata + 6;
	default:
		return NULL;
	}
}

struct rrset
node_rrset_at(const struct store *store, const struct node *node, size_t i)
{
	const struct record *records = node_records(store, node);
	enum { FEW = 16 };
	uint16_t type = records[i].type;
	size_t j = i + 1, end = node->n;

	while (j < end && j < i + FEW && records[j].type == type)
		j++;
	while (j < end && records[j].type == type) { /* of many, by halves */
		size_t middle = j + (end - j) / 2;

		if (records[middle].type == type)
			j = middle + 1;
		else
			end = middle;
	}
	return (struct rrset){records + i, j - i, type};
}

struct rrset
node_rrset(const struct store *store, const struct node *node, uint16_t type)
{
	const struct record *records = node_records(store, node);

	for (size_t i = 0; i < node->n; i++)
		if (records[i].type == type)
			return node_rrset_at(store, node, i);
	return (struct rrset){NULL, 0, type};
}

struct rrset
node_find_rrset(const struct store *store, const struct node *node, uint16_t type)
{
	const struct record *records = node_records(store, node);
	size_t low = 0, high = node->n;

	if (type == TYPE_SOA)
		return node_rrset(store, node, type);
	while (low < high && records[low].type == TYPE_SOA) /* which comes first */
		low++;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (records[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	return low < node->n && records[low].type == type ? node_rrset_at(store, node, low)
							  : (struct rrset){NULL, 0, type};
}

/* They are sorted by RDATA, which begin with the type covered. */
bool
rrset_has(struct rrset set, const struct record *record)
{
	for (size_t i = 0; i < set.n; i++)
		if (bytes_equal(record_rdata(&set.records[i]), record_rdata(record)))
			return true;
	return false;
}

struct rrset
rrset_covering(struct rrset rrsig, uint16_t type)
{
	size_t low = 0, high = rrsig.n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (read_u16(rrsig.records[middle].rdata) < type)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < rrsig.n && read_u16(rrsig.records[end].rdata) == type;)
		end++;
	return (struct rrset){rrsig.records + low, end - low, TYPE_RRSIG};
}

uint32_t
store_largest_ttl(const struct store *store)
{
	uint32_t ttl_s = 0;

	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct record *records = node_records(store, &store->nodes[i]);

		for (uint32_t r = 0; r < store->nodes[i].n; r++)
			if (records[r].ttl_s > ttl_s)
				ttl_s = records[r].ttl_s;
	}
	return ttl_s;
}

const struct node *
store_apex(const struct store *store)
{
	return store->n_nodes > 0 && store->nodes[0].key_len == 0 ? &store->nodes[0] : NULL;
}

size_t
store_find(const struct store *store, size_t near, const uint8_t *key, size_t key_len)
{
	struct node sought = {
	    .prefix = order_prefix(key, key_len), .key = key, .key_len = (uint16_t)key_len};
	size_t low = 0, high = store->n_nodes;

	if (near < high && order_compare(&store->nodes[near], &sought) < 0) {
		size_t step = 1;

		for (low = near + 1; high - low > step; step *= 2) {
			if (order_compare(&store->nodes[low + step], &sought) >= 0) {
				high = low + step;
				break;
			}
			low += step;
		}
	} else if (near < high) {
		high = near;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_compare(&store->nodes[middle], &sought) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct node *
store_node(const struct store *store, const struct name *name)
{
	uint8_t key[NAME_KEY_LONGEST];
	size_t relative, len, i;
	const struct node *node;

	if (!name_in_zone(name->wire, name->len, store->apex.wire, store->apex.len, &relative))
		return NULL;
	len = name_key(name->wire, relative, key);
	i = store_find(store, 0, key, len);
	node = &store->nodes[i];
	return i < store->n_nodes && node->key_len == len && memcmp(node->key, key, len) == 0
		   ? node
		   : NULL;
}

bool
node_is_below(const struct node *node, const struct node *ancestor)
{
	return node->key_len >= ancestor->key_len &&
	       memcmp(node->key, ancestor->key, ancestor->key_len) == 0;
}

size_t
node_wire(const struct store *store, const struct node *node, uint8_t wire[NAME_LONGEST])
{
	memcpy(wire, node->key + node->key_len, node->wire_len);
	memcpy(wire + node->wire_len, store->apex.wire, store->apex.len);
	return (size_t)node->wire_len + store->apex.len;
}

#include "zone/diff.h"

#include "zone/order.h"
#include "zone/soa.h"

void
diff_begin(struct diff *diff, const struct store *old, const struct store *new)
{
	*diff = (struct diff){.old = {.store = old}, .new = {.store = new}};
}

/* The node that the walk stands at, which has a record left; NULL at the end. */
static const struct node *
walk_node(struct diff_walk *walk)
{
	const struct store *store = walk->store;

	while (walk->node < store->n_nodes && walk->record >= store->nodes[walk->node].n) {
		walk->node++;
		walk->record = 0;
	}
	return walk->node < store->n_nodes ? &store->nodes[walk->node] : NULL;
}

/* The SOA first, as in the store. */
static int
type_compare(uint16_t a, uint16_t b)
{
	if (a == b)
		return 0;
	if (a == TYPE_SOA || b == TYPE_SOA)
		return a == TYPE_SOA ? -1 : 1;
	return a < b ? -1 : 1;
}

static struct rrset
walk_take(struct diff_walk *walk, const struct node *node)
{
	struct rrset set = node_rrset_at(walk->store, node, walk->record);

	walk->record += (uint32_t)set.n;
	return set;
}

static bool
record_same(const struct record *a, const struct record *b)
{
	return a->ttl_s == b->ttl_s &&
	       ((a->rdlen == b->rdlen && memcmp(a->rdata, b->rdata, a->rdlen) == 0) ||
		   rdata_compare(a->type, record_rdata(a), record_rdata(b)) == 0);
}

static bool
rrset_same(struct rrset a, struct rrset b)
{
	for (size_t i = 0; a.n == b.n && i < a.n; i++)
		if (!record_same(&a.records[i], &b.records[i]))
			return false;
	return a.n == b.n;
}

bool
diff_next(struct diff *diff, struct diff_set *set)
{
	const struct node *x, *y;

	while ((x = walk_node(&diff->old)), (y = walk_node(&diff->new)), x || y) {
		int order = !y ? -1 : !x ? 1 : order_compare(x, y);

		if (diff->old.record == 0 && diff->new.record == 0) {
			store_prefetch(diff->old.store, diff->old.node);
			store_prefetch(diff->new.store, diff->new.node);
		}
		if (order == 0)
			order =
			    type_compare(node_records(diff->old.store, x)[diff->old.record].type,
				node_records(diff->new.store, y)[diff->new.record].type);
		*set = (struct diff_set){.store = order < 0 ? diff->old.store : diff->new.store,
		    .node = order < 0 ? x : y,
		    .old = order <= 0 ? walk_take(&diff->old, x) : (struct rrset){0},
		    .new = order >= 0 ? walk_take(&diff->new, y) : (struct rrset){0}};
		set->type = order < 0 ? set->old.type : set->new.type;
		if (!rrset_same(set->old, set->new))
			return true;
	}
	return false;
}

bool
diff_record(struct diff_set *set, struct diff_record *record)
{
	while (set->i < set->old.n || set->j < set->new.n) {
		const struct record *a = set->i < set->old.n ? &set->old.records[set->i] : NULL;
		const struct record *b = set->j < set->new.n ? &set->new.records[set->j] : NULL;
		int order = !b   ? -1
			    : !a ? 1
				 : rdata_compare(set->type, record_rdata(a), record_rdata(b));

		set->i += order <= 0;
		set->j += order >= 0;
		*record = (struct diff_record){order <= 0 ? a : NULL, order >= 0 ? b : NULL};
		if (order != 0 || a->ttl_s != b->ttl_s)
			return true;
	}
	return false;
}

bool
diff_is_serial(const struct diff_set *set)
{
	const struct record *a = set->old.records, *b = set->new.records;
	uint8_t same[UINT16_MAX];

	if (set->type != TYPE_SOA || set->old.n != 1 || set->new.n != 1 || a->rdlen != b->rdlen ||
	    a->ttl_s != b->ttl_s)
		return false;
	memcpy(same, a->rdata, a->rdlen);
	memcpy(same + a->rdlen - SOA_SERIAL, b->rdata + b->rdlen - SOA_SERIAL, sizeof(uint32_t));
	return rdata_compare(TYPE_SOA, (struct bytes){same, a->rdlen}, record_rdata(b)) == 0;
}

/* Records that left and records that came in their place. */
static void
count(struct diff_count *to, size_t added, size_t removed)
{
	size_t both = added < removed ? added : removed;

	to->changed += both;
	to->added += added - both;
	to->removed += removed - both;
}

/* Signatures at one owner stand in the order of what they cover. */
static void
count_signatures(struct diff_count *to, struct diff_set set)
{
	struct diff_record record;
	size_t added = 0, removed = 0;
	uint16_t covered = 0;

	while (diff_record(&set, &record)) {
		uint16_t type = read_u16((record.new ? record.new : record.old)->rdata);

		if (type != covered) {
			count(to, added, removed);
			added = removed = 0;
			covered = type;
		}
		added += record.new != NULL;
		removed += record.old != NULL;
	}
	count(to, added, removed);
}

void
diff_count(struct diff_sum *sum, const struct diff_set *set)
{
	struct diff_count *to = set->type == TYPE_ZONEMD  ? &sum->digests
				: diff_is_made(set->type) ? &sum->denials
							  : &sum->people;
	struct diff_set walk = *set;
	struct diff_record record;
	size_t added = 0, removed = 0;

	walk.i = walk.j = 0;
	if (set->type == TYPE_RRSIG) {
		count_signatures(&sum->signatures, walk);
		return;
	}
	if (diff_is_serial(set))
		return;
	while (diff_record(&walk, &record)) {
		added += record.new != NULL;
		removed += record.old != NULL;
	}
	count(to, added, removed);
	if (to == &sum->people && (!sum->last || !order_equal(sum->last, set->node))) {
		sum->n_owners++;
		sum->last = set->node;
	}
}

static bool
is_some(const struct diff_count *n)
{
	return n->added + n->removed + n->changed > 0;
}

bool
diff_has_made(const struct diff_sum *sum)
{
	return is_some(&sum->signatures) || is_some(&sum->denials) || is_some(&sum->digests);
}

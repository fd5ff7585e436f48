/* A merge sort that finds the runs which are in order already: templates and transferred zones
 * mostly are. Nodes are moved as small items of prefix and number; the key is looked at only where
 * prefixes are equal. */
#include "zone/order.h"

#include "base/mem.h"

#include <stdlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "order_prefix swaps bytes");

struct item {
	uint64_t prefix;
	uint32_t node;
};

static inline bool
item_after(const struct node *nodes, struct item a, struct item b)
{
	if (a.prefix != b.prefix)
		return a.prefix > b.prefix;
	return order_compare(&nodes[a.node], &nodes[b.node]) > 0;
}

static void
insertion_sort(const struct node *nodes, struct item *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct item item = items[i];
		size_t j = i;

		for (; j > 0 && item_after(nodes, items[j - 1], item); j--)
			items[j] = items[j - 1];
		items[j] = item;
	}
}

/* Sorts `items`; `spare` has room for as many. */
static void
merge_sort(const struct node *nodes, struct item *items, struct item *spare, size_t n)
{
	enum { FEW = 16 };
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n <= FEW) {
		insertion_sort(nodes, items, n);
		return;
	}
	merge_sort(nodes, items, spare, half);
	merge_sort(nodes, items + half, spare, n - half);
	if (!item_after(nodes, items[half - 1], items[half]))
		return;
	memcpy(spare, items, half * sizeof(*items));
	while (i < half && j < n)
		items[k++] = item_after(nodes, spare[i], items[j]) ? items[j++] : spare[i++];
	memcpy(items + k, spare + i, (half - i) * sizeof(*items));
}

static bool
is_sorted(const struct node *nodes, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (order_compare(&nodes[i - 1], &nodes[i]) > 0)
			return false;
	return true;
}

/* Copies the nodes in the order of the items. Reads that do not wait for each other are several
 * times as fast as swapping in place. */
static struct node *
gather(const struct node *nodes, const struct item *items, size_t n)
{
	enum { AHEAD = 16 };
	struct node *sorted = mem_resize(NULL, n, sizeof(*sorted));

	for (size_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			__builtin_prefetch(&nodes[items[i + AHEAD].node]);
		sorted[i] = nodes[items[i].node];
	}
	return sorted;
}

struct node *
order_nodes(struct node *nodes, size_t n)
{
	struct item *items;
	struct node *sorted;

	if (is_sorted(nodes, n))
		return nodes;
	items = mem_resize(NULL, n + n / 2 + 1, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){nodes[i].prefix, (uint32_t)i};
	merge_sort(nodes, items, items + n, n);
	sorted = gather(nodes, items, n);
	free(items);
	free(nodes);
	return sorted;
}

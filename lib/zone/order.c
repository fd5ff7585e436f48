/* Many nodes are parted in place into buckets, each of which one thread sorts while it fits into
 * the processor's cache. There a merge sort finds the runs that are in order already, and moves
 * small items of prefix and number; the key is looked at only where prefixes are equal. */
#include "zone/order.h"

#include "base/mem.h"
#include "base/pool.h"

#include <stdlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "order_prefix swaps bytes");

enum {
	BUCKETS = 256, /* whose numbers are octets */
	SAMPLES = 8,   /* of each bucket */
	MANY = 1 << 14,
	PER_CHUNK = 1 << 13,
};

struct item {
	uint64_t prefix;
	uint32_t node;
};

/* Nodes of one name stay in the order of their records. */
static inline bool
item_after(const struct node *nodes, struct item a, struct item b)
{
	int order;

	if (a.prefix != b.prefix)
		return a.prefix > b.prefix;
	order = order_compare(&nodes[a.node], &nodes[b.node]);
	return order ? order > 0 : nodes[a.node].first > nodes[b.node].first;
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

/* Sorts `items`; `spare` has room for half as many. */
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
	for (size_t i = 1; i < n; i++) {
		int order = order_compare(&nodes[i - 1], &nodes[i]);

		if (order > 0 || (order == 0 && nodes[i - 1].first > nodes[i].first))
			return false;
	}
	return true;
}

/* Sorts few nodes. */
static void
sort_few(struct node *nodes, size_t n)
{
	struct item *items;
	struct node *sorted;

	if (is_sorted(nodes, n))
		return;
	items = mem_resize(NULL, n + n / 2 + 1, sizeof(*items));
	sorted = mem_resize(NULL, n, sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){nodes[i].prefix, (uint32_t)i};
	merge_sort(nodes, items, items + n, n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = nodes[items[i].node];
	memcpy(nodes, sorted, n * sizeof(*nodes));
	free(sorted);
	free(items);
}

struct buckets {
	struct node *nodes;
	size_t n;
	struct node splitters[BUCKETS - 1]; /* bucket i + 1 begins with what is equal to the i-th */
	uint8_t *numbers;                   /* of each node's bucket */
	size_t ends[BUCKETS];
};

/* From nodes that stand as far apart as can be. */
static void
find_splitters(struct buckets *b)
{
	struct node *samples = mem_resize(NULL, BUCKETS * SAMPLES, sizeof(*samples));

	for (size_t i = 0; i < BUCKETS * SAMPLES; i++)
		samples[i] = b->nodes[i * (b->n / (BUCKETS * SAMPLES))];
	sort_few(samples, BUCKETS * SAMPLES);
	for (size_t i = 0; i < BUCKETS - 1; i++)
		b->splitters[i] = samples[(i + 1) * SAMPLES];
	free(samples);
}

static void
number_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct buckets *b = ctx;
	size_t end = (chunk + 1) * PER_CHUNK;

	(void)worker;
	(void)slot;
	for (size_t i = chunk * PER_CHUNK; i < end && i < b->n; i++) {
		unsigned number = 0;

		for (unsigned step = BUCKETS / 2; step > 0; step /= 2)
			if (order_compare(&b->splitters[number + step - 1], &b->nodes[i]) <= 0)
				number += step;
		b->numbers[i] = (uint8_t)number;
	}
}

/* Moves each node into its bucket. */
static void
part(struct buckets *b)
{
	size_t next[BUCKETS] = {0}, end = 0;

	for (size_t i = 0; i < b->n; i++)
		next[b->numbers[i]]++;
	for (unsigned k = 0; k < BUCKETS; k++) {
		size_t begin = end;

		b->ends[k] = end += next[k];
		next[k] = begin;
	}
	for (unsigned k = 0; k < BUCKETS; k++)
		while (next[k] < b->ends[k]) {
			struct node node = b->nodes[next[k]];
			uint8_t number = b->numbers[next[k]];

			while (number != k) {
				size_t to = next[number]++;
				struct node other = b->nodes[to];
				uint8_t others = b->numbers[to];

				b->nodes[to] = node;
				b->numbers[to] = number;
				node = other;
				number = others;
			}
			b->nodes[next[k]++] = node;
		}
}

static void
sort_bucket(void *ctx, unsigned worker, size_t slot, size_t number)
{
	struct buckets *b = ctx;
	size_t begin = number > 0 ? b->ends[number - 1] : 0;

	(void)worker;
	(void)slot;
	sort_few(b->nodes + begin, b->ends[number] - begin);
}

void
order_nodes(struct node *nodes, size_t n, unsigned n_workers)
{
	struct buckets *b;

	if (n < MANY) {
		sort_few(nodes, n);
		return;
	}
	if (is_sorted(nodes, n))
		return;
	b = mem_alloc(sizeof(*b));
	b->nodes = nodes;
	b->n = n;
	b->numbers = mem_alloc(n);
	find_splitters(b);
	pool_run(
	    n_workers, &(struct pool_work){b, (n + PER_CHUNK - 1) / PER_CHUNK, number_chunk, NULL});
	part(b);
	pool_run(n_workers, &(struct pool_work){b, BUCKETS, sort_bucket, NULL});
	free(b->numbers);
	free(b);
}

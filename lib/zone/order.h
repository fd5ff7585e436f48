/* Canonical order of nodes (RFC 4034 section 6.1), by their sort keys. */
#ifndef ZONE_ORDER_H
#define ZONE_ORDER_H

#include "zone/store.h"

/* The first eight octets of a key as a number that compares like them. */
static inline uint64_t
order_prefix(const uint8_t *key, size_t len)
{
	uint64_t prefix = 0;

	memcpy(&prefix, key, len < 8 ? len : 8);
	return __builtin_bswap64(prefix);
}

static inline int
order_compare(const struct node *a, const struct node *b)
{
	size_t n = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	order = memcmp(a->key, b->key, n);
	return order ? order : (int)a->key_len - (int)b->key_len;
}

static inline bool
order_equal(const struct node *a, const struct node *b)
{
	return a->prefix == b->prefix && a->key_len == b->key_len &&
	       memcmp(a->key, b->key, a->key_len) == 0;
}

/* Sorts in `n_workers` threads; nodes of one name come in the order of their records' numbers. */
void
order_nodes(struct node *nodes, size_t n, unsigned n_workers);

#endif

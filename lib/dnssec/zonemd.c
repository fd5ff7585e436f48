#include "dnssec/zonemd.h"

#include "base/mem.h"
#include "dns/type.h"

#include <stdlib.h>

struct zonemd_entry {
	size_t at, len; /* in the node's wire */
	size_t rdata;   /* offset of the RDATA within it */
	uint16_t type;
};

size_t
zonemd_digest_len(uint8_t algorithm)
{
	return algorithm == ZONEMD_SHA384 ? 48 : algorithm == ZONEMD_SHA512 ? 64 : 0;
}

static void
put32(uint8_t *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

size_t
zonemd_placeholder(
    uint32_t serial, uint8_t algorithm, uint8_t out[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST])
{
	size_t len = ZONEMD_HEAD + zonemd_digest_len(algorithm);

	memset(out, 0, len);
	put32(out, serial);
	out[4] = ZONEMD_SIMPLE;
	out[5] = algorithm;
	return len;
}

void
zonemd_take(
    struct zonemd_node *node, struct bytes owner, uint16_t type, uint32_t ttl_s, struct bytes rdata)
{
	size_t len = owner.len + 10 + rdata.len;
	uint8_t *p = (uint8_t *)buf_reserve(&node->wire, len);

	node->entries = mem_grow(node->entries, node->n, &node->cap, sizeof(*node->entries));
	node->entries[node->n++] = (struct zonemd_entry){node->wire.len, len, owner.len + 10, type};
	memcpy(p, owner.data, owner.len);
	p += owner.len;
	p[0] = (uint8_t)(type >> 8);
	p[1] = (uint8_t)type;
	p[2] = 0;
	p[3] = CLASS_IN;
	put32(p + 4, ttl_s);
	p[8] = (uint8_t)(rdata.len >> 8);
	p[9] = (uint8_t)rdata.len;
	if (rdata.len)
		memcpy(p + 10, rdata.data, rdata.len);
	node->wire.len += len;
}

static bool
is_after(const struct zonemd_node *node, const struct zonemd_entry *a, const struct zonemd_entry *b)
{
	const char *wire = node->wire.data;
	size_t n = a->len < b->len ? a->len - a->rdata : b->len - b->rdata;
	int order;

	if (a->type != b->type || a->type != TYPE_RRSIG)
		return a->type > b->type;
	order = memcmp(wire + a->at + a->rdata, wire + b->at + b->rdata, n);
	return order ? order > 0 : a->len > b->len;
}

void
zonemd_flush(struct zonemd_node *node, struct buf *out)
{
	struct zonemd_entry *entries = node->entries;

	/* Only SOA and the RRSIGs are out of place. */
	for (size_t i = 1; i < node->n; i++) {
		struct zonemd_entry entry = entries[i];
		size_t j = i;

		for (; j > 0 && is_after(node, &entries[j - 1], &entry); j--)
			entries[j] = entries[j - 1];
		entries[j] = entry;
	}
	for (size_t i = 0; i < node->n; i++)
		buf_put(out, node->wire.data + entries[i].at, entries[i].len);
	node->n = 0;
	buf_clear(&node->wire);
}

void
zonemd_node_free(struct zonemd_node *node)
{
	free(node->entries);
	buf_free(&node->wire);
	*node = (struct zonemd_node){0};
}

#include "dnssec/nsec.h"

#include "zone/soa.h"

uint32_t
nsec_ttl(const struct record *soa)
{
	uint32_t minimum = soa_number(soa, SOA_MINIMUM);

	return minimum < soa->ttl_s ? minimum : soa->ttl_s;
}

void
nsec_bitmap_add(struct nsec_bitmap *bitmap, uint16_t type)
{
	uint8_t high = (uint8_t)(type >> 8), low = (uint8_t)type;

	if (!bitmap->window || bitmap->window[0] != high) {
		bitmap->window = bitmap->out + bitmap->len;
		bitmap->window[0] = high;
		bitmap->window[1] = 0;
		bitmap->len += 2;
	}
	for (; bitmap->window[1] <= low / 8; bitmap->window[1]++)
		bitmap->out[bitmap->len++] = 0;
	bitmap->window[2 + low / 8] |= (uint8_t)(0x80 >> low % 8);
}

/* The store has SOA ahead of all other types; here it takes its place by number. */
void
nsec_bitmap_node(struct nsec_bitmap *bitmap, const struct store *store, const struct node *node,
    const uint16_t *further)
{
	const struct record *records = node_records(store, node);
	bool soa = node->n > 0 && records[0].type == TYPE_SOA;

	for (size_t i = 0; i < node->n;) {
		struct rrset set = node_rrset_at(store, node, i);

		i += set.n;
		if (set.type == TYPE_SOA ||
		    (!nsec_is_authoritative(node, set.type) && set.type != TYPE_NS))
			continue;
		if (soa && set.type > TYPE_SOA) {
			nsec_bitmap_add(bitmap, TYPE_SOA);
			soa = false;
		}
		for (; *further && *further < set.type; further++)
			nsec_bitmap_add(bitmap, *further);
		nsec_bitmap_add(bitmap, set.type);
	}
	if (soa)
		nsec_bitmap_add(bitmap, TYPE_SOA);
	for (; *further; further++)
		nsec_bitmap_add(bitmap, *further);
}

const struct node *
nsec_next(const struct store *store, size_t i)
{
	for (i++; i < store->n_nodes; i++)
		if (!(store->nodes[i].flags & NODE_OCCLUDED))
			return &store->nodes[i];
	return &store->nodes[0];
}

size_t
nsec_rdata(const struct store *store, size_t i, uint8_t *out)
{
	static const uint16_t further[] = {TYPE_RRSIG, TYPE_NSEC, 0};
	size_t len = node_wire(store, nsec_next(store, i), out);
	struct nsec_bitmap bitmap = {.out = out + len};

	nsec_bitmap_node(&bitmap, store, &store->nodes[i], further);
	return len + bitmap.len;
}

#include "zone/soa.h"

const struct record *
store_soa(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++)
		for (uint32_t r = 0; store->nodes[i].key_len == 0 && r < store->nodes[i].n; r++)
			if (node_records(store, &store->nodes[i])[r].type == TYPE_SOA)
				return &node_records(store, &store->nodes[i])[r];
	return NULL;
}

uint32_t
zone_serial(const struct store *store)
{
	return soa_number(store_soa(store), SOA_SERIAL);
}

void
zone_set_serial(struct store *store, uint32_t serial)
{
	struct record *soa = &store->records[store->nodes[0].first];
	uint8_t *rdata = arena_copy(&store->data, soa->rdata, soa->rdlen);

	write_u32(rdata + soa->rdlen - SOA_SERIAL, serial);
	soa->rdata = rdata;
}

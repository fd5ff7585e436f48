#include "dnssec/zonemd_store.h"

#include "dnssec/zonemd.h"
#include "zone/soa.h"

#include <openssl/evp.h>

enum { ALGORITHM_AT = 5 };

/* Ahead of store_sort: the apex can be several nodes. */
static uint32_t
soa_ttl(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		struct rrset soa = {0};

		if (store->nodes[i].key_len == 0)
			soa = node_rrset(store, &store->nodes[i], TYPE_SOA);
		if (soa.n > 0)
			return soa.records[0].ttl_s;
	}
	return 0;
}

void
zonemd_store_add(struct store *store, uint8_t algorithm)
{
	static const uint16_t types[] = {TYPE_ZONEMD};
	uint8_t rdata[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST];

	if (store->apex.len == 0)
		return;
	store_remove_types(store, types, 1);
	store_add_apex(store, TYPE_ZONEMD, soa_ttl(store),
	    (struct bytes){rdata, zonemd_placeholder(0, algorithm, rdata)});
}

/* RFC 8976 section 3.3.1: without the apex's ZONEMD. */
static void
take_node(
    const struct store *store, const struct node *node, struct buf *rdata, struct zonemd_node *out)
{
	uint8_t owner[NAME_LONGEST];
	size_t len = node_wire(store, node, owner);

	name_lower(owner, owner, len);
	for (uint32_t i = 0; i < node->n; i++) {
		const struct record *record = &node_records(store, node)[i];

		if (node->key_len == 0 && record->type == TYPE_ZONEMD)
			continue;
		buf_clear(rdata);
		rdata_canonical(record->type, record_rdata(record),
		    (uint8_t *)buf_reserve(rdata, record->rdlen));
		zonemd_take(out, (struct bytes){owner, len}, record->type, record->ttl_s,
		    (struct bytes){(const uint8_t *)rdata->data, record->rdlen});
	}
}

static int
digest_store(const struct store *store, const EVP_MD *hash, uint8_t *out)
{
	struct zonemd_node node = {0};
	struct buf rdata = {0}, wire = {0};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, hash, NULL);

	for (size_t i = 0; i < store->n_nodes && good; i++) {
		store_prefetch(store, i);
		take_node(store, &store->nodes[i], &rdata, &node);
		buf_clear(&wire);
		zonemd_flush(&node, &wire);
		good = EVP_DigestUpdate(ctx, wire.data, wire.len);
	}
	good = good && EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	zonemd_node_free(&node);
	buf_free(&rdata);
	buf_free(&wire);
	return good ? 0
		    : diag_error(
			  store->diags, pos_none(), F_SYSTEM, "OpenSSL cannot hash for ZONEMD");
}

int
zonemd_store_make(struct store *store)
{
	const struct node *apex = store_apex(store);
	struct record *record =
	    &store->records[node_rrset(store, apex, TYPE_ZONEMD).records - store->records];
	uint8_t algorithm = record->rdata[ALGORITHM_AT];
	uint8_t *rdata = arena_bytes(&store->data, record->rdlen);

	zonemd_placeholder(zone_serial(store), algorithm, rdata);
	record->rdata = rdata;
	return digest_store(
	    store, algorithm == ZONEMD_SHA384 ? EVP_sha384() : EVP_sha512(), rdata + ZONEMD_HEAD);
}

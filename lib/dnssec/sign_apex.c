/* What signing adds to a zone's apex and takes from its template. */
#include "dnssec/sign.h"

#include "dnssec/zonemd.h"

/* The TTL of the template's records of `type` at the apex, else `otherwise_s`. Ahead of store_sort
 * the apex can be several nodes. */
static uint32_t
ttl_of_type(const struct store *store, uint16_t type, uint32_t otherwise_s)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		struct rrset set = {0};

		if (store->nodes[i].key_len == 0)
			set = node_rrset(store, &store->nodes[i], type);
		if (set.n > 0)
			return set.records[0].ttl_s;
	}
	return otherwise_s;
}

/* Is the record the DNSKEY of one of the keys, in whatever state? */
static bool
is_of_key(const struct record *record, const struct keys *keys)
{
	enum { BEHIND_FLAGS = 2 };

	for (size_t i = 0; record->type == TYPE_DNSKEY && i < keys->n; i++) {
		struct bytes dnskey = keys->items[i].dnskey;

		if (record->rdlen == dnskey.len &&
		    memcmp(record->rdata + BEHIND_FLAGS, dnskey.data + BEHIND_FLAGS,
			dnskey.len - BEHIND_FLAGS) == 0)
			return true;
	}
	return false;
}

/* The key's own state says whether it is in the zone. */
static void
remove_keys(struct store *store, const struct keys *keys)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		struct node *node = &store->nodes[i];
		struct record *records = store->records + node->first;
		uint32_t kept = 0;

		for (uint32_t j = 0; node->key_len == 0 && j < node->n; j++)
			if (!is_of_key(&records[j], keys))
				records[kept++] = records[j];
		if (node->key_len == 0)
			node->n = kept;
	}
}

static void
add_keys(struct store *store, const struct keys *keys, uint32_t soa_ttl_s)
{
	uint32_t ttl_s = ttl_of_type(store, TYPE_DNSKEY, 0);

	remove_keys(store, keys);
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (ttl_s == 0)
			ttl_s = key->ttl_s ? key->ttl_s : soa_ttl_s;
		if (key->published)
			store_add_apex(store, TYPE_DNSKEY, ttl_s, key->dnskey);
	}
}

static bool
add_cds_of_keys(struct store *store, const struct sign_options *options, uint32_t ttl_s)
{
	bool any = false;

	for (size_t i = 0; i < options->keys->n; i++) {
		const struct key *key = &options->keys->items[i];
		uint8_t digest[CDS_LONGEST];

		if (!cds_is_due(key, options->now))
			continue;
		any = true;
		store_add_apex(store, TYPE_CDS, ttl_s,
		    (struct bytes){digest, ds_rdata(&store->apex, key->dnskey, DS_SHA256, digest)});
		store_add_apex(store, TYPE_CDNSKEY, ttl_s, key->dnskey);
	}
	return any;
}

static void
add_cds(struct store *store, const struct sign_options *options, uint32_t ttl_s)
{
	/* CDS 0 0 0 00, CDNSKEY 0 3 0 AA== */
	static const uint8_t no_ds[] = {0, 0, 0, 0, 0}, no_key[] = {0, 0, 3, 0, 0};

	if (options->cds == CDS_DELETE) {
		store_add_apex(store, TYPE_CDS, ttl_s, (struct bytes){no_ds, sizeof(no_ds)});
		store_add_apex(store, TYPE_CDNSKEY, ttl_s, (struct bytes){no_key, sizeof(no_key)});
	} else if (options->cds == CDS_KEYS && !add_cds_of_keys(store, options, ttl_s))
		diag_add(store->diags, pos_none(), S_CDS_NO_KEY,
		    "no CDS or CDNSKEY record is made: no published KSK signs now, within its "
		    "SyncPublish and SyncDelete dates");
}

void
sign_add(struct store *store, const struct sign_options *options)
{
	uint8_t rdata[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST], params[5 + NSEC3_SALT_LONGEST];
	uint32_t soa_ttl_s = ttl_of_type(store, TYPE_SOA, 3600);

	if (store->apex.len == 0)
		return;
	add_keys(store, options->keys, soa_ttl_s);
	add_cds(store, options, ttl_of_type(store, TYPE_DNSKEY, soa_ttl_s));
	if (options->nsec3)
		store_add_apex(store, TYPE_NSEC3PARAM, 0,
		    (struct bytes){params, nsec3_param_rdata(options->nsec3, params)});
	if (options->zonemd)
		store_add_apex(store, TYPE_ZONEMD, soa_ttl_s,
		    (struct bytes){rdata, zonemd_placeholder(0, options->zonemd, rdata)});
}

void
sign_clean(struct store *store, const struct sign_options *options)
{
	static const uint16_t zonemd[] = {TYPE_ZONEMD};
	static const uint16_t types[] = {
	    TYPE_RRSIG, TYPE_NSEC, TYPE_NSEC3, TYPE_NSEC3PARAM, TYPE_CDS, TYPE_CDNSKEY};
	enum { N_TYPES = sizeof(types) / sizeof(types[0]), N_CDS = 2 };
	size_t n_zonemd = store_remove_types(store, zonemd, 1);
	size_t n = store_remove_types(store, types, options->cds ? N_TYPES : N_TYPES - N_CDS);

	if (options->zonemd)
		n += n_zonemd;
	else if (n_zonemd > 0)
		diag_add(store->diags, pos_none(), S_ZONEMD_OLD,
		    "the template's ZONEMD record is left out: it is not the digest of the signed "
		    "zone");
	if (n > 0)
		diag_add(store->diags, pos_none(), Z_SIGNED,
		    "%zu records of an earlier signing are replaced", n);
}

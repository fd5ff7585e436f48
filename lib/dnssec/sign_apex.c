/* What signing adds to a zone's apex and takes from its template. */
#include "dnssec/sign.h"

#include "dnssec/cds.h"
#include "dnssec/zonemd.h"

/* The TTL for records of `type` at the apex: that of the template's, else `otherwise`. */
static uint32_t
ttl_of_type(const struct store *store, uint16_t type, uint32_t otherwise_s)
{
	for (size_t i = 0; i < store->n_records; i++)
		if (store->records[i].type == type)
			return store->records[i].ttl_s;
	return otherwise_s;
}

static void
add_keys(struct store *store, const struct keys *keys, uint32_t soa_ttl_s)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (key->published)
			store_add_apex(store, TYPE_DNSKEY,
			    ttl_of_type(store, TYPE_DNSKEY, key->ttl_s ? key->ttl_s : soa_ttl_s),
			    key->dnskey);
	}
}

static void
add_cds(struct store *store, const struct sign_options *options, uint32_t ttl_s)
{
	for (size_t i = 0; i < options->keys->n; i++) {
		const struct key *key = &options->keys->items[i];
		uint8_t digest[CDS_LONGEST];

		if (!cds_is_due(key, options->now))
			continue;
		store_add_apex(store, TYPE_CDS, ttl_s,
		    (struct bytes){digest, ds_rdata(&store->apex, key->dnskey, DS_SHA256, digest)});
		store_add_apex(store, TYPE_CDNSKEY, ttl_s, key->dnskey);
	}
}

void
sign_add(struct store *store, const struct sign_options *options)
{
	uint8_t rdata[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST], params[5 + NSEC3_SALT_LONGEST];
	uint32_t soa_ttl_s = ttl_of_type(store, TYPE_SOA, 3600);

	if (store->apex.len == 0)
		return;
	add_keys(store, options->keys, soa_ttl_s);
	if (options->cds)
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
	uint16_t types[8] = {TYPE_RRSIG, TYPE_NSEC, TYPE_NSEC3, TYPE_NSEC3PARAM};
	size_t n_types = 4, n;

	if (options->zonemd)
		types[n_types++] = TYPE_ZONEMD;
	if (options->cds) {
		types[n_types++] = TYPE_CDS;
		types[n_types++] = TYPE_CDNSKEY;
	}
	n = store_remove_types(store, types, n_types);
	if (n > 0)
		diag_add(store->diags, pos_none(), Z_SIGNED,
		    "%zu records of an earlier signing are replaced", n);
}

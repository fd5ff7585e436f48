#include "dnssec/cds.h"

#include "dns/type.h"

#include <openssl/evp.h>

size_t
ds_rdata(
    const struct name *zone, struct bytes dnskey, uint8_t digest_type, uint8_t out[CDS_LONGEST])
{
	const EVP_MD *md = digest_type == DS_SHA384 ? EVP_sha384() : EVP_sha256();
	uint16_t tag = key_tag(dnskey);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t owner[NAME_LONGEST];
	unsigned len = 0;

	name_lower(owner, zone->wire, zone->len);
	out[0] = (uint8_t)(tag >> 8);
	out[1] = (uint8_t)tag;
	out[2] = dnskey.data[3];
	out[3] = digest_type;
	if (!ctx || !EVP_DigestInit_ex(ctx, md, NULL) || !EVP_DigestUpdate(ctx, owner, zone->len) ||
	    !EVP_DigestUpdate(ctx, dnskey.data, dnskey.len) ||
	    !EVP_DigestFinal_ex(ctx, out + 4, &len))
		len = 0;
	EVP_MD_CTX_free(ctx);
	return 4 + (size_t)len;
}

enum { HEAD = 4, ALGORITHM = 2, DIGEST_TYPE = 3 }; /* of a DS, RFC 4034 section 5.1 */

bool
cds_is_delete(uint16_t type, struct bytes rdata)
{
	enum { DNSKEY_ALGORITHM = 3 };

	return rdata.len > HEAD && rdata.data[type == TYPE_CDS ? ALGORITHM : DNSKEY_ALGORITHM] == 0;
}

bool
cds_names_key(const struct name *zone, uint16_t type, struct bytes rdata, struct bytes dnskey)
{
	uint8_t ds[CDS_LONGEST];

	if (type == TYPE_CDNSKEY)
		return rdata.len == dnskey.len && memcmp(rdata.data, dnskey.data, rdata.len) == 0;
	if (rdata.len < HEAD || read_u16(rdata.data) != key_tag(dnskey) ||
	    rdata.data[ALGORITHM] != dnskey.data[3])
		return false;
	if (rdata.data[DIGEST_TYPE] != DS_SHA256 && rdata.data[DIGEST_TYPE] != DS_SHA384)
		return true;
	return rdata.len == ds_rdata(zone, dnskey, rdata.data[DIGEST_TYPE], ds) &&
	       memcmp(rdata.data, ds, rdata.len) == 0;
}

/* Has the instant come? What is not stated never comes. */
static bool
has_come(int64_t t_unix, int64_t now)
{
	return t_unix != KEY_NO_TIME && t_unix <= now;
}

bool
cds_is_due(const struct key *key, int64_t now)
{
	const int64_t *time = key->time;
	bool begun = time[KEY_SYNC_PUBLISH] == KEY_NO_TIME ? key->signs_keys
							   : has_come(time[KEY_SYNC_PUBLISH], now);

	return key->is_ksk && !key->revoked && key->published && begun && !key->ds_early &&
	       !has_come(time[KEY_INACTIVE], now) && !has_come(time[KEY_SYNC_DELETE], now);
}

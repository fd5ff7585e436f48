#include "dnssec/cds.h"

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

	return key->is_ksk && !key->revoked && key->published && begun &&
	       !has_come(time[KEY_INACTIVE], now) && !has_come(time[KEY_SYNC_DELETE], now);
}

#include "dnssec/seal.h"

#include "base/codec.h"
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>

static const char purpose[] = "zonepp seal of a signed zone";

/* The key of the HMAC. */
static bool
secret_of(const EVP_PKEY *pkey, uint8_t secret[DIGEST_LEN])
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(pkey, &der);
	struct digest *digest;

	if (len <= 0) {
		ERR_clear_error();
		return false;
	}
	digest = digest_begin();
	digest_add(digest, purpose, sizeof(purpose));
	digest_add(digest, der, (size_t)len);
	digest_end(digest, secret);
	OPENSSL_clear_free(der, (size_t)len);
	return true;
}

static bool
seal_by(const struct key *key, const uint8_t sha256[32], char seal[SEAL_LEN])
{
	uint8_t secret[DIGEST_LEN], mac[DIGEST_LEN];
	struct buf hex = {0};

	if (!key->pkey || !secret_of(key->pkey, secret))
		return false;
	digest_hmac((struct bytes){secret, sizeof(secret)}, (struct bytes){sha256, 32}, mac);
	OPENSSL_cleanse(secret, sizeof(secret));
	hex_encode(&hex, (struct bytes){mac, sizeof(mac)});
	memcpy(seal, hex.data, SEAL_LEN);
	buf_free(&hex);
	return true;
}

bool
seal_make(const struct keys *keys, const uint8_t sha256[32], char seal[SEAL_LEN])
{
	for (size_t i = 0; i < keys->n; i++)
		if (seal_by(&keys->items[i], sha256, seal))
			return true;
	return false;
}

bool
seal_holds(const struct keys *keys, const uint8_t sha256[32], const char seal[SEAL_LEN])
{
	char own[SEAL_LEN];

	for (size_t i = 0; i < keys->n; i++)
		if (seal_by(&keys->items[i], sha256, own) &&
		    CRYPTO_memcmp(own, seal, SEAL_LEN) == 0)
			return true;
	return false;
}

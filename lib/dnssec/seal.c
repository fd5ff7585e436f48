#include "dnssec/seal.h"

#include "base/codec.h"
#include "base/digest.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

static const char purpose[] = "zonepp seal of a signed zone";

enum { PRIVATE_MOST = 1024 }; /* octets of the number that makes a key private */

/* That number: of RSA the private exponent. The encoders of OpenSSL take longer for it than a few
 * signatures. Returns its length; 0: the key has none. */
static size_t
private_number(const EVP_PKEY *pkey, uint8_t out[PRIVATE_MOST])
{
	size_t len = PRIVATE_MOST;
	BIGNUM *number = NULL;

	if ((EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) > 0 ||
		EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_D, &number) > 0) &&
	    BN_num_bytes(number) <= PRIVATE_MOST)
		len = (size_t)BN_bn2bin(number, out);
	else if (EVP_PKEY_get_raw_private_key(pkey, out, &len) <= 0)
		len = 0;
	BN_clear_free(number);
	ERR_clear_error();
	return len;
}

/* The key of the HMAC. */
static bool
secret_of(const EVP_PKEY *pkey, uint8_t secret[DIGEST_LEN])
{
	uint8_t number[PRIVATE_MOST];
	size_t len = private_number(pkey, number);
	struct digest *digest;

	if (len == 0)
		return false;
	digest = digest_begin();
	digest_add(digest, purpose, sizeof(purpose));
	digest_add(digest, number, len);
	digest_end(digest, secret);
	OPENSSL_cleanse(number, len);
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

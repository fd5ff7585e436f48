#include "source/dkim_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* All implementations write SubjectPublicKeyInfo; the RFC's text names RSAPublicKey. */
int
dkim_rsa_bits(struct bytes der)
{
	const unsigned char *at = der.data, *end = der.data + der.len;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)der.len);
	int bits = 0;

	if (!key) {
		at = der.data;
		key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der.len);
	}
	if (key && at == end && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		bits = EVP_PKEY_get_bits(key);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return bits;
}

bool
dkim_is_ed25519(struct bytes key)
{
	EVP_PKEY *point = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key.data, key.len);
	bool is = point;

	EVP_PKEY_free(point);
	ERR_clear_error();
	return is;
}

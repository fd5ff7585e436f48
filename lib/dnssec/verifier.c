#include "dnssec/verifier.h"

#include "base/mem.h"
#include "dnssec/pkey.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>

/* RFC 3110, RFC 5155 section 2. */
static const struct algorithm old_algorithms[] = {
    {.number = 5, .family = ALGORITHM_RSA, .name = "RSASHA1", .type = "RSA", .digest = "SHA1"},
    {.number = 7,
	.family = ALGORITHM_RSA,
	.name = "RSASHA1-NSEC3-SHA1",
	.type = "RSA",
	.digest = "SHA1"},
};

enum { N_OLD = sizeof(old_algorithms) / sizeof(old_algorithms[0]) };

const struct algorithm *
verifier_algorithm(uint8_t number)
{
	const struct algorithm *algorithm = algorithm_info(number);

	for (size_t i = 0; i < N_OLD; i++)
		if (old_algorithms[i].number == number)
			return &old_algorithms[i];
	return algorithm && algorithm->family != ALGORITHM_NONE ? algorithm : NULL;
}

bool
verifier_is_old(uint8_t number)
{
	for (size_t i = 0; i < N_OLD; i++)
		if (old_algorithms[i].number == number)
			return true;
	return false;
}

/* What checking with one key needs; all NULL where the key cannot be used. */
struct checking_key {
	struct verifier_key from;
	bool is_ready; /* `from` was looked at */
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *ctx; /* RSA and ECDSA: initialised for verification */
	EVP_MD *md;
	EVP_MD_CTX *digest; /* RSA and ECDSA: hashes; EdDSA: verifies */
};

struct verifier {
	size_t n;
	struct checking_key keys[];
};

static bool
digest_of(struct checking_key *key, struct bytes data, uint8_t *out, unsigned *len)
{
	return EVP_DigestInit_ex2(key->digest, NULL, NULL) > 0 &&
	       EVP_DigestUpdate(key->digest, data.data, data.len) > 0 &&
	       EVP_DigestFinal_ex(key->digest, out, len) > 0;
}

static bool
good_rsa(struct checking_key *key, struct bytes data, struct bytes signature)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n;

	return digest_of(key, data, digest, &n) &&
	       EVP_PKEY_verify(key->ctx, signature.data, signature.len, digest, n) == 1;
}

enum { DER_LONGEST = 2 + 2 * (2 + 49) };

/* Writes `width` octets as a DER INTEGER: no needless zeros, but one where the number would look
 * negative. Returns where the next octet goes. */
static uint8_t *
put_integer(uint8_t *out, const uint8_t *octets, size_t width)
{
	size_t pad;

	while (width > 1 && *octets == 0) {
		octets++;
		width--;
	}
	pad = *octets >> 7;
	*out++ = 0x02;
	*out++ = (uint8_t)(width + pad);
	if (pad)
		*out++ = 0;
	memcpy(out, octets, width);
	return out + width;
}

/* r | s becomes DER's SEQUENCE of two INTEGERs, whose length fits in one octet. */
static size_t
put_der(uint8_t der[DER_LONGEST], const uint8_t *rs, size_t width)
{
	uint8_t *end = put_integer(put_integer(der + 2, rs, width), rs + width, width);

	der[0] = 0x30;
	der[1] = (uint8_t)(end - der - 2);
	return (size_t)(end - der);
}

static bool
good_ecdsa(struct checking_key *key, struct bytes data, struct bytes signature)
{
	uint8_t digest[EVP_MAX_MD_SIZE], der[DER_LONGEST];
	size_t width = key->algorithm->private_len;
	unsigned n;

	return signature.len == 2 * width && digest_of(key, data, digest, &n) &&
	       EVP_PKEY_verify(key->ctx, der, put_der(der, signature.data, width), digest, n) == 1;
}

static bool
good_eddsa(struct checking_key *key, struct bytes data, struct bytes signature)
{
	return EVP_DigestVerifyInit(key->digest, NULL, NULL, NULL, NULL) > 0 &&
	       EVP_DigestVerify(key->digest, signature.data, signature.len, data.data, data.len) ==
		   1;
}

static bool
prepare_digest(struct checking_key *key)
{
	key->md = EVP_MD_fetch(NULL, key->algorithm->digest, NULL);
	key->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	return key->md && key->ctx && EVP_PKEY_verify_init(key->ctx) > 0 &&
	       EVP_PKEY_CTX_set_signature_md(key->ctx, key->md) > 0 &&
	       EVP_DigestInit_ex2(key->digest, key->md, NULL) > 0;
}

static bool
prepare_rsa(struct checking_key *key)
{
	return prepare_digest(key) && EVP_PKEY_CTX_set_rsa_padding(key->ctx, RSA_PKCS1_PADDING) > 0;
}

static bool
prepare_eddsa(struct checking_key *key)
{
	return EVP_DigestVerifyInit(key->digest, NULL, NULL, NULL, key->pkey) > 0;
}

static const struct {
	bool (*prepare)(struct checking_key *key);
	bool (*good)(struct checking_key *key, struct bytes data, struct bytes signature);
} families[] = {
    [ALGORITHM_RSA] = {prepare_rsa, good_rsa},
    [ALGORITHM_ECDSA] = {prepare_digest, good_ecdsa},
    [ALGORITHM_EDDSA] = {prepare_eddsa, good_eddsa},
};

static void
release(struct checking_key *key)
{
	EVP_MD_CTX_free(key->digest);
	EVP_PKEY_CTX_free(key->ctx);
	EVP_MD_free(key->md);
	EVP_PKEY_free(key->pkey);
	*key = (struct checking_key){0};
}

static struct checking_key *
key_at(struct verifier *verifier, size_t i)
{
	struct checking_key *key = &verifier->keys[i];

	if (key->is_ready || !key->from.algorithm)
		return key;
	key->is_ready = true;
	key->algorithm = key->from.algorithm;
	key->pkey = pkey_public(key->algorithm, key->from.public_key);
	key->digest = EVP_MD_CTX_new();
	if (!key->pkey || !key->digest || !families[key->algorithm->family].prepare(key)) {
		release(key);
		key->is_ready = true;
	}
	ERR_clear_error();
	return key;
}

struct verifier *
verifier_new(const struct verifier_key *keys, size_t n)
{
	size_t size = n * sizeof(struct checking_key);
	struct verifier *verifier = mem_alloc(sizeof(*verifier) + size);

	verifier->n = n;
	memset(verifier->keys, 0, size);
	for (size_t i = 0; i < n; i++)
		verifier->keys[i].from = keys[i];
	return verifier;
}

void
verifier_free(struct verifier *verifier)
{
	if (!verifier)
		return;
	for (size_t i = 0; i < verifier->n; i++)
		release(&verifier->keys[i]);
	free(verifier);
}

bool
verifier_takes(struct verifier *verifier, size_t key)
{
	return key_at(verifier, key)->pkey != NULL;
}

bool
verifier_good(struct verifier *verifier, size_t key, struct bytes data, struct bytes signature)
{
	struct checking_key *k = key_at(verifier, key);

	if (k->pkey && families[k->algorithm->family].good(k, data, signature))
		return true;
	ERR_clear_error();
	return false;
}

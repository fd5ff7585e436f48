#include "dnssec/signer.h"

#include "base/mem.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

enum { FAULT_LONGEST = 120 };

/* What signing with one key needs; all NULL for keys without a role, and offline ones. */
struct signing_key {
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;    /* a copy: threads would contend for the reference counts of one */
	EVP_PKEY_CTX *ctx; /* RSA and ECDSA: initialised for signing */
	EVP_MD *md;
	EVP_MD_CTX *digest; /* RSA and ECDSA: hashes; EdDSA: signs */
};

struct signer {
	size_t n;
	char fault[FAULT_LONGEST];
	struct signing_key keys[];
};

static bool
digest_of(struct signing_key *key, struct bytes data, uint8_t *out, unsigned *len)
{
	return EVP_DigestInit_ex2(key->digest, NULL, NULL) > 0 &&
	       EVP_DigestUpdate(key->digest, data.data, data.len) > 0 &&
	       EVP_DigestFinal_ex(key->digest, out, len) > 0;
}

static int
sign_rsa(struct signing_key *key, struct bytes data, uint8_t *signature, size_t *len)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n;

	*len = SIGNATURE_LONGEST;
	if (!digest_of(key, data, digest, &n) ||
	    EVP_PKEY_sign(key->ctx, signature, len, digest, n) <= 0)
		return -1;
	return 0;
}

/* Reads one INTEGER of a DER signature into `width` octets; returns what follows it, or NULL. */
static const uint8_t *
read_integer(const uint8_t *der, const uint8_t *end, uint8_t *out, size_t width)
{
	size_t len;

	if (end - der < 3 || der[0] != 0x02 || der[1] == 0 || der[1] > end - der - 2)
		return NULL;
	len = der[1];
	der += 2;
	if (*der == 0) { /* keeps the number positive */
		der++;
		len--;
	}
	if (len > width)
		return NULL;
	memset(out, 0, width - len);
	memcpy(out + width - len, der, len);
	return der + len;
}

/* DER's SEQUENCE of two INTEGERs becomes r | s, each `width` octets (RFC 6605 section 4). The
 * length has one octet, as 2 * (2 + 49) are below 128. */
static int
flatten(const uint8_t *der, size_t len, uint8_t *out, size_t width)
{
	const uint8_t *end = der + len;

	if (len < 2 || der[0] != 0x30 || der[1] != len - 2)
		return -1;
	der = read_integer(der + 2, end, out, width);
	if (der)
		der = read_integer(der, end, out + width, width);
	return der == end ? 0 : -1;
}

static int
sign_ecdsa(struct signing_key *key, struct bytes data, uint8_t *signature, size_t *len)
{
	enum { DER_LONGEST = 2 + 2 * (2 + 49) };
	uint8_t digest[EVP_MAX_MD_SIZE], der[DER_LONGEST];
	size_t der_len = sizeof(der), width = key->algorithm->private_len;
	unsigned n;

	*len = 2 * width;
	if (!digest_of(key, data, digest, &n) ||
	    EVP_PKEY_sign(key->ctx, der, &der_len, digest, n) <= 0)
		return -1;
	return flatten(der, der_len, signature, width);
}

static int
sign_eddsa(struct signing_key *key, struct bytes data, uint8_t *signature, size_t *len)
{
	*len = SIGNATURE_LONGEST;
	if (EVP_DigestSignInit(key->digest, NULL, NULL, NULL, NULL) <= 0 ||
	    EVP_DigestSign(key->digest, signature, len, data.data, data.len) <= 0)
		return -1;
	return 0;
}

static bool
prepare_digest(struct signing_key *key)
{
	key->md = EVP_MD_fetch(NULL, key->algorithm->digest, NULL);
	key->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	return key->md && key->ctx && EVP_PKEY_sign_init(key->ctx) > 0 &&
	       EVP_PKEY_CTX_set_signature_md(key->ctx, key->md) > 0 &&
	       EVP_DigestInit_ex2(key->digest, key->md, NULL) > 0;
}

static bool
prepare_rsa(struct signing_key *key)
{
	return prepare_digest(key) && EVP_PKEY_CTX_set_rsa_padding(key->ctx, RSA_PKCS1_PADDING) > 0;
}

static bool
prepare_eddsa(struct signing_key *key)
{
	return EVP_DigestSignInit(key->digest, NULL, NULL, NULL, key->pkey) > 0;
}

static const struct {
	bool (*prepare)(struct signing_key *key);
	int (*sign)(struct signing_key *key, struct bytes data, uint8_t *signature, size_t *len);
} families[] = {
    [ALGORITHM_RSA] = {prepare_rsa, sign_rsa},
    [ALGORITHM_ECDSA] = {prepare_digest, sign_ecdsa},
    [ALGORITHM_EDDSA] = {prepare_eddsa, sign_eddsa},
};

static const char *
openssl_reason(void)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return why ? why : "OpenSSL gave no reason";
}

static bool
prepare(const struct key *key, struct signing_key *out)
{
	out->algorithm = key->algorithm;
	out->pkey = EVP_PKEY_dup(key->pkey);
	out->digest = EVP_MD_CTX_new();
	return out->pkey && out->digest && families[key->algorithm->family].prepare(out);
}

struct signer *
signer_new(struct diags *diags, const struct keys *keys)
{
	size_t size = keys->n * sizeof(struct signing_key);
	struct signer *signer = mem_alloc(sizeof(*signer) + size);

	*signer = (struct signer){.n = keys->n};
	memset(signer->keys, 0, size);
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (!key->pkey || (!key->signs_keys && !key->signs_zone) ||
		    prepare(key, &signer->keys[i]))
			continue;
		diag_add_path(diags, key->path, S_SIGN, "OpenSSL cannot sign with this key: %s",
		    openssl_reason());
		signer_free(signer);
		return NULL;
	}
	return signer;
}

void
signer_free(struct signer *signer)
{
	if (!signer)
		return;
	for (size_t i = 0; i < signer->n; i++) {
		EVP_MD_CTX_free(signer->keys[i].digest);
		EVP_PKEY_CTX_free(signer->keys[i].ctx);
		EVP_MD_free(signer->keys[i].md);
		EVP_PKEY_free(signer->keys[i].pkey);
	}
	free(signer);
}

int
signer_sign(struct signer *signer, size_t key, struct bytes data, uint8_t *signature, size_t *len)
{
	struct signing_key *k = &signer->keys[key];
	const char *why;

	if (families[k->algorithm->family].sign(k, data, signature, len) == 0)
		return 0;
	why = openssl_reason();
	strncpy(signer->fault, why, sizeof(signer->fault) - 1);
	return -1;
}

const char *
signer_fault(const struct signer *signer)
{
	return signer->fault;
}

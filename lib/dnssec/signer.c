#include "dnssec/signer.h"

#include "base/mem.h"
#include "dnssec/pkey.h"
#include "dnssec/token.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

struct signing_key;

/* How one signs: keys of a family in files, or those on tokens. */
struct way {
	bool (*prepare)(struct signing_key *key);
	int (*sign)(struct signing_key *key, struct bytes data, uint8_t *signature, size_t *len);
};

/* What signing with one key needs; all NULL for keys without a role, and offline ones. */
struct signing_key {
	const struct key *key;
	const struct way *way;
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;    /* a copy: threads would contend for the reference counts of one */
	EVP_PKEY_CTX *ctx; /* RSA and ECDSA: initialised for signing */
	EVP_MD *md;
	EVP_MD_CTX *digest;               /* RSA and ECDSA: hashes; EdDSA: signs */
	const struct token_key *on_token; /* or NULL; then there is no `pkey`, but */
	struct token_session *session;
	size_t signature_len;
	char *fault; /* the signer's */
};

struct signer {
	size_t n;
	const struct key *faulty;
	char fault[TOKEN_FAULT_LONGEST];
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

/* --- On tokens --- */

static bool
prepare_on_token(struct signing_key *key)
{
	if (!key->algorithm->digest)
		return true;
	key->md = EVP_MD_fetch(NULL, key->algorithm->digest, NULL);
	return key->md && EVP_DigestInit_ex2(key->digest, key->md, NULL) > 0;
}

/* What PKCS #1 v1.5 puts ahead of a digest: the DER of DigestInfo (RFC 8017 section 9.2). */
static struct bytes
digest_info(const struct algorithm *algorithm)
{
	static const uint8_t sha256[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	static const uint8_t sha512[] = {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	    0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40};

	switch (algorithm->number) {
	case ALGORITHM_RSASHA256:
		return (struct bytes){sha256, sizeof(sha256)};
	case ALGORITHM_RSASHA512:
		return (struct bytes){sha512, sizeof(sha512)};
	default:
		return (struct bytes){NULL, 0};
	}
}

/* The token gets the digest, and hashes nothing: few octets are sent, and all tokens can do so. */
static int
sign_on_token(struct signing_key *key, struct bytes data, uint8_t *signature, size_t *len)
{
	enum { DIGEST_INFO_LONGEST = 19 };
	uint8_t room[DIGEST_INFO_LONGEST + EVP_MAX_MD_SIZE];
	struct bytes head = digest_info(key->algorithm), input = data;
	unsigned n;

	if (key->md) {
		if (head.len > 0)
			memcpy(room, head.data, head.len);
		if (!digest_of(key, data, room + head.len, &n))
			return -1;
		input = (struct bytes){room, head.len + n};
	}
	*len = key->signature_len;
	return token_sign(key->session, key->on_token, input, signature, *len, key->fault);
}

static const struct way families[] = {
    [ALGORITHM_RSA] = {prepare_rsa, sign_rsa},
    [ALGORITHM_ECDSA] = {prepare_digest, sign_ecdsa},
    [ALGORITHM_EDDSA] = {prepare_eddsa, sign_eddsa},
};

static const struct way by_token = {prepare_on_token, sign_on_token};

/* --- The signer --- */

static const char *
openssl_reason(void)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return why ? why : "OpenSSL gave no reason";
}

static size_t
signature_len(const struct key *key)
{
	struct bytes public_key = {key->dnskey.data + 4, key->dnskey.len - 4};

	return key->algorithm->family == ALGORITHM_RSA ? (pkey_rsa_bits(public_key) + 7) / 8
						       : 2u * key->algorithm->private_len;
}

static bool
prepare(const struct key *key, struct signing_key *out)
{
	out->algorithm = key->algorithm;
	out->way = key->on_token ? &by_token : &families[key->algorithm->family];
	out->digest = EVP_MD_CTX_new();
	if (key->pkey)
		out->pkey = EVP_PKEY_dup(key->pkey);
	return (out->pkey || key->on_token) && out->digest && out->way->prepare(out);
}

static int
prepare_key(
    struct diags *diags, struct signer *signer, const struct key *key, struct signing_key *out)
{
	if (!prepare(key, out))
		return diag_add_path(diags, key->path, S_SIGN,
		    "OpenSSL cannot sign with this key: %s", openssl_reason());
	if (!key->on_token)
		return 0;
	out->on_token = key->on_token;
	out->signature_len = signature_len(key);
	out->fault = signer->fault;
	out->session = token_session_begin(diags, key->on_token);
	return out->session ? 0 : -1;
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

		if (!key_can_sign(key) || (!key->signs_keys && !key->signs_zone))
			continue;
		signer->keys[i].key = key;
		if (prepare_key(diags, signer, key, &signer->keys[i]) < 0) {
			signer_free(signer);
			return NULL;
		}
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
		token_session_end(signer->keys[i].session);
	}
	free(signer);
}

int
signer_sign(struct signer *signer, size_t key, struct bytes data, uint8_t *signature, size_t *len)
{
	struct signing_key *k = &signer->keys[key];

	signer->fault[0] = '\0';
	if (k->way->sign(k, data, signature, len) == 0)
		return 0;
	signer->faulty = k->key;
	if (!signer->fault[0])
		strncpy(signer->fault, openssl_reason(), sizeof(signer->fault) - 1);
	return -1;
}

const char *
signer_fault(const struct signer *signer)
{
	return signer->fault;
}

int
signer_tell(const struct signer *signer, struct diags *diags)
{
	const struct key *key = signer->faulty;

	if (!key->on_token)
		return diag_error(diags, pos_none(), S_SIGN, "%s", signer->fault);
	return diag_add_path(diags, arena_printf(&diags->arena, "%s.private", key->path), S_TOKEN,
	    "%s", signer->fault);
}

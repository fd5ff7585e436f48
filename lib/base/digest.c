#include "base/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* OpenSSL fails here only for want of memory or of SHA-256 itself. */
static _Noreturn void
no_sha256(void)
{
	fputs("zonepp: OpenSSL cannot compute SHA-256\n", stderr);
	exit(2);
}

static EVP_MD_CTX *
context(const struct digest *digest)
{
	return (EVP_MD_CTX *)(uintptr_t)digest;
}

void
digest_sha256(struct bytes data, uint8_t out[DIGEST_LEN])
{
	if (!EVP_Digest(data.data, data.len, out, NULL, EVP_sha256(), NULL))
		no_sha256();
}

void
digest_hmac(struct bytes key, struct bytes data, uint8_t mac[DIGEST_LEN])
{
	size_t len;

	if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key.data, key.len, data.data, data.len,
		mac, DIGEST_LEN, &len))
		no_sha256();
}

struct digest *
digest_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
		no_sha256();
	return (struct digest *)ctx;
}

void
digest_add(struct digest *digest, const void *data, size_t len)
{
	if (!EVP_DigestUpdate(context(digest), data, len))
		no_sha256();
}

/* Without a name OpenSSL need not look SHA-256 up again. */
void
digest_next(struct digest *digest, uint8_t out[DIGEST_LEN])
{
	if (!EVP_DigestFinal_ex(context(digest), out, NULL) ||
	    !EVP_DigestInit_ex2(context(digest), NULL, NULL))
		no_sha256();
}

void
digest_end(struct digest *digest, uint8_t out[DIGEST_LEN])
{
	if (!EVP_DigestFinal_ex(context(digest), out, NULL))
		no_sha256();
	EVP_MD_CTX_free(context(digest));
}

#include "source/loader_part.h"

#include "source/der.h"
#include "source/subject.h"

#include <openssl/pem.h>

/* Takes over the handle. */
static int
add_key(struct loader *loader, struct file_key key)
{
	if (loader->n_keys == KEYS_MOST) {
		EVP_PKEY_free(key.handle);
		return loader_fail(loader, key.line, "more than 64 keys");
	}
	loader->keys[loader->n_keys++] = key;
	return 0;
}

static struct bytes
copy(struct loader *loader, struct bytes bytes)
{
	return (struct bytes){arena_copy(loader->a, bytes.data, bytes.len), bytes.len};
}

/* The signature of a request is checked: no other check would find a damaged key. */
int
loader_request(struct loader *loader, const struct piece *piece)
{
	const unsigned char *at = piece->der.data;
	X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)piece->der.len);
	struct file_key key = {.content = CONTENT_REQUEST, .line = piece->line};
	struct bytes spki;
	bool good = request && at == piece->der.data + piece->der.len &&
		    der_request_spki(piece->der, &spki) == 0;

	key.handle = good ? X509_REQ_get_pubkey(request) : NULL;
	good = key.handle && X509_REQ_verify(request, key.handle) == 1;
	if (good) {
		key.spki = copy(loader, spki);
		key.name = subject_of_request(loader->a, request);
	}
	X509_REQ_free(request);
	if (good)
		return add_key(loader, key);
	EVP_PKEY_free(key.handle);
	return loader_fail(loader, piece->line,
	    der_is_cut_short(piece->der) ? "the certificate request is cut short"
					 : "the certificate request is damaged: its own signature "
					   "does not verify");
}

int
loader_public_key(struct loader *loader, const struct piece *piece)
{
	const unsigned char *at = piece->der.data;
	struct file_key key = {.content = CONTENT_PUBLIC_KEY, .line = piece->line};
	enum spki_form form;

	key.handle = d2i_PUBKEY(NULL, &at, (long)piece->der.len);
	if (key.handle && at == piece->der.data + piece->der.len &&
	    der_spki_form(piece->der, &form) == 0) {
		key.spki = copy(loader, piece->der);
		return add_key(loader, key);
	}
	EVP_PKEY_free(key.handle);
	return loader_fail(loader, piece->line,
	    "the public key is damaged, or of a kind that OpenSSL does not know");
}

int
loader_rsa_public_key(struct loader *loader, const struct piece *piece)
{
	const unsigned char *at = piece->der.data;
	struct file_key key = {.content = CONTENT_PUBLIC_KEY, .line = piece->line};

	if (loader->n == 0)
		return diag_error(loader->diags, loader->pos, D_ENCODING,
		    "%s: the public key%s is in the form of PKCS#1, which is not the one of "
		    "certificates: write it anew with `openssl rsa -RSAPublicKey_in -in FILE "
		    "-pubout -out FILE.pem`",
		    loader->path, loader_line(loader, piece->line));
	key.handle = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)piece->der.len);
	return key.handle ? add_key(loader, key)
			  : loader_fail(loader, piece->line, "the public key is damaged");
}

static int
take_password(char *buf, int size, int writing, void *ctx)
{
	const struct secret *secret = ctx;

	(void)writing;
	if (!secret->data || secret->len > (size_t)size)
		return -1;
	memcpy(buf, secret->data, secret->len);
	return (int)secret->len;
}

/* A key beside certificates need not be opened: they are what the record is about. */
static bool
stays_locked(const struct loader *loader)
{
	return loader->n > 0 && !loader->secret.data;
}

int
loader_old_encrypted_key(struct loader *loader, const struct piece *piece)
{
	struct text whole = piece->block->whole;
	struct file_key key = {.content = CONTENT_PRIVATE_KEY, .line = piece->line};
	BIO *bio;

	if (stays_locked(loader))
		return 0;
	if (!loader->secret.data)
		return loader_fail_unlock(
		    loader, UNLOCK_NO_PASSWORD, piece->line, "the private key");
	bio = BIO_new_mem_buf(whole.data, (int)whole.len);
	key.handle =
	    bio ? PEM_read_bio_PrivateKey(bio, NULL, take_password, &loader->secret) : NULL;
	BIO_free(bio);
	if (!key.handle)
		return loader_fail_unlock(
		    loader, UNLOCK_WRONG_PASSWORD, piece->line, "the private key");
	return add_key(loader, key);
}

int
loader_private_key(struct loader *loader, const struct piece *piece)
{
	const unsigned char *at = piece->der.data;
	struct file_key key = {.content = CONTENT_PRIVATE_KEY, .line = piece->line};

	key.handle = d2i_AutoPrivateKey(NULL, &at, (long)piece->der.len);
	if (key.handle)
		return add_key(loader, key);
	return loader_fail(loader, piece->line,
	    "the private key is damaged, or of a kind that OpenSSL does not know");
}

int
loader_encrypted_key(struct loader *loader, const struct piece *piece)
{
	struct file_key key = {.content = CONTENT_PRIVATE_KEY, .line = piece->line};
	enum unlock result;

	if (stays_locked(loader))
		return 0;
	result = unlock_key(&loader->diags->account, piece->der, &loader->secret, &key.handle);
	if (result != UNLOCK_DONE)
		return loader_fail_unlock(loader, result, piece->line, "the private key");
	return add_key(loader, key);
}

/* --- PKCS#12 --- */

static int
add_bundled_certificate(struct loader *loader, const struct bundle_item *item)
{
	unsigned char *der = NULL;
	int len = i2d_X509(item->x509, &der);
	struct piece piece = {.content = CONTENT_CERTIFICATE, .der = {der, (size_t)len}};
	int result = len > 0 ? loader_certificate(loader, &piece)
			     : loader_fail(loader, 0, "a certificate is damaged");
	const struct cert *cert = result == 0 ? loader_find(loader, piece.der) : NULL;

	if (cert && item->id.len)
		loader->parts[cert - loader->certs].id = item->id;
	OPENSSL_free(der);
	return result;
}

/* Takes over the handle. */
static int
add_bundled_key(struct loader *loader, struct bundle_item *item)
{
	struct file_key key = {.content = CONTENT_PRIVATE_KEY, .handle = item->key, .id = item->id};

	item->key = NULL;
	return add_key(loader, key);
}

int
loader_bundle(struct loader *loader, const struct piece *piece)
{
	struct bundle bundle;
	enum unlock why =
	    unlock_bundle(loader->a, &loader->diags->account, piece->der, &loader->secret, &bundle);
	int result = 0;

	if (why != UNLOCK_DONE)
		return loader_fail_unlock(loader, why, 0, "the PKCS#12 bundle");
	loader->in_clear = bundle.in_clear;
	for (size_t i = 0; result == 0 && i < bundle.n; i++) {
		struct bundle_item *item = &bundle.items[i];

		result = item->x509 ? add_bundled_certificate(loader, item)
				    : add_bundled_key(loader, item);
	}
	bundle_free(&bundle);
	return result;
}

/* --- Which key belongs to which certificate --- */

static const char *
what_it_is(const struct file_key *key)
{
	return key->content == CONTENT_REQUEST      ? "certificate request"
	       : key->content == CONTENT_PUBLIC_KEY ? "public key"
						    : "private key";
}

/* Is it this certificate's key? A public key that OpenSSL cannot read may be any. */
static bool
fits(struct loader *loader, size_t cert, const struct file_key *key)
{
	EVP_PKEY *public = X509_get0_pubkey(loader_x509(loader, cert));

	return !public || EVP_PKEY_eq(public, key->handle) == 1;
}

static bool
has_id(const struct loader *loader, size_t cert, const struct file_key *key)
{
	return key->id.len && bytes_equal(key->id, loader->parts[cert].id);
}

/* Marks the certificates of a key; of several, PKCS#12 may say which one is meant. */
static int
match_key(struct loader *loader, const struct file_key *key)
{
	bool any = false, named = false;

	for (size_t i = 0; i < loader->n; i++) {
		bool fit = fits(loader, i, key);

		any = any || fit;
		named = named || (fit && has_id(loader, i, key));
	}
	if (!any)
		return diag_error(loader->diags, loader->pos, D_KEY_DIFFERS,
		    "%s: the %s%s belongs to none of the certificates in the file", loader->path,
		    what_it_is(key), loader_line(loader, key->line));
	for (size_t i = 0; i < loader->n && key->content == CONTENT_PRIVATE_KEY; i++)
		if (fits(loader, i, key) && X509_get0_pubkey(loader_x509(loader, i)) &&
		    (!named || has_id(loader, i, key)))
			loader->certs[i].has_key = true;
	return 0;
}

int
loader_match_keys(struct loader *loader)
{
	int result = 0;

	for (size_t i = 0; i < loader->n_keys; i++)
		if (match_key(loader, &loader->keys[i]) < 0)
			result = -1;
	return result;
}

/* --- A key without any certificate --- */

/* Do its private and its public part belong together? PEM has no checksum, and a damaged key is a
 * key, too. */
static bool
is_sound(EVP_PKEY *key)
{
	static const unsigned char text[] = "zonepp";
	unsigned char signature[2048];
	size_t len = sizeof(signature);
	EVP_MD_CTX *sign = EVP_MD_CTX_new(), *verify = EVP_MD_CTX_new();
	bool sound = EVP_PKEY_get_size(key) <= (int)sizeof(signature) &&
		     EVP_DigestSignInit(sign, NULL, NULL, NULL, key) == 1 &&
		     EVP_DigestSign(sign, signature, &len, text, sizeof(text)) == 1 &&
		     EVP_DigestVerifyInit(verify, NULL, NULL, NULL, key) == 1 &&
		     EVP_DigestVerify(verify, signature, len, text, sizeof(text)) == 1;

	EVP_MD_CTX_free(sign);
	EVP_MD_CTX_free(verify);
	return sound;
}

/* The SPKI that a certificate for a private key will have; none if that is in doubt. */
static int
derive_spki(struct loader *loader, struct file_key *key)
{
	static const char *const doubts[] = {
	    [SPKI_EXPLICIT_CURVE] = "has its curve spelled out",
	    [SPKI_COMPRESSED] = "has a compressed point",
	    [SPKI_PSS] = "is for RSA-PSS",
	};
	unsigned char *der = NULL;
	enum spki_form form = SPKI_PLAIN;
	int len;

	if (key_charge(loader->diags, loader->pos, key->handle) < 0)
		return -1;
	len = i2d_PUBKEY(key->handle, &der);
	if (len > 0)
		key->spki = copy(loader, (struct bytes){der, (size_t)len});
	OPENSSL_free(der);
	if (len <= 0 || der_spki_form(key->spki, &form) < 0 || !is_sound(key->handle))
		return loader_fail(
		    loader, key->line, "the private key is damaged, or of a kind that cannot sign");
	if (form == SPKI_PLAIN)
		return 0;
	return diag_error(loader->diags, loader->pos, D_ENCODING,
	    "%s: the private key%s %s, so its certificate may encode it in more than one way: name "
	    "the certificate, or the request (CSR) that was made with the key",
	    loader->path, loader_line(loader, key->line), doubts[form]);
}

static int
fail_several(struct loader *loader, const struct file_key *key, const char *why)
{
	const struct file_key *first = &loader->keys[0];

	return diag_error(loader->diags, loader->pos, D_AMBIGUOUS,
	    "%s: the %s%s and the %s%s %s: put the one that is meant into a file of its own",
	    loader->path, what_it_is(first), loader_line(loader, first->line), what_it_is(key),
	    loader_line(loader, key->line), why);
}

/* All keys must be one; its SPKI is taken as written, where it is. */
static int
settle_key(struct loader *loader, struct file_key **out)
{
	*out = &loader->keys[0];
	for (size_t i = 1; i < loader->n_keys; i++) {
		struct file_key *key = &loader->keys[i];

		if (EVP_PKEY_eq((*out)->handle, key->handle) != 1)
			return fail_several(loader, key, "are different keys");
		if (!key->spki.len)
			continue;
		if ((*out)->spki.len && !bytes_equal((*out)->spki, key->spki))
			return fail_several(loader, key, "are one key in two encodings");
		if (!(*out)->spki.len || key->content == CONTENT_REQUEST)
			*out = key;
	}
	return (*out)->spki.len ? 0 : derive_spki(loader, *out);
}

int
loader_keep_key(struct loader *loader, struct certs *out)
{
	struct file_key *key;
	struct bare_key *bare;

	if (settle_key(loader, &key) < 0)
		return -1;
	bare = arena_zalloc(loader->a, sizeof(*bare));
	bare->spki = key->spki;
	bare->what = what_it_is(key);
	bare->name = key->name;
	out->key = bare;
	return 0;
}

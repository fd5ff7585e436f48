#include "source/loader_part.h"

#include "source/der.h"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>

int
loader_fail(struct loader *loader, size_t line, const char *why)
{
	if (line)
		return diag_error(loader->diags, loader->pos, D_BAD_SOURCE,
		    "%s is broken in line %zu: %s", loader->path, line, why);
	return diag_error(
	    loader->diags, loader->pos, D_BAD_SOURCE, "%s is broken: %s", loader->path, why);
}

const char *
loader_line(const struct loader *loader, size_t line)
{
	return line ? arena_printf(loader->a, " (line %zu)", line) : "";
}

int
loader_fail_unlock(struct loader *loader, enum unlock why, size_t line, const char *what)
{
	static const struct {
		enum problem problem;
		const char *text;
	} rows[] = {
	    [UNLOCK_DONE] = {D_BAD_SOURCE, ""},
	    [UNLOCK_NO_PASSWORD] = {D_PASSWORD, "is encrypted, and no password is given"},
	    [UNLOCK_WRONG_PASSWORD] = {D_PASSWORD, "cannot be opened: the password is wrong"},
	    [UNLOCK_DAMAGED] = {D_BAD_SOURCE, "is damaged"},
	    [UNLOCK_UNKNOWN] = {D_BAD_SOURCE,
		"cannot be opened: it is encrypted in a way that OpenSSL does not know"},
	    [UNLOCK_NO_LEGACY] = {D_BAD_SOURCE,
		"is encrypted in an old way, for which OpenSSL's legacy provider is needed: "
		"install that, or make the file anew with today's algorithms"},
	    [UNLOCK_COSTLY] = {D_BAD_SOURCE,
		"asks for more than 10,000,000 iterations to be opened, or as much work of "
		"another kind, which takes too long: make the file anew with fewer"},
	    [UNLOCK_TOO_MUCH] = {D_BAD_SOURCE, "holds more than 256 certificates and keys"},
	};

	if (why == UNLOCK_OVER)
		return diag_over(loader->diags, loader->pos);
	return diag_error(loader->diags, loader->pos, rows[why].problem, "%s: %s%s %s",
	    loader->path, what, loader_line(loader, line), rows[why].text);
}

static int
own_certificate(struct loader *loader, const struct piece *piece)
{
	if (loader_certificate(loader, piece) < 0)
		return -1;
	loader_find(loader, piece->der)->has_key = true;
	return 0;
}

static int (*const adders[N_CONTENTS])(struct loader *loader, const struct piece *piece) = {
    [CONTENT_CERTIFICATE] = loader_certificate,
    [CONTENT_TRUSTED] = loader_certificate,
    [CONTENT_OWN] = own_certificate,
    [CONTENT_PRIVATE_KEY] = loader_private_key,
    [CONTENT_ENCRYPTED_KEY] = loader_encrypted_key,
    [CONTENT_PKCS12] = loader_bundle,
    [CONTENT_REQUEST] = loader_request,
    [CONTENT_PUBLIC_KEY] = loader_public_key,
    [CONTENT_RSA_PUBLIC_KEY] = loader_rsa_public_key,
    [CONTENT_PKCS7] = loader_pkcs7,
};

static bool
is_certificate(enum content content)
{
	return content == CONTENT_CERTIFICATE || content == CONTENT_TRUSTED ||
	       content == CONTENT_OWN;
}

static bool
is_bundle(enum content content)
{
	return content == CONTENT_PKCS7;
}

static bool
is_other(enum content content)
{
	return !is_certificate(content) && !is_bundle(content);
}

static int
load_block(struct loader *loader, const struct pem_block *block)
{
	struct piece piece = {.content = block->content, .block = block, .line = block->line};
	struct pem_fault fault;
	int result;

	if (!adders[block->content])
		return 0;
	if (block->content == CONTENT_PRIVATE_KEY && pem_is_encrypted(block))
		return loader_old_encrypted_key(loader, &piece);
	if (pem_decode(loader->a, block, &piece.der, &fault) < 0)
		return loader_fail(loader, fault.line, fault.why);
	result = adders[block->content](loader, &piece);
	if (is_certificate(block->content) && block->content != CONTENT_OWN)
		loadable_block(&loader->loadable, block, piece.der);
	else
		OPENSSL_cleanse((void *)(uintptr_t)piece.der.data, piece.der.len);
	return result;
}

static bool
is_in_clear(const struct pem_block *block)
{
	return block->content == CONTENT_PRIVATE_KEY && !pem_is_encrypted(block);
}

/* Loads the blocks that are meant; `*found` says whether there was any block. */
static int
load_blocks(
    struct loader *loader, struct text contents, bool (*meant)(enum content content), bool *found)
{
	enum pem_result result;
	struct pem_block block;
	struct pem pem;

	*found = false;
	pem_begin(&pem, contents);
	while ((result = pem_next(&pem, &block)) == PEM_BLOCK) {
		*found = true;
		loader->seen[block.content] = true;
		loader->in_clear = loader->in_clear || is_in_clear(&block);
		if (meant(block.content) && load_block(loader, &block) < 0)
			return -1;
	}
	return result == PEM_BAD ? loader_fail(loader, pem.fault.line, pem.fault.why) : 0;
}

/* Are its certificates, of which there are none, all that is asked for? */
static bool
is_passed_over(const struct loader *loader)
{
	return loader->certs_only && loader->n == 0;
}

/* Certificates go first, because keys are looked at in their light; those of bundles only where
 * there are no others, because servers read no bundles. */
static int
load_pem(struct loader *loader, struct text contents, bool *found)
{
	int result;

	loadable_begin(&loader->loadable, contents);
	result = load_blocks(loader, contents, is_certificate, found);
	loader->not_loaded = loadable_end(&loader->loadable);
	if (result == 0 && loader->n == 0)
		result = load_blocks(loader, contents, is_bundle, found);
	if (result < 0 || is_passed_over(loader))
		return result;
	return load_blocks(loader, contents, is_other, found);
}

/* Does DER decode, to its last octet, as this? */
#define PROBE(name, type, decode, release)                                                         \
	static bool name(struct bytes der)                                                         \
	{                                                                                          \
		const unsigned char *at = der.data;                                                \
		type *decoded = decode(NULL, &at, (long)der.len);                                  \
                                                                                                   \
		release(decoded);                                                                  \
		return decoded && at == der.data + der.len;                                        \
	}

PROBE(is_pkcs12, PKCS12, d2i_PKCS12, PKCS12_free)
PROBE(is_request, X509_REQ, d2i_X509_REQ, X509_REQ_free)
PROBE(is_crl, X509_CRL, d2i_X509_CRL, X509_CRL_free)
PROBE(is_public_key, EVP_PKEY, d2i_PUBKEY, EVP_PKEY_free)
PROBE(is_private_key, EVP_PKEY, d2i_AutoPrivateKey, EVP_PKEY_free)
PROBE(is_encrypted, X509_SIG, d2i_X509_SIG, X509_SIG_free)

static const struct probe {
	bool (*is)(struct bytes der);
	enum content content;
} probes[] = {
    {is_pkcs12, CONTENT_PKCS12}, {is_request, CONTENT_REQUEST}, {loader_is_pkcs7, CONTENT_PKCS7},
    {is_crl, CONTENT_CRL}, {is_public_key, CONTENT_PUBLIC_KEY},
    {is_encrypted, CONTENT_ENCRYPTED_KEY},
    {is_private_key, CONTENT_PRIVATE_KEY}, /* behind it, which would ask for a password */
};

static bool
is_der_certificate(struct bytes der)
{
	size_t used;
	struct outline *outline = outline_read(der, &used);
	bool is = outline != NULL;

	outline_free(outline);
	return is;
}

/* `30 82 xx xx 02 01 03`: what a PKCS#12 bundle begins with. */
static bool
begins_as_pkcs12(struct bytes der)
{
	size_t len, header = der_header(der, &len);

	return header && der.len >= header + 3 && memcmp(der.data + header, "\x02\x01\x03", 3) == 0;
}

static int
load_der(struct loader *loader, struct bytes der)
{
	struct piece piece = {.content = CONTENT_CERTIFICATE, .der = der};

	if (is_der_certificate(der))
		return loader_certificate(loader, &piece);
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (!probes[i].is(der))
			continue;
		piece.content = probes[i].content;
		loader->seen[piece.content] = true;
		loader->in_clear = loader->in_clear || piece.content == CONTENT_PRIVATE_KEY;
		if (!adders[piece.content] ||
		    (is_passed_over(loader) && piece.content != CONTENT_PKCS12 &&
			piece.content != CONTENT_PKCS7))
			return 0;
		return adders[piece.content](loader, &piece);
	}
	if (der_is_cut_short(der) && der.data[0] == 0x30)
		return loader_fail(loader, 0, "the DER is cut short");
	if (begins_as_pkcs12(der))
		return loader_fail_unlock(loader, UNLOCK_DAMAGED, 0, "the PKCS#12 bundle");
	return 0;
}

/* What stands in for a certificate or key, the likeliest mistake first, and what to do about it. */
static const struct {
	enum content content;
	const char *what, *remedy;
} instead[] = {
    {CONTENT_OPENSSH_KEY, "a key of OpenSSH",
	"name the certificate of the server, often fullchain.pem or cert.pem"},
    {CONTENT_PKCS12, "a PKCS#12 bundle without any", "export it with its certificate"},
    {CONTENT_PKCS7, "a PKCS#7 bundle without any", "export it with its certificates"},
    {CONTENT_CRL, "a revocation list (CRL)", "name a certificate"},
    {CONTENT_OTHER, "PEM blocks of other kinds", "name a certificate in PEM or DER"},
};

static bool
is_text(struct text contents)
{
	size_t shown = contents.len > 4096 ? 4096 : contents.len;

	for (size_t i = 0; i < shown; i++) {
		uint8_t c = (uint8_t)contents.data[i];

		if ((c < 0x20 && !memchr("\t\n\f\r", c, 4)) || c == 0x7f)
			return false;
	}
	return true;
}

static int
report_nothing(struct loader *loader, struct text contents)
{
	const char *why =
	    is_text(contents) ? "it is text without a PEM block" : "it is neither PEM nor DER";

	for (size_t i = 0; i < sizeof(instead) / sizeof(instead[0]); i++)
		if (loader->seen[instead[i].content])
			return diag_error(loader->diags, loader->pos, D_BAD_SOURCE,
			    "%s holds no certificate but %s: %s", loader->path, instead[i].what,
			    instead[i].remedy);
	if (contents.len >= 2 && (memcmp(contents.data, "\xff\xfe", 2) == 0 ||
				     memcmp(contents.data, "\xfe\xff", 2) == 0))
		why = "it is UTF-16 text; save it as ASCII";
	return diag_error(loader->diags, loader->pos, D_BAD_SOURCE, "%s holds no certificate: %s",
	    loader->path, why);
}

/* In a folder, what holds no certificate is passed over if it is plain what it holds instead. */
static bool
may_pass(const struct loader *loader)
{
	static const enum content harmless[] = {CONTENT_PRIVATE_KEY, CONTENT_ENCRYPTED_KEY,
	    CONTENT_OPENSSH_KEY, CONTENT_REQUEST, CONTENT_PUBLIC_KEY, CONTENT_RSA_PUBLIC_KEY,
	    CONTENT_CRL, CONTENT_PKCS12, CONTENT_PKCS7, CONTENT_OTHER};
	bool any = false;

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		any = any || loader->seen[harmless[i]];
	return loader->certs_only && any;
}

int
loader_read(struct loader *loader, struct text contents)
{
	bool is_pem;

	if (contents.len == 0)
		return diag_error(loader->diags, loader->pos, D_BAD_SOURCE,
		    "%s is empty; it should hold a certificate", loader->path);
	if (contents.len > CERT_FILE_LARGEST)
		return diag_error(loader->diags, loader->pos, D_BAD_SOURCE,
		    "%s is too large for a certificate: more than 16 MiB", loader->path);
	if (load_pem(loader, contents, &is_pem) < 0)
		return -1;
	if (!is_pem &&
	    load_der(loader, (struct bytes){(const uint8_t *)contents.data, contents.len}) < 0)
		return -1;
	if (loader->n || (loader->n_keys && !loader->certs_only) || may_pass(loader))
		return 0;
	return report_nothing(loader, contents);
}

#include "dane/cert.h"

#include "dane/pem.h"
#include "dane/plain.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>

enum { KEYS_MOST = 16, SECONDS_A_DAY = 86400 };

/* A file on its way to `certs`. Foreign handles live until certs_load returns. */
struct loader {
	struct arena *a;
	struct diags *diags;
	struct pos pos;
	const char *path;
	size_t n, n_keys;
	bool seen[N_CONTENTS];
	struct cert certs[CERTS_MOST];
	X509 *handles[CERTS_MOST];
	EVP_PKEY *keys[KEYS_MOST];
};

static int
fail(struct loader *loader, size_t line, const char *why)
{
	if (line)
		return diag_error(loader->diags, loader->pos, D_BAD_SOURCE,
		    "%s is broken in line %zu: %s", loader->path, line, why);
	return diag_error(
	    loader->diags, loader->pos, D_BAD_SOURCE, "%s is broken: %s", loader->path, why);
}

/* --- DER: only what it takes to cut out bytes as they stand --- */

enum der_tag {
	DER_INTEGER = 0x02,
	DER_SEQUENCE = 0x30,
	DER_CONTEXT_0 = 0xa0,
};

/* Reads the header of an element with a definite length in its shortest form. Returns the octets of
 * the header, or 0. */
static size_t
der_header(struct bytes in, size_t *content_len)
{
	size_t n, len = 0;

	if (in.len < 2 || (in.data[0] & 0x1f) == 0x1f)
		return 0;
	if (in.data[1] < 0x80) {
		*content_len = in.data[1];
		return 2;
	}
	n = in.data[1] & 0x7f;
	if (n == 0 || n > 4 || in.len < 2 + n || in.data[2] == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		len = len << 8 | in.data[2 + i];
	if (len < 0x80)
		return 0;
	*content_len = len;
	return 2 + n;
}

/* Takes one element off the front of `rest`; `inside` may be NULL. */
static int
der_take(struct bytes *rest, enum der_tag tag, struct bytes *whole, struct bytes *inside)
{
	size_t len, header = der_header(*rest, &len);

	if (header == 0 || rest->data[0] != tag || len > rest->len - header)
		return -1;
	*whole = (struct bytes){rest->data, header + len};
	if (inside)
		*inside = (struct bytes){rest->data + header, len};
	*rest = (struct bytes){rest->data + header + len, rest->len - header - len};
	return 0;
}

/* RFC 5280 section 4.1: TBSCertificate up to subjectPublicKeyInfo. */
static int
der_spki(struct bytes der, struct bytes *spki)
{
	static const enum der_tag ahead[] = {
	    DER_INTEGER,  /* serialNumber */
	    DER_SEQUENCE, /* signature */
	    DER_SEQUENCE, /* issuer */
	    DER_SEQUENCE, /* validity */
	    DER_SEQUENCE, /* subject */
	};
	struct bytes certificate, tbs, skipped;

	if (der_take(&der, DER_SEQUENCE, &skipped, &certificate) < 0 ||
	    der_take(&certificate, DER_SEQUENCE, &skipped, &tbs) < 0)
		return -1;
	if (tbs.len && tbs.data[0] == DER_CONTEXT_0 &&
	    der_take(&tbs, DER_CONTEXT_0, &skipped, NULL) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++)
		if (der_take(&tbs, ahead[i], &skipped, NULL) < 0)
			return -1;
	return der_take(&tbs, DER_SEQUENCE, spki, NULL);
}

/* --- What people call a certificate --- */

static const char *
label_text(struct arena *a, const char *label, const ASN1_STRING *value)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, value);
	const char *text = NULL;

	if (len > 0)
		text = arena_printf(
		    a, "%s=%s", label, plain_text(a, (struct text){(char *)utf8, (size_t)len}));
	OPENSSL_free(utf8);
	return text;
}

static const char *
subject_text(struct arena *a, const X509 *x509, int nid, const char *label)
{
	const X509_NAME *subject = X509_get_subject_name(x509);
	int at = X509_NAME_get_index_by_NID(subject, nid, -1);

	if (at < 0)
		return NULL;
	return label_text(a, label, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

static const char *
san_text(struct arena *a, const X509 *x509)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	const char *text = NULL;

	for (int i = 0; !text && i < sk_GENERAL_NAME_num(names); i++) {
		int type;
		const void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);

		if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI)
			text = label_text(a, "SAN", value);
	}
	GENERAL_NAMES_free(names);
	return text;
}

static const char *
serial_text(struct arena *a, const X509 *x509)
{
	BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
	char *hex = serial ? BN_bn2hex(serial) : NULL;
	const char *text =
	    arena_printf(a, "serial=%s", hex ? plain_text(a, text_of(hex)) : "unknown");

	OPENSSL_free(hex);
	BN_free(serial);
	return text;
}

static const char *
name_of(struct arena *a, const X509 *x509)
{
	static const struct {
		int nid;
		const char *label;
	} parts[] = {{NID_organizationalUnitName, "OU"}, {NID_organizationName, "O"}};
	const char *text = subject_text(a, x509, NID_commonName, "CN");

	if (!text)
		text = san_text(a, x509);
	for (size_t i = 0; !text && i < sizeof(parts) / sizeof(parts[0]); i++)
		text = subject_text(a, x509, parts[i].nid, parts[i].label);
	return text ? text : serial_text(a, x509);
}

static int
unix_time(const ASN1_TIME *time, int64_t *t_unix)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds, ok;

	ok = epoch && ASN1_TIME_diff(&days, &seconds, epoch, time);
	ASN1_TIME_free(epoch);
	if (!ok)
		return -1;
	*t_unix = (int64_t)days * SECONDS_A_DAY + seconds;
	return 0;
}

/* --- One certificate, one key --- */

static bool
is_known(const struct loader *loader, struct bytes der)
{
	for (size_t i = 0; i < loader->n; i++)
		if (loader->certs[i].der.len == der.len &&
		    memcmp(loader->certs[i].der.data, der.data, der.len) == 0)
			return true;
	return false;
}

/* Takes over `x509`. */
static int
add_handle(struct loader *loader, struct bytes der, size_t line, X509 *x509)
{
	struct cert *cert = &loader->certs[loader->n];

	if (is_known(loader, der)) {
		X509_free(x509);
		return 0;
	}
	if (loader->n == CERTS_MOST) {
		X509_free(x509);
		return fail(loader, line, "more than 256 certificates");
	}
	loader->handles[loader->n++] = x509;
	*cert = (struct cert){.line = line};
	cert->der.data = arena_copy(loader->a, der.data, der.len);
	cert->der.len = der.len;
	if (der_spki(cert->der, &cert->spki) < 0)
		return fail(loader, line, "the certificate is not encoded in DER");
	if (unix_time(X509_get0_notBefore(x509), &cert->not_before_unix) < 0 ||
	    unix_time(X509_get0_notAfter(x509), &cert->not_after_unix) < 0)
		return fail(loader, line, "the certificate's dates cannot be read");
	cert->name = name_of(loader->a, x509);
	cert->is_ca = X509_check_ca(x509) > 0;
	cert->self_signed = X509_self_signed(x509, 1) == 1;
	return 0;
}

static int
add_certificate(struct loader *loader, struct bytes der, size_t line, bool trusted)
{
	const unsigned char *at = der.data;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
	size_t used = (size_t)(at - der.data), len, header = der_header(der, &len);

	if (!x509 && header && len > der.len - header)
		return fail(loader, line, "the certificate is cut short");
	if (!x509)
		return fail(loader, line, "the certificate is damaged");
	if (used != der.len && !trusted) {
		X509_free(x509);
		return fail(loader, line, "more data follow behind the certificate");
	}
	der.len = used;
	return add_handle(loader, der, line, x509);
}

/* Nobody is there to be asked for a password. */
static int
no_password(char *buf, int size, int writing, void *ctx)
{
	(void)buf, (void)size, (void)writing, (void)ctx;
	return -1;
}

/* A private key settles which certificate is the server's own; one that cannot be read does not. */
static void
add_key(struct loader *loader, struct text whole)
{
	BIO *bio;
	EVP_PKEY *key;

	if (loader->n_keys == KEYS_MOST || whole.len > INT32_MAX)
		return;
	bio = BIO_new_mem_buf(whole.data, (int)whole.len);
	key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
	BIO_free(bio);
	if (key)
		loader->keys[loader->n_keys++] = key;
}

static void
match_keys(struct loader *loader)
{
	for (size_t k = 0; k < loader->n_keys; k++)
		for (size_t i = 0; i < loader->n; i++)
			if (X509_check_private_key(loader->handles[i], loader->keys[k]) == 1)
				loader->certs[i].has_key = true;
}

/* --- Files --- */

static int
load_block(struct loader *loader, const struct pem_block *block)
{
	struct pem_fault fault;
	struct bytes der;

	loader->seen[block->content] = true;
	switch (block->content) {
	case CONTENT_CERTIFICATE:
	case CONTENT_TRUSTED:
		if (pem_decode(loader->a, block, &der, &fault) < 0)
			return fail(loader, fault.line, fault.why);
		return add_certificate(loader, der, block->line, block->content == CONTENT_TRUSTED);
	case CONTENT_PRIVATE_KEY:
		add_key(loader, block->whole);
		return 0;
	default:
		return 0;
	}
}

/* `*found` says whether there was any block. */
static int
load_pem(struct loader *loader, struct text contents, bool *found)
{
	enum pem_result result;
	struct pem_block block;
	struct pem pem;

	*found = false;
	pem_begin(&pem, contents);
	while ((result = pem_next(&pem, &block)) == PEM_BLOCK) {
		*found = true;
		if (load_block(loader, &block) < 0)
			return -1;
	}
	return result == PEM_BAD ? fail(loader, pem.fault.line, pem.fault.why) : 0;
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
PROBE(is_pkcs7, PKCS7, d2i_PKCS7, PKCS7_free)
PROBE(is_crl, X509_CRL, d2i_X509_CRL, X509_CRL_free)
PROBE(is_public_key, EVP_PKEY, d2i_PUBKEY, EVP_PKEY_free)
PROBE(is_private_key, EVP_PKEY, d2i_AutoPrivateKey, EVP_PKEY_free)
PROBE(is_encrypted, X509_SIG, d2i_X509_SIG, X509_SIG_free)

static const struct {
	bool (*is)(struct bytes der);
	enum content content;
} probes[] = {
    {is_pkcs12, CONTENT_PKCS12},
    {is_request, CONTENT_REQUEST},
    {is_pkcs7, CONTENT_PKCS7},
    {is_crl, CONTENT_CRL},
    {is_public_key, CONTENT_PUBLIC_KEY},
    {is_private_key, CONTENT_PRIVATE_KEY},
    {is_encrypted, CONTENT_ENCRYPTED_KEY},
};

static bool
is_der_certificate(struct bytes der)
{
	const unsigned char *at = der.data;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.len);

	X509_free(x509);
	return x509 != NULL;
}

static int
load_der(struct loader *loader, struct bytes der)
{
	size_t len, header = der_header(der, &len);

	if (is_der_certificate(der))
		return add_certificate(loader, der, 0, false);
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (probes[i].is(der)) {
			loader->seen[probes[i].content] = true;
			return 0;
		}
	if (header > 2 && der.data[0] == DER_SEQUENCE && len > der.len - header)
		return fail(loader, 0, "the DER is cut short");
	return 0;
}

/* What stands in for a certificate, the likeliest mistake first, and what to do about it. */
static const struct {
	enum content content;
	const char *what, *remedy;
} instead[] = {
    {CONTENT_PRIVATE_KEY, "a private key",
	"name the certificate that belongs to it, often fullchain.pem or cert.pem"},
    {CONTENT_ENCRYPTED_KEY, "an encrypted private key",
	"name the certificate that belongs to it, often fullchain.pem or cert.pem"},
    {CONTENT_PKCS12, "a PKCS#12 bundle",
	"take its certificates out with `openssl pkcs12 -nokeys -in FILE -out FILE.pem`"},
    {CONTENT_REQUEST, "a certificate request (CSR)", "name the certificate that the CA made of it"},
    {CONTENT_PUBLIC_KEY, "a public key", "name the certificate that belongs to it"},
    {CONTENT_PKCS7, "a PKCS#7 bundle",
	"take its certificates out with `openssl pkcs7 -print_certs -in FILE -out FILE.pem`"},
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

static int
load_contents(struct loader *loader, struct text contents)
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
	return loader->n ? 0 : report_nothing(loader, contents);
}

/* --- Who issued whom --- */

static bool
is_issued(const struct loader *loader, size_t issuer, size_t subject)
{
	const struct cert *from = &loader->certs[issuer], *to = &loader->certs[subject];
	X509 *by = loader->handles[issuer], *of = loader->handles[subject];
	EVP_PKEY *key;
	int verified;

	if (from->spki.len == to->spki.len &&
	    memcmp(from->spki.data, to->spki.data, to->spki.len) == 0)
		return false;
	if (X509_NAME_cmp(X509_get_subject_name(by), X509_get_issuer_name(of)) != 0)
		return false;
	key = X509_get0_pubkey(by);
	verified = key ? X509_verify(of, key) : -1;
	/* With an algorithm that this OpenSSL lacks, names and key identifiers must do. */
	return verified < 0 ? X509_check_issued(by, of) == X509_V_OK : verified == 1;
}

static const bool *
issue_matrix(const struct loader *loader)
{
	bool *issued = arena_zalloc(loader->a, loader->n * loader->n * sizeof(*issued));

	for (size_t i = 0; i < loader->n; i++)
		for (size_t j = 0; j < loader->n; j++)
			issued[i * loader->n + j] = i != j && is_issued(loader, i, j);
	return issued;
}

static void
release(struct loader *loader)
{
	for (size_t i = 0; i < loader->n; i++)
		X509_free(loader->handles[i]);
	for (size_t i = 0; i < loader->n_keys; i++)
		EVP_PKEY_free(loader->keys[i]);
	ERR_clear_error();
}

int
certs_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, struct certs *out)
{
	struct loader loader;
	int result;

	loader.a = a;
	loader.diags = diags;
	loader.pos = pos;
	loader.path = path;
	loader.n = loader.n_keys = 0;
	memset(loader.seen, 0, sizeof(loader.seen));
	result = load_contents(&loader, contents);
	if (result == 0) {
		match_keys(&loader);
		out->path = arena_text(a, path, strlen(path));
		out->n = loader.n;
		out->items = memcpy(arena_alloc(a, loader.n * sizeof(*out->items)), loader.certs,
		    loader.n * sizeof(*out->items));
		out->issued = issue_matrix(&loader);
	}
	release(&loader);
	return result;
}

#include "source/loader_part.h"

#include "source/der.h"
#include "source/subject.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* --- Certificates --- */

struct cert *
loader_find(struct loader *loader, struct bytes der)
{
	for (size_t i = 0; i < loader->n; i++)
		if (bytes_equal(loader->certs[i].der, der))
			return &loader->certs[i];
	return NULL;
}

X509 *
cert_decode(struct bytes der)
{
	const unsigned char *at = der.data;

	return d2i_X509(NULL, &at, (long)der.len);
}

X509 *
loader_x509(struct loader *loader, size_t i)
{
	struct file_cert *part = &loader->parts[i];

	if (!part->is_decoded)
		part->x509 = cert_decode(loader->certs[i].der);
	part->is_decoded = true;
	return part->x509;
}

/* Says it that it is a server's: names a host, or what its key is for? */
static bool
is_for_server(const struct outline *outline)
{
	return outline_extension(outline, NID_subject_alt_name).len ||
	       outline_extension(outline, NID_ext_key_usage).len;
}

/* Without basic constraints a certificate of version 3 is no CA, whatever its key usage says (RFC
 * 5280 section 4.2.1.9); a root of version 1 may be one. */
static bool
is_ca(struct loader *loader, size_t i)
{
	enum { ROOT_OF_VERSION_1 = 3 }; /* X509_check_ca(3) */
	bool may;

	if (outline_may_issue(loader->parts[i].outline, &may) == 0)
		return may;
	return loader_x509(loader, i) && X509_check_ca(loader_x509(loader, i)) == ROOT_OF_VERSION_1;
}

/* Takes over the outline. */
static int
add(struct loader *loader, struct bytes der, size_t line, struct outline *outline)
{
	size_t i = loader->n;
	struct cert *cert = &loader->certs[i];

	if (i == CERTS_MOST) {
		outline_free(outline);
		return loader_fail(loader, line, "more than 256 certificates");
	}
	loader->parts[i] = (struct file_cert){.outline = outline};
	loader->n++;
	*cert = (struct cert){.line = line};
	cert->der.data = arena_copy(loader->a, der.data, der.len);
	cert->der.len = der.len;
	if (der_certificate_spki(cert->der, &cert->spki) < 0)
		return loader_fail(loader, line, "the certificate is not encoded in DER");
	if (outline_dates(outline, &cert->not_before_unix, &cert->not_after_unix) < 0)
		return loader_fail(loader, line, "the certificate's dates cannot be read");
	cert->name = subject_of_certificate(loader->a, outline);
	cert->is_ca = is_ca(loader, i);
	cert->for_server = is_for_server(outline);
	return 0;
}

int
loader_certificate(struct loader *loader, const struct piece *piece)
{
	struct bytes der = piece->der;
	struct outline *outline = outline_read(der, &der.len);

	if (!outline && loader_is_pkcs7(piece->der)) /* as Windows writes them, in PEM */
		return loader_pkcs7(loader, piece);
	if (!outline && der_is_cut_short(piece->der))
		return loader_fail(loader, piece->line, "the certificate is cut short");
	if (!outline)
		return loader_fail(loader, piece->line, "the certificate is damaged");
	if (der.len == piece->der.len || piece->content == CONTENT_TRUSTED) {
		if (!loader_find(loader, der))
			return add(loader, der, piece->line, outline);
		outline_free(outline);
		return 0;
	}
	outline_free(outline);
	return loader_fail(loader, piece->line, "more data follow behind the certificate");
}

/* --- Who issued whom --- */

static bool
may_issue(const struct cert *issuer, const struct outline *by, const struct cert *subject,
    const struct outline *of)
{
	return !bytes_equal(issuer->spki, subject->spki) && outline_is_issued_by(of, by);
}

int
certs_charge(struct diags *diags, struct pos pos, const struct certs *certs, uint64_t times)
{
	enum { CERT_COST = 64, OCTETS_A_STEP = 8 };
	uint64_t cost = CERT_COST; /* of a key alone */

	for (size_t i = 0; i < certs->n; i++)
		cost += CERT_COST + certs->items[i].der.len / OCTETS_A_STEP;
	return account_take(&diags->account, LIMIT_WORK, cost * times) ? 0 : diag_over(diags, pos);
}

int
key_charge(struct diags *diags, struct pos pos, const EVP_PKEY *key)
{
	enum { BITS_CUBED_A_STEP = 1 << 20 };
	uint64_t bits = (uint64_t)EVP_PKEY_get_bits(key);

	return account_take(&diags->account, LIMIT_WORK, bits * bits * bits / BITS_CUBED_A_STEP)
		   ? 0
		   : diag_over(diags, pos);
}

/* What a signature takes to be verified, in the steps of an account: RSA grows with the square of
 * the bits, and so do curves, which take longer. */
static uint64_t
verify_cost(EVP_PKEY *key)
{
	enum { BITS_SQUARED_A_STEP = 1 << 16, CURVE_FACTOR = 256 };
	uint64_t bits = key ? (uint64_t)EVP_PKEY_get_bits(key) : 0;
	uint64_t factor = key && !EVP_PKEY_is_a(key, "RSA") ? CURVE_FACTOR : 1;

	return bits * bits * factor / BITS_SQUARED_A_STEP;
}

static bool
has_signed(X509 *by, X509 *of)
{
	EVP_PKEY *key = by ? X509_get0_pubkey(by) : NULL;
	int verified = key && of ? X509_verify(of, key) : -1;

	if (verified >= 0)
		return verified == 1;
	/* With an algorithm that this OpenSSL lacks, names and key identifiers must do. */
	return by && of && X509_check_issued(by, of) == X509_V_OK;
}

bool
cert_issued(const struct cert *issuer, const struct cert *subject)
{
	size_t used;
	struct outline *by = outline_read(issuer->der, &used);
	struct outline *of = outline_read(subject->der, &used);
	bool may = by && of && may_issue(issuer, by, subject, of);
	X509 *by_x509 = may ? cert_decode(issuer->der) : NULL;
	X509 *of_x509 = may ? cert_decode(subject->der) : NULL;
	bool result = may && has_signed(by_x509, of_x509);

	outline_free(by);
	outline_free(of);
	X509_free(by_x509);
	X509_free(of_x509);
	ERR_clear_error();
	return result;
}

static bool
issued(struct loader *loader, size_t by, size_t of)
{
	struct account *account = &loader->diags->account;
	X509 *issuer;

	if (!may_issue(&loader->certs[by], loader->parts[by].outline, &loader->certs[of],
		loader->parts[of].outline))
		return false;
	issuer = loader_x509(loader, by);
	return account_take(
		   account, LIMIT_WORK, verify_cost(issuer ? X509_get0_pubkey(issuer) : NULL)) &&
	       has_signed(issuer, loader_x509(loader, of));
}

static const bool *
issue_matrix(struct loader *loader)
{
	bool *matrix = arena_zalloc(loader->a, loader->n * loader->n * sizeof(*matrix));

	for (size_t i = 0; i < loader->n; i++)
		for (size_t j = 0; j < loader->n; j++)
			matrix[i * loader->n + j] = i != j && issued(loader, i, j);
	return matrix;
}

/* A certificate that is alone is taken at its word. */
static bool
is_self_signed(struct loader *loader, size_t i)
{
	if (!outline_is_self_issued(loader->parts[i].outline))
		return false;
	return loader->n == 1 ||
	       (loader_x509(loader, i) && X509_self_signed(loader_x509(loader, i), 1) == 1);
}

static int
keep_certs(struct loader *loader, struct certs *out)
{
	if (loader_match_keys(loader) < 0)
		return -1;
	for (size_t i = 0; i < loader->n; i++)
		loader->certs[i].self_signed = is_self_signed(loader, i);
	out->n = loader->n;
	out->items = memcpy(arena_alloc(loader->a, loader->n * sizeof(*out->items)), loader->certs,
	    loader->n * sizeof(*out->items));
	out->issued = issue_matrix(loader);
	if (loader->diags->account.is_over)
		return diag_over(loader->diags, loader->pos);
	return certs_charge(loader->diags, loader->pos, out, 1);
}

static void
release(struct loader *loader)
{
	for (size_t i = 0; i < loader->n; i++) {
		outline_free(loader->parts[i].outline);
		X509_free(loader->parts[i].x509);
	}
	for (size_t i = 0; i < loader->n_keys; i++)
		EVP_PKEY_free(loader->keys[i].handle);
	ERR_clear_error();
}

int
certs_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, const struct certs_options *options, struct certs *out)
{
	struct loader loader;
	int result;

	loader.a = a;
	loader.diags = diags;
	loader.pos = pos;
	loader.path = path;
	loader.secret = options && options->secret ? *options->secret : (struct secret){0};
	loader.certs_only = options && options->certs_only;
	loader.n = loader.n_keys = 0;
	memset(loader.seen, 0, sizeof(loader.seen));
	loader.in_clear = false;
	loader.not_loaded = (struct not_loaded){0};
	*out = (struct certs){.path = arena_text(a, path, strlen(path))};
	result = loader_read(&loader, contents);
	out->not_loaded = loader.not_loaded;
	out->in_clear = loader.in_clear;
	if (result == 0 && loader.n)
		result = keep_certs(&loader, out);
	else if (result == 0 && !loader.certs_only)
		result = loader_keep_key(&loader, out);
	release(&loader);
	return result;
}

int
certs_judge_access(
    struct diags *diags, const struct roots *roots, const char *path, const struct certs *certs)
{
	return certs->in_clear ? secret_judge_access(diags, roots, path, "the private key") : 0;
}

void
certs_check_loadable(struct diags *diags, struct pos pos, const struct certs *certs)
{
	const struct not_loaded *not_loaded = &certs->not_loaded;

	if (not_loaded->fault.why)
		diag_add(diags, pos, D_NOT_LOADED,
		    "%s:%zu: %s: OpenSSL, with which most servers read it, %s", certs->path,
		    not_loaded->fault.line, not_loaded->fault.why,
		    not_loaded->all ? "does not load the file" : "leaves a certificate out");
}

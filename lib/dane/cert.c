#include "dane/loader.h"

#include "dane/der.h"
#include "dane/subject.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

enum { SECONDS_A_DAY = 86400 };

/* --- Certificates --- */

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

struct cert *
loader_find(struct loader *loader, struct bytes der)
{
	for (size_t i = 0; i < loader->n; i++)
		if (loader->certs[i].der.len == der.len &&
		    memcmp(loader->certs[i].der.data, der.data, der.len) == 0)
			return &loader->certs[i];
	return NULL;
}

/* Says it that it is a server's: names a host, or what its key is for? */
static bool
is_for_server(X509 *x509)
{
	static const int nids[] = {NID_subject_alt_name, NID_ext_key_usage};

	for (size_t i = 0; i < sizeof(nids) / sizeof(nids[0]); i++)
		if (X509_get_ext_by_NID(x509, nids[i], -1) >= 0)
			return true;
	return false;
}

int
loader_add_x509(struct loader *loader, struct bytes der, size_t line, X509 *x509)
{
	struct cert *cert = &loader->certs[loader->n];

	if (loader_find(loader, der)) {
		X509_free(x509);
		return 0;
	}
	if (loader->n == CERTS_MOST) {
		X509_free(x509);
		return loader_fail(loader, line, "more than 256 certificates");
	}
	loader->ids[loader->n] = (struct bytes){0};
	loader->handles[loader->n++] = x509;
	*cert = (struct cert){.line = line};
	cert->der.data = arena_copy(loader->a, der.data, der.len);
	cert->der.len = der.len;
	if (der_certificate_spki(cert->der, &cert->spki) < 0)
		return loader_fail(loader, line, "the certificate is not encoded in DER");
	if (unix_time(X509_get0_notBefore(x509), &cert->not_before_unix) < 0 ||
	    unix_time(X509_get0_notAfter(x509), &cert->not_after_unix) < 0)
		return loader_fail(loader, line, "the certificate's dates cannot be read");
	cert->name = subject_of_certificate(loader->a, x509);
	cert->is_ca = X509_check_ca(x509) > 0;
	cert->for_server = is_for_server(x509);
	cert->self_signed = X509_self_signed(x509, 1) == 1;
	return 0;
}

int
loader_certificate(struct loader *loader, const struct piece *piece)
{
	struct bytes der = piece->der;
	const unsigned char *at = der.data;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
	size_t used = (size_t)(at - der.data);

	if (!x509 && der_is_cut_short(der))
		return loader_fail(loader, piece->line, "the certificate is cut short");
	if (!x509)
		return loader_fail(loader, piece->line, "the certificate is damaged");
	if (used != der.len && piece->content != CONTENT_TRUSTED) {
		X509_free(x509);
		return loader_fail(loader, piece->line, "more data follow behind the certificate");
	}
	der.len = used;
	return loader_add_x509(loader, der, piece->line, x509);
}

/* --- Who issued whom --- */

static bool
issued(const struct cert *from, X509 *by, const struct cert *to, X509 *of)
{
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

bool
cert_issued(const struct cert *issuer, const struct cert *subject)
{
	const unsigned char *by_der = issuer->der.data, *of_der = subject->der.data;
	X509 *by = d2i_X509(NULL, &by_der, (long)issuer->der.len);
	X509 *of = d2i_X509(NULL, &of_der, (long)subject->der.len);
	bool result = by && of && issued(issuer, by, subject, of);

	X509_free(by);
	X509_free(of);
	ERR_clear_error();
	return result;
}

static const bool *
issue_matrix(const struct loader *loader)
{
	bool *matrix = arena_zalloc(loader->a, loader->n * loader->n * sizeof(*matrix));

	for (size_t i = 0; i < loader->n; i++)
		for (size_t j = 0; j < loader->n; j++)
			matrix[i * loader->n + j] =
			    i != j && issued(&loader->certs[i], loader->handles[i],
					  &loader->certs[j], loader->handles[j]);
	return matrix;
}

static int
keep_certs(struct loader *loader, struct certs *out)
{
	if (loader_match_keys(loader) < 0)
		return -1;
	out->n = loader->n;
	out->items = memcpy(arena_alloc(loader->a, loader->n * sizeof(*out->items)), loader->certs,
	    loader->n * sizeof(*out->items));
	out->issued = issue_matrix(loader);
	return 0;
}

static void
release(struct loader *loader)
{
	for (size_t i = 0; i < loader->n; i++)
		X509_free(loader->handles[i]);
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
	*out = (struct certs){.path = arena_text(a, path, strlen(path))};
	result = loader_read(&loader, contents);
	if (result == 0 && loader.n)
		result = keep_certs(&loader, out);
	else if (result == 0 && !loader.certs_only)
		result = loader_keep_key(&loader, out);
	release(&loader);
	return result;
}

#include "dane/lint.h"

#include "base/duration.h"
#include "source/der.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

enum { SECURITY_BITS = 112, RSA_BITS = 2048 }; /* NIST SP 800-57 part 1, table 2 */

/* --- Expiry --- */

int64_t
lint_soon_from(const struct cert *cert)
{
	int64_t sixth_s = (cert->not_after_unix - cert->not_before_unix) / 6;

	return cert->not_after_unix - (sixth_s < LINT_SOON_S ? sixth_s : LINT_SOON_S);
}

static void
check_soon(struct tlsa_job *job, struct pos pos, const struct cert *cert)
{
	int64_t from = lint_soon_from(cert);
	struct buf date = {0};

	if (job->now_unix < from && from < job->set.first_expiry_unix)
		job->set.first_expiry_unix = from;
	if (job->now_unix < from || job->now_unix > cert->not_after_unix)
		return;
	instant_print_iso(&date, cert->not_after_unix);
	diag_add(job->diags, pos, job->params.usage == TLSA_DANE_EE ? D_SOON_EE : D_SOON,
	    "certificate expires soon (notAfter %.*s): %s", (int)strlen("YYYY-MM-DD"), date.data,
	    cert->name);
	buf_free(&date);
}

/* --- Strength --- */

static void
check_key(struct tlsa_job *job, struct pos pos, const struct cert *cert, X509 *x509)
{
	EVP_PKEY *key = X509_get0_pubkey(x509);
	int strength = key ? EVP_PKEY_get_security_bits(key) : 0;
	bool is_short = key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) &&
			EVP_PKEY_get_bits(key) < RSA_BITS; /* of 2047 bits OpenSSL thinks well */

	if (strength > 0 && (strength < SECURITY_BITS || is_short))
		diag_add(job->diags, pos, D_WEAK_KEY, "the key of %s is weak: %s with %d bits",
		    cert->name, EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
}

static void
check_signature(struct tlsa_job *job, struct pos pos, const struct cert *cert, X509 *x509)
{
	int digest, strength;

	if (X509_get_signature_info(x509, &digest, NULL, &strength, NULL) != 1 ||
	    digest == NID_undef || strength >= SECURITY_BITS)
		return;
	diag_add(job->diags, pos, D_WEAK_SIGNATURE, "%s is signed with %s", cert->name,
	    OBJ_nid2ln(digest));
}

static bool
is_picked(const struct picked *picked, const struct cert *cert)
{
	for (size_t i = 0; i < picked->n; i++)
		if (picked->items[i] == cert)
			return true;
	return false;
}

/* Nobody verifies the signature of a trust anchor, or any under usage 3. */
static bool
is_signature_used(const struct tlsa_job *job, const struct cert *cert, bool pinned)
{
	return job->params.usage != TLSA_DANE_EE && !cert->self_signed &&
	       !(pinned && job->params.usage == TLSA_DANE_TA);
}

/* Most keys are strong at first sight, and to decode a certificate is costly. */
static void
check_strength(struct tlsa_job *job, struct pos pos, const struct cert *cert, bool pinned)
{
	bool in_doubt = !der_key_is_strong(cert->spki);
	bool signature_used = is_signature_used(job, cert, pinned);
	X509 *x509 = in_doubt || signature_used ? cert_decode(cert->der) : NULL;

	if (x509 && in_doubt)
		check_key(job, pos, cert, x509);
	if (x509 && signature_used)
		check_signature(job, pos, cert, x509);
	X509_free(x509);
	ERR_clear_error();
}

void
lint_chain(
    struct tlsa_job *job, struct pos pos, const struct certs *certs, const struct picked *picked)
{
	for (size_t i = 0; i < certs->n; i++) {
		const struct cert *cert = &certs->items[i];
		bool pinned = is_picked(picked, cert);

		if (job->params.usage == TLSA_DANE_EE && !pinned)
			continue;
		check_soon(job, pos, cert);
		check_strength(job, pos, cert, pinned);
	}
}

/* --- Names --- */

bool
lint_is_server(const struct tlsa_use *use, const struct cert *cert)
{
	if (use->params.usage == TLSA_DANE_EE || use->params.usage == TLSA_PKIX_EE)
		return cert == use->cert;
	return !cert->is_ca || cert->has_key;
}

enum problem
lint_name_problem(const struct tlsa_use *use)
{
	return use->params.usage == TLSA_DANE_EE ? D_NAME_EE : D_NAME;
}

int
lint_tell_name(
    struct diags *diags, const struct tlsa_use *use, const struct cert *cert, const char *host)
{
	return diag_add(diags, use->pos, lint_name_problem(use), "the certificate %s is not for %s",
	    cert->name, host);
}

static bool
covers(X509 *x509, const char *host)
{
	bool result = x509 && X509_check_host(x509, host, strlen(host),
				  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;

	ERR_clear_error();
	return result;
}

bool
lint_covers(const struct cert *cert, const char *host)
{
	X509 *x509 = cert_decode(cert->der);
	bool result = covers(x509, host);

	X509_free(x509);
	return result;
}

const char *
lint_missing(X509 *x509, const struct references *names)
{
	const char *first = NULL;
	bool any = false;

	for (size_t i = 0; i < names->n_hosts; i++)
		if (covers(x509, names->hosts[i]))
			return NULL;
	for (size_t i = 0; i < names->n_domains; i++)
		if (covers(x509, names->domains[i]))
			any = true;
		else if (!first)
			first = names->domains[i];
	return any ? first : names->hosts[0];
}

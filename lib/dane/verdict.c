#include "dane/verdict.h"

#include "dane/tlsa.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

enum { SMTP_PORT = 25 };
enum { USAGE, SELECTOR, MATCHING, DATA }; /* octets of the RDATA, RFC 6698 section 2.1 */

const char *const verdict_words[N_VERDICTS] = {
    [VERDICT_MATCH] = "match",
    [VERDICT_UNUSABLE] = "unusable",
    [VERDICT_DIFFERS] = "differs",
    [VERDICT_NOT_IN_CHAIN] = "not-in-chain",
    [VERDICT_EXPIRED] = "expired",
    [VERDICT_NOT_YET] = "not-yet-valid",
    [VERDICT_NAME] = "name",
    [VERDICT_UNTRUSTED] = "untrusted",
    [VERDICT_OTHER] = "other",
};

static const struct {
	int error;
	enum verdict_why why;
	const char *text; /* NULL: OpenSSL's */
} rows[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, VERDICT_EXPIRED, "a certificate of the chain has expired"},
    {X509_V_ERR_CERT_NOT_YET_VALID, VERDICT_NOT_YET, "a certificate of the chain is not valid yet"},
    {X509_V_ERR_HOSTNAME_MISMATCH, VERDICT_NAME, "the certificate is of another name"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, VERDICT_UNTRUSTED,
	"the chain does not end in a CA that is trusted here"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, VERDICT_UNTRUSTED,
	"the chain does not end in a CA that is trusted here"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, VERDICT_UNTRUSTED,
	"the chain does not end in a CA that is trusted here"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, VERDICT_UNTRUSTED,
	"the chain ends in a root that is not trusted here"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, VERDICT_UNTRUSTED,
	"the certificate is self-signed and not trusted here"},
};

bool
verdict_counts(unsigned port, uint8_t usage)
{
	return port != SMTP_PORT || usage >= TLSA_DANE_TA;
}

const char verdict_none_counts[] =
    "there is no record that a mail server can use: usages 0 and 1 do not count on port 25 "
    "(RFC 7672 section 3.1.3)";

struct ssl_ctx_st *
verdict_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx && SSL_CTX_dane_enable(ctx) == 1) {
		/* RFC 7671 section 5.1: usage 3 looks at no names. */
		SSL_CTX_dane_set_flags(ctx, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
		return ctx;
	}
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return NULL;
}

int
verdict_attach(
    struct ssl_st *ssl, const char *host, int64_t now_unix, const struct bytes *rdata, size_t n)
{
	int usable = 0;

	if (SSL_dane_enable(ssl, host) != 1)
		return -1;
	X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), (time_t)now_unix);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *at = rdata[i].data;

		if (rdata[i].len > DATA && SSL_dane_tlsa_add(ssl, at[USAGE], at[SELECTOR],
					       at[MATCHING], at + DATA, rdata[i].len - DATA) == 1)
			usable++;
	}
	ERR_clear_error();
	return usable;
}

int
verdict_add_names(struct ssl_st *ssl, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (SSL_add1_host(ssl, names[i]) != 1)
			return -1;
	return 0;
}

static bool
pins_servers(const struct bytes *rdata, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rdata[i].len > DATA && (rdata[i].data[USAGE] & 1))
			return true;
	return false;
}

/* The record that matched, among those that were attached. */
static size_t
find_record(SSL *ssl, const struct bytes *rdata, size_t n)
{
	uint8_t usage, selector, matching;
	const unsigned char *data;
	size_t len, i = 0;

	if (SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, &data, &len) < 0)
		return 0;
	while (i + 1 < n &&
	       (rdata[i].len != DATA + len || rdata[i].data[USAGE] != usage ||
		   rdata[i].data[SELECTOR] != selector || rdata[i].data[MATCHING] != matching ||
		   memcmp(rdata[i].data + DATA, data, len) != 0))
		i++;
	return i;
}

static struct verdict
no_match(const struct bytes *rdata, size_t n)
{
	if (pins_servers(rdata, n))
		return (struct verdict){.why = VERDICT_DIFFERS,
		    .text = "the server's certificate is another than the records pin"};
	return (struct verdict){.why = VERDICT_NOT_IN_CHAIN,
	    .text = "the CA that the records pin is not in the chain, or did not issue it"};
}

void
verdict_read(
    struct ssl_st *ssl, const struct bytes *rdata, size_t n, int error, struct verdict *out)
{
	SSL_set_verify_result(ssl, error);
	if (error == X509_V_OK && SSL_get0_dane_authority(ssl, NULL, NULL) >= 0) {
		*out = (struct verdict){.why = VERDICT_MATCH,
		    .text = "",
		    .record = find_record(ssl, rdata, n),
		    .depth = SSL_get0_dane_authority(ssl, NULL, NULL)};
		return;
	}
	if (error == X509_V_OK || error == X509_V_ERR_DANE_NO_MATCH) {
		*out = no_match(rdata, n);
		return;
	}
	*out = (struct verdict){.why = VERDICT_OTHER, .text = X509_verify_cert_error_string(error)};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			*out = (struct verdict){.why = rows[i].why, .text = rows[i].text};
}

struct verdict
verdict_unusable(void)
{
	return (struct verdict){
	    .why = VERDICT_UNUSABLE, .text = "there is no record that a client can use"};
}

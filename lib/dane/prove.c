#include "dane/prove.h"

#include "base/mem.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>

/* What this machine's OpenSSL is set to must not shape what is published: keys of 80 bits of
 * strength and more will do. */
enum { SECURITY_LEVEL = 1 };

struct prover {
	SSL_CTX *ctx;
	int64_t now_unix;
};

struct prover *
prover_begin(int64_t now_unix)
{
	SSL_CTX *ctx = verdict_context();
	struct prover *prover;

	if (!ctx)
		return NULL;
	SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
	prover = mem_alloc(sizeof(*prover));
	*prover = (struct prover){ctx, now_unix};
	return prover;
}

void
prover_end(struct prover *prover)
{
	if (prover)
		SSL_CTX_free(prover->ctx);
	free(prover);
}

/* What is verified, by handles of OpenSSL. */
struct chain {
	X509 *leaf;
	STACK_OF(X509) * others;
	X509_STORE *anchors;
};

static void
chain_free(struct chain *chain)
{
	X509_free(chain->leaf);
	sk_X509_pop_free(chain->others, X509_free);
	X509_STORE_free(chain->anchors);
}

static bool
is_topmost(const struct proved *server, size_t subject)
{
	const struct certs *certs = server->certs;

	for (size_t i = 0; i < certs->n; i++)
		if (certs_issued(certs, i, subject))
			return false;
	for (size_t i = 0; i < server->n_trusted; i++)
		if (cert_issued(server->trusted[i], &certs->items[subject]))
			return false;
	return true;
}

static int
add_sent(struct chain *chain, const struct proved *server, size_t i)
{
	X509 *x509 = cert_decode(server->certs->items[i].der);

	if (!x509)
		return -1;
	if (is_topmost(server, i) && X509_STORE_add_cert(chain->anchors, x509) != 1) {
		X509_free(x509);
		return -1;
	}
	if (i == server->leaf)
		chain->leaf = x509;
	else if (sk_X509_push(chain->others, x509) == 0) {
		X509_free(x509);
		return -1;
	}
	return 0;
}

static int
add_trusted(struct chain *chain, const struct cert *cert)
{
	X509 *x509 = cert_decode(cert->der);
	int done = x509 && X509_STORE_add_cert(chain->anchors, x509) == 1 ? 0 : -1;

	X509_free(x509);
	return done;
}

static int
chain_make(struct chain *chain, const struct proved *server)
{
	chain->leaf = NULL;
	chain->others = sk_X509_new_null();
	chain->anchors = X509_STORE_new();
	if (!chain->others || !chain->anchors)
		return -1;
	X509_STORE_set_flags(chain->anchors, X509_V_FLAG_PARTIAL_CHAIN);
	for (size_t i = 0; i < server->certs->n; i++)
		if (add_sent(chain, server, i) < 0)
			return -1;
	for (size_t i = 0; i < server->n_trusted; i++)
		if (add_trusted(chain, server->trusted[i]) < 0)
			return -1;
	return 0;
}

/* Verifies as libssl does in a handshake. Returns 0 with OpenSSL's error, or -1. */
static int
verify_by(X509_STORE_CTX *ctx, SSL *ssl, const struct chain *chain, int *error)
{
	X509_VERIFY_PARAM *param;

	if (X509_STORE_CTX_init(ctx, chain->anchors, chain->leaf, chain->others) != 1)
		return -1;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(ssl));
	X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
	if (X509_STORE_CTX_set_default(ctx, "ssl_server") != 1 ||
	    X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl)) != 1)
		return -1;
	*error = X509_V_OK;
	if (X509_verify_cert(ctx) > 0)
		return 0;
	*error = X509_STORE_CTX_get_error(ctx);
	if (*error == X509_V_OK)
		*error = X509_V_ERR_UNSPECIFIED;
	return 0;
}

static int
verify(SSL *ssl, const struct chain *chain, int *error)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int done = ctx ? verify_by(ctx, ssl, chain, error) : -1;

	X509_STORE_CTX_free(ctx);
	return done;
}

/* `domain` may be NULL: then the client knows the host's own names alone. */
static int
judge(const struct prover *prover, const struct chain *chain, const struct references *names,
    const char *domain, const struct bytes *rdata, size_t n, struct verdict *out)
{
	SSL *ssl = SSL_new(prover->ctx);
	const char *host = names->n_hosts > 0 ? names->hosts[0] : NULL;
	int usable = ssl ? verdict_attach(ssl, host, prover->now_unix, rdata, n) : -1;
	int error, done = usable < 0 ? -1 : 0;

	*out = verdict_unusable();
	if (usable > 0) {
		done = verdict_add_names(ssl, names->hosts, names->n_hosts);
		if (done == 0 && domain)
			done = verdict_add_names(ssl, &domain, 1);
		if (done == 0)
			done = verify(ssl, chain, &error);
		if (done == 0)
			verdict_read(ssl, rdata, n, error, out);
	}
	SSL_free(ssl);
	return done;
}

/* Most certificates name the host, and then no domain matters. */
static int
judge_all(const struct prover *prover, const struct chain *chain, const struct references *names,
    const struct bytes *rdata, size_t n, struct verdict *out)
{
	int done = judge(prover, chain, names, NULL, rdata, n, out);

	if (done < 0 || out->why != VERDICT_NAME)
		return done;
	for (size_t i = 0; i < names->n_domains; i++)
		if (judge(prover, chain, names, names->domains[i], rdata, n, out) < 0)
			return -1;
		else if (out->why != VERDICT_MATCH)
			return 0;
	return 0;
}

int
prove_chain(struct prover *prover, const struct proved *server, const struct references *names,
    const struct bytes *rdata, size_t n, struct verdict *out)
{
	struct chain chain;
	int done = chain_make(&chain, server);

	if (done == 0)
		done = judge_all(prover, &chain, names, rdata, n, out);
	chain_free(&chain);
	ERR_clear_error();
	return done;
}

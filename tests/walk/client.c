#include "cert_fixture.h"

#include "walk/client.h"

#include "base/codec.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

enum { FAR = INT32_MAX, LATER_S = 8 * DAY, N_CAS = 3, N_MEMOS = 1 << 16 };

static const struct {
	const char *name;
	size_t key; /* of which CA before or itself */
} ca_rows[N_CAS] = {{"One CA", 0}, {"Another CA", 1}, {"One CA", 0}};

static const struct {
	size_t leaf; /* of which certificate before or itself */
	size_t key;  /* likewise */
	size_t ca;
} rows[N_CERTS] = {{0, 0, 0}, {1, 1, 0}, {2, 0, 0}, {3, 3, 1}, {4, 4, 1}, {5, 5, 1}, {0, 0, 2}};

enum { LATE_CERT = 4, SHA2_256 = 1, SHA2_512 = 2 };

/* A verdict once found; the key is all that it depends on. */
struct memo {
	char *key;
	bool yes;
};

struct client {
	struct arena a;
	SSL_CTX *contexts[2];       /* the second one prefers SHA2-256 to SHA2-512 */
	X509_STORE *anchors[N_CAS]; /* of those who trust the CA */
	X509 *cas[N_CAS], *leaves[N_CERTS];
	const char *pem[N_CERTS];
	int64_t late_from;
	struct memo *memos;
};

/* --- Certificates --- */

static void
make_cas(struct client *client, EVP_PKEY **keys)
{
	for (size_t i = 0; i < N_CAS; i++) {
		keys[i] = ca_rows[i].key == i ? fixture_key() : keys[ca_rows[i].key];
		client->cas[i] = fixture_cert(&(struct cert_spec){
		    .name = ca_rows[i].name, .key = keys[i], .ca = true, .to = FAR});
		client->anchors[i] = X509_STORE_new();
		X509_STORE_add_cert(client->anchors[i], client->cas[i]);
	}
}

static void
make_cert(struct client *client, size_t i, const char *hosts, EVP_PKEY **ca_keys, EVP_PKEY **keys)
{
	size_t ca = rows[i].ca;

	keys[i] = rows[i].key == i ? fixture_key() : keys[rows[i].key];
	client->leaves[i] = rows[i].leaf == i ? fixture_cert(&(struct cert_spec){.name = "mail",
						    .key = keys[i],
						    .san = hosts,
						    .issuer = ca_rows[ca].name,
						    .issuer_key = ca_keys[ca],
						    .from = i == LATE_CERT ? client->late_from : 0,
						    .to = FAR})
					      : client->leaves[rows[i].leaf];
	client->pem[i] = arena_printf(&client->a, "%s%s",
	    fixture_pem(&client->a, client->leaves[i]), fixture_pem(&client->a, client->cas[ca]));
}

static SSL_CTX *
make_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	assert_true(SSL_CTX_dane_enable(ctx) == 1);
	SSL_CTX_dane_set_flags(ctx, DANE_FLAG_NO_DANE_EE_NAMECHECKS); /* RFC 7671 section 5.1 */
	return ctx;
}

struct client *
client_begin(const char *hosts, int64_t now_unix)
{
	struct client *client = calloc(1, sizeof(*client));
	EVP_PKEY *ca_keys[N_CAS], *keys[N_CERTS];

	assert_non_null(client);
	client->late_from = now_unix + LATER_S;
	client->memos = calloc(N_MEMOS, sizeof(*client->memos));
	make_cas(client, ca_keys);
	for (size_t i = 0; i < N_CERTS; i++)
		make_cert(client, i, hosts, ca_keys, keys);
	for (size_t i = 0; i < N_CERTS; i++)
		if (rows[i].key == i)
			EVP_PKEY_free(keys[i]);
	for (size_t i = 0; i < N_CAS; i++)
		if (ca_rows[i].key == i)
			EVP_PKEY_free(ca_keys[i]);
	for (size_t i = 0; i < LENGTH(client->contexts); i++)
		client->contexts[i] = make_context();
	SSL_CTX_dane_mtype_set(client->contexts[1], EVP_sha512(), SHA2_512, 1);
	SSL_CTX_dane_mtype_set(client->contexts[1], EVP_sha256(), SHA2_256, 2);
	return client;
}

void
client_end(struct client *client)
{
	for (size_t i = 0; i < LENGTH(client->contexts); i++)
		SSL_CTX_free(client->contexts[i]);
	for (size_t i = 0; i < N_CAS; i++) {
		X509_STORE_free(client->anchors[i]);
		X509_free(client->cas[i]);
	}
	for (size_t i = 0; i < N_CERTS; i++)
		if (rows[i].leaf == i)
			X509_free(client->leaves[i]);
	free(client->memos);
	arena_free(&client->a);
	free(client);
}

const char *
client_pem(const struct client *client, size_t cert)
{
	return client->pem[cert];
}

int64_t
client_valid_from(const struct client *client, size_t cert)
{
	return cert == LATE_CERT ? client->late_from : 0;
}

/* --- Records --- */

static struct bytes
selected(struct arena *a, X509 *x509, char selector)
{
	unsigned char *der = NULL;
	struct bytes out;
	int len;

	if (selector == '0')
		return fixture_der(a, x509);
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
	assert_true(len > 0);
	out = (struct bytes){arena_copy(a, der, (size_t)len), (size_t)len};
	OPENSSL_free(der);
	return out;
}

const char *
client_record(struct arena *a, const struct client *client, size_t cert, const char *params)
{
	bool of_ca = params[0] == '0' || params[0] == '2';
	X509 *x509 = of_ca ? client->cas[rows[cert].ca] : client->leaves[cert];
	struct bytes data = selected(a, x509, params[2]);
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct buf b = {0};
	unsigned len;

	buf_printf(&b, "%.5s ", params);
	if (params[4] != '0') {
		EVP_Digest(data.data, data.len, digest, &len,
		    params[4] == '1' ? EVP_sha256() : EVP_sha512(), NULL);
		data = (struct bytes){digest, len};
	}
	hex_encode(&b, data);
	return buf_text(&b, a);
}

/* --- Verification --- */

/* Returns false where the client cannot use the record. */
static bool
add_record(SSL *ssl, const char *record)
{
	uint8_t data[1024];
	ssize_t len = hex_decode(text_of(record + 6), data);

	assert_true(len > 0);
	return SSL_dane_tlsa_add(ssl, (uint8_t)(record[0] - '0'), (uint8_t)(record[2] - '0'),
		   (uint8_t)(record[4] - '0'), data, (size_t)len) == 1;
}

/* As libssl does in a handshake. */
static bool
verify(const struct client *client, SSL *ssl, size_t cert)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *sent = sk_X509_new_null();
	size_t ca = rows[cert].ca;
	bool good;

	sk_X509_push(sent, client->cas[ca]);
	assert_true(X509_STORE_CTX_init(ctx, client->anchors[ca], client->leaves[cert], sent) == 1);
	X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
	assert_true(X509_STORE_CTX_set_default(ctx, "ssl_server") == 1);
	assert_true(
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(ctx), SSL_get0_param(ssl)) == 1);
	good = X509_verify_cert(ctx) > 0;
	X509_STORE_CTX_free(ctx);
	sk_X509_free(sent);
	return good;
}

/* What a client is like. */
struct kind {
	SSL_CTX *context;
	const char *host; /* NULL: it looks at no names */
	bool is_mail;     /* it knows no usages 0 and 1 (RFC 7672 section 3.1.3) */
	bool is_strict;   /* records that it cannot use are no reason to take the server */
};

static bool
one_takes(const struct client *client, struct kind kind, const struct answer *set, size_t cert,
    int64_t t_unix)
{
	SSL *ssl = SSL_new(kind.context);
	size_t n_usable = 0;
	bool takes;

	assert_true(SSL_dane_enable(ssl, kind.host) == 1);
	X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), (time_t)t_unix);
	for (size_t i = 0; i < set->n; i++)
		if (!kind.is_mail || set->records[i][0] >= '2')
			n_usable += add_record(ssl, set->records[i]);
	takes = n_usable ? verify(client, ssl, cert) : !kind.is_strict;
	SSL_free(ssl);
	ERR_clear_error();
	return takes;
}

/* --- What was asked before --- */

static struct memo *
memo_of(struct client *client, const char *key, bool *known)
{
	uint32_t hash = 2166136261; /* FNV-1a */
	struct memo *memo;

	for (const char *p = key; *p; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619;
	memo = &client->memos[hash % N_MEMOS];
	*known = memo->key && strcmp(memo->key, key) == 0;
	if (!*known)
		memo->key = arena_text(&client->a, key, strlen(key));
	return memo;
}

static bool
asked(
    struct client *client, struct kind kind, const struct answer *set, size_t cert, int64_t t_unix)
{
	struct buf key = {0};
	struct memo *memo;
	bool known;

	buf_printf(&key, "%zu %d%d%d%d %s", cert, kind.context == client->contexts[0], kind.is_mail,
	    kind.is_strict, t_unix < client_valid_from(client, cert), kind.host ? kind.host : "");
	for (size_t i = 0; i < set->n; i++)
		buf_printf(&key, ",%s", set->records[i]);
	buf_putc(&key, '\0');
	memo = memo_of(client, key.data, &known);
	if (!known)
		memo->yes = one_takes(client, kind, set, cert, t_unix);
	buf_free(&key);
	return memo->yes;
}

/* --- Questions --- */

/* Behind _port._proto and wildcards. */
static const char *
host_of(const char *service)
{
	while (*service == '_' || *service == '*')
		service = strchr(service, '.') + 1;
	return service;
}

bool
client_takes(struct client *client, const char *service, const struct answer *set, size_t cert,
    int64_t t_unix)
{
	const char *host = host_of(service);
	struct arena a = {0};
	struct kind kind = {.host = arena_text(&a, host, strlen(host) - 1),
	    .is_mail = strncmp(service, "_25.", 4) == 0};
	bool takes = true;

	for (size_t i = 0; i < LENGTH(client->contexts); i++) {
		kind.context = client->contexts[i];
		takes = takes && (set->n == 0 || asked(client, kind, set, cert, t_unix));
	}
	arena_free(&a);
	return takes;
}

bool
client_matches(struct client *client, const struct answer *set, size_t cert)
{
	struct kind kind = {.context = client->contexts[0], .is_strict = true};
	bool any = false;

	for (size_t i = 0; i < set->n && !any; i++) {
		struct answer one = {.records = &set->records[i], .n = 1};

		any = asked(client, kind, &one, cert, client->late_from + 1);
	}
	return any;
}

#include "loader_fixture.h"

#include "source/der.h"
#include "source/unlock.h"

#include <openssl/core_names.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>

static char password[] = "geheim";
static struct secret right = {.spec = "env:X", .data = password, .len = sizeof(password) - 1};
static char wrong_password[] = "verraten";
static struct secret wrong = {
    .spec = "env:X", .data = wrong_password, .len = sizeof(wrong_password) - 1};
static char no_password[] = "";
static struct secret empty = {.spec = "env:X", .data = no_password};

static int
load(struct text contents, const struct secret *secret, struct certs *out)
{
	struct certs_options options = {.secret = secret};

	return certs_load(&arena, &diags, pos_none(), "x.key", contents, &options, out);
}

static struct bytes
load_key(struct text contents, const struct secret *secret, const char *what)
{
	struct certs certs;

	if (load(contents, secret, &certs) < 0)
		fail_msg("%s", diags.items[0].message);
	assert_int_equal(diags.n, 0);
	assert_int_equal(certs.n, 0);
	assert_non_null(certs.key);
	assert_string_equal(certs.key->what, what);
	return certs.key->spki;
}

static void
load_bad(struct text contents, const struct secret *secret, enum problem problem, const char *part)
{
	struct certs certs;

	if (load(contents, secret, &certs) == 0)
		fail_msg("not refused: %s", part);
	fixture_one_problem(&diags, problem, part);
	assert_null(strstr(diags.items[0].message, password));
	assert_null(strstr(diags.items[0].message, wrong_password));
	diags_free(&diags);
}

/* --- The forms of a key --- */

static struct text
own(unsigned char *der, int len)
{
	struct text text = {arena_text(&arena, (char *)der, (size_t)len), (size_t)len};

	assert_true(len > 0);
	OPENSSL_free(der);
	return text;
}

static struct text
of_bio(BIO *bio)
{
	return text_of(fixture_text_of_bio(&arena, bio));
}

static struct text
public_der(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	return own(der, len);
}

static struct text
public_pem(EVP_PKEY *key)
{
	return text_of(fixture_public_pem(&arena, key));
}

static struct text
private_pem(EVP_PKEY *key)
{
	return text_of(fixture_key_pem(&arena, key, NULL));
}

static struct text
private_der(EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);

	PKCS8_PRIV_KEY_INFO_free(info);
	return own(der, len);
}

static struct text
traditional_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL));
	return of_bio(bio);
}

static struct text
traditional_der(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(key, &der);

	return own(der, len);
}

static struct text
encrypted_pem(EVP_PKEY *key)
{
	return text_of(fixture_key_pem(&arena, key, password));
}

static struct text
encrypted_der(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;
	struct text text;

	assert_true(i2d_PKCS8PrivateKey_bio(
	    bio, key, EVP_aes_128_cbc(), password, sizeof(password) - 1, NULL, NULL));
	len = BIO_get_mem_data(bio, &data);
	text = (struct text){arena_text(&arena, data, (size_t)len), (size_t)len};
	BIO_free(bio);
	return text;
}

static struct text
traditional_encrypted(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_PrivateKey_traditional(bio, key, EVP_aes_128_cbc(),
	    (unsigned char *)password, sizeof(password) - 1, NULL, NULL));
	return of_bio(bio);
}

static struct text
der_of_request(X509_REQ *request)
{
	unsigned char *der = NULL;
	int len = i2d_X509_REQ(request, &der);

	X509_REQ_free(request);
	return own(der, len);
}

static struct text
request_der(EVP_PKEY *key)
{
	return der_of_request(fixture_request("mail.example.org", key, false));
}

static struct text
request_pem(EVP_PKEY *key)
{
	return text_of(fixture_request_pem(&arena, "mail.example.org", key, false));
}

static const struct form {
	struct text (*make)(EVP_PKEY *key);
	const char *what;
	bool encrypted, traditional;
} forms[] = {
    {public_der, "public key", false, false},
    {public_pem, "public key", false, false},
    {private_der, "private key", false, false},
    {private_pem, "private key", false, false},
    {traditional_der, "private key", false, true},
    {traditional_pem, "private key", false, true},
    {encrypted_der, "private key", true, false},
    {encrypted_pem, "private key", true, false},
    {traditional_encrypted, "private key", true, true},
    {request_der, "certificate request", false, false},
    {request_pem, "certificate request", false, false},
};

static EVP_PKEY *
rsa_key(void)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);

	assert_non_null(key);
	return key;
}

static EVP_PKEY *
pss_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	EVP_PKEY_keygen_init(ctx);
	EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 1024);
	assert_true(EVP_PKEY_generate(ctx, &key) > 0);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
explicit_key(void)
{
	EVP_PKEY *key = fixture_key();

	assert_true(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"));
	return key;
}

static EVP_PKEY *
compressed_key(void)
{
	EVP_PKEY *key = fixture_key();

	assert_true(EVP_PKEY_set_utf8_string_param(
	    key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"));
	return key;
}

static EVP_PKEY *
named_key(const char *name)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, name);

	assert_non_null(key);
	return key;
}

static void
assert_spki(struct bytes spki, struct text wanted)
{
	assert_int_equal(spki.len, wanted.len);
	assert_memory_equal(spki.data, wanted.data, wanted.len);
}

/* Whatever the form: the SPKI is the one that a certificate for the key has. */
static void
all_forms(void **state)
{
	EVP_PKEY *keys[] = {fixture_key(), EVP_EC_gen("P-384"), rsa_key(), named_key("ED25519"),
	    named_key("ED448")};

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++) {
		for (size_t j = 0; j < LENGTH(forms); j++) {
			if (forms[j].traditional && i > 2)
				continue; /* there is none for Edwards curves */
			assert_spki(load_key(forms[j].make(keys[i]),
					forms[j].encrypted ? &right : NULL, forms[j].what),
			    public_der(keys[i]));
		}
		EVP_PKEY_free(keys[i]);
	}
}

static void
a_request_has_a_name(void **state)
{
	EVP_PKEY *key = fixture_key();
	struct certs certs;

	(void)state;
	assert_int_equal(load(request_pem(key), NULL, &certs), 0);
	assert_string_equal(certs.key->name, "CN=mail.example.org");
	assert_int_equal(load(private_pem(key), NULL, &certs), 0);
	assert_null(certs.key->name);
	EVP_PKEY_free(key);
}

/* --- Bytes as they stand --- */

/* Cut by hand: SEQUENCE, SEQUENCE, INTEGER, SEQUENCE, and there it is. */
static struct text
cut_from_request(struct text der)
{
	const uint8_t *p = (const uint8_t *)der.data, *spki;
	size_t header, len = 0;

	for (int i = 0; i < 2; i++)
		p += p[1] < 0x80 ? 2 : 2 + (p[1] & 0x7f);
	p += 2 + p[1];
	p += 2 + p[1]; /* the subject is short */
	spki = p;
	header = p[1] < 0x80 ? 2u : 2u + (p[1] & 0x7f);
	for (size_t i = 2; i < header; i++)
		len = len << 8 | p[i];
	return (struct text){(const char *)spki, header + (header == 2 ? p[1] : len)};
}

static void
requests_as_they_stand(void **state)
{
	EVP_PKEY *keys[] = {rsa_key(), rsa_key(), pss_key(), explicit_key(), compressed_key()};

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++) {
		struct text der = der_of_request(fixture_request("x", keys[i], i == 0));
		struct bytes spki = load_key(der, NULL, "certificate request");

		assert_spki(spki, cut_from_request(der));
		if (i == 0) { /* OpenSSL, asked for the key, gives it NULL parameters */
			assert_memory_equal(spki.data, "\x30\x81\x9d\x30\x0b", 5);
			assert_int_equal(public_der(keys[i]).len, spki.len + 2);
		}
		EVP_PKEY_free(keys[i]);
	}
}

static void
public_keys_as_they_stand(void **state)
{
	EVP_PKEY *keys[] = {pss_key(), explicit_key(), compressed_key()};

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++) {
		struct text der = public_der(keys[i]);

		assert_spki(load_key(der, NULL, "public key"), der);
		assert_spki(load_key(public_pem(keys[i]), NULL, "public key"), der);
		EVP_PKEY_free(keys[i]);
	}
}

/* Where the certificate may have another SPKI than OpenSSL makes of the private key. */
static void
doubts(void **state)
{
	const struct {
		EVP_PKEY *key;
		enum problem problem;
		const char *part;
	} rows[] = {
	    {pss_key(), D_ENCODING, "is for RSA-PSS"},
	    {explicit_key(), D_ENCODING, "has its curve spelled out"},
	    {compressed_key(), D_ENCODING, "has a compressed point"},
	    {named_key("X25519"), D_BAD_SOURCE, "cannot sign"},
	};
	EVP_PKEY *rsa = rsa_key();
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	int len = i2d_PublicKey(rsa, &der);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		load_bad(private_pem(rows[i].key), NULL, rows[i].problem, rows[i].part);
		load_bad(private_der(rows[i].key), NULL, rows[i].problem, rows[i].part);
		EVP_PKEY_free(rows[i].key);
	}
	PEM_write_bio(bio, "RSA PUBLIC KEY", "", der, len);
	load_bad(of_bio(bio), NULL, D_ENCODING, "openssl rsa -RSAPublicKey_in");
	OPENSSL_free(der);
	EVP_PKEY_free(rsa);
}

/* A bit that has turned gives another public key, which no server has. */
static void
damaged_keys(void **state)
{
	EVP_PKEY *keys[] = {rsa_key(), fixture_key()};
	struct certs certs;

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++) {
		struct text good = public_der(keys[i]), der = traditional_der(keys[i]);
		struct text request = request_der(keys[i]);

		for (size_t j = 0; j < der.len; j += i == 0 ? 7 : 1) {
			((char *)(uintptr_t)der.data)[j] ^= 4;
			if (load(der, NULL, &certs) == 0)
				assert_spki(certs.key->spki, good);
			((char *)(uintptr_t)der.data)[j] ^= 4;
		}
		for (size_t j = 0; j < request.len; j++) {
			((char *)(uintptr_t)request.data)[j] ^= 4;
			assert_int_equal(load(request, NULL, &certs), -1);
			((char *)(uintptr_t)request.data)[j] ^= 4;
		}
		diags_free(&diags);
		load_bad(
		    (struct text){request.data, request.len - 1}, NULL, D_BAD_SOURCE, "cut short");
		EVP_PKEY_free(keys[i]);
	}
}

/* --- What stands together in one file --- */

static struct text
joined(const char *a, struct text b, struct text c)
{
	return text_of(arena_printf(&arena, "%s%.*s%.*s", a, (int)b.len, b.data ? b.data : "",
	    (int)c.len, c.data ? c.data : ""));
}

static void
keys_beside_certificates(void **state)
{
	EVP_PKEY *mine = fixture_key(), *other = fixture_key(), *rsa = rsa_key();
	struct cert_spec spec = {.name = "mail.example.org", .key = mine};
	const char *cert = fixture_cert_pem(&arena, &spec);
	struct text none = {NULL, 0};
	struct certs certs;
	const char *rsa_cert;

	(void)state;
	assert_int_equal(load(joined(cert, public_pem(mine), request_pem(mine)), NULL, &certs), 0);
	assert_int_equal(certs.n, 1);
	assert_null(certs.key);
	assert_false(certs.items[0].has_key);
	assert_int_equal(load(joined(cert, private_pem(mine), none), NULL, &certs), 0);
	assert_true(certs.items[0].has_key);
	assert_int_equal(load(joined(cert, traditional_encrypted(mine), none), NULL, &certs), 0);
	assert_false(certs.items[0].has_key); /* it need not be opened */
	assert_int_equal(load(joined(cert, encrypted_pem(other), none), NULL, &certs), 0);
	assert_int_equal(load(joined(cert, encrypted_pem(mine), none), &right, &certs), 0);
	assert_true(certs.items[0].has_key);
	load_bad(joined(cert, encrypted_pem(mine), none), &wrong, D_PASSWORD, "is wrong");
	load_bad(
	    joined(cert, private_pem(other), none), NULL, D_KEY_DIFFERS, "the private key (line ");
	load_bad(joined(cert, request_pem(other), none), NULL, D_KEY_DIFFERS,
	    "the certificate request (line ");
	load_bad(
	    joined(cert, public_pem(other), none), NULL, D_KEY_DIFFERS, "the public key (line ");
	load_bad(joined(cert, private_pem(mine), private_pem(rsa)), NULL, D_KEY_DIFFERS,
	    "belongs to none");

	/* The same key in another encoding is the same key; the certificate's bytes count. */
	spec = (struct cert_spec){.name = "rsa.example.org", .key = rsa, .without_null = true};
	rsa_cert = fixture_cert_pem(&arena, &spec);
	assert_int_equal(
	    load(joined(rsa_cert, private_pem(rsa), public_pem(rsa)), NULL, &certs), 0);
	assert_true(certs.items[0].has_key);
	assert_int_equal(certs.items[0].spki.len, public_der(rsa).len - 2);
	EVP_PKEY_free(mine);
	EVP_PKEY_free(other);
	EVP_PKEY_free(rsa);
}

static struct text
request_without_null(EVP_PKEY *key)
{
	return text_of(fixture_request_pem(&arena, "mail.example.org", key, true));
}

static void
keys_beside_keys(void **state)
{
	EVP_PKEY *mine = fixture_key(), *other = fixture_key(), *rsa = rsa_key();

	(void)state;
	load_key(joined("", private_pem(mine), request_pem(mine)), NULL, "certificate request");
	load_key(joined("", request_pem(mine), private_pem(mine)), NULL, "certificate request");
	load_key(joined("", public_pem(mine), request_pem(mine)), NULL, "certificate request");
	load_key(joined("", private_pem(mine), public_pem(mine)), NULL, "public key");
	load_bad(joined("", private_pem(mine), private_pem(other)), NULL, D_AMBIGUOUS,
	    "are different keys");
	load_bad(joined("", request_pem(other), private_pem(mine)), NULL, D_AMBIGUOUS,
	    "the certificate request (line 1) and the private key (line ");
	/* What was written is right, and not what would be made of the private key. */
	assert_int_equal(load_key(joined("", private_pem(rsa), request_without_null(rsa)), NULL,
			     "certificate request")
			     .len,
	    public_der(rsa).len - 2);
	load_bad(joined("", public_pem(rsa), request_without_null(rsa)), NULL, D_AMBIGUOUS,
	    "in two encodings");
	EVP_PKEY_free(mine);
	EVP_PKEY_free(other);
	EVP_PKEY_free(rsa);
}

/* --- PKCS#12 --- */

struct p12_spec {
	EVP_PKEY *key;
	X509 *cert, *more[3];
	const char *password;
	int key_nid, cert_nid; /* 0: the usual, -1: not encrypted */
	int mac_iterations;    /* -1: no MAC */
	OSSL_LIB_CTX *ctx;
};

static struct text
pkcs12(const struct p12_spec *spec)
{
	STACK_OF(X509) *more = sk_X509_new_null();
	unsigned char *der = NULL;
	PKCS12 *p12;
	int len;

	for (size_t i = 0; i < LENGTH(spec->more) && spec->more[i]; i++)
		sk_X509_push(more, spec->more[i]);
	p12 = PKCS12_create_ex(spec->password, NULL, spec->key, spec->cert, more, spec->key_nid,
	    spec->cert_nid, 1, spec->mac_iterations ? spec->mac_iterations : 1, 0, spec->ctx, NULL);
	assert_non_null(p12);
	len = i2d_PKCS12(p12, &der);
	PKCS12_free(p12);
	sk_X509_free(more);
	return own(der, len);
}

static void
bundles(void **state)
{
	EVP_PKEY *key = fixture_key(), *ca_key = fixture_key();
	X509 *ca = fixture_cert(&(struct cert_spec){.name = "CA", .key = ca_key, .ca = true});
	X509 *leaf = fixture_cert(&(struct cert_spec){
	    .name = "mail.example.org", .key = key, .issuer = "CA", .issuer_key = ca_key});
	struct p12_spec spec = {.key = key, .cert = leaf, .more = {ca}, .password = password};
	struct bytes der = fixture_der(&arena, leaf);
	struct certs certs;

	(void)state;
	assert_int_equal(load(pkcs12(&spec), &right, &certs), 0);
	assert_int_equal(certs.n, 2);
	for (size_t i = 0; i < 2; i++) {
		bool is_leaf = strcmp(certs.items[i].name, "CN=mail.example.org") == 0;

		assert_int_equal(certs.items[i].has_key, is_leaf);
		assert_int_equal(certs_issued(&certs, i, 1 - i), !is_leaf);
		assert_int_equal(certs.items[i].line, 0);
		if (is_leaf) { /* byte for byte, and its SPKI a part of it */
			assert_int_equal(certs.items[i].der.len, der.len);
			assert_memory_equal(certs.items[i].der.data, der.data, der.len);
			assert_spki(certs.items[i].spki, public_der(key));
		}
	}
	load_bad(pkcs12(&spec), &wrong, D_PASSWORD, "the password is wrong");
	load_bad(pkcs12(&spec), NULL, D_PASSWORD, "no password is given");
	load_bad(pkcs12(&spec), &empty, D_PASSWORD, "the password is wrong");

	spec.mac_iterations = -1;
	assert_int_equal(load(pkcs12(&spec), &right, &certs), 0);
	assert_int_equal(certs.n, 2);
	load_bad(pkcs12(&spec), &wrong, D_PASSWORD, "the password is wrong");
	load_bad(pkcs12(&spec), NULL, D_PASSWORD, "no password is given");

	spec.key_nid = spec.cert_nid = -1; /* not encrypted at all */
	assert_int_equal(load(pkcs12(&spec), NULL, &certs), 0);
	assert_int_equal(certs.n, 2);

	spec = (struct p12_spec){.cert = leaf, .more = {ca}, .password = password};
	assert_int_equal(load(pkcs12(&spec), &right, &certs), 0);
	assert_int_equal(certs.n, 2);
	assert_false(certs.items[0].has_key || certs.items[1].has_key);

	spec = (struct p12_spec){.key = key, .password = password};
	assert_spki(load_key(pkcs12(&spec), &right, "private key"), public_der(key));

	spec = (struct p12_spec){.key = ca_key, .more = {leaf}, .password = password};
	load_bad(pkcs12(&spec), &right, D_KEY_DIFFERS, "the private key belongs to none");
	X509_free(leaf);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
}

static void
empty_passwords(void **state)
{
	const char *const passwords[] = {NULL, ""};
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key});
	struct certs certs;

	(void)state;
	for (size_t i = 0; i < LENGTH(passwords); i++) {
		struct p12_spec spec = {.key = key, .cert = x509, .password = passwords[i]};

		assert_int_equal(load(pkcs12(&spec), NULL, &certs), 0);
		assert_int_equal(load(pkcs12(&spec), &empty, &certs), 0);
		assert_int_equal(certs.n, 1);
		load_bad(pkcs12(&spec), &right, D_PASSWORD, "the password is wrong");
	}
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* A renewed certificate and the one before have one key: localKeyID says which one is in use. */
static void
local_key_id(void **state)
{
	EVP_PKEY *key = fixture_key();
	X509 *old = fixture_cert(&(struct cert_spec){.name = "old", .key = key});
	X509 *new = fixture_cert(&(struct cert_spec){.name = "new", .key = key});
	X509 *pairs[][2] = {{old, new}, {new, old}};
	struct certs certs;

	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		struct p12_spec spec = {
		    .key = key, .cert = pairs[i][0], .more = {pairs[i][1]}, .password = password};

		assert_int_equal(load(pkcs12(&spec), &right, &certs), 0);
		assert_int_equal(certs.n, 2);
		for (size_t j = 0; j < 2; j++)
			assert_int_equal(certs.items[j].has_key,
			    (strcmp(certs.items[j].name, "CN=old") == 0) == (pairs[i][0] == old));
	}
	X509_free(old);
	X509_free(new);
	EVP_PKEY_free(key);
}

static void
old_algorithms(void **state)
{
	static const int nids[] = {NID_pbe_WithSHA1And40BitRC2_CBC, NID_pbe_WithSHA1And128BitRC4,
	    NID_pbe_WithSHA1And3_Key_TripleDES_CBC};
	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(ctx, "legacy");
	OSSL_PROVIDER *usual = OSSL_PROVIDER_load(ctx, "default");
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key});

	(void)state;
	for (size_t i = 0; legacy && i < LENGTH(nids); i++) {
		struct p12_spec spec = {.key = key,
		    .cert = x509,
		    .password = password,
		    .cert_nid = nids[i],
		    .key_nid = nids[LENGTH(nids) - 1 - i],
		    .ctx = ctx};
		struct text text = pkcs12(&spec);
		struct certs certs;

		assert_int_equal(load(text, &right, &certs), 0);
		assert_int_equal(certs.n, 1);
		assert_true(certs.items[0].has_key);
		load_bad(text, &wrong, D_PASSWORD, "the password is wrong");
		load_bad(text, NULL, D_PASSWORD, "no password is given");
	}
	assert_false(OSSL_PROVIDER_available(NULL, "legacy")); /* nothing else is opened to it */
	X509_free(x509);
	EVP_PKEY_free(key);
	if (legacy)
		OSSL_PROVIDER_unload(legacy);
	OSSL_PROVIDER_unload(usual);
	OSSL_LIB_CTX_free(ctx);
	ERR_clear_error();
	if (!legacy)
		skip();
}

/* Octets that are missing or damaged: a clear problem or what was there, and never a crash. */
static void
damaged_bundles(void **state)
{
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key});
	struct p12_spec spec = {.key = key, .cert = x509, .password = password};
	struct text der = pkcs12(&spec);
	struct certs certs;

	(void)state;
	for (size_t len = 5; len < der.len; len++)
		load_bad((struct text){der.data, len}, &right, D_BAD_SOURCE, "cut short");
	for (size_t i = 0; i < der.len; i++) {
		((char *)(uintptr_t)der.data)[i] ^= 1;
		if (load(der, &right, &certs) == 0 && certs.n)
			assert_spki(certs.items[0].spki, public_der(key));
		((char *)(uintptr_t)der.data)[i] ^= 1;
	}
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* --- Passwords --- */

static void
passwords(void **state)
{
	EVP_PKEY *key = fixture_key();

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		if (!forms[i].encrypted)
			continue;
		load_bad(forms[i].make(key), NULL, D_PASSWORD, "no password is given");
		load_bad(forms[i].make(key), &wrong, D_PASSWORD, "the password is wrong");
	}
	EVP_PKEY_free(key);
}

static ASN1_OCTET_STRING *
octets_of(ASN1_OCTET_STRING *octets)
{
	ASN1_OCTET_STRING_set(octets, (const unsigned char *)"0123456789abcdef", 16);
	return octets;
}

/* A key that is encrypted by `scheme`, as far as can be told ahead of opening it. */
static struct text
key_of(X509_ALGOR *scheme)
{
	X509_SIG *sig = X509_SIG_new();
	X509_ALGOR *algorithm;
	ASN1_OCTET_STRING *octets;
	unsigned char *der = NULL;
	int len;

	X509_SIG_getm(sig, &algorithm, &octets);
	X509_ALGOR_copy(algorithm, scheme);
	octets_of(octets);
	len = i2d_X509_SIG(sig, &der);
	X509_SIG_free(sig);
	return own(der, len);
}

/* A PKCS#12 bundle of the same kind, without a MAC. */
static struct text
bundle_of(X509_ALGOR *scheme)
{
	PKCS12 *p12 = PKCS12_init(NID_pkcs7_data);
	STACK_OF(PKCS7) *safes = sk_PKCS7_new_null();
	PKCS7 *safe = PKCS7_new();
	PKCS7_ENC_CONTENT *content;
	unsigned char *der = NULL;
	int len;

	PKCS7_set_type(safe, NID_pkcs7_encrypted);
	content = safe->d.encrypted->enc_data;
	content->content_type = OBJ_nid2obj(NID_pkcs7_data);
	X509_ALGOR_copy(content->algorithm, scheme);
	content->enc_data = octets_of(ASN1_OCTET_STRING_new());
	sk_PKCS7_push(safes, safe);
	PKCS12_pack_authsafes(p12, safes);
	len = i2d_PKCS12(p12, &der);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(p12);
	return own(der, len);
}

/* A file could ask for hours of work, in 224 octets. */
static void
costly(void **state)
{
	const EVP_CIPHER *aes = EVP_aes_128_cbc();
	X509_ALGOR *schemes[] = {
	    PKCS5_pbe2_set(aes, ITERATIONS_MOST + 1, NULL, 0),
	    PKCS5_pbe2_set_scrypt(aes, NULL, 0, NULL, 16384, 8, 8000),
	    PKCS5_pbe2_set_scrypt(aes, NULL, 0, NULL, 2048, 1, 100000),
	};
	static const uint8_t iterations[] = {0x02, 0x02, 0x7a, 0x69};
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key});
	struct text bundle = pkcs12(&(struct p12_spec){
	    .key = key, .cert = x509, .password = password, .mac_iterations = 0x7a69});
	const uint8_t *at = fixture_find((struct bytes){(const uint8_t *)bundle.data, bundle.len},
	    (struct bytes){iterations, sizeof(iterations)});

	(void)state;
	for (size_t i = 0; i < LENGTH(schemes); i++) {
		assert_non_null(schemes[i]);
		load_bad(key_of(schemes[i]), &right, D_BAD_SOURCE, "more than 10,000,000");
		load_bad(bundle_of(schemes[i]), &right, D_BAD_SOURCE, "more than 10,000,000");
		X509_ALGOR_free(schemes[i]);
	}

	/* A negative number is none that a key derivation could do either. */
	assert_non_null(at);
	((uint8_t *)(uintptr_t)at)[2] = 0xff;
	load_bad(bundle, &right, D_BAD_SOURCE, "iterations");
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* What is within bounds is counted for the whole zone: MAC, certificate and key, 500 each. */
static void
costly_in_sum(void **state)
{
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key});
	struct text bundle = pkcs12(&(struct p12_spec){
	    .key = key, .cert = x509, .password = password, .mac_iterations = 500});
	struct limits limits = {.most = {[LIMIT_WORK] = 100000}};
	struct certs certs;
	uint64_t each;

	(void)state;
	account_open(&diags.account, &limits, 1);
	assert_int_equal(load(bundle, &right, &certs), 0);
	each = diags.account.taken[LIMIT_WORK];
	assert_true(each > 500 && each < 100000);
	for (uint64_t n = 2; n * each <= 100000; n++)
		assert_int_equal(load(bundle, &right, &certs), 0);
	load_bad(bundle, &right, F_WORK, "more work than 100000 steps");
	diags.account = (struct account){0};
	diags.over_told = false;
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* --- Certificates alone --- */

static void
certificates_only(void **state)
{
	EVP_PKEY *key = fixture_key();
	struct certs_options options = {.certs_only = true};
	struct p12_spec spec = {.key = key, .password = ""};
	struct text pass[LENGTH(forms) + 2], bad[3];
	struct certs certs;

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++)
		pass[i] = forms[i].make(key);
	pass[LENGTH(forms)] = pkcs12(&spec);
	pass[LENGTH(forms) + 1] = text_of("-----BEGIN DH PARAMETERS-----\nAAAA\n"
					  "-----END DH PARAMETERS-----\n");
	for (size_t i = 0; i < LENGTH(pass); i++) {
		assert_int_equal(
		    certs_load(&arena, &diags, pos_none(), "x", pass[i], &options, &certs), 0);
		assert_int_equal(certs.n, 0);
		assert_null(certs.key);
	}
	bad[0] = text_of("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n");
	bad[1] = text_of("text\n");
	spec.password = password;
	bad[2] = pkcs12(&spec);
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(
		    certs_load(&arena, &diags, pos_none(), "x", bad[i], &options, &certs), -1);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FRESH_TEST(all_forms),
	    FRESH_TEST(a_request_has_a_name),
	    FRESH_TEST(requests_as_they_stand),
	    FRESH_TEST(public_keys_as_they_stand),
	    FRESH_TEST(doubts),
	    FRESH_TEST(damaged_keys),
	    FRESH_TEST(keys_beside_certificates),
	    FRESH_TEST(keys_beside_keys),
	    FRESH_TEST(bundles),
	    FRESH_TEST(empty_passwords),
	    FRESH_TEST(local_key_id),
	    FRESH_TEST(old_algorithms),
	    FRESH_TEST(damaged_bundles),
	    FRESH_TEST(passwords),
	    FRESH_TEST(costly),
	    FRESH_TEST(costly_in_sum),
	    FRESH_TEST(certificates_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

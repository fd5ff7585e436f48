/* Certificates for the tests of lib/dane, made in the process with fixed dates and fresh keys. */
#ifndef CERT_FIXTURE_H
#define CERT_FIXTURE_H

#include "unit.h"

#include "base/buf.h"
#include "source/cert.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum {
	DAY = 86400,
	NOW = 1795435200,  /* 2026-11-23T12:00:00Z */
	FROM = 1788220800, /* 2026-09-01 */
	TO = 1801440000,   /* 2027-02-01 */
};

struct cert_spec {
	const char *name; /* CN; NULL: none */
	EVP_PKEY *key;
	const char *issuer; /* NULL: itself */
	EVP_PKEY *issuer_key;
	bool ca;
	int64_t from, to;  /* 0: FROM, TO */
	const char *san;   /* "DNS:..." or NULL */
	const char *use;   /* extended key usage, or NULL */
	bool without_null; /* the RSA SPKI has no parameters at all */
};

static inline EVP_PKEY *
fixture_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_non_null(key);
	return key;
}

static inline void
fixture_extension(X509 *x509, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	X509_add_ext(x509, extension, -1);
	X509_EXTENSION_free(extension);
}

static inline void
fixture_name_entry(X509_NAME *name, const char *cn)
{
	if (cn)
		X509_NAME_add_entry_by_txt(
		    name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
}

/* Each has a serial number of its own. */
static inline X509 *
fixture_cert(const struct cert_spec *spec)
{
	static long serial = 1;
	X509 *x509 = X509_new();
	EVP_PKEY *signer = spec->issuer ? spec->issuer_key : spec->key;
	X509_ALGOR *algorithm;

	X509_set_version(x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
	ASN1_TIME_set(X509_getm_notBefore(x509), spec->from ? spec->from : FROM);
	ASN1_TIME_set(X509_getm_notAfter(x509), spec->to ? spec->to : TO);
	fixture_name_entry(X509_get_subject_name(x509), spec->name);
	fixture_name_entry(X509_get_issuer_name(x509), spec->issuer ? spec->issuer : spec->name);
	X509_set_pubkey(x509, spec->key);
	fixture_extension(x509, NID_basic_constraints, spec->ca ? "critical,CA:TRUE" : "CA:FALSE");
	if (spec->san)
		fixture_extension(x509, NID_subject_alt_name, spec->san);
	if (spec->use)
		fixture_extension(x509, NID_ext_key_usage, spec->use);
	if (spec->without_null) {
		X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, X509_get_X509_PUBKEY(x509));
		X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_UNDEF, NULL);
	}
	assert_true(X509_sign(x509, signer, EVP_sha256()) > 0);
	return x509;
}

static inline struct bytes
fixture_der(struct arena *a, X509 *x509)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	struct bytes out;

	assert_true(len > 0);
	out = (struct bytes){arena_copy(a, der, (size_t)len), (size_t)len};
	OPENSSL_free(der);
	return out;
}

static inline const char *
fixture_text_of_bio(struct arena *a, BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	const char *text = arena_text(a, data, (size_t)len);

	BIO_free(bio);
	return text;
}

static inline const char *
fixture_pem(struct arena *a, X509 *x509)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_X509(bio, x509));
	return fixture_text_of_bio(a, bio);
}

/* The certificate as PEM; key and handle go away or stay the caller's. */
static inline const char *
fixture_cert_pem(struct arena *a, const struct cert_spec *spec)
{
	X509 *x509 = fixture_cert(spec);
	const char *pem = fixture_pem(a, x509);

	X509_free(x509);
	return pem;
}

/* Certificates of mail.example.org as PEM, each of a key of its own. */
static inline void
fixture_pems(struct arena *a, const char **pem, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		EVP_PKEY *key = fixture_key();

		pem[i] = fixture_cert_pem(
		    a, &(struct cert_spec){.name = "mail.example.org", .key = key});
		EVP_PKEY_free(key);
	}
}

/* The private key as PEM, encrypted where there is a password. */
static inline const char *
fixture_key_pem(struct arena *a, EVP_PKEY *key, const char *password)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_PKCS8PrivateKey(bio, key, password ? EVP_aes_128_cbc() : NULL,
	    password, password ? (int)strlen(password) : 0, NULL, NULL));
	return fixture_text_of_bio(a, bio);
}

static inline const char *
fixture_public_pem(struct arena *a, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_PUBKEY(bio, key));
	return fixture_text_of_bio(a, bio);
}

/* A certificate request; `without_null` as in struct cert_spec. */
static inline X509_REQ *
fixture_request(const char *name, EVP_PKEY *key, bool without_null)
{
	bool own_digest = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
	X509_REQ *request = X509_REQ_new();
	X509_ALGOR *algorithm;

	fixture_name_entry(X509_REQ_get_subject_name(request), name);
	X509_REQ_set_pubkey(request, key);
	if (without_null) {
		X509_PUBKEY_get0_param(
		    NULL, NULL, NULL, &algorithm, X509_REQ_get_X509_PUBKEY(request));
		X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_UNDEF, NULL);
	}
	assert_true(X509_REQ_sign(request, key, own_digest ? NULL : EVP_sha256()) > 0);
	return request;
}

static inline const char *
fixture_request_pem(struct arena *a, const char *name, EVP_PKEY *key, bool without_null)
{
	X509_REQ *request = fixture_request(name, key, without_null);
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_X509_REQ(bio, request));
	X509_REQ_free(request);
	return fixture_text_of_bio(a, bio);
}

/* Where `needle` stands in `hay`, or NULL. */
static inline const uint8_t *
fixture_find(struct bytes hay, struct bytes needle)
{
	for (size_t i = 0; i + needle.len <= hay.len; i++)
		if (memcmp(hay.data + i, needle.data, needle.len) == 0)
			return hay.data + i;
	return NULL;
}

/* Asserts that exactly one problem was added, of that kind and with that part in its message. */
static inline void
fixture_one_problem(struct diags *diags, enum problem problem, const char *part)
{
	assert_int_equal(diags->n, 1);
	assert_int_equal(diags->items[0].problem, problem);
	assert_non_null(strstr(diags->items[0].message, part));
}

#endif

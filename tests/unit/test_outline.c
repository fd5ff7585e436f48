#include "cert_fixture.h"
#include "source/der.h"
#include "source/outline.h"

#include <openssl/err.h>

/* A certificate of extensions {nid, value}, the last one 0; `issuer` NULL: its own name. */
struct extension {
	int nid;
	const char *value;
};

static EVP_PKEY *key;

static void
add(X509 *x509, const struct extension *extension)
{
	X509V3_CTX ctx;
	X509_EXTENSION *made;

	X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
	made = X509V3_EXT_conf_nid(NULL, &ctx, extension->nid, extension->value);
	assert_non_null(made);
	X509_add_ext(x509, made, -1);
	X509_EXTENSION_free(made);
}

static X509 *
make(const char *issuer, const struct extension *extensions)
{
	X509 *x509 = X509_new();

	X509_set_version(x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
	ASN1_TIME_set(X509_getm_notBefore(x509), FROM);
	ASN1_TIME_set(X509_getm_notAfter(x509), TO);
	fixture_name_entry(X509_get_subject_name(x509), "mail.example.org");
	fixture_name_entry(X509_get_issuer_name(x509), issuer ? issuer : "MAIL.example.org");
	X509_set_pubkey(x509, key);
	for (; extensions->nid; extensions++)
		add(x509, extensions);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	return x509;
}

/* What OpenSSL tells of the whole certificate. */
static void
agrees_with_openssl(void **state)
{
	static const struct {
		const char *issuer;
		struct extension extensions[5];
		int may; /* -1: unknown */
	} rows[] = {
	    {NULL, {{0}}, -1},
	    {"CA", {{NID_key_usage, "keyCertSign"}}, -1},
	    {NULL, {{NID_basic_constraints, "critical,CA:TRUE"}}, 1},
	    {NULL, {{NID_basic_constraints, "CA:FALSE"}}, 0},
	    {"CA", {{NID_basic_constraints, "CA:TRUE,pathlen:0"}, {NID_key_usage, "keyCertSign"}},
		1},
	    {"CA", {{NID_key_usage, "digitalSignature"}, {NID_basic_constraints, "CA:TRUE"}}, 0},
	    {"CA", {{NID_key_usage, "cRLSign,keyCertSign"}, {NID_basic_constraints, "CA:FALSE"}},
		0},
	    {NULL,
		{{NID_subject_key_identifier, "hash"},
		    {NID_authority_key_identifier, "keyid:always"},
		    {NID_basic_constraints, "CA:TRUE"}},
		1},
	    {NULL,
		{{NID_subject_key_identifier, "hash"},
		    {NID_authority_key_identifier, "keyid:always"},
		    {NID_basic_constraints, "CA:TRUE"}, {NID_subject_alt_name, "DNS:a.example"}},
		1},
	    {NULL, {{NID_subject_key_identifier, "00:11:22"}, {NID_basic_constraints, "CA:TRUE"}},
		1},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		X509 *x509 = make(rows[i].issuer, rows[i].extensions);
		struct bytes der = fixture_der(&a, x509);
		size_t used;
		struct outline *outline = outline_read(der, &used);
		int64_t from, to;
		bool may;

		assert_non_null(outline);
		assert_int_equal(used, der.len);
		assert_int_equal(outline_dates(outline, &from, &to), 0);
		assert_int_equal(from, FROM);
		assert_int_equal(to, TO);
		assert_int_equal(outline_may_issue(outline, &may), rows[i].may < 0 ? -1 : 0);
		if (rows[i].may >= 0) {
			assert_int_equal(may, rows[i].may);
			assert_int_equal(may, X509_check_ca(x509) > 0);
		}
		assert_int_equal(outline_is_self_issued(outline), X509_self_signed(x509, 0) == 1);
		assert_int_equal(outline_is_self_issued(outline), !rows[i].issuer);
		assert_int_equal(outline_extension(outline, NID_subject_alt_name).len > 0,
		    X509_get_ext_by_NID(x509, NID_subject_alt_name, -1) >= 0);
		assert_int_equal(
		    X509_NAME_cmp(outline_subject(outline), X509_get_subject_name(x509)), 0);
		outline_free(outline);
		X509_free(x509);
	}
	arena_free(&a);
}

/* Its name is its issuer's, but not its key: a CA's new key, signed with the old one. */
static void
another_key_of_the_same_name(void **state)
{
	static const struct extension extensions[] = {{NID_subject_key_identifier, "hash"},
	    {NID_authority_key_identifier, "keyid:always"}, {0}};
	static const struct extension other = {NID_subject_key_identifier, "00:11:22"};
	X509 *x509 = make(NULL, extensions);
	struct arena a = {0};
	struct outline *outline;
	size_t used;

	(void)state;
	X509_EXTENSION_free(X509_delete_ext(x509, 0));
	add(x509, &other);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	outline = outline_read(fixture_der(&a, x509), &used);
	assert_non_null(outline);
	assert_true(outline_is_issued_by(outline, outline));
	assert_false(outline_is_self_issued(outline));
	assert_int_equal(X509_self_signed(x509, 0), 0);
	outline_free(outline);
	X509_free(x509);
	arena_free(&a);
}

/* Whatever octet is damaged, the outline is there where OpenSSL reads the certificate. */
static void
as_strict_as_openssl(void **state)
{
	static const struct extension extensions[] = {{NID_subject_key_identifier, "hash"},
	    {NID_authority_key_identifier, "keyid:always,issuer:always"},
	    {NID_basic_constraints, "CA:TRUE"}, {NID_key_usage, "keyCertSign"},
	    {NID_subject_alt_name, "DNS:a.example"}, {0}};
	static const uint8_t flips[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
	X509 *x509 = make(NULL, extensions);
	struct arena a = {0};
	struct bytes der = fixture_der(&a, x509);
	uint8_t *octets = arena_copy(&a, der.data, der.len);
	size_t n_read = 0, n_refused = 0;

	(void)state;
	for (size_t i = 0; i < der.len * sizeof(flips); i++) {
		const unsigned char *at = octets;
		struct outline *outline;
		X509 *whole;
		size_t used;
		int64_t from, to;
		bool may;

		octets[i / sizeof(flips)] ^= flips[i % sizeof(flips)];
		outline = outline_read((struct bytes){octets, der.len}, &used);
		whole = d2i_X509(NULL, &at, (long)der.len);
		assert_int_equal(outline != NULL, whole != NULL);
		if (whole) {
			assert_int_equal(used, at - octets);
			outline_dates(outline, &from, &to);
			outline_may_issue(outline, &may);
			outline_is_self_issued(outline);
		}
		n_read += whole != NULL;
		n_refused += whole == NULL;
		outline_free(outline);
		X509_free(whole);
		octets[i / sizeof(flips)] ^= flips[i % sizeof(flips)];
	}
	ERR_clear_error();
	assert_true(n_read > 500 && n_refused > 500);
	X509_free(x509);
	arena_free(&a);
}

/* The strength of a key, at first sight and by OpenSSL. */
static void
strong_keys(void **state)
{
	static const struct {
		const char *kind, *curve;
		unsigned bits;
		bool strong;
	} rows[] = {
	    {"RSA", NULL, 1024, false},
	    {"RSA", NULL, 1536, false},
	    {"RSA", NULL, 2048, true},
	    {"RSA", NULL, 2056, true},
	    {"EC", "P-192", 0, false},
	    {"EC", "P-224", 0, false}, /* strong enough, but rare */
	    {"EC", "P-256", 0, true},
	    {"EC", "P-384", 0, true},
	    {"EC", "P-521", 0, true},
	    {"ED25519", NULL, 0, true},
	    {"ED448", NULL, 0, true},
	    {"X25519", NULL, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		EVP_PKEY *made =
		    rows[i].bits    ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rows[i].bits)
		    : rows[i].curve ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", rows[i].curve)
				    : EVP_PKEY_Q_keygen(NULL, NULL, rows[i].kind);
		unsigned char *der = NULL;
		int len = i2d_PUBKEY(made, &der);

		assert_true(len > 0);
		assert_int_equal(
		    der_key_is_strong((struct bytes){der, (size_t)len}), rows[i].strong);
		if (rows[i].strong)
			assert_true(EVP_PKEY_get_security_bits(made) >= 112);
		for (size_t cut = 0; cut < (size_t)len; cut++)
			assert_false(der_key_is_strong((struct bytes){der, cut}));
		OPENSSL_free(der);
		EVP_PKEY_free(made);
	}
}

static int
set_up(void **state)
{
	(void)state;
	key = fixture_key();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_openssl),
	    cmocka_unit_test(another_key_of_the_same_name),
	    cmocka_unit_test(as_strict_as_openssl),
	    cmocka_unit_test(strong_keys),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

#include "loader_fixture.h"

#include "source/der.h"
#include "source/plain.h"

#include <openssl/cms.h>
#include <openssl/rsa.h>

static int
load(struct text contents, struct certs *out)
{
	return certs_load(&arena, &diags, pos_none(), "certs/x.pem", contents, NULL, out);
}

static void
load_good(const char *text, size_t n, struct certs *out)
{
	if (load(text_of(text), out) < 0)
		fail_msg("%s", diags.items[0].message);
	assert_int_equal(out->n, n);
}

static void
load_bad(struct text contents, const char *part)
{
	struct certs certs;

	assert_int_equal(load(contents, &certs), -1);
	fixture_one_problem(&diags, D_BAD_SOURCE, part);
	diags_free(&diags);
}

static void
single(void **state)
{
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "mail.example.org", .key = key});
	struct bytes der = fixture_der(&arena, x509);
	unsigned char *spki = NULL;
	size_t spki_len = (size_t)i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
	const char *pem = fixture_pem(&arena, x509);
	struct certs certs;

	(void)state;
	load_good(pem, 1, &certs);
	assert_string_equal(certs.items[0].name, "CN=mail.example.org");
	assert_string_equal(certs.path, "certs/x.pem");
	assert_int_equal(certs.items[0].not_before_unix, FROM);
	assert_int_equal(certs.items[0].not_after_unix, TO);
	assert_int_equal(certs.items[0].line, 1);
	assert_true(certs.items[0].self_signed);
	assert_false(certs.items[0].is_ca);
	assert_false(certs.items[0].has_key);
	assert_int_equal(certs.items[0].der.len, der.len);
	assert_memory_equal(certs.items[0].der.data, der.data, der.len);
	assert_int_equal(certs.items[0].spki.len, spki_len);
	assert_memory_equal(certs.items[0].spki.data, spki, spki_len);

	assert_int_equal(load((struct text){(const char *)der.data, der.len}, &certs), 0);
	assert_memory_equal(certs.items[0].der.data, der.data, der.len);
	assert_int_equal(certs.items[0].line, 0);
	OPENSSL_free(spki);
	X509_free(x509);
	EVP_PKEY_free(key);
}

static EVP_PKEY *
rsa_key(void)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);

	assert_non_null(key);
	return key;
}

/* FIELD.md: tools that encode this key again give it NULL parameters, and hash what no client sees.
 */
static void
rsa_without_null(void **state)
{
	static const uint8_t with[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	    0x01, 0x01, 0x01, 0x05, 0x00};
	EVP_PKEY *key = rsa_key();
	X509 *x509 = fixture_cert(
	    &(struct cert_spec){.name = "rsa.example.org", .key = key, .without_null = true});
	struct bytes der = fixture_der(&arena, x509);
	unsigned char *encoded = NULL;
	int len = i2d_PUBKEY(key, &encoded);
	uint8_t wanted[256];
	struct certs certs;

	(void)state;
	/* By hand: 30 81 9f SEQUENCE { 30 0d ... 05 00 } BIT STRING becomes 30 81 9d, 30 0b. */
	assert_int_equal(len, 162);
	assert_memory_equal(encoded, "\x30\x81\x9f", 3);
	assert_memory_equal(encoded + 3, with, sizeof(with));
	memcpy(wanted, "\x30\x81\x9d\x30\x0b", 5);
	memcpy(wanted + 5, encoded + 5, 11);
	memcpy(wanted + 16, encoded + 18, 144);

	assert_int_equal(load((struct text){(const char *)der.data, der.len}, &certs), 0);
	assert_int_equal(certs.items[0].spki.len, 160);
	assert_memory_equal(certs.items[0].spki.data, wanted, 160);
	assert_non_null(fixture_find(der, (struct bytes){wanted, 160}));
	OPENSSL_free(encoded);
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* Whatever the key: the SPKI is a part of the certificate's bytes, and OpenSSL's view of it. */
static void
kinds_of_keys(void **state)
{
	EVP_PKEY *keys[] = {rsa_key(), EVP_EC_gen("P-384"), fixture_key()};

	(void)state;
	EVP_PKEY_set_utf8_string_param(keys[2], "encoding", "explicit");
	for (size_t i = 0; i < LENGTH(keys); i++) {
		X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = keys[i]});
		unsigned char *spki = NULL;
		int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
		struct certs certs;

		load_good(fixture_pem(&arena, x509), 1, &certs);
		assert_int_equal(certs.items[0].spki.len, len);
		assert_memory_equal(certs.items[0].spki.data, spki, (size_t)len);
		OPENSSL_free(spki);
		X509_free(x509);
		EVP_PKEY_free(keys[i]);
	}
}

static const struct {
	const char *cn, *san, *wanted;
} names[] = {
    {"mail.example.org", "DNS:other.example.org", "CN=mail.example.org"},
    {NULL, "IP:192.0.2.1,DNS:mail.example.org", "SAN=mail.example.org"},
    {"", "email:a@example.org,DNS:mail.example.org", "SAN=a@example.org"},
    {NULL, "IP:192.0.2.1,IP:2001:db8::1", "SAN=192.0.2.1"},
    {NULL, "IP:2001:db8::1", "SAN=2001:db8::1"},
    {"a; b\\", NULL, "CN=a\\059 b\\092"},
    {"x\n$INCLUDE y", NULL, "CN=x\\010$INCLUDE y"},
    {"b\xc3\xbc"
     "cher",
	NULL, "CN=b\\195\\188cher"},
    {"\x1b[2J", NULL, "CN=\\027[2J"},
};

static void
names_are_harmless(void **state)
{
	EVP_PKEY *key = fixture_key();
	struct certs certs;

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct cert_spec spec = {.name = names[i].cn, .key = key, .san = names[i].san};

		load_good(fixture_cert_pem(&arena, &spec), 1, &certs);
		assert_string_equal(certs.items[0].name, names[i].wanted);
	}
	load_good(fixture_cert_pem(&arena, &(struct cert_spec){.key = key}), 1, &certs);
	assert_memory_equal(certs.items[0].name, "serial=", 7);
	EVP_PKEY_free(key);
}

static void
long_text_is_cut(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(
	    strlen(plain_text(&arena, (struct text){text, sizeof(text)})), PLAIN_LONGEST + 3);
	assert_int_equal(strlen(plain_text(&arena, (struct text){text, 5})), 5);
	assert_string_equal(plain_text(&arena, (struct text){text, 0}), "");
}

static void
dates_far_away(void **state)
{
	EVP_PKEY *key = fixture_key();
	struct cert_spec spec = {
	    .name = "x", .key = key, .from = -20 * 365 * (int64_t)DAY, .to = INT64_C(253402300799)};
	struct certs certs;

	(void)state;
	load_good(fixture_cert_pem(&arena, &spec), 1, &certs);
	assert_true(certs.items[0].not_before_unix == spec.from);
	assert_true(certs.items[0].not_after_unix == spec.to); /* 9999-12-31T23:59:59Z */
	EVP_PKEY_free(key);
}

static void
keys_and_duplicates(void **state)
{
	EVP_PKEY *a = fixture_key(), *b = fixture_key();
	const char *pem_a = fixture_cert_pem(&arena, &(struct cert_spec){.name = "a", .key = a});
	const char *pem_b = fixture_cert_pem(&arena, &(struct cert_spec){.name = "b", .key = b});
	const char *text = arena_printf(&arena, "%s%s%s%s%s", fixture_key_pem(&arena, a, "secret"),
	    pem_a, pem_b, pem_a, fixture_key_pem(&arena, b, NULL));
	struct certs certs;

	(void)state;
	load_good(text, 2, &certs);
	assert_false(certs.items[0].has_key); /* its key is encrypted, and nobody is asked */
	assert_true(certs.items[1].has_key);
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
}

static void
who_issued_whom(void **state)
{
	EVP_PKEY *root = fixture_key(), *leaf = fixture_key(), *other = fixture_key();
	const char *text = arena_printf(&arena, "%s%s%s",
	    fixture_cert_pem(&arena,
		&(struct cert_spec){
		    .name = "leaf", .key = leaf, .issuer = "Root", .issuer_key = root}),
	    fixture_cert_pem(&arena, &(struct cert_spec){.name = "Root", .key = root, .ca = true}),
	    /* a namesake that signed nothing */
	    fixture_cert_pem(
		&arena, &(struct cert_spec){.name = "Root", .key = other, .ca = true}));
	struct certs certs;

	(void)state;
	load_good(text, 3, &certs);
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(certs_issued(&certs, i, j), i == 1 && j == 0);
	assert_true(certs.items[1].is_ca && certs.items[1].self_signed);
	assert_false(certs.items[0].self_signed);
	EVP_PKEY_free(root);
	EVP_PKEY_free(leaf);
	EVP_PKEY_free(other);
}

/* RFC 5280 section 4.2.1.9. */
static void
who_may_issue(void **state)
{
	static const struct {
		long version;
		const char *issuer, *constraints, *usage;
		bool is_ca;
	} rows[] = {
	    {X509_VERSION_3, NULL, "CA:TRUE", NULL, true},
	    {X509_VERSION_3, "CA", "CA:TRUE", "keyCertSign", true},
	    {X509_VERSION_3, NULL, "CA:TRUE", "digitalSignature", false},
	    {X509_VERSION_3, NULL, "CA:FALSE", "keyCertSign", false},
	    {X509_VERSION_3, NULL, NULL, "keyCertSign,digitalSignature", false},
	    {X509_VERSION_3, "CA", NULL, "keyCertSign,digitalSignature", false},
	    {X509_VERSION_3, NULL, NULL, NULL, false},
	    {X509_VERSION_1, NULL, NULL, NULL, true}, /* a root of old may look like this */
	    {X509_VERSION_1, "CA", NULL, NULL, false},
	};
	EVP_PKEY *key = fixture_key();
	struct certs certs;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		X509 *x509 = fixture_cert(&(struct cert_spec){
		    .name = "x", .key = key, .issuer = rows[i].issuer, .issuer_key = key});

		X509_EXTENSION_free(X509_delete_ext(x509, 0));
		X509_set_version(x509, rows[i].version);
		if (rows[i].constraints)
			fixture_extension(x509, NID_basic_constraints, rows[i].constraints);
		if (rows[i].usage)
			fixture_extension(x509, NID_key_usage, rows[i].usage);
		assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
		load_good(fixture_pem(&arena, x509), 1, &certs);
		assert_int_equal(certs.items[0].is_ca, rows[i].is_ca);
		X509_free(x509);
	}
	EVP_PKEY_free(key);
}

static struct bytes
bundle_alone(const struct bytes *ders)
{
	PKCS7 *p7 = PKCS7_new();
	unsigned char *der = NULL;
	struct bytes out;
	int len;

	PKCS7_set_type(p7, NID_pkcs7_signed);
	p7->d.sign->contents->type = OBJ_nid2obj(NID_pkcs7_data);
	for (size_t i = 0; i < 2; i++) {
		X509 *x509 = cert_decode(ders[i]);

		assert_true(PKCS7_add_certificate(p7, x509));
		X509_free(x509);
	}
	len = i2d_PKCS7(p7, &der);
	assert_true(len > 0);
	out = (struct bytes){arena_copy(&arena, der, (size_t)len), (size_t)len};
	OPENSSL_free(der);
	PKCS7_free(p7);
	return out;
}

/* A message that is signed, or encrypted for the certificate; NULL: only its signature. */
static struct bytes
message(struct bytes cert, EVP_PKEY *signer, const char *text)
{
	X509 *x509 = cert_decode(cert);
	STACK_OF(X509) *certs = sk_X509_new_null();
	BIO *content = BIO_new_mem_buf(text ? text : "", -1);
	CMS_ContentInfo *cms;
	unsigned char *der = NULL;
	struct bytes out;
	int len;

	sk_X509_push(certs, x509);
	cms = signer ? CMS_sign(x509, signer, NULL, content,
			   CMS_BINARY | (text ? 0u : (unsigned)CMS_DETACHED))
		     : CMS_encrypt(certs, content, EVP_aes_128_cbc(), CMS_BINARY);
	assert_non_null(cms);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	out = (struct bytes){arena_copy(&arena, der, (size_t)len), (size_t)len};
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	sk_X509_pop_free(certs, X509_free);
	ERR_clear_error();
	return out;
}

/* The outer three elements with lengths that are not said, as Windows and Java write them. */
static struct bytes
indefinite(struct bytes der)
{
	static const uint8_t begin[] = {0x30, 0x80}, inner[] = {0xa0, 0x80, 0x30, 0x80}, end[6];
	enum { OID_LEN = 11 };
	struct buf b = {0};
	struct bytes out, rest = der;
	size_t len;

	buf_put(&b, begin, sizeof(begin));
	rest.data += der_header(rest, &len);
	buf_put(&b, rest.data, OID_LEN);
	rest.data += OID_LEN;
	buf_put(&b, inner, sizeof(inner));
	for (int i = 0; i < 2; i++) {
		rest.len = der.len - (size_t)(rest.data - der.data);
		rest.data += der_header(rest, &len);
	}
	buf_put(&b, rest.data, der.len - (size_t)(rest.data - der.data));
	buf_put(&b, end, sizeof(end));
	out = (struct bytes){arena_copy(&arena, b.data, b.len), b.len};
	buf_free(&b);
	return out;
}

static const char *
armoured(const char *label, struct bytes der)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio(bio, label, "", der.data, (long)der.len) > 0);
	return fixture_text_of_bio(&arena, bio);
}

static void
pkcs7(void **state)
{
	static const char *const labels[] = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA", "CERTIFICATE"};
	EVP_PKEY *root = fixture_key(), *leaf = fixture_key();
	const char *pem = fixture_cert_pem(&arena, &(struct cert_spec){.name = "x", .key = leaf});
	struct bytes ders[2], certs_only, ber;
	struct certs certs;
	X509 *x509[] = {fixture_cert(&(struct cert_spec){.name = "Root", .key = root, .ca = true}),
	    fixture_cert(&(struct cert_spec){
		.name = "leaf", .key = leaf, .issuer = "Root", .issuer_key = root})};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		ders[i] = fixture_der(&arena, x509[i]);
	certs_only = bundle_alone(ders);
	ber = indefinite(certs_only);
	for (size_t i = 0; i <= 2 * LENGTH(labels); i++) {
		struct bytes der = i % 2 ? ber : certs_only;
		struct text text = {(const char *)der.data, der.len};

		if (i < 2 * LENGTH(labels))
			text = text_of(armoured(labels[i / 2], der));
		assert_int_equal(load(text, &certs), 0);
		assert_int_equal(certs.n, 2);
		for (size_t j = 0; j < 2; j++)
			assert_true(bytes_equal(certs.items[j].der, ders[0]) ||
				    bytes_equal(certs.items[j].der, ders[1]));
		assert_true(certs_issued(&certs, 0, 1) || certs_issued(&certs, 1, 0));
		assert_null(certs.not_loaded.fault.why);
	}
	assert_int_equal(load((struct text){(const char *)ber.data, ber.len}, &certs), 0);
	load_good(arena_printf(&arena, "%s%s", pem, armoured("PKCS7", certs_only)), 1, &certs);
	load_good(arena_printf(&arena, "%s%s", armoured("CMS", certs_only),
		      fixture_key_pem(&arena, leaf, NULL)),
	    2, &certs);
	assert_true(certs.items[0].has_key != certs.items[1].has_key);
	load_bad((struct text){(const char *)ber.data, ber.len - 9}, "neither PEM nor DER");
	load_bad(text_of(armoured("PKCS7", message(ders[0], root, "a message"))),
	    "(line 1) is a signed message");
	load_bad(text_of(armoured("CMS", message(ders[0], root, NULL))), "is a signature");
	load_bad(text_of(armoured("PKCS7", message(ders[0], NULL, "secret"))), "encrypted message");
	load_bad(text_of(armoured("PKCS7", (struct bytes){ber.data, 20})), "is damaged");
	load_bad((struct text){(const char *)certs_only.data, 100}, "cut short");
	X509_free(x509[0]);
	X509_free(x509[1]);
	EVP_PKEY_free(root);
	EVP_PKEY_free(leaf);
}

static void
trusted_certificate(void **state)
{
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key});
	struct bytes der = fixture_der(&arena, x509);
	BIO *bio = BIO_new(BIO_s_mem());
	struct certs certs;

	(void)state;
	X509_alias_set1(x509, (const unsigned char *)"nick", 4);
	assert_true(PEM_write_bio_X509_AUX(bio, x509));
	load_good(fixture_text_of_bio(&arena, bio), 1, &certs);
	assert_int_equal(certs.items[0].der.len, der.len);
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* --- What is no certificate --- */

#define T(string)                                                                                  \
	{                                                                                          \
		string, sizeof(string) - 1                                                         \
	}
#define PEM(body) "-----BEGIN CERTIFICATE-----\n" body "-----END CERTIFICATE-----\n"

static void
broken_contents(void **state)
{
	static const struct {
		struct text contents;
		const char *part;
	} rows[] = {
	    {T(""), "is empty"},
	    {T("no certificate\n"), "it is text without a PEM block"},
	    {T("\x00\x01\x02\x03"), "it is neither PEM nor DER"},
	    {T("\x30\x82\x05\x00\x30"), "the DER is cut short"},
	    {T("\x30\x03\x02\x01\x01"), "it is neither PEM nor DER"},
	    {T("\xff\xfe-\x00"), "UTF-16"},
	    {T(PEM("")), "in line 1: a block without contents"},
	    {T(PEM("AAAA\n")), "in line 1: the certificate is damaged"},
	    {T(PEM("MIIBAAAA\n")), "in line 1: the certificate is cut short"},
	    {T(PEM("MII*\n")), "in line 2: a character that is not base64"},
	    {T(PEM("MII\n")), "in line 1: base64 that is cut short"},
	    {T("-----BEGIN CERTIFICATE-----\nMIIB\n"), "without its END line"},
	    {T("-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n"),
		"PEM blocks of other kinds"},
	    {T("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
		"but a key of OpenSSH"},
	    {T("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n"),
		"the PKCS#7 bundle is damaged"},
	    {T("\x30\x06\x02\x01\x03\x30\x01\x00"), "PKCS#12 bundle is damaged"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		load_bad(rows[i].contents, rows[i].part);
}

/* Each octet of a certificate that is cut off, and one that is too many. */
static void
wrong_lengths(void **state)
{
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key});
	struct bytes der = fixture_der(&arena, x509);
	struct text longer = {arena_printf(&arena, "%*s", (int)der.len + 1, ""), der.len + 1};

	(void)state;
	for (size_t len = 5; len < der.len; len++)
		load_bad((struct text){(const char *)der.data, len}, "the DER is cut short");
	memcpy((char *)(uintptr_t)longer.data, der.data, der.len);
	load_bad(longer, "more data follow behind the certificate");
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* A damaged octet gives another certificate or an error, and never a crash. */
static void
damaged_octets(void **state)
{
	EVP_PKEY *key = fixture_key();
	X509 *x509 = fixture_cert(&(struct cert_spec){.name = "x", .key = key, .san = "DNS:x"});
	struct bytes der = fixture_der(&arena, x509);

	(void)state;
	for (size_t i = 0; i < der.len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			struct arena a = {0};
			uint8_t *copy = arena_copy(&a, der.data, der.len);
			struct certs certs;

			copy[i] ^= (uint8_t)(1u << bit);
			if (certs_load(&a, &diags, pos_none(), "x",
				(struct text){(char *)copy, der.len}, NULL, &certs) == 0)
				assert_true(certs.items[0].spki.len > 0);
			arena_free(&a);
		}
	X509_free(x509);
	EVP_PKEY_free(key);
}

static void
too_many(void **state)
{
	EVP_PKEY *key = fixture_key();
	struct buf buf = {0};

	(void)state;
	for (int i = 0; i <= CERTS_MOST; i++)
		buf_puts(
		    &buf, fixture_cert_pem(&arena, &(struct cert_spec){.name = "x", .key = key}));
	load_bad((struct text){buf.data, buf.len}, "more than 256 certificates");
	buf_free(&buf);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FRESH_TEST(single),
	    FRESH_TEST(rsa_without_null),
	    FRESH_TEST(kinds_of_keys),
	    FRESH_TEST(names_are_harmless),
	    FRESH_TEST(long_text_is_cut),
	    FRESH_TEST(dates_far_away),
	    FRESH_TEST(keys_and_duplicates),
	    FRESH_TEST(who_issued_whom),
	    FRESH_TEST(who_may_issue),
	    FRESH_TEST(pkcs7),
	    FRESH_TEST(trusted_certificate),
	    FRESH_TEST(broken_contents),
	    FRESH_TEST(wrong_lengths),
	    FRESH_TEST(damaged_octets),
	    FRESH_TEST(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#define _GNU_SOURCE
#include "cert_fixture.h"
#include "directive_fixture.h"

#include "directive/dkim.h"

#include <openssl/encoder.h>
#include <openssl/rsa.h>

/* The keys of RFC 8463 appendix A.2. */
#define RSA1024                                                                                    \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi" \
	"Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9Pzo"    \
	"xZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
#define ED25519 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define ED25519_SEED "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="

static struct fixture fixture;
static EVP_PKEY *rsa;
static const char *rsa_text; /* SubjectPublicKeyInfo in base64 */

static const char *
public_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_PUBKEY(bio, key));
	return fixture_text_of_bio(&fixture.arena, bio);
}

/* Encrypted by OpenSSL's own old way, where there is a password. */
static const char *
traditional_pem(EVP_PKEY *key, const char *password)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(
	    PEM_write_bio_PrivateKey_traditional(bio, key, password ? EVP_aes_128_cbc() : NULL,
		(const unsigned char *)password, password ? (int)strlen(password) : 0, NULL, NULL));
	return fixture_text_of_bio(&fixture.arena, bio);
}

/* RSA PUBLIC KEY, RFC 8017 appendix A.1.1. */
static const char *
pkcs1_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	OSSL_ENCODER_CTX *ctx =
	    OSSL_ENCODER_CTX_new_for_pkey(key, EVP_PKEY_PUBLIC_KEY, "PEM", "pkcs1", NULL);

	assert_true(OSSL_ENCODER_to_bio(ctx, bio));
	OSSL_ENCODER_CTX_free(ctx);
	return fixture_text_of_bio(&fixture.arena, bio);
}

static void
make_rsa_files(void)
{
	unsigned char *der = NULL;
	int len;

	rsa = EVP_RSA_gen(2048);
	assert_non_null(rsa);
	len = i2d_PUBKEY(rsa, &der);
	rsa_text = fixture_base64(&fixture, (struct bytes){der, (size_t)len});
	fixture_file(&fixture, "rsa.der", der, (size_t)len);
	OPENSSL_free(der);
	der = NULL;
	len = i2d_PrivateKey(rsa, &der);
	der[60] ^= 1; /* in the modulus */
	fixture_file(&fixture, "damaged.der", der, (size_t)len);
	der[60] ^= 1;
	fixture_file(&fixture, "whole.der", der, (size_t)len);
	fixture_file(&fixture, "behind.der",
	    memcpy(arena_zalloc(&fixture.arena, (size_t)len + 1), der, (size_t)len),
	    (size_t)len + 1);
	OPENSSL_free(der);
	fixture_text(&fixture, "rsa.pub", public_pem(rsa));
	fixture_text(&fixture, "rsa.pkcs1", pkcs1_pem(rsa));
	fixture_text(&fixture, "rsa.key", fixture_key_pem(&fixture.arena, rsa, NULL));
	fixture_text(&fixture, "rsa.old", traditional_pem(rsa, NULL));
	fixture_text(&fixture, "rsa.enc", fixture_key_pem(&fixture.arena, rsa, "x"));
	fixture_text(&fixture, "rsa.oldenc", traditional_pem(rsa, "x"));
	fixture_text(&fixture, "several",
	    arena_printf(&fixture.arena, "%s%s", public_pem(rsa), public_pem(rsa)));
}

/* In base64 and nothing else. */
static void
make_bare_files(const uint8_t *seed)
{
	uint8_t both[64 + 3];
	const char *whole;
	char *text;

	memcpy(both, seed, 32);
	assert_int_equal(base64_decode(text_of(ED25519), both + 32), 32);
	whole = fixture_base64(&fixture, (struct bytes){both, 64});
	fixture_text(&fixture, "ed.both", whole);
	fixture_text(&fixture, "ed.lines",
	    arena_printf(&fixture.arena, "%.76s\r\n%s\r\n", whole, whole + 76));
	both[63] ^= 1;
	fixture_text(&fixture, "ed.broken", fixture_base64(&fixture, (struct bytes){both, 64}));
	fixture_text(&fixture, "ed.seed", " " ED25519_SEED "\r\n");
	fixture_text(&fixture, "ed.half", ED25519 "\n");
	fixture_text(&fixture, "ed.31", fixture_base64(&fixture, (struct bytes){both, 31}));
	text = arena_text(&fixture.arena, ED25519_SEED, strlen(ED25519_SEED));
	text[5] = '!';
	fixture_text(&fixture, "ed.text", text);
}

static void
make_ed25519_files(void)
{
	uint8_t seed[33];
	EVP_PKEY *key;
	unsigned char *der = NULL;
	int len;

	assert_int_equal(base64_decode(text_of(ED25519_SEED), seed), 32);
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	len = i2d_PrivateKey(key, &der);
	fixture_file(&fixture, "ed.der", der, (size_t)len);
	OPENSSL_free(der);
	fixture_text(&fixture, "ed.key", fixture_key_pem(&fixture.arena, key, NULL));
	fixture_text(&fixture, "ed.pub", public_pem(key));
	EVP_PKEY_free(key);
	make_bare_files(seed);
}

static void
make_others(void)
{
	EVP_PKEY *ec = fixture_key(), *small = EVP_RSA_gen(1023);

	fixture_text(&fixture, "ec.pub", public_pem(ec));
	fixture_text(&fixture, "cert.pem",
	    fixture_cert_pem(&fixture.arena, &(struct cert_spec){.name = "x", .key = ec}));
	fixture_text(&fixture, "small.pub", public_pem(small));
	fixture_text(&fixture, "weak.pub",
	    "-----BEGIN PUBLIC KEY-----\n" RSA1024 "\n-----END PUBLIC KEY-----\n");
	fixture_text(&fixture, "cut.pub", "-----BEGIN PUBLIC KEY-----\nMIGf\n");
	fixture_text(&fixture, "text", "v=DKIM1; p=\n");
	EVP_PKEY_free(ec);
	EVP_PKEY_free(small);
}

static int
begin(void **state)
{
	static const struct parse_directive rows[] = {
	    {"DKIM", dkim_directive, NULL}, {NULL, NULL, NULL}};

	(void)state;
	fixture_begin(&fixture, rows);
	make_rsa_files();
	make_ed25519_files();
	make_others();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	fixture_end(&fixture);
	return 0;
}

#define AT "mail._domainkey.example.com. 3600 TXT "
#define ED_TEXT "\"v=DKIM1; k=ed25519; p=" ED25519 "\"\n"

static void
good_lines(void **state)
{
	static const struct good good[] = {
	    {"$DKIM mail ed.pub", AT ED_TEXT},
	    {"$DKIM mail 5m IN ed.key", "mail._domainkey.example.com. 300 TXT " ED_TEXT},
	    {"$DKIM mail ed.der", AT ED_TEXT},
	    {"$DKIM mail._domainkey ed.pub", AT ED_TEXT},
	    {"$DKIM mail._DomainKey.sub ed.pub",
		"mail._DomainKey.sub.example.com. 3600 TXT " ED_TEXT},
	    {"$DKIM mail._domainkey.example.com. ed.pub", AT ED_TEXT},
	    {"$DKIM a.b ed.pub", "a.b._domainkey.example.com. 3600 TXT " ED_TEXT},
	    {"$DKIM {a,b} ed.pub", "a._domainkey.example.com. 3600 TXT " ED_TEXT
				   "b._domainkey.example.com. 3600 TXT " ED_TEXT},
	    {"$ORIGIN _domainkey.example.com.\n$DKIM mail ed.pub", AT ED_TEXT},
	    {"$DKIM mail ed.both", AT ED_TEXT},
	    {"$DKIM mail ed.lines", AT ED_TEXT}, /* as base64(1) cuts them */
	    {"$DKIM mail ed.seed", AT ED_TEXT},
	    {"$DKIM mail ed.seed key=private", AT ED_TEXT},
	    {"$DKIM mail key=public ed.half", AT ED_TEXT},
	    {"$DKIM mail revoke", AT "\"v=DKIM1; p=\"\n"},
	    {"$DKIM mail revoke n=\"gone\"", AT "\"v=DKIM1; n=gone; p=\"\n"},
	    {"$DKIM mail ed.pub t=y:s s=email h=sha256",
		AT "\"v=DKIM1; k=ed25519; h=sha256; s=email; t=y:s; p=" ED25519 "\"\n"},
	    {"$DKIM mail s=* ed.pub h=sha1:sha256 t=s",
		AT "\"v=DKIM1; k=ed25519; h=sha1:sha256; s=*; t=s; p=" ED25519 "\"\n"},
	    {"$DKIM mail ed.pub n=\"a; b=\xc3\xbc\"",
		AT "\"v=DKIM1; k=ed25519; n=a=3B b=3D=C3=BC; p=" ED25519 "\"\n"},
	};

	(void)state;
	fixture_all_good(&fixture, good, LENGTH(good));
}

/* Whichever form the key has; the text is cut at 255 octets. */
static void
rsa_keys(void **state)
{
	static const char *const files[] = {
	    "rsa.pub", "rsa.pkcs1", "rsa.der", "whole.der", "rsa.key", "rsa.old"};
	const char *text = arena_printf(&fixture.arena, "v=DKIM1; k=rsa; p=%s", rsa_text);
	const char *records =
	    arena_printf(&fixture.arena, AT "\"%.255s\" \"%s\"\n", text, text + 255);

	(void)state;
	for (size_t i = 0; i < LENGTH(files); i++)
		fixture_good(&fixture,
		    &(struct good){
			arena_printf(&fixture.arena, "$DKIM mail %s", files[i]), records});
}

static void
bad_lines(void **state)
{
	static const struct bad bad[] = {
	    {"$DKIM", D_RECORD_OWNER, 1, "$DKIM has no owner", NULL},
	    {"$DKIM mail", D_NO_SOURCE, 7, "no key file is named", NULL},
	    {"$DKIM mail t=y", D_NO_SOURCE, 12, "no key file is named", NULL},
	    {"$DKIM @ ed.pub", D_RECORD_OWNER, 7, "selector._domainkey.domain", NULL},
	    {"$DKIM mail.example.com. ed.pub", D_RECORD_OWNER, 7, "selector._domainkey.domain",
		NULL},
	    {"$DKIM _domainkey ed.pub", D_RECORD_OWNER, 7, "no selector", NULL},
	    {"$DKIM {mail,ma!l} ed.pub", D_RECORD_OWNER, 13, "letters, digits", NULL},
	    {"$DKIM ma..il ed.pub", Z_NAME, 10, "a label is empty", NULL},
	    {"$DKIM mail ed.pub rsa.pub", D_KEY_FILE, 19, "a second key", NULL},
	    {"$DKIM mail none.pub", F_READ, 12, "No such file", NULL},
	    {"$DKIM mail ./revoke", F_READ, 12, "No such file", NULL},
	    {"$DKIM mail \"revoke\"", F_READ, 12, "No such file", NULL},
	    {"$DKIM mail ed.pub h=sha1", D_DKIM_TAG, 21, "SHA-1", NULL},
	    {"$DKIM mail ed.pub h=sha1:sha1", D_DKIM_TAG, 21, "SHA-1", NULL},
	    {"$DKIM mail ed.pub h=md5", D_DKIM_TAG, 21, "sha256 or sha1", NULL},
	    {"$DKIM mail ed.pub t=y:x", D_DKIM_TAG, 21, "y or s", NULL},
	    {"$DKIM mail ed.pub t=y:", D_DKIM_TAG, 21, "y or s", NULL},
	    {"$DKIM mail ed.pub s=web", D_DKIM_TAG, 21, "email or *", NULL},
	    {"$DKIM mail ed.pub g=*", D_DKIM_TAG, 19, "dropped", NULL},
	    {"$DKIM mail ed.pub k=rsa", D_DKIM_TAG, 19, "follows from the key", NULL},
	    {"$DKIM mail ed.pub p=", D_KEY_VALUE, 19, "no value", NULL},
	    {"$DKIM mail ed.pub x=y", D_KEY_VALUE, 19, "no option x", NULL},
	    {"$DKIM mail ed.half", D_KEY_FILE, 12, "key=private or key=public", NULL},
	    {"$DKIM mail ed.seed key=public", D_KEY_FILE, 12, "no public Ed25519 key", NULL},
	    {"$DKIM mail ed.broken", D_KEY_FILE, 12, "the second half", NULL},
	    {"$DKIM mail ed.31", D_KEY_FILE, 12, "holds no key", NULL},
	    {"$DKIM mail ed.text", D_KEY_FILE, 12, "holds no key", NULL},
	    {"$DKIM mail ed.both key=private", D_DKIM_TAG, 20, "32 octets", NULL},
	    {"$DKIM mail rsa.pub key=public", D_DKIM_TAG, 20, "32 octets", NULL},
	    {"$DKIM mail ed.half key=both", D_DKIM_TAG, 24, "private or public", NULL},
	    {"$DKIM mail revoke key=public", D_DKIM_TAG, 19, "goes with a key file", NULL},
	    {"$DKIM mail rsa.enc", D_KEY_FILE, 12, "encrypted private key", NULL},
	    {"$DKIM mail rsa.oldenc", D_KEY_FILE, 12, "encrypted private key", NULL},
	    {"$DKIM mail several", D_KEY_FILE, 12, "several keys", NULL},
	    {"$DKIM mail cert.pem", D_KEY_FILE, 12, "holds no key", NULL},
	    {"$DKIM mail text", D_KEY_FILE, 12, "holds no key", NULL},
	    {"$DKIM mail damaged.der", D_KEY_FILE, 12, "a damaged private key", NULL},
	    {"$DKIM mail behind.der", D_KEY_FILE, 12, "holds no key", NULL},
	    {"$DKIM mail cut.pub", D_KEY_FILE, 12, "line 1", NULL},
	    {"$DKIM mail ec.pub", D_KEY_FILE, 12, "neither RSA nor Ed25519", NULL},
	    {"$DKIM mail small.pub", D_DKIM_SHORT, 12, "1023 bits", NULL},
	    {"$DKIM mail weak.pub", D_DKIM_WEAK, 12, "1024 bits",
		AT "\"v=DKIM1; k=rsa; p=" RSA1024 "\"\n"},
	};

	(void)state;
	fixture_all_bad(&fixture, bad, LENGTH(bad));
}

static void
texts_for_expand(void **state)
{
	struct run run;

	(void)state;
	fixture_parse(
	    &fixture, &run, "$DKIM mail ./ed.pub\n$DKIM x._domainkey.sub revoke\n$DKIM y rsa.key");
	assert_string_equal(run.texts.data,
	    "mail._domainkey ; ./ed.pub ed25519\nx._domainkey.sub ; revoked\n"
	    "y._domainkey ; rsa.key rsa\n");
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(rsa_keys),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(texts_for_expand),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

#define _GNU_SOURCE
#include "cert_fixture.h"
#include "directive_fixture.h"

#include "directive/cert_directive.h"

/* A public key packet with a signature, and the same as base64. */
#define PGP "\xc6\x08\4time\x16\1\2\xc2\3sig"
#define PGP_BASE64 "xggEdGltZRYBAsIDc2ln"

/* mail.pem; chain.pem: mail and its CA; ca.pem; old.pem: expired; mail.key */
static struct fixture fixture;
static struct cert_context context;
static EVP_PKEY *ca_key, *key;
static const char *mail, *ca; /* in base64 */

static const char *
base64(X509 *x509)
{
	const char *text = fixture_base64(&fixture, fixture_der(&fixture.arena, x509));

	X509_free(x509);
	return text;
}

static const char *
pem_of(const char *der)
{
	return arena_printf(
	    &fixture.arena, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", der);
}

static int
begin(void **state)
{
	static const struct parse_directive rows[] = {
	    {"CERT", cert_directive, &context}, {NULL, NULL, NULL}};
	struct cert_spec spec = {.name = "mail.example.com", .issuer = "Demo CA"};

	(void)state;
	fixture_begin(&fixture, rows);
	spec.issuer_key = ca_key = fixture_key();
	spec.key = key = fixture_key();
	mail = base64(fixture_cert(&spec));
	ca =
	    base64(fixture_cert(&(struct cert_spec){.name = "Demo CA", .key = ca_key, .ca = true}));
	fixture_text(&fixture, "mail.pem", pem_of(mail));
	fixture_text(&fixture, "ca.pem", pem_of(ca));
	fixture_text(
	    &fixture, "chain.pem", arena_printf(&fixture.arena, "%s%s", pem_of(ca), pem_of(mail)));
	fixture_text(&fixture, "mail.key", fixture_key_pem(&fixture.arena, key, NULL));
	fixture_text(&fixture, "key.gpg", PGP);
	fixture_text(&fixture, "secret.gpg", "\xc5\x08\4time\x16\1\2");
	spec.from = FROM - 10 * DAY;
	spec.to = FROM - DAY;
	fixture_text(&fixture, "old.pem", fixture_cert_pem(&fixture.arena, &spec));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	fixture_end(&fixture);
	return 0;
}

static void
fresh_context(void)
{
	context = (struct cert_context){.now_unix = NOW, .first_expiry_unix = INT64_MAX};
}

static void
good_lines(void **state)
{
	const struct {
		const char *line, *head, *data;
	} rows[] = {
	    {"$CERT mail mail.pem", "mail.example.com. 3600 CERT 1 0 0", mail},
	    {"$CERT @ 5m IN chain.pem", "example.com. 300 CERT 1 0 0", mail},
	    {"$CERT mail ca.pem", "mail.example.com. 3600 CERT 1 0 0", ca},
	    {"$CERT mail chain.pem pick=issuer", "mail.example.com. 3600 CERT 1 0 0", ca},
	    {"$CERT mail pick=root chain.pem", "mail.example.com. 3600 CERT 1 0 0", ca},
	    {"$CERT mail chain.pem pick=all", "mail.example.com. 3600 CERT 1 0 0", ca},
	    {"$CERT mail mail.pem chain.pem pick=leaf", "mail.example.com. 3600 CERT 1 0 0", mail},
	    {"$CERT hugh@ mail.pem", "hugh.example.com. 3600 CERT 1 0 0", mail},
	    {"$CERT hugh.x@example.com mail.pem", "hugh\\.x.example.com. 3600 CERT 1 0 0", mail},
	    {"$CERT \"a b\"@ mail.pem", "a\\032b.example.com. 3600 CERT 1 0 0", mail},
	    {"$CERT a\\@b mail.pem", "a\\@b.example.com. 3600 CERT 1 0 0", mail},
	    {"$CERT mail key.gpg", "mail.example.com. 3600 CERT 3 0 0", PGP_BASE64},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		fresh_context();
		fixture_good(&fixture,
		    &(struct good){rows[i].line,
			arena_printf(&fixture.arena, "%s %s\n", rows[i].head, rows[i].data)});
		assert_int_equal(context.first_expiry_unix,
		    rows[i].data == mail || rows[i].data == ca ? TO : INT64_MAX);
	}
}

static void
bad_lines(void **state)
{
	static const struct bad bad[] = {
	    {"$CERT", D_RECORD_OWNER, 1, "$CERT has no owner", NULL},
	    {"$CERT mail", D_NO_SOURCE, 7, "no certificate is named", NULL},
	    {"$CERT \"mail\" mail.pem", D_MAILBOX, 7, "no @", NULL},
	    {"$CERT hugh@@ mail.pem", D_MAILBOX, 12, "second @", NULL},
	    {"$CERT mail none.pem", F_READ, 12, "No such file", NULL},
	    {"$CERT mail mail.key", D_BAD_SOURCE, 12, "a private key", NULL},
	    {"$CERT mail secret.gpg", D_KEY_SECRET, 12, "a secret key", NULL},
	    {"$CERT mail chain.pem pick=top", D_KEY_VALUE, 27, "leaf, issuer, root or all", NULL},
	    {"$CERT mail mail.pem next=x", D_KEY_VALUE, 21, "no option next", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		fresh_context();
		fixture_bad(&fixture, &bad[i]);
	}
}

static void
expired(void **state)
{
	struct run run;

	(void)state;
	fresh_context();
	fixture_parse(&fixture, &run, "$CERT mail old.pem");
	fixture_one_problem(&run.diags, D_EXPIRED_EE, "has expired");
	assert_int_equal(run.result, 0);
	assert_string_equal(run.texts.data, "mail ; old.pem CN=mail.example.com\n");
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(expired),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

#define _GNU_SOURCE
#include "cert_fixture.h"
#include "directive_fixture.h"

#include "dane/lint.h"
#include "directive/smimea.h"

#include <openssl/sha.h>

#define OWNER "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com."

/* hugh.pem: for hugh@example.com; both.pem: the same with its CA; plain.pem: for no address;
 * old.pem: expired. */
static struct fixture fixture;
static struct tlsa_context context;
static EVP_PKEY *ca_key, *key;
static const char *full, *digest; /* of hugh.pem, in hex */

static int
begin(void **state)
{
	static const struct parse_directive rows[] = {
	    {"SMIMEA", smimea_directive, &context}, {NULL, NULL, NULL}};
	struct cert_spec spec = {
	    .name = "Hugh", .issuer = "Demo CA", .san = "email:hugh@example.com"};
	struct arena *a = &fixture.arena;
	unsigned char hash[SHA256_DIGEST_LENGTH];
	struct bytes der;
	const char *pem;
	X509 *x509;

	(void)state;
	fixture_begin(&fixture, rows);
	spec.issuer_key = ca_key = fixture_key();
	spec.key = key = fixture_key();
	x509 = fixture_cert(&spec);
	der = fixture_der(a, x509);
	pem = fixture_pem(a, x509);
	X509_free(x509);
	full = fixture_hex(&fixture, der);
	SHA256(der.data, der.len, hash);
	digest = fixture_hex(&fixture, (struct bytes){hash, sizeof(hash)});
	fixture_text(&fixture, "hugh.pem", pem);
	fixture_text(&fixture, "both.pem",
	    arena_printf(a, "%s%s",
		fixture_cert_pem(
		    a, &(struct cert_spec){.name = "Demo CA", .key = ca_key, .ca = true}),
		pem));
	fixture_text(&fixture, "key.pem", fixture_key_pem(a, key, NULL));
	spec.use = "serverAuth";
	fixture_text(&fixture, "server.pem", fixture_cert_pem(a, &spec));
	spec.use = "clientAuth,codeSigning";
	fixture_text(&fixture, "client.pem", fixture_cert_pem(a, &spec));
	spec.use = "serverAuth,emailProtection";
	fixture_text(&fixture, "mail.pem", fixture_cert_pem(a, &spec));
	spec.use = "serverAuth,anyExtendedKeyUsage";
	fixture_text(&fixture, "any.pem", fixture_cert_pem(a, &spec));
	spec.use = NULL;
	spec.san = NULL;
	fixture_text(&fixture, "plain.pem", fixture_cert_pem(a, &spec));
	spec.from = FROM - 10 * DAY;
	spec.to = FROM - DAY;
	fixture_text(&fixture, "old.pem", fixture_cert_pem(a, &spec));
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

/* What is read stays until the diags go, and so does the context. */
static int
fresh_context(void **state)
{
	static struct arena arena;

	(void)state;
	arena_free(&arena);
	arena = (struct arena){0};
	tlsa_context_begin(&context, &arena, NOW);
	return 0;
}

static void
good_lines(void **state)
{
	const struct {
		const char *line, *rest, *data;
	} rows[] = {
	    {"$SMIMEA hugh@example.com hugh.pem", "3600 SMIMEA 3 0 0", full},
	    {"$SMIMEA hugh@ both.pem", "3600 SMIMEA 3 0 0", full},
	    {"$SMIMEA hugh@ 300 IN 3 0 1 hugh.pem", "300 SMIMEA 3 0 1", digest},
	    {"$SMIMEA \"hugh\"@example.com DANE-EE Cert SHA2-256 hugh.pem", "3600 SMIMEA 3 0 1",
		digest},
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		fresh_context(state);
		fixture_good(&fixture,
		    &(struct good){rows[i].line, arena_printf(&fixture.arena, OWNER " %s %s\n",
						     rows[i].rest, rows[i].data)});
		assert_int_equal(context.n_records, 1);
		assert_int_equal(context.first_expiry_unix, TO - LINT_SOON_S);
	}
}

static void
bad_lines(void **state)
{
	static const struct bad bad[] = {
	    {"$SMIMEA", D_MAILBOX, 1, "$SMIMEA has no owner", NULL},
	    {"$SMIMEA hugh hugh.pem", D_MAILBOX, 9, "no @", NULL},
	    {"$SMIMEA hugh@", D_NO_SOURCE, 9, "no certificate is named", NULL},
	    {"$SMIMEA hugh@ 3 0 3 hugh.pem", D_PARAMETER, 19, "matching type 3", NULL},
	    {"$SMIMEA hugh@ key.pem", D_BARE_KEY, 15, "a private key", NULL},
	    {"$SMIMEA hugh@ 2 0 1 hugh.pem", D_NOT_CA, 21, "Hugh", NULL},
	};

	for (size_t i = 0; i < LENGTH(bad); i++) {
		fresh_context(state);
		fixture_bad(&fixture, &bad[i]);
		assert_int_equal(context.n_records, 0);
	}
}

static void
one_warning(const char *line, enum problem problem, const char *part, size_t n_records)
{
	struct run run;

	fresh_context(NULL);
	fixture_parse(&fixture, &run, line);
	assert_int_equal(run.result, 0);
	fixture_one_problem(&run.diags, problem, part);
	assert_int_equal(context.n_records, n_records);
	run_end(&run);
}

static void
warnings(void **state)
{
	struct run run;

	one_warning("$SMIMEA {hugh,lucy}@ hugh.pem", D_MAIL_CERT,
	    "CN=Hugh is not for the address lucy@example.com", 2);
	one_warning("$SMIMEA hugh@example.org 3 1 1 hugh.pem", D_MAIL_CERT, "hugh@example.org", 1);
	one_warning("$SMIMEA hugh@ old.pem", D_EXPIRED_EE, "has expired", 1);
	/* RFC 8550 section 4.4.4 */
	one_warning("$SMIMEA hugh@ server.pem", D_MAIL_USE, "CN=Hugh is not for mail", 1);
	one_warning("$SMIMEA hugh@ client.pem", D_MAIL_USE, "lacks emailProtection", 1);

	/* Neither a CA nor a certificate without any address is for another one. */
	fresh_context(state);
	fixture_parse(&fixture, &run,
	    "$SMIMEA lucy@ 2 0 1 both.pem\n$SMIMEA Hugh@EXAMPLE.com both.pem\n"
	    "$SMIMEA lucy@ plain.pem\n$SMIMEA hugh@ mail.pem\n$SMIMEA hugh@ any.pem\n"
	    "$SMIMEA {0123456789012345678901234567890123456789012345678901abcd,*}._smimecert "
	    "hugh.pem");
	assert_int_equal(run.result, 0);
	assert_int_equal(run.diags.n, 0);
	assert_int_equal(context.n_records, 7);
	run_end(&run);
}

/* `dane: false`. */
static void
silent(void **state)
{
	fresh_context(state);
	context.silent = true;
	fixture_good(&fixture, &(struct good){"$SMIMEA hugh@ hugh.pem", ""});
	assert_int_equal(context.n_records, 0);
	fixture_bad(&fixture,
	    &(struct bad){"$SMIMEA hugh@ key.pem", D_BARE_KEY, 15, "a private key", NULL});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(warnings),
	    cmocka_unit_test(silent),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

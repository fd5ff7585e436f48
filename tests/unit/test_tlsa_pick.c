#include "tlsa_fixture.h"

/* Which certificates and keys of its sources $TLSA takes, and what it says of them. */

static const struct good good_pick[] = {
    {"$TLSA _25._tcp.mail ../certs/mail.pem ../certs/chain.pem ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/chain.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem", "_25._tcp.mail 3600 2 1 1 CA"},
    {"$TLSA _25._tcp.mail 0 1 1 ../certs/ca.pem", "_25._tcp.mail 3600 0 1 1 CA"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=issuer", "_25._tcp.mail 3600 2 1 1 CA"},
    {"$TLSA _25._tcp.mail 2 1 1 pick=\"all\" ../certs/chain.pem", "_25._tcp.mail 3600 2 1 1 CA"},
    {"$TLSA _25._tcp.mail ../keys/mail.csr ../keys/mail.pub ../certs/mail.pem ../keys/mail.key",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 2 1 1 ../stray", "_25._tcp.mail 3600 2 1 1 CA"},
};

static void
good_picks(void **state)
{
	(void)state;
	all_good(good_pick, LENGTH(good_pick));
}

static const struct bad bad_pick[] = {
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=leaf", D_NOT_CA, 51, "3 1 1"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/mail.pem", D_NOT_CA, 27, "CN=mail.example.org"},
    {"$TLSA _25._tcp.mail ../certs/two.pem", D_AMBIGUOUS, 21, "and CN=x\\010$INCLUDE"},
    {"$TLSA _25._tcp.mail 3 0 1 ../keys/mail.key", D_BARE_KEY, 27, "selector 1 alone: write 3 1 1"},
    {"$TLSA _25._tcp.mail 3 0 2 ../keys/mail.csr", D_BARE_KEY, 27, "a certificate request"},
    {"$TLSA _25._tcp.mail 0 1 1 ../keys/mail.pub", D_BARE_KEY, 27, "usage 3 alone: usage 0 pins a"},
    {"$TLSA _25._tcp.mail 1 1 1 ../keys/mail.csr", D_BARE_KEY, 27, "usage 3 alone: usage 1 pins a"},
    {"$TLSA _25._tcp.mail 2 1 1 ../keys/mail.key", D_BARE_KEY, 27, "usage 3 alone: usage 2 pins a"},
    {"$TLSA _25._tcp.mail ../certs/differ.pem", D_KEY_DIFFERS, 21, "belongs to none"},
    {"$TLSA _25._tcp.mail ../stray", D_AMBIGUOUS, 21, "may be a CA or a server's own"},
    {"$TLSA _25._tcp.mail ../keys-only", D_NO_ENTITY, 21, "no server's certificate is in the file"},
    {"$TLSA _25._tcp.mail ../certs/t*.pem", D_AMBIGUOUS, 21, "and CN=x\\010$INCLUDE"},
    {"$TLSA _25._tcp.mail 2 1 1 ../pool/a*", D_NOT_CA, 27, "CN=mail.example.org"},
    {"$TLSA _25._tcp.mail 1 1 1 ../certs/old.pem", D_EXPIRED, 27, "(notAfter 2026-08-31)"},
};

static void
bad_picks(void **state)
{
	(void)state;
	all_bad(bad_pick, LENGTH(bad_pick));
}

static void
warnings(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/old.pem", NULL);
	fixture_one_problem(&run.diags, D_EXPIRED_EE, "has expired (notAfter 2026-08-31)");
	assert_int_equal(run.result, 0);
	assert_int_equal(run.ctx.n_records, 1);
	assert_int_equal(run.ctx.first_expiry_unix, FROM - DAY);
	run_end(&run);

	run_begin(&run);
	run.ctx.now_unix = FROM - 1;
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/web.pem", NULL);
	fixture_one_problem(&run.diags, D_NOT_YET, "CN=mail.example.org"); /* not for next= */
	assert_int_equal(run.result, 0);
	run_end(&run);

	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/none.pem", NULL);
	fixture_one_problem(&run.diags, D_NO_NEXT, "does not exist yet");
	assert_int_equal(run.result, 0);
	assert_int_equal(run.ctx.n_records, 1);
	run_end(&run);
}

static void
comments_of_keys(void **state)
{
	static const struct {
		const char *source, *comment;
	} rows[] = {
	    {"../keys/mail.key", "../keys/mail.key private key"},
	    {"../keys/mail.pub", "../keys/mail.pub public key"},
	    {"../keys/mail.csr", "../keys/mail.csr certificate request CN=mail.example.org"},
	    {"../pool/a*", "../pool/a.pem CN=mail.example.org notAfter=2027-02-01"},
	    {"\"../pool/\"", "../pool/a.pem CN=mail.example.org notAfter=2027-02-01"},
	    {"../live/[a]/cert.pem", "../live/a/cert.pem CN=mail.example.org notAfter=2027-02-01"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		run_begin(&run);
		parse(&run, arena_printf(&arena, "$TLSA _25._tcp.mail %s", rows[i].source), NULL);
		assert_non_null(
		    strstr(run.seen.text.data, arena_printf(&arena, " | %s\n", rows[i].comment)));
		run_end(&run);
	}
}

static void
keys_of_other_certificates(void **state)
{
	static const struct {
		const char *sources;
		size_t n_records, n_problems;
	} rows[] = {
	    {"../certs/mail.pem ../keys/next.csr", 2, 1},
	    {"../keys/next.csr ../certs/mail.pem", 2, 1},
	    {"../certs/mail.pem next=../keys/next.csr", 2, 0},
	    {"../keys/next.csr next=../certs/mail.pem", 2, 0},
	    {"../keys/mail.key ../certs/mail.pem", 1, 0},
	    {"../keys/mail.key ../keys/next.csr", 2, 0}, /* no certificate to compare with */
	    {"../keys/mail.key ../keys/next.csr ../certs/mail.pem ../certs/web.pem", 2, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		run_begin(&run);
		parse(&run, arena_printf(&arena, "$TLSA _25._tcp.mail %s", rows[i].sources), NULL);
		assert_int_equal(run.result, 0);
		assert_int_equal(run.ctx.n_records, rows[i].n_records);
		assert_int_equal(run.diags.n, rows[i].n_problems);
		if (run.diags.n)
			fixture_one_problem(&run.diags, D_BARE_OTHER,
			    "../keys/next.csr certificate request CN=next.example.org belongs to");
		/* Of a key and its certificate, the certificate is what the comment is about. */
		if (strstr(rows[i].sources, "mail.pem"))
			assert_non_null(strstr(
			    run.seen.text.data, "../certs/mail.pem CN=mail.example.org notAfter="));
		run_end(&run);
	}
}

/* The RSA key of a certificate without NULL parameters: what OpenSSL makes of the private key alone
 * has another digest. */
static void
one_key_in_two_encodings(void **state)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	struct cert_spec spec = {.name = "rsa.example.org", .key = rsa, .without_null = true};
	struct run run;

	(void)state;
	write_file("certs/rsa.pem", fixture_cert_pem(&arena, &spec));
	write_file("certs/rsa.key", fixture_key_pem(&arena, rsa, NULL));
	for (int i = 0; i < 2; i++) {
		run_begin(&run);
		parse(&run,
		    i ? "$TLSA _25._tcp.mail ../certs/rsa.key ../certs/rsa.pem"
		      : "$TLSA _25._tcp.mail ../certs/rsa.pem ../certs/rsa.key",
		    NULL);
		fixture_one_problem(&run.diags, D_ENCODING, "encoded in another way");
		assert_int_equal(run.ctx.n_records, 0);
		run_end(&run);
	}
	EVP_PKEY_free(rsa);
}

/* Of two certificates with one key, either gives the record. */
static void
renewed_with_its_key(void **state)
{
	struct cert_spec spec = {.name = "mail.example.org", .key = mail_key, .to = TO + DAY};
	struct run run;

	(void)state;
	write_file("certs/renewed.pem",
	    arena_printf(&arena, "%s%s", fixture_cert_pem(&arena, &spec),
		fixture_cert_pem(
		    &arena, &(struct cert_spec){.name = "mail.example.org", .key = mail_key})));
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/renewed.pem", NULL);
	assert_int_equal(run.diags.n, 0);
	assert_int_equal(run.ctx.n_records, 1);
	assert_non_null(strstr(run.seen.text.data, mail_digest));
	assert_non_null(strstr(run.seen.text.data, "notAfter=2027-02-02"));
	run_end(&run);

	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail 3 0 1 ../certs/renewed.pem", NULL);
	fixture_one_problem(&run.diags, D_AMBIGUOUS, "none of them issued another");
	run_end(&run);
}

static void
explicit_curve(void **state)
{
	EVP_PKEY *key = fixture_key();
	struct cert_spec spec = {.name = "odd.example.org", .key = key};
	struct run run;

	(void)state;
	EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit");
	write_file("certs/explicit.pem", fixture_cert_pem(&arena, &spec));
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/explicit.pem", NULL);
	fixture_one_problem(
	    &run.diags, D_EXPLICIT_CURVE, "CN=odd.example.org has a key whose curve");
	assert_int_equal(run.ctx.n_records, 1);
	run_end(&run);
	EVP_PKEY_free(key);
}

static void
a_ca_as_end_entity(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/ca.pem", NULL);
	fixture_one_problem(&run.diags, D_CA_AS_EE, "CN=Demo CA (line 1) may issue certificates");
	assert_int_equal(run.ctx.n_records, 1);
	run_end(&run);
}

/* As openssl-req(1) makes it. */
static void
a_server_that_may_issue(void **state)
{
	static const struct {
		const char *name;
		size_t n_problems;
	} rows[] = {{"mail.example.org", 0}, {"*.example.org", 0}, {"mail", 1}, {"Mail 2.0", 1}};
	EVP_PKEY *key = fixture_key();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct cert_spec spec = {.name = rows[i].name, .key = key, .ca = true};
		struct run run;

		write_file("certs/own.pem", fixture_cert_pem(&arena, &spec));
		run_begin(&run);
		parse(&run, "$TLSA _25._tcp.mail ../certs/own.pem", NULL);
		assert_int_equal(run.diags.n, rows[i].n_problems);
		assert_int_equal(run.ctx.n_records, 1);
		run_end(&run);
	}
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_picks),
	    cmocka_unit_test(bad_picks),
	    cmocka_unit_test(warnings),
	    cmocka_unit_test(comments_of_keys),
	    cmocka_unit_test(keys_of_other_certificates),
	    cmocka_unit_test(one_key_in_two_encodings),
	    cmocka_unit_test(renewed_with_its_key),
	    cmocka_unit_test(explicit_curve),
	    cmocka_unit_test(a_ca_as_end_entity),
	    cmocka_unit_test(a_server_that_may_issue),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}

#include "tlsa_fixture.h"

/* The line itself: owner, TTL, class, parameters, options. */

static const struct good good_line[] = {
    {"$TLSA _25._tcp.mail ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$tlsa _25._tcp.mail ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 300 ../certs/mail.pem", "_25._tcp.mail 300 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 300 IN ../certs/mail.pem", "_25._tcp.mail 300 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail IN 5m ../certs/mail.pem", "_25._tcp.mail 300 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3 1 1 ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 1 1 1 ../certs/mail.pem", "_25._tcp.mail 3600 1 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3 3 1 1 ../certs/mail.pem", "_25._tcp.mail 3 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3s ../certs/mail.pem", "_25._tcp.mail 3 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3600 IN DANE-EE spki Sha2-256 ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ( 3600 ; TTL\n 3 1 1\n\t\"../certs/mail.pem\" )",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _{25,465}._tcp.mail ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_465._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _{25,25}._tcp.mail ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.{mail,MAIL} ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._{tcp,udp}.mx{1,2} ../certs/mail.pem",
	"_25._tcp.mx1 3600 3 1 1 MAIL\n_25._tcp.mx2 3600 3 1 1 MAIL\n"
	"_25._udp.mx1 3600 3 1 1 MAIL\n_25._udp.mx2 3600 3 1 1 MAIL"},
    {"$ORIGIN _25._tcp.mail.example.org.\n$TLSA @ ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
};

static void
good_lines(void **state)
{
	(void)state;
	all_good(good_line, LENGTH(good_line));
}

static const struct bad bad_line[] = {
    {"$TLSA", D_OWNER, 1, "no owner"},
    {"$TLSA _25._tcp.mail", D_NO_SOURCE, 7, "no certificate is named"},
    {"$TLSA _25._tcp.mail 3 1 1", D_NO_SOURCE, 25, "no certificate is named"},
    {"$TLSA _25._tcp.mail 3600 IN", D_NO_SOURCE, 26, "no certificate is named"},
    {"$TLSA _25._tcp.mail next=../certs/web.pem", D_NO_SOURCE, 21, "no certificate is named"},
    {"$TLSA \"_25._tcp.mail\" ../certs/mail.pem", D_OWNER, 7, "quoted"},
    {"$TLSA _{25,{465}}._tcp.mail ../certs/mail.pem", D_BRACES, 12, "inside another"},
    {"$TLSA _25._tcp.b\xc3\xbc"
     "cher ../certs/mail.pem",
	Z_UTF8, 17, "ASCII"},
    {"$TLSA _25._tcp.mail CH ../certs/mail.pem", Z_CLASS, 21, "CH"},
    {"$TLSA _25._tcp.mail 3000000000 ../certs/mail.pem", Z_TTL, 21, "TTL"},
    {"$TLSA _25._tcp.mail 4 1 1 ../certs/mail.pem", D_PARAMETER, 21, "usage 4"},
    {"$TLSA _25._tcp.mail 256 1 1 ../certs/mail.pem", D_PARAMETER, 21, "usage 256"},
    {"$TLSA _25._tcp.mail 255 1 1 ../certs/mail.pem", D_PARAMETER, 21, "private use"},
    {"$TLSA _25._tcp.mail -1 1 1 ../certs/mail.pem", D_PARAMETER, 21, "usage -1"},
    {"$TLSA _25._tcp.mail 3 2 1 ../certs/mail.pem", D_PARAMETER, 23, "selector 2"},
    {"$TLSA _25._tcp.mail 3600 3 1 3 ../certs/mail.pem", D_PARAMETER, 30, "matching type 3"},
    {"$TLSA _25._tcp.mail DANE-XE SPKI SHA2-256 ../certs/mail.pem", D_PARAMETER, 21, "DANE-XE"},
    {"$TLSA _25._tcp.mail 1d 3 SPKY SHA2-256 ../certs/mail.pem", D_PARAMETER, 26, "SPKY"},
    {"$TLSA _25._tcp.mail 3 1 SHA3 ../certs/mail.pem", D_PARAMETER, 25, "SHA3"},
    {"$TLSA _25._tcp.mail 3 1 ../certs/mail.pem", D_PARAMETER, 21, "all three or not at all"},
    {"$TLSA _25._tcp.mail 3 ../certs/mail.pem", D_PARAMETER, 21, "all three or not at all"},
    {"$TLSA _25._tcp.mail 3600 IN 1 ../certs/mail.pem", D_PARAMETER, 29, "all three"},
    {"$TLSA _25._tcp.mail 3600 DANE-EE ../certs/mail.pem", F_READ, 26, "DANE-EE"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem 3", D_PARAMETER, 39, "stands behind a source"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem pik=all", D_KEY_VALUE, 39, "did you mean pick"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem pick=all", D_KEY_VALUE, 44, "usage 3"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=", D_KEY_VALUE, 46, "no value"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=all pick=all", D_KEY_VALUE, 55, "twice"},
};

static void
bad_lines(void **state)
{
	(void)state;
	all_bad(bad_line, LENGTH(bad_line));
}

static void
all_problems_at_once(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run,
	    "$TLSA _{0,65536}._tcp.mail 300 ../certs/none.pem ../certs/empty.pem\n"
	    "$TLSA _25._tcp.mail ../certs/mail.pem",
	    NULL);
	assert_int_equal(run.result, -1);
	assert_int_equal(run.diags.n, 2);
	assert_int_equal(run.ctx.n_records, 1); /* the good line */
	assert_non_null(run.ctx.doubts);
	assert_non_null(run.ctx.doubts->next); /* both owners, in spite of the files */
	assert_null(run.ctx.doubts->next->next);
	run_end(&run);
}

static void
texts_for_expand(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run,
	    "$TLSA _{25,465}._tcp.Mail ../certs/mail.pem\n"
	    "$TLSA _25._tcp.@ ../certs/web.pem",
	    NULL);
	assert_int_equal(run.result, -1); /* @ stands alone or not at all */
	assert_non_null(strstr(run.seen.text.data,
	    " | _465._tcp.Mail | ../certs/mail.pem CN=mail.example.org notAfter=2027-02-01\n"));
	run_end(&run);

	/* What a certificate calls itself cannot leave the comment. */
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/web.pem", NULL);
	assert_non_null(strstr(run.seen.text.data,
	    " | _25._tcp.mail | ../certs/web.pem "
	    "CN=x\\010$INCLUDE /etc/passwd \\059 y notAfter=2027-02-01\n"));
	run_end(&run);
}

static void
silent(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	run.ctx.silent = true;
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem\n$TLSA _25._tcp.mail ../certs/empty.pem",
	    NULL);
	fixture_one_problem(&run.diags, D_BAD_SOURCE, "is empty");
	assert_int_equal(run.ctx.n_records, 0);
	assert_int_equal(run.ctx.first_expiry_unix, TO - LINT_SOON_S); /* it will be told of */
	assert_string_equal(run.seen.text.data, "");
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(all_problems_at_once),
	    cmocka_unit_test(texts_for_expand),
	    cmocka_unit_test(silent),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}

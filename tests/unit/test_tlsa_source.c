#include "tlsa_fixture.h"

/* Which files a source of $TLSA stands for, and what opens them. */

static const struct good good_source[] = {
    {"$TLSA _25._tcp.mail \"../certs/a b.pem\"", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/a\\032b.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/3", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem ../certs/web.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/web.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=\"../certs/a b.pem\"",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../keys/next.csr",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../pool", "_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail \"../pool/\"",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../pool/*.[pC]*",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../pool/b*", "_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../pool/?.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../live/*/cert.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../*/b/../b//cert.pem", "_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail \"../live/a/[x].pem\"", "_25._tcp.mail 3600 3 1 1 MAIL"},
};

static void
good_sources(void **state)
{
	(void)state;
	all_good(good_source, LENGTH(good_source));
}

static const struct bad bad_source[] = {
    {"$TLSA _25._tcp.mail ../broken", D_BAD_SOURCE, 21, "/broken/b.pem holds no certificate"},
    {"$TLSA _25._tcp.mail ../none", D_NO_ENTITY, 21, "no file whose name ends in .pem"},
    {"$TLSA _25._tcp.mail ../none/*", D_NO_ENTITY, 21, "no file matches"},
    {"$TLSA _25._tcp.mail ../nothing/*", D_NO_ENTITY, 21, "no file matches"},
    {"$TLSA _25._tcp.mail ../live/*", D_BAD_SOURCE, 21, "README holds no certificate"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../pool/*", D_KEY_VALUE, 44, "one file"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../pool", F_READ, 44, "Is a directory"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=cert:mail", D_KEY_VALUE, 44, "wants a path"},
    {"$TLSA _25._tcp.mail ../certs/empty.pem", D_BAD_SOURCE, 21, "is empty"},
    {"$TLSA _25._tcp.mail x.zone", D_BAD_SOURCE, 21, "text without a PEM block"},
    {"$TLSA _25._tcp.mail ../certs/none.pem", F_READ, 21, "No such file"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem/x", F_READ, 21, "Not a directory"},
    {"$TLSA _25._tcp.mail \"\"", D_BAD_SOURCE, 21, "empty"},
    {"$TLSA _25._tcp.mail ../certs/\\000", Z_SYNTAX, 21, "backslash"},
    {"$TLSA _25._tcp.mail -", D_BAD_SOURCE, 21, "standard input"},
};

static void
bad_sources(void **state)
{
	(void)state;
	all_bad(bad_source, LENGTH(bad_source));
}

static const struct good good_password[] = {
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_PASSWORD",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail pass=file:../keys/password ../keys/mail.p12 ../keys/encrypted.key",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/password-crlf",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=\"file:../keys/password-bare\"",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
};

static void
good_passwords(void **state)
{
	(void)state;
	all_good(good_password, LENGTH(good_password));
}

static const struct bad bad_password[] = {
    {"$TLSA _25._tcp.mail ../keys/mail.p12", D_PASSWORD, 21, "no password is given"},
    {"$TLSA _25._tcp.mail ../keys/encrypted.key", D_PASSWORD, 21, "no password is given"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/wrong", D_PASSWORD, 21, "is wrong"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/password-two", D_PASSWORD, 21,
	"is wrong"}, /* one newline is stripped, and no more */
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/nothing", F_READ, 43, "No such file"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/long", D_PASSWORD, 43,
	"too long for a password"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:-", D_PASSWORD, 43, "env:NAME or file:PATH"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:", D_PASSWORD, 43, "env:NAME or file:PATH"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=geheim", D_PASSWORD, 43, "env:NAME or file:PATH"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=", D_KEY_VALUE, 38, "no value"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_NOTHING", D_PASSWORD, 43,
	"the environment variable ZONEPP_TEST_NOTHING is not set"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_OTHER", D_SECRET, 43,
	"templates may not read the environment variable ZONEPP_TEST_OTHER"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_UNSET", D_SECRET, 43,
	"templates may not read the environment variable ZONEPP_TEST_UNSET"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:geheim", D_SECRET, 43,
	"templates may not read the environment variable that env: names"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_PASSWOR", D_SECRET, 43,
	"may not read"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_PASSWORD=x", D_SECRET, 43,
	"may not read"},
};

static void
bad_passwords(void **state)
{
	(void)state;
	all_bad(bad_password, LENGTH(bad_password));
}

static const struct input *
find_input(const struct diags *diags, const char *end)
{
	for (size_t i = 0; i < diags->n_inputs; i++) {
		const char *path = diags->inputs[i].path;

		if (strlen(path) >= strlen(end) &&
		    strcmp(path + strlen(path) - strlen(end), end) == 0)
			return &diags->inputs[i];
	}
	return NULL;
}

static void
inputs_are_noted(void **state)
{
	static const struct {
		const char *path;
		enum input_kind kind;
	} rows[] = {
	    {"/live", INPUT_FOLDER},
	    {"/live/a", INPUT_FOLDER},
	    {"/live/b", INPUT_FOLDER},
	    {"/live/a/cert.pem", INPUT_FILE},
	    {"/pool", INPUT_FOLDER},
	    {"/pool/ca.pem", INPUT_FILE}, /* though no record is of it */
	    {"/keys/mail.p12", INPUT_FILE},
	    {"/keys/password", INPUT_SECRET},
	};
	struct run run;

	(void)state;
	run_begin(&run);
	run.diags.track_inputs = TRACK_DIGESTS;
	parse(&run,
	    "$TLSA _25._tcp.mail ../live/*/cert.pem ../pool ../keys/mail.p12 "
	    "pass=file:../keys/password",
	    NULL);
	assert_int_equal(run.result, 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct input *input = find_input(&run.diags, rows[i].path);

		assert_non_null(input);
		assert_int_equal(input->kind, rows[i].kind);
		assert_true(input->there);
	}
	assert_null(find_input(&run.diags, "/pool/README"));
	run_end(&run);
}

static void
files_are_read_once(void **state)
{
	struct run run;
	const struct cert_file *file;

	(void)state;
	run_begin(&run);
	parse(&run,
	    "$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/none.pem\n"
	    "$TLSA _26._tcp.mail ../certs/mail.pem",
	    NULL);
	file = run.ctx.files.first;
	assert_non_null(strstr(file->path, "/certs/mail.pem"));
	assert_null(file->next);
	run_end(&run);
}

static void
confined(void **state)
{
	struct run run;
	struct roots roots = {.project = arena_printf(&arena, "%s/zones", folder)};

	(void)state;
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem", &roots);
	assert_int_equal(run.result, -1);
	fixture_one_problem(&run.diags, F_CONFINED, "outside");
	assert_int_equal(run.diags.items[0].place.column, 21);
	run_end(&run);

	run_begin(&run);
	roots.project = folder;
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem ../pool ../live/*/cert.pem", &roots);
	assert_int_equal(run.result, 0);
	run_end(&run);
}

/* Sources of all kinds, and passwords, are confined; whether they exist is not told. */
static void
confined_sources(void **state)
{
	static const struct {
		const char *arguments;
		size_t column;
	} rows[] = {
	    {"../../certs", 21},
	    {"../../certs/*", 21},
	    {"../../*/mail.pem", 21},
	    {"../../nothing", 21},
	    {"../../nothing/*.pem", 21},
	    {"*/../../../certs/mail.pem", 21},
	    {"../../certs/mail.pem pass=file:../../keys/password", 47},
	    {"mail.pem pass=file:../../keys/nothing", 35},
	};
	struct roots roots = {.project = arena_printf(&arena, "%s/zones", folder)};

	(void)state;
	make_folder("zones/sub");
	make_folder("zones/sub/deeper");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		run_begin(&run);
		parse_at(&run, "zones/sub/x.zone",
		    arena_printf(&arena, "$TLSA _25._tcp.mail %s", rows[i].arguments), &roots);
		if (run.diags.n != 1 || run.diags.items[0].problem != F_CONFINED)
			print_error("%s: %zu problems, %s\n", rows[i].arguments, run.diags.n,
			    run.diags.n ? run.diags.items[0].message : "");
		fixture_one_problem(&run.diags, F_CONFINED, "outside");
		assert_int_equal(run.diags.items[0].place.column, rows[i].column);
		run_end(&run);
	}
}

/* Certificates of the project file: the next one counts from when its file exists. */
static void
named_certificates(void **state)
{
	const struct tlsa_named items[] = {
	    {.name = "mail",
		.current = arena_printf(&arena, "%s/certs/mail.pem", folder),
		.next = arena_printf(&arena, "%s/certs/web.pem", folder)},
	    {.name = "web",
		.current = arena_printf(&arena, "%s/certs/web.pem", folder),
		.next = arena_printf(&arena, "%s/certs/none.pem", folder)},
	    {.name = "gone", .current = arena_printf(&arena, "%s/certs/none.pem", folder)},
	};
	struct tlsa_names names = {.items = items, .n = 3};
	struct run run;

	(void)state;
	run_begin(&run);
	run.ctx.names = &names;
	parse(
	    &run, "$TLSA _{25,26}._tcp.mail 300 cert:mail\n$TLSA _27._tcp.mail 300 cert:web", NULL);
	assert_int_equal(run.result, 0);
	assert_int_equal(run.diags.n, 0); /* a next one that is still to come is no news */
	assert_int_equal(run.ctx.n_records, 5);
	assert_non_null(strstr(run.seen.text.data, "| cert:mail CN=mail.example.org "));
	assert_non_null(strstr(run.seen.text.data, "| cert:mail next CN=x"));
	assert_null(run.ctx.named_uses->next);
	assert_string_equal(run.ctx.named_uses->named->name, "web");
	assert_int_equal(run.ctx.named_uses->ttl_s, 300);
	assert_non_null(run.ctx.named_uses->next_use->next);
	assert_null(run.ctx.named_uses->next_use->next_use->next_use);
	run_end(&run);

	run_begin(&run);
	run.ctx.names = &names;
	run.ctx.silent = true;
	parse(&run, "$TLSA _25._tcp.mail cert:mail", NULL);
	assert_null(run.ctx.named_uses);
	run_end(&run);
}

static void
bad_named_certificates(void **state)
{
	const struct tlsa_named items[] = {
	    {.name = "mail", .current = arena_printf(&arena, "%s/certs/mail.pem", folder)},
	    {.name = "gone", .current = arena_printf(&arena, "%s/certs/none.pem", folder)},
	};
	const struct tlsa_names names = {.items = items, .n = 2};
	static const struct {
		const char *line;
		bool project;
		enum problem problem;
		const char *what;
	} rows[] = {
	    {"$TLSA _25._tcp.mail 300 cert:mail", false, D_NO_NAMED, "no zonepp.yaml"},
	    {"$TLSA _25._tcp.mail 300 cert:mial", true, D_NO_NAMED, "did you mean mail?"},
	    {"$TLSA _25._tcp.mail 300 cert:", true, D_NO_NAMED, "no certificate \"\""},
	    {"$TLSA _25._tcp.mail 300 cert:gone", true, F_READ, "none.pem"},
	    {"$TLSA _25._tcp.mail 300 2 1 1 cert:mail", true, D_NOT_CA, ""},
	    {"$TLSA _25._tcp.mail 300 cert:mail next=cert:mail", true, D_KEY_VALUE, "wants a path"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run run;

		run_begin(&run);
		run.ctx.names = rows[i].project ? &names : NULL;
		parse(&run, rows[i].line, NULL);
		fixture_one_problem(&run.diags, rows[i].problem, rows[i].what);
		assert_int_equal(run.result, -1);
		run_end(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_sources),
	    cmocka_unit_test(bad_sources),
	    cmocka_unit_test(good_passwords),
	    cmocka_unit_test(bad_passwords),
	    cmocka_unit_test(inputs_are_noted),
	    cmocka_unit_test(files_are_read_once),
	    cmocka_unit_test(confined),
	    cmocka_unit_test(confined_sources),
	    cmocka_unit_test(named_certificates),
	    cmocka_unit_test(bad_named_certificates),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}

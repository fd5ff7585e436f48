#define _GNU_SOURCE
#include "cert_fixture.h"

#include "dane/tlsa.h"
#include "directive/tlsa_owner.h"
#include "directive/tlsa_print.h"

#include <openssl/sha.h>
#include <unistd.h>

/* --- Parameters, RFC 7218 --- */

static const struct {
	enum tlsa_field field;
	const char *text;
	int value;        /* -1: a problem */
	const char *part; /* of its message */
} parameters[] = {
    {TLSA_USAGE, "0", 0, NULL},
    {TLSA_USAGE, "3", 3, NULL},
    {TLSA_USAGE, "PKIX-TA", 0, NULL},
    {TLSA_USAGE, "pkix-ee", 1, NULL},
    {TLSA_USAGE, "Dane-Ta", 2, NULL},
    {TLSA_USAGE, "DANE-EE", 3, NULL},
    {TLSA_USAGE, "4", -1, "usage 4 does not exist: write 0 (PKIX-TA), 1"},
    {TLSA_USAGE, "256", -1, "usage 256 does not exist"},
    {TLSA_USAGE, "259", -1, "usage 259 does not exist"}, /* not 3 modulo 256 */
    {TLSA_USAGE, "4294967299", -1, "does not exist"},
    {TLSA_USAGE, "-1", -1, "does not exist"},
    {TLSA_USAGE, "", -1, "does not exist"},
    {TLSA_USAGE, "255", -1, "for private use"},
    {TLSA_USAGE, "PrivCert", -1, "for private use"},
    {TLSA_USAGE, "SPKI", -1, "usage SPKI does not exist"},
    {TLSA_SELECTOR, "0", 0, NULL},
    {TLSA_SELECTOR, "Cert", 0, NULL},
    {TLSA_SELECTOR, "SPKI", 1, NULL},
    {TLSA_SELECTOR, "2", -1, "selector 2 does not exist: write 0 (Cert) or 1 (SPKI)"},
    {TLSA_SELECTOR, "PrivSel", -1, "for private use"},
    {TLSA_MATCHING, "Full", 0, NULL},
    {TLSA_MATCHING, "SHA2-256", 1, NULL},
    {TLSA_MATCHING, "sha2-512", 2, NULL},
    {TLSA_MATCHING, "3", -1, "matching type 3 does not exist: write 0 (Full), 1"},
    {TLSA_MATCHING, "PrivMatch", -1, "for private use"},
};

static void
parameter_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(parameters); i++) {
		struct diags diags = {0};
		struct tlsa_params params = {9, 9, 9};
		uint8_t *values[] = {&params.usage, &params.selector, &params.matching};
		int result = tlsa_parameter(
		    &diags, pos_none(), parameters[i].field, text_of(parameters[i].text), &params);

		assert_int_equal(result, parameters[i].value < 0 ? -1 : 0);
		if (result < 0)
			fixture_one_problem(&diags, D_PARAMETER, parameters[i].part);
		assert_int_equal(
		    *values[parameters[i].field], result < 0 ? 9 : parameters[i].value);
		diags_free(&diags);
	}
}

/* --- Owners --- */

static const struct {
	const char *text;
	const char *name; /* NULL: a problem */
	enum problem problem;
	size_t column;
	const char *part;
} owners[] = {
    {"_25._tcp.mail", "_25._tcp.mail.example.org.", 0, 0, NULL},
    {"_1._udp.mail", "_1._udp.mail.example.org.", 0, 0, NULL},
    {"_65535._sctp.mail", "_65535._sctp.mail.example.org.", 0, 0, NULL},
    {"_443._TCP.Mail", "_443._TCP.Mail.example.org.", 0, 0, NULL},
    {"*._tcp.mail", "*._tcp.mail.example.org.", 0, 0, NULL},
    {"_25._tcp", "_25._tcp.example.org.", 0, 0, NULL},
    {"_25._tcp.mail.example.net.", "_25._tcp.mail.example.net.", 0, 0, NULL},
    {"_25._tcp.xn--bcher-kva", "_25._tcp.xn--bcher-kva.example.org.", 0, 0, NULL},
    {"_0._tcp.mail", NULL, D_OWNER, 1, "between 1 and 65535"},
    {"_65536._tcp.mail", NULL, D_OWNER, 1, "between 1 and 65535"},
    {"_99999999999._tcp.mail", NULL, D_OWNER, 1, "between 1 and 65535"},
    {"_025._tcp.mail", NULL, D_OWNER, 1, "leading zero"},
    {"_00._tcp.mail", NULL, D_OWNER, 1, "leading zero"},
    {"_x._tcp.mail", NULL, D_OWNER, 1, "not a number"},
    {"_2 5._tcp.mail", NULL, D_OWNER, 1, "not a number"},
    {"_._tcp.mail", NULL, D_OWNER, 1, "does not begin with a port"},
    {"25._tcp.mail", NULL, D_OWNER, 1, "does not begin with a port"},
    {"_*._tcp.mail", NULL, D_OWNER, 1, "without an underscore"},
    {"_25._foo.mail", NULL, D_OWNER, 5, "_tcp, _udp or _sctp"},
    {"_25.*.mail", NULL, D_OWNER, 5, "_tcp, _udp or _sctp"},
    {"_25.tcp.mail", NULL, D_OWNER, 5, "_tcp, _udp or _sctp"},
    {"_25._tcp.*.mail", NULL, D_OWNER, 10, "first label"},
    {"_25._tcp.ma\\032il", NULL, D_OWNER, 10, "letters, digits and hyphens"},
    {"_25._tcp.b\\195\\188cher", NULL, Z_UTF8, 10, "ASCII"},
    {"_25._tcp.b\xc3\xbc"
     "cher",
	NULL, Z_UTF8, 11, "ASCII"},
    {"_25._tcp.", NULL, D_OWNER, 1, "no host"},
    {".", NULL, D_OWNER, 1, "no _port._proto"},
    {"@", NULL, D_OWNER, 1, "does not begin with a port"},
    {"mail", NULL, D_OWNER, 1, "does not begin with a port"},
    {"tlsa._dane", NULL, D_OWNER, 1, "does not begin with a port"},
    {"*._dane", NULL, D_OWNER, 3, "_tcp, _udp or _sctp"},
    {"tlsa.*", NULL, D_OWNER, 1, "does not begin with a port"},
    {"_25._tcp..mail", NULL, Z_NAME, 10, "empty"},
};

static void
check_owner(const char *text, const struct name *origin, size_t row)
{
	struct diags diags = {0};
	struct entry entry = {.begin = text, .base = text};
	struct braced_list list;
	struct name name;
	struct tlsa_owner_fault fault;
	struct buf buf = {0};
	int result;

	entry.source = diags_source(&diags, "x", text_of(text), pos_none());
	assert_int_equal(braces_expand(&diags.arena, &diags, &entry, text_of(text), &list), 0);
	result = tlsa_owner(&diags, &entry, &list.items[0], origin, &name, &fault);
	if (fault.why && diags.n == 0) /* the zone would have to justify it */
		result = diag_error(&diags, fault.pos, D_OWNER, "%s", fault.why);
	assert_int_equal(result, owners[row].name ? 0 : -1);
	if (result == 0) {
		name_print(&buf, name.wire);
		buf_putc(&buf, '\0');
		assert_string_equal(buf.data, owners[row].name);
	} else {
		fixture_one_problem(&diags, owners[row].problem, owners[row].part);
		assert_int_equal(diags.items[0].place.column, owners[row].column);
	}
	buf_free(&buf);
	diags_free(&diags);
}

static void
owner_forms(void **state)
{
	struct name origin;
	struct name_fault fault;

	(void)state;
	assert_int_equal(name_parse(text_of("example.org."), NULL, &origin, &fault), 0);
	for (size_t i = 0; i < LENGTH(owners); i++)
		check_owner(owners[i].text, &origin, i);
}

static void
owner_without_origin(void **state)
{
	struct diags diags = {0};
	const char *text = "_25._tcp.mail";
	struct entry entry = {.begin = text, .base = text};
	struct braced_list list;
	struct tlsa_owner_fault fault;
	struct name name;

	(void)state;
	entry.source = diags_source(&diags, "x", text_of(text), pos_none());
	assert_int_equal(braces_expand(&diags.arena, &diags, &entry, text_of(text), &list), 0);
	assert_int_equal(tlsa_owner(&diags, &entry, &list.items[0], NULL, &name, &fault), -1);
	fixture_one_problem(&diags, Z_NO_ORIGIN, "no origin");
	diags_free(&diags);
}

/* Only the zone can tell of the first ones; the others are wrong whatever it says. */
static void
owners_in_doubt(void **state)
{
	static const struct {
		const char *text;
		bool doubt;
	} by[] = {
	    {"mail", true},
	    {"tlsa._dane", true},
	    {"3.1.1._dane", true},
	    {"_25._tpc.mail", true},
	    {"25._tcp.mail", true},
	    {"_99999._tcp.mail", true},
	    {"*._dane", true},
	    {".", false},
	    {"tlsa.*", false},
	    {"ma\\032il._dane", false},
	    {"tlsa._dane.*", false},
	};
	struct name origin;
	struct name_fault fault;

	(void)state;
	assert_int_equal(name_parse(text_of("example.org."), NULL, &origin, &fault), 0);
	for (size_t i = 0; i < LENGTH(by); i++) {
		struct diags diags = {0};
		struct entry entry = {.begin = by[i].text, .base = by[i].text};
		struct tlsa_owner_fault found;
		struct braced_list list;
		struct name name;

		entry.source = diags_source(&diags, "x", text_of(by[i].text), pos_none());
		assert_int_equal(
		    braces_expand(&diags.arena, &diags, &entry, text_of(by[i].text), &list), 0);
		assert_int_equal(tlsa_owner(&diags, &entry, &list.items[0], &origin, &name, &found),
		    by[i].doubt ? 0 : -1);
		assert_int_equal(diags.n, !by[i].doubt);
		assert_true(by[i].doubt == (diags.n == 0 && found.why));
		diags_free(&diags);
	}
}

/* --- Association data --- */

static void
association(void **state)
{
	struct arena a = {0};
	struct diags diags = {0};
	EVP_PKEY *key = EVP_RSA_gen(1024);
	X509 *x509 = fixture_cert(
	    &(struct cert_spec){.name = "rsa.example.org", .key = key, .without_null = true});
	struct bytes der = fixture_der(&a, x509), spki, out;
	struct certs certs;
	uint8_t digest[64];

	(void)state;
	assert_int_equal(certs_load(&a, &diags, pos_none(), "x",
			     (struct text){(const char *)der.data, der.len}, NULL, &certs),
	    0);
	spki = certs.items[0].spki;
	/* 30 81 9d 30 0b ...: cut from the certificate, its parameters absent */
	spki.data = fixture_find(der, spki);
	assert_int_equal(spki.data[4], 0x0b);
	for (uint8_t selector = 0; selector <= 1; selector++)
		for (uint8_t matching = 0; matching <= 2; matching++) {
			struct bytes in = selector ? spki : der;

			assert_int_equal(
			    tlsa_association(&a, &diags, pos_none(), in, matching, "x", &out), 0);
			assert_int_equal(out.len, matching == 0 ? in.len : matching == 1 ? 32 : 64);
			if (matching == 1)
				SHA256(in.data, in.len, digest);
			if (matching == 2)
				SHA512(in.data, in.len, digest);
			assert_memory_equal(out.data, matching ? digest : in.data, out.len);
		}
	X509_free(x509);
	EVP_PKEY_free(key);
	arena_free(&a);
}

/* Neither as a function of no octets nor by a certificate or key without any. */
static void
nothing_has_no_digest(void **state)
{
	static const struct bare_key key = {.what = "public key"};
	static const struct cert cert = {.name = "CN=x", .not_after_unix = TO};
	static const bool issued[1];
	const struct certs files[] = {
	    {.path = "x", .key = &key}, {.path = "x", .items = &cert, .n = 1, .issued = issued}};
	struct bytes out;

	(void)state;
	for (uint8_t matching = 0; matching <= 2; matching++)
		for (uint8_t selector = 0; selector <= 1; selector++)
			for (size_t i = 0; i < LENGTH(files); i++) {
				struct diags diags = {0};
				struct tlsa_job job = {.a = &diags.arena,
				    .diags = &diags,
				    .params = {3, selector, matching},
				    .now_unix = NOW};

				assert_int_equal(tlsa_association(&diags.arena, &diags, pos_none(),
						     (struct bytes){0}, matching, "x", &out),
				    -1);
				fixture_one_problem(&diags, D_BAD_SOURCE, "nothing to pin");
				assert_int_equal(
				    tlsa_add(&job, pos_none(), &files[i], text_of("x"), false), -1);
				assert_null(job.set.first);
				diags_free(&diags);
			}
}

static void
dates(void **state)
{
	static const struct {
		int64_t now;
		uint8_t usage;
		bool coming;
		int result;
		size_t n;
		enum problem problem;
		const char *part;
	} rows[] = {
	    {NOW, 2, false, 0, 0, 0, NULL},
	    {TO, 2, false, 0, 0, 0, NULL}, /* the last second counts, RFC 5280 section 4.1.2.5 */
	    {TO + 1, 0, false, -1, 1, D_EXPIRED, "has expired (notAfter 2027-02-01)"},
	    {TO + 1, 1, false, -1, 1, D_EXPIRED, "has expired (notAfter 2027-02-01)"},
	    {TO + 1, 2, false, -1, 1, D_EXPIRED, "has expired (notAfter 2027-02-01)"},
	    {TO + 1, 3, false, 0, 1, D_EXPIRED_EE, "has expired (notAfter 2027-02-01)"},
	    {FROM, 3, false, 0, 0, 0, NULL},
	    {FROM - 1, 3, false, 0, 1, D_NOT_YET, "not valid yet (notBefore 2026-09-01)"},
	    {FROM - 1, 2, false, 0, 1, D_NOT_YET, "not valid yet"},
	    {FROM - 1, 3, true, 0, 0, 0, NULL},
	};
	struct cert cert = {.name = "CN=x", .not_before_unix = FROM, .not_after_unix = TO};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};

		assert_int_equal(tlsa_check_dates(&diags.arena, &diags, pos_none(), &cert,
				     rows[i].usage, rows[i].now, rows[i].coming),
		    rows[i].result);
		assert_int_equal(diags.n, rows[i].n);
		if (rows[i].n)
			fixture_one_problem(&diags, rows[i].problem, rows[i].part);
		diags_free(&diags);
	}
}

static void
what_usages_mean(void **state)
{
	static const struct {
		uint8_t usage;
		const char *option;
		int result;
		enum pick pick;
		enum problem problem;
	} rows[] = {
	    {0, NULL, 0, PICK_TOP, 0},
	    {1, NULL, 0, PICK_LEAF, 0},
	    {2, NULL, 0, PICK_TOP, 0},
	    {3, NULL, 0, PICK_LEAF, 0},
	    {3, "leaf", 0, PICK_LEAF_SAID, 0},
	    {2, "issuer", 0, PICK_ISSUER, 0},
	    {0, "all", 0, PICK_ALL, 0},
	    {2, "root", 0, PICK_ROOT, 0},
	    {2, "leaf", -1, 0, D_NOT_CA},
	    {3, "all", -1, 0, D_KEY_VALUE},
	    {1, "issuer", -1, 0, D_KEY_VALUE},
	    {2, "first", -1, 0, D_KEY_VALUE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		enum pick pick;

		assert_int_equal(
		    tlsa_pick(&diags, pos_none(), rows[i].usage, rows[i].option, &pick),
		    rows[i].result);
		if (rows[i].result == 0)
			assert_int_equal(pick, rows[i].pick);
		else
			fixture_one_problem(&diags, rows[i].problem, "");
		diags_free(&diags);
	}
}

/* --- Printing, for the command --- */

static void
printed(void **state)
{
	char path[] = "/tmp/zonepp-test-XXXXXX";
	int fd = mkstemp(path);
	struct diags diags = {0};
	struct buf out = {0};
	EVP_PKEY *key = fixture_key();
	const char *pem = fixture_cert_pem(
	    &diags.arena, &(struct cert_spec){.name = "mail.example.org", .key = key});
	const char *paths[] = {path, path};
	struct tlsa_request request = {.params = {3, 1, 1},
	    .owner = "_{25,465}._tcp.mail.example.org",
	    .paths = paths,
	    .n_paths = 2,
	    .now_unix = NOW};
	const char *second;

	(void)state;
	assert_int_equal(write(fd, pem, strlen(pem)), strlen(pem));
	close(fd);
	assert_int_equal(tlsa_print(&diags, &request, &out), 0);
	buf_putc(&out, '\0');
	assert_int_equal(strncmp(out.data, "_25._tcp.mail.example.org.\tIN\tTLSA\t3 1 1 ", 41), 0);
	second = strchr(out.data, '\n') + 1;
	assert_int_equal(strncmp(second, "_465._tcp.mail.example.org.\tIN\tTLSA\t3 1 1 ", 42), 0);
	assert_string_equal(strchr(second, '\n'), "\n"); /* equal ones merge */

	buf_clear(&out);
	request.owner = NULL;
	assert_int_equal(tlsa_print(&diags, &request, &out), 0);
	assert_memory_equal(out.data, "\tIN\tTLSA\t3 1 1 ", 15);

	request.owner = "_0._tcp.mail.example.org";
	request.params.usage = TLSA_DANE_TA;
	request.pick = PICK_TOP;
	assert_int_equal(tlsa_print(&diags, &request, &out), -1);
	assert_int_equal(diags.n, 3); /* the owner, and each path */
	assert_int_equal(diags.items[2].problem, D_NOT_CA);
	assert_int_equal(diags.items[2].place.column, strlen(request.owner) + strlen(path) + 3);
	unlink(path);
	buf_free(&out);
	diags_free(&diags);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parameter_values),
	    cmocka_unit_test(owner_forms),
	    cmocka_unit_test(owners_in_doubt),
	    cmocka_unit_test(owner_without_origin),
	    cmocka_unit_test(association),
	    cmocka_unit_test(nothing_has_no_digest),
	    cmocka_unit_test(dates),
	    cmocka_unit_test(what_usages_mean),
	    cmocka_unit_test(printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#define _GNU_SOURCE
#include "directive_fixture.h"

#include "directive/openpgpkey.h"
#include "source/openpgp.h"

#define OWNER "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey.example.com."

/* The key packet of RFC 9580 appendix A.1, and its fingerprint there. */
#define KEY "xjMEU/NfCxYJKwYBBAHaRw8BAQdAPwmJlL3ZFu1AUxl5NOSofIBzOhKA1i+AEJkuQ+47JAY="
#define FINGERPRINT "C959BDBAFA32A2F89A153B678CFDE12197965A9A"

static struct fixture fixture;
static bool silent;

/* A packet with a header of the old or the new form, RFC 4880 section 4.2. */
static struct bytes
packet(bool new_form, unsigned tag, const void *body, size_t len)
{
	uint8_t *out = arena_bytes(&fixture.arena, len + 8);
	size_t n = 0;

	out[n++] = (uint8_t)(new_form ? 0xc0 | tag : 0x80 | tag << 2 | (len < 256 ? 0 : 1));
	if (new_form && len >= 8384) {
		out[n++] = 255;
		out[n++] = (uint8_t)(len >> 24);
		out[n++] = (uint8_t)(len >> 16);
		out[n++] = (uint8_t)(len >> 8);
	} else if (new_form && len >= 192) {
		out[n++] = (uint8_t)(192 + ((len - 192) >> 8));
		out[n++] = (uint8_t)(len - 192);
		memcpy(out + n, body, len);
		return (struct bytes){out, n + len};
	} else if (!new_form && len >= 256) {
		out[n++] = (uint8_t)(len >> 8);
	}
	out[n++] = (uint8_t)len;
	memcpy(out + n, body, len);
	return (struct bytes){out, n + len};
}

static struct bytes
text_packet(unsigned tag, const char *text)
{
	return packet(true, tag, text, strlen(text));
}

static struct bytes
primary(void)
{
	uint8_t *out = arena_bytes(&fixture.arena, sizeof(KEY));
	ssize_t len = base64_decode(text_of(KEY), out);

	assert_true(len > 0);
	return (struct bytes){out, (size_t)len};
}

/* `parts`, ended by one without data, one behind the other. */
static struct bytes
join(const struct bytes *parts)
{
	struct buf buf = {0};
	struct bytes out;

	for (; parts->data; parts++)
		buf_put(&buf, parts->data, parts->len);
	out = (struct bytes){arena_copy(&fixture.arena, buf.data, buf.len), buf.len};
	buf_free(&buf);
	return out;
}

#define JOIN(...) join((const struct bytes[]){__VA_ARGS__, {NULL, 0}})

static struct bytes
hugh(void)
{
	return JOIN(primary(), text_packet(13, "Hugh <hugh@example.com>"), text_packet(2, "sig"),
	    packet(false, 14, "\4key", 4), packet(false, 2, "sig", 3));
}

static const char *
armour(const char *kind, const char *headers, struct bytes data, const char *crc)
{
	return arena_printf(&fixture.arena,
	    "-----BEGIN PGP %s BLOCK-----\n%s\n%.40s\n%s\n%s-----END PGP %s BLOCK-----\n", kind,
	    headers, fixture_base64(&fixture, data), fixture_base64(&fixture, data) + 40, crc,
	    kind);
}

static int
begin(void **state)
{
	static const struct parse_directive rows[] = {
	    {"OPENPGPKEY", openpgpkey_directive, &silent}, {NULL, NULL, NULL}};

	(void)state;
	fixture_begin(&fixture, rows);
	fixture_file(&fixture, "hugh.gpg", hugh().data, hugh().len);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	fixture_end(&fixture);
	return 0;
}

static const char *
record(const char *rest)
{
	return arena_printf(
	    &fixture.arena, OWNER " %s %s\n", rest, fixture_base64(&fixture, hugh()));
}

static void
good_lines(void **state)
{
	const struct good good[] = {
	    {"$OPENPGPKEY hugh@example.com hugh.gpg", record("3600 OPENPGPKEY")},
	    {"$OPENPGPKEY hugh@ 5m IN hugh.gpg", record("300 OPENPGPKEY")},
	    {"$OPENPGPKEY hugh@ hugh.gpg ./hugh.gpg", record("3600 OPENPGPKEY")},
	};

	(void)state;
	fixture_all_good(&fixture, good, LENGTH(good));
}

static void
good_armour(void **state)
{
	const char *files[] = {
	    armour("PUBLIC KEY", "", hugh(), ""),
	    armour("PUBLIC KEY", "", hugh(), "=7qLm\n"),
	    armour("PUBLIC KEY", "Version: x\nComment: a: b\n", hugh(), "=7qLm\n"),
	    arena_printf(&fixture.arena, "This is a key\n\n%s\nand so on\n",
		armour("PUBLIC KEY", "", hugh(), "=7qLm\n")),
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(files); i++) {
		fixture_text(&fixture, "hugh.asc", files[i]);
		fixture_good(&fixture,
		    &(struct good){"$OPENPGPKEY hugh@ hugh.asc", record("3600 OPENPGPKEY")});
	}
}

static void
bad_lines(void **state)
{
	static const struct bad bad[] = {
	    {"$OPENPGPKEY", D_MAILBOX, 1, "$OPENPGPKEY has no owner", NULL},
	    {"$OPENPGPKEY hugh hugh.gpg", D_MAILBOX, 13, "no @", NULL},
	    {"$OPENPGPKEY hugh@", D_NO_SOURCE, 13, "no key file is named", NULL},
	    {"$OPENPGPKEY hugh@ none.gpg", F_READ, 19, "No such file", NULL},
	    {"$OPENPGPKEY hugh@ hugh.gpg pick=all", D_KEY_VALUE, 28, "no option pick", NULL},
	};

	(void)state;
	fixture_all_bad(&fixture, bad, LENGTH(bad));
}

static void
bad_file(struct bytes data, enum problem problem, const char *part)
{
	fixture_file(&fixture, "bad", data.data, data.len);
	fixture_bad(&fixture, &(struct bad){"$OPENPGPKEY hugh@ bad", problem, 19, part, NULL});
}

static void
bad_packets(void **state)
{
	struct bytes key = primary(), sig = text_packet(2, "sig"), cut = hugh();

	(void)state;
	cut.len--;
	bad_file((struct bytes){key.data, 0}, D_KEY_FILE, "is empty");
	bad_file(cut, D_KEY_FILE, "do not fit together");
	bad_file(key, D_KEY_FILE, "without any signature");
	bad_file(JOIN(key, sig, key, sig), D_KEY_FILE, "several keys");
	bad_file(JOIN(sig), D_KEY_FILE, "does not begin with a public key");
	bad_file(JOIN(key, sig, text_packet(12, "x")), D_KEY_FILE, "is a keyring");
	bad_file(JOIN(key, sig, text_packet(11, "x")), D_KEY_FILE, "something else");
	bad_file(packet(true, 5, "\4secret", 7), D_KEY_SECRET, "holds a secret key");
	bad_file(packet(false, 5, "\4secret", 7), D_KEY_SECRET, "holds a secret key");
	bad_file(JOIN(key, sig, text_packet(7, "\4secret")), D_KEY_SECRET, "holds a secret key");
	bad_file(packet(true, 6, "\3public key", 11), D_KEY_FILE, "another version");
	bad_file(packet(true, 6, "\4", 1), D_KEY_FILE, "another version");
	bad_file(JOIN(key, {(const uint8_t *)"\xc2\xe1x", 3}), D_KEY_FILE, "fit together");
	bad_file(JOIN(key, {(const uint8_t *)"\x8bx", 2}), D_KEY_FILE, "fit together");
	bad_file(JOIN(key, {(const uint8_t *)"x", 1}), D_KEY_FILE, "fit together");
}

static void
bad_armour(void **state)
{
	const struct {
		const char *file;
		enum problem problem;
		const char *part;
	} rows[] = {
	    {armour("PRIVATE KEY", "", hugh(), ""), D_KEY_SECRET, "holds a secret key"},
	    {armour("PUBLIC KEY", "", hugh(), "=7qLA\n"), D_KEY_FILE,
		"line 5: the checksum is another"},
	    {armour("PUBLIC KEY", "", hugh(), "=7qL\n"), D_KEY_FILE, "malformed checksum"},
	    {armour("PUBLIC KEY", "", hugh(), "=7qLm\nx\n"), D_KEY_FILE, "behind the checksum"},
	    {armour("PUBLIC KEY", "", hugh(), "!\n"), D_KEY_FILE, "line 1: the block"},
	    {armour("MESSAGE", "", hugh(), ""), D_KEY_FILE, "holds no OpenPGP key"},
	    {"text\n", D_KEY_FILE, "holds no OpenPGP key"},
	    {"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", D_KEY_FILE, "line 1"},
	    {"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n",
		D_KEY_FILE, "line 1"},
	    {arena_printf(&fixture.arena, "%s%s", armour("PUBLIC KEY", "", hugh(), ""),
		 armour("PUBLIC KEY", "", hugh(), "")),
		D_KEY_FILE, "several keys"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		bad_file((struct bytes){(const uint8_t *)rows[i].file, strlen(rows[i].file)},
		    rows[i].problem, rows[i].part);
}

static void
user_ids(void **state)
{
	static const struct {
		const char *user;
		bool names;
	} rows[] = {
	    {"hugh@example.com", true},
	    {"Hugh (x <y>) <HUGH@Example.com>", true},
	    {"<hugh@example.com", true},
	    {"hugh@example.com.", false},
	    {"Hugh", false},
	    {"Hugh <hugh@example.org>", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct bytes data =
		    JOIN(primary(), text_packet(13, rows[i].user), text_packet(2, "sig"));
		struct run run;

		fixture_file(&fixture, "user", data.data, data.len);
		fixture_parse(&fixture, &run, "$OPENPGPKEY hugh@ user");
		assert_int_equal(run.result, 0);
		assert_int_equal(run.diags.n, !rows[i].names);
		if (!rows[i].names)
			assert_int_equal(run.diags.items[0].problem, D_PGP_USER);
		run_end(&run);
	}
}

/* GnuPG asks in lower case. */
static void
capitals(void **state)
{
	static const struct {
		const char *line;
		bool note;
	} rows[] = {
	    {"$OPENPGPKEY hugh@ hugh.gpg", false},
	    {"$OPENPGPKEY hugh@Example.Com hugh.gpg", false},
	    {"$OPENPGPKEY " OWNER " hugh.gpg", false},
	    {"$OPENPGPKEY *._openpgpkey hugh.gpg", false},
	    {"$OPENPGPKEY Hugh@ hugh.gpg", true},
	    {"$OPENPGPKEY \"hugH\"@example.com hugh.gpg", true},
	    {"$OPENPGPKEY {Hugh,hugh}@ hugh.gpg", false},
	    {"$OPENPGPKEY {Hugh,HUGH}@example.com hugh.gpg", true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		fixture_parse(&fixture, &run, rows[i].line);
		assert_int_equal(run.result, 0);
		assert_int_equal(run.diags.n > 0, rows[i].note);
		for (size_t k = 0; k < run.diags.n; k++)
			assert_int_equal(run.diags.items[k].problem, D_MAIL_CASE);
		run_end(&run);
	}
}

/* Lengths at the borders of the forms of the header, and of a record. */
static void
sizes(void **state)
{
	static const struct {
		size_t len;
		int problem; /* or -1 */
	} rows[] = {{191, -1}, {192, -1}, {255, -1}, {256, -1}, {8383, -1}, {8384, -1},
	    {17000, D_LARGE}, {65300, D_LARGE}, {65535, Z_RDATA_LONG}};

	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		size_t len = rows[i / 2].len;
		uint8_t *body = arena_bytes(&fixture.arena, len);
		struct bytes data;
		struct run run;

		memset(body, 0, len);
		data = JOIN(
		    primary(), text_packet(13, "hugh@example.com"), packet(i % 2, 2, body, len));
		fixture_file(&fixture, "large", data.data, data.len);
		fixture_parse(&fixture, &run, "$OPENPGPKEY hugh@ large");
		assert_int_equal(run.diags.n, rows[i / 2].problem >= 0);
		if (run.diags.n)
			assert_int_equal(run.diags.items[0].problem, rows[i / 2].problem);
		assert_int_equal(run.result, rows[i / 2].problem == Z_RDATA_LONG ? -1 : 0);
		run_end(&run);
	}
}

static void
texts_for_expand(void **state)
{
	struct run run;

	(void)state;
	fixture_parse(&fixture, &run, "$OPENPGPKEY hugh@ ./hugh.gpg");
	assert_string_equal(run.texts.data,
	    "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey ; "
	    "./hugh.gpg " FINGERPRINT "\n");
	run_end(&run);
}

/* `dane: false`. */
static void
no_dane(void **state)
{
	(void)state;
	silent = true;
	fixture_good(&fixture, &(struct good){"$OPENPGPKEY hugh@ hugh.gpg", ""});
	bad_file(primary(), D_KEY_FILE, "without any signature");
	silent = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(good_armour),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(bad_packets),
	    cmocka_unit_test(bad_armour),
	    cmocka_unit_test(user_ids),
	    cmocka_unit_test(capitals),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(texts_for_expand),
	    cmocka_unit_test(no_dane),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

#include "cert_fixture.h"

#include "dane/prove.h"

#include <openssl/evp.h>

/* The cast: one certificate for each letter. Files are written as strings of letters, the server's
 * own first; behind +, a CA that clients trust. */
enum { LETTERS = 'z' - 'A' + 1 };

static struct arena arena;
static EVP_PKEY *keys[7];
static const char *pem[LETTERS];
static struct certs single[LETTERS];

#define MAIL "DNS:mail.example.org"

static const struct {
	char letter;
	const char *name;
	unsigned key;
	const char *issuer;
	unsigned issuer_key;
	bool ca;
	int64_t from, to;
	const char *san;
} cast[] = {
    {'R', "Root", 0, NULL, 0, true, 0, 0, NULL}, {'I', "Issuing", 1, "Root", 0, true, 0, 0, NULL},
    {'l', "mail", 2, "Issuing", 1, false, 0, 0, MAIL},
    {'n', "mail", 3, "Issuing", 1, false, 0, 0, MAIL}, /* the next one */
    {'w', "other", 4, "Issuing", 1, false, 0, 0, "DNS:other.example.org"},
    {'x', "mail", 2, "Issuing", 1, false, FROM, NOW - DAY, MAIL},
    {'y', "mail", 2, "Issuing", 1, false, NOW + DAY, TO, MAIL},
    {'E', "Expired", 5, "Root", 0, true, FROM, NOW - DAY, NULL},
    {'e', "mail", 2, "Expired", 5, false, 0, 0, MAIL},
    {'o', "mail", 6, NULL, 0, false, 0, 0, MAIL}, /* self-signed */
};

static int
make_cast(void **state)
{
	struct diags diags = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++)
		keys[i] = fixture_key();
	for (size_t i = 0; i < LENGTH(cast); i++) {
		int at = cast[i].letter - 'A';
		struct cert_spec spec = {.name = cast[i].name,
		    .key = keys[cast[i].key],
		    .issuer = cast[i].issuer,
		    .issuer_key = keys[cast[i].issuer_key],
		    .ca = cast[i].ca,
		    .from = cast[i].from,
		    .to = cast[i].to,
		    .san = cast[i].san};

		pem[at] = fixture_cert_pem(&arena, &spec);
		assert_int_equal(certs_load(&arena, &diags, pos_none(), "x", text_of(pem[at]), NULL,
				     &single[at]),
		    0);
	}
	diags_free(&diags);
	return 0;
}

static int
free_cast(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++)
		EVP_PKEY_free(keys[i]);
	arena_free(&arena);
	return 0;
}

/* A record as "311l": usage, selector, matching type, and the certificate that it pins. */
static struct bytes
record(const char *spec)
{
	const struct cert *cert = &single[spec[3] - 'A'].items[0];
	struct bytes in = spec[1] == '1' ? cert->spki : cert->der;
	uint8_t *out = arena_bytes(&arena, 3 + in.len + EVP_MAX_MD_SIZE);
	unsigned len = (unsigned)in.len;

	for (int i = 0; i < 3; i++)
		out[i] = (uint8_t)(spec[i] - '0');
	memcpy(out + 3, in.data, in.len);
	if (spec[2] != '0')
		EVP_Digest(in.data, in.len, out + 3, &len,
		    spec[2] == '1' ? EVP_sha256() : EVP_sha512(), NULL);
	return (struct bytes){out, 3 + len};
}

static const struct {
	const char *file, *host, *records; /* words with blanks between */
	enum verdict_why why;
	size_t record;
	int depth;
} rows[] = {
    /* each usage, selector and matching type */
    {"lIR", "mail.example.org", "300l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "301l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "302l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "310l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "311l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "312l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "200I", VERDICT_MATCH, 0, 1},
    {"lIR", "mail.example.org", "201I", VERDICT_MATCH, 0, 1},
    {"lIR", "mail.example.org", "202I", VERDICT_MATCH, 0, 1},
    {"lIR", "mail.example.org", "210I", VERDICT_MATCH, 0, 1},
    {"lIR", "mail.example.org", "211I", VERDICT_MATCH, 0, 1},
    {"lIR", "mail.example.org", "212I", VERDICT_MATCH, 0, 1},
    {"lIR", "mail.example.org", "211R", VERDICT_MATCH, 0, 2},
    {"lIR", "mail.example.org", "100l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "101l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "102l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "110l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "111l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "112l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "000R", VERDICT_MATCH, 0, 2},
    {"lIR", "mail.example.org", "001R", VERDICT_MATCH, 0, 2},
    {"lIR", "mail.example.org", "002R", VERDICT_MATCH, 0, 2},
    {"lIR", "mail.example.org", "010R", VERDICT_MATCH, 0, 2},
    {"lIR", "mail.example.org", "011I", VERDICT_MATCH, 0, 1},
    {"lIR", "mail.example.org", "012R", VERDICT_MATCH, 0, 2},
    /* the digest is another certificate's */
    {"lIR", "mail.example.org", "311n", VERDICT_DIFFERS, 0, 0},
    {"lIR", "mail.example.org", "301n", VERDICT_DIFFERS, 0, 0},
    {"lIR", "mail.example.org", "111n", VERDICT_DIFFERS, 0, 0},
    {"lIR", "mail.example.org", "211E", VERDICT_NOT_IN_CHAIN, 0, 0},
    {"lIR", "mail.example.org", "011E", VERDICT_NOT_IN_CHAIN, 0, 0},
    {"lIR", "mail.example.org", "211l", VERDICT_NOT_IN_CHAIN, 0, 0},
    /* the pinned CA is not sent (RFC 7671 section 5.2.2) */
    {"lI", "mail.example.org", "211R", VERDICT_NOT_IN_CHAIN, 0, 0},
    {"lI", "mail.example.org", "200R", VERDICT_MATCH, 0, 2},
    {"lI", "mail.example.org", "210R", VERDICT_MATCH, 0, 1},
    {"lI", "mail.example.org", "210E", VERDICT_NOT_IN_CHAIN, 0, 0},
    {"l", "mail.example.org", "211I", VERDICT_NOT_IN_CHAIN, 0, 0},
    {"l", "mail.example.org", "311l", VERDICT_MATCH, 0, 0},
    /* the file without its root is its own anchor */
    {"lI", "mail.example.org", "111l", VERDICT_MATCH, 0, 0},
    {"l", "mail.example.org", "111l", VERDICT_MATCH, 0, 0},
    /* nor one that clients have themselves */
    {"lI+R", "mail.example.org", "011R", VERDICT_MATCH, 0, 2},
    {"l+I", "mail.example.org", "011I", VERDICT_MATCH, 0, 1},
    {"lIR+R", "mail.example.org", "011R", VERDICT_MATCH, 0, 2},
    {"lI+E", "mail.example.org", "011E", VERDICT_NOT_IN_CHAIN, 0, 0},
    {"lI+R", "other.example.org", "011R", VERDICT_NAME, 0, 0},
    /* names: not for usage 3 (RFC 7671 section 5.1) */
    {"wIR", "mail.example.org", "311w", VERDICT_MATCH, 0, 0},
    {"wIR", "mail.example.org", "211I", VERDICT_NAME, 0, 0},
    {"wIR", "mail.example.org", "111w", VERDICT_NAME, 0, 0},
    {"wIR", "mail.example.org", "011R", VERDICT_NAME, 0, 0},
    {"wIR", "other.example.org", "211I", VERDICT_MATCH, 0, 1},
    /* dates: not for usage 3 */
    {"xIR", "mail.example.org", "311x", VERDICT_MATCH, 0, 0},
    {"xIR", "mail.example.org", "301l", VERDICT_DIFFERS, 0, 0},
    {"xIR", "mail.example.org", "211I", VERDICT_EXPIRED, 0, 0},
    {"xIR", "mail.example.org", "111x", VERDICT_EXPIRED, 0, 0},
    {"yIR", "mail.example.org", "211I", VERDICT_NOT_YET, 0, 0},
    {"yIR", "mail.example.org", "311y", VERDICT_MATCH, 0, 0},
    {"eER", "mail.example.org", "211R", VERDICT_EXPIRED, 0, 0},
    {"eER", "mail.example.org", "311e", VERDICT_MATCH, 0, 0},
    /* self-signed */
    {"o", "mail.example.org", "311o", VERDICT_MATCH, 0, 0},
    {"o", "mail.example.org", "311l", VERDICT_DIFFERS, 0, 0},
    /* several records: one is enough, */
    {"lIR", "mail.example.org", "311n 311l", VERDICT_MATCH, 1, 0},
    {"nIR", "mail.example.org", "311n 311l", VERDICT_MATCH, 0, 0},
    {"lIR", "mail.example.org", "311n 211I", VERDICT_MATCH, 1, 1},
    /* but a stronger digest hides weaker ones (RFC 7671 section 9) */
    {"lIR", "mail.example.org", "311l 312n", VERDICT_DIFFERS, 0, 0},
    {"lIR", "mail.example.org", "311l 312l 312n", VERDICT_MATCH, 1, 0},
    {"lIR", "mail.example.org", "301l 312n", VERDICT_MATCH, 0, 0},
    /* and what nobody can use is none */
    {"lIR", "mail.example.org", "411l", VERDICT_UNUSABLE, 0, 0},
    {"lIR", "mail.example.org", "321l", VERDICT_UNUSABLE, 0, 0},
    {"lIR", "mail.example.org", "319l", VERDICT_UNUSABLE, 0, 0},
    {"lIR", "mail.example.org", "319l 311l", VERDICT_MATCH, 1, 0},
    {"lIR", "mail.example.org", "", VERDICT_UNUSABLE, 0, 0},
};

static struct verdict
prove_by(
    struct prover *prover, const char *file, const struct references *names, const char *records)
{
	char *words = arena_text(&arena, records, strlen(records)),
	     *text = arena_text(&arena, "", 0);
	struct diags diags = {0};
	struct bytes rdata[8];
	struct certs certs;
	struct verdict verdict;
	const struct cert *trusted[] = {NULL};
	size_t n = 0;

	if (strchr(file, '+'))
		trusted[0] = &single[strchr(file, '+')[1] - 'A'].items[0];
	for (; *file && *file != '+'; file++)
		text = arena_printf(&arena, "%s%s", text, pem[*file - 'A']);
	assert_int_equal(
	    certs_load(&arena, &diags, pos_none(), "x", text_of(text), NULL, &certs), 0);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		rdata[n++] = record(word);
	assert_int_equal(
	    prove_chain(prover, &(struct proved){&certs, 0, trusted, trusted[0] != NULL}, names,
		rdata, n, &verdict),
	    0);
	diags_free(&diags);
	return verdict;
}

static struct verdict
prove(struct prover *prover, const char *file, const char *host, const char *records)
{
	return prove_by(prover, file, &(struct references){&host, NULL, 1, 0}, records);
}

static void
proofs(void **state)
{
	struct prover *prover = prover_begin(NOW);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct verdict verdict = prove(prover, rows[i].file, rows[i].host, rows[i].records);

		if (verdict.why != rows[i].why)
			print_error("%s by %s: %s (%s)\n", rows[i].file, rows[i].records,
			    verdict_words[verdict.why], verdict.text);
		assert_int_equal(verdict.why, rows[i].why);
		if (rows[i].why == VERDICT_MATCH) {
			assert_int_equal(verdict.record, rows[i].record);
			assert_int_equal(verdict.depth, rows[i].depth);
			assert_string_equal(verdict.text, "");
		} else {
			assert_true(strlen(verdict.text) > 10);
		}
	}
	prover_end(prover);
}

/* A client knows the host, its aliases, and the domain that it comes from. */
static void
several_names(void **state)
{
	static const char *const other[] = {"x.example.org"},
				 *const alias[] = {"x.example.org", "mail.example.org"},
				 *const domains[] = {"mail.example.org", "y.example.org"};
	static const struct {
		struct references names;
		const char *records;
		enum verdict_why why;
	} by[] = {
	    {{other, NULL, 1, 0}, "211I", VERDICT_NAME},
	    {{alias, NULL, 2, 0}, "211I", VERDICT_MATCH},
	    {{other, domains, 1, 1}, "211I", VERDICT_MATCH},
	    {{other, domains, 1, 2}, "211I", VERDICT_NAME},
	    {{other, domains + 1, 1, 1}, "211I", VERDICT_NAME},
	    {{alias, domains, 2, 2}, "211I", VERDICT_MATCH},
	    {{other, domains + 1, 1, 1}, "311l", VERDICT_MATCH},
	    {{other, domains, 1, 1}, "211E", VERDICT_NOT_IN_CHAIN},
	};
	struct prover *prover = prover_begin(NOW);

	(void)state;
	for (size_t i = 0; i < LENGTH(by); i++)
		assert_int_equal(
		    prove_by(prover, "lIR", &by[i].names, by[i].records).why, by[i].why);
	prover_end(prover);
}

/* RDATA that is cut short is no record. */
static void
short_rdata(void **state)
{
	static const uint8_t octets[] = {3, 1, 1, 0};
	const char *host = "mail.example.org";
	const struct references names = {&host, NULL, 1, 0};
	const struct proved server = {.certs = &single['l' - 'A']};
	struct prover *prover = prover_begin(NOW);
	struct verdict verdict;

	(void)state;
	for (size_t len = 0; len <= sizeof(octets); len++) {
		struct bytes rdata = {octets, len};

		assert_int_equal(prove_chain(prover, &server, &names, &rdata, 1, &verdict), 0);
		assert_int_equal(verdict.why, VERDICT_UNUSABLE);
	}
	prover_end(prover);
}

/* Dates are looked at as of the given time, whatever the clock says. */
static void
other_times(void **state)
{
	static const struct {
		int64_t now;
		enum verdict_why why;
	} times[] = {{FROM - 1, VERDICT_NOT_YET}, {FROM, VERDICT_MATCH}, {TO - 1, VERDICT_MATCH},
	    {TO + 1, VERDICT_EXPIRED}};

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		struct prover *prover = prover_begin(times[i].now);

		assert_int_equal(
		    prove(prover, "lIR", "mail.example.org", "211I").why, times[i].why);
		prover_end(prover);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(proofs),
	    cmocka_unit_test(several_names),
	    cmocka_unit_test(short_rdata),
	    cmocka_unit_test(other_times),
	};

	return cmocka_run_group_tests(tests, make_cast, free_cast);
}

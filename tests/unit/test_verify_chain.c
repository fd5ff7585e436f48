#define _GNU_SOURCE
#include "verify_fixture.h"

#include "base/codec.h"

#include <openssl/evp.h>

/* NSEC3 chains made by hand, in zones that are not signed: the judge says S021 and S035 to all. */

struct named {
	const char *name, *types;
};

struct chain {
	const struct named *names; /* up to one without name */
	const char *salt;          /* as in the record */
	unsigned iterations, flags;
	const char *left_out; /* a name whose record is not there, or NULL */
};

/* The text of RFC 5155 section 5's hash. */
static void
hash_text(const struct chain *chain, const char *name, char text[33])
{
	struct name wire = fixture_name(name);
	uint8_t in[NAME_LONGEST + 255], hash[20], salt[255];
	ssize_t salt_len = *chain->salt == '-' ? 0 : hex_decode(text_of(chain->salt), salt);
	size_t len = wire.len;
	struct buf b = {0};

	memcpy(in, wire.wire, len);
	for (unsigned i = 0; i <= chain->iterations; i++) {
		memcpy(in + len, salt, (size_t)salt_len);
		assert_true(EVP_Digest(in, len + (size_t)salt_len, hash, NULL, EVP_sha1(), NULL));
		memcpy(in, hash, sizeof(hash));
		len = sizeof(hash);
	}
	base32hex_encode(&b, (struct bytes){hash, sizeof(hash)});
	memcpy(text, b.data, 32);
	text[32] = '\0';
	buf_free(&b);
}

struct link {
	char hash[33];
	const struct named *named;
};

static int
link_compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Appends the chain's records; one that is left out is led to all the same. */
static void
put_chain(struct buf *b, const struct chain *chain)
{
	struct link links[32];
	size_t n = 0;

	for (; chain->names[n].name; n++) {
		assert_true(n < LENGTH(links));
		hash_text(chain, chain->names[n].name, links[n].hash);
		links[n].named = &chain->names[n];
	}
	qsort(links, n, sizeof(*links), link_compare);
	for (size_t i = 0; i < n; i++)
		if (!chain->left_out || strcmp(links[i].named->name, chain->left_out) != 0)
			buf_printf(b, "%s.example. 5 IN NSEC3 1 %u %u %s %s %s\n", links[i].hash,
			    chain->flags, chain->iterations, chain->salt, links[(i + 1) % n].hash,
			    links[i].named->types);
}

#define ZONE                                                                                       \
	"example. 5 IN SOA . . 1 2 3 4 5\n"                                                        \
	"example. 5 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
#define PARAM "example. 5 IN NSEC3PARAM 1 0 0 "

static void
expect(const char *text, const struct chain *chains, size_t n, const char *codes)
{
	struct verdict verdict;
	struct buf b = {0};

	buf_puts(&b, text);
	for (size_t i = 0; i < n; i++)
		put_chain(&b, &chains[i]);
	buf_putc(&b, '\0');
	judge(b.data, 1000, false, &verdict);
	if (strcmp(verdict.codes, codes) != 0)
		fail_msg("%s: not %s", verdict.codes, codes);
	buf_free(&b);
}

/* --- Empty non-terminals under opt-out (RFC 5155 section 7.1) --- */

static void
empty_non_terminals(void **state)
{
	static const char zone[] = ZONE PARAM "-\n"
					      "c.b.a.example. 5 IN NS ns.example.net.\n"
					      "d.b.a.example. 5 IN NS ns.example.net.\n";
#define APEX                                                                                       \
	{                                                                                          \
		"example.", "SOA DNSKEY NSEC3PARAM RRSIG"                                          \
	}
#define C_CUT                                                                                      \
	{                                                                                          \
		"c.b.a.example.", "NS"                                                             \
	}
#define D_CUT                                                                                      \
	{                                                                                          \
		"d.b.a.example.", "NS"                                                             \
	}
#define B_ENT                                                                                      \
	{                                                                                          \
		"b.a.example.", ""                                                                 \
	}
#define A_ENT                                                                                      \
	{                                                                                          \
		"a.example.", ""                                                                   \
	}
	static const struct {
		struct named names[6];
		const char *codes;
	} cases[] = {
	    {{APEX}, "S021 S035"},
	    {{APEX, C_CUT}, "S021 S035 S052"},
	    {{APEX, D_CUT}, "S021 S035 S052"},
	    {{APEX, C_CUT, B_ENT}, "S021 S035 S052"},
	    {{APEX, D_CUT, A_ENT}, "S021 S035 S052"},
	    {{APEX, B_ENT}, "S021 S035 S052"},
	    {{APEX, A_ENT}, "S021 S035"},
	    {{APEX, B_ENT, A_ENT}, "S021 S035"},
	    {{APEX, C_CUT, B_ENT, A_ENT}, "S021 S035"},
	    {{APEX, C_CUT, D_CUT, B_ENT, A_ENT}, "S021 S035"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct chain chain = {.names = cases[i].names, .salt = "-", .flags = 1};

		expect(zone, &chain, 1, cases[i].codes);
	}
}

/* --- Several chains (RFC 5155 sections 7.3 and 10.4) --- */

static const struct named names[] = {
    {"example.", "SOA DNSKEY NSEC3PARAM RRSIG"},
    {"www.example.", "A RRSIG"},
    {"ent.example.", ""},
    {"x.ent.example.", "TXT RRSIG"},
    {NULL, NULL},
};
static const struct named names_wrong[] = {{"www.example.", "TXT RRSIG"}, {NULL, NULL}};
static const struct named names_none[] = {{"other.example.", "A RRSIG"}, {NULL, NULL}};

#define DATA ZONE "www.example. 5 IN A 192.0.2.1\nx.ent.example. 5 IN TXT x\n"

static void
several_chains(void **state)
{
	static const char one[] = DATA PARAM "-\n", two[] = DATA PARAM "-\n" PARAM "ab\n",
			  flagged[] = DATA PARAM "-\nexample. 5 IN NSEC3PARAM 1 1 0 ab\n";
	static const struct {
		const char *text;
		struct chain chains[3];
		size_t n;
		const char *codes;
	} cases[] = {
	    {one, {{names, "-", 0, 0, NULL}}, 1, "S021 S035"},
	    {two, {{names, "-", 0, 0, NULL}, {names, "ab", 0, 0, NULL}}, 2, "S021 S035 S054"},
	    /* the opt-out flag is each chain's own */
	    {two, {{names, "-", 0, 0, NULL}, {names, "ab", 0, 1, NULL}}, 2, "S021 S035 S054"},
	    /* announced, and so to be complete */
	    {two, {{names, "-", 0, 0, NULL}, {names, "ab", 0, 0, "www.example."}}, 2,
		"S021 S035 S052 S054"},
	    {two, {{names, "-", 0, 0, "ent.example."}, {names, "ab", 0, 0, NULL}}, 2,
		"S021 S035 S052 S054"},
	    {two, {{names, "-", 0, 0, NULL}}, 1, "S021 S035 S050 S054"},
	    /* not announced: being made or removed */
	    {one, {{names, "-", 0, 0, NULL}, {names, "ab", 0, 0, NULL}}, 2, "S021 S035 S073 S054"},
	    {one, {{names, "-", 0, 0, NULL}, {names, "-", 3, 0, "www.example."}}, 2,
		"S021 S035 S073 S054"},
	    {flagged, {{names, "-", 0, 0, NULL}, {names, "ab", 0, 0, "www.example."}}, 2,
		"S021 S035 S073 S054"},
	    {one, {{names, "-", 0, 0, "www.example."}, {names, "ab", 0, 0, NULL}}, 2,
		"S021 S035 S052 S073 S054"},
	    {one, {{names, "-", 0, 0, NULL}, {names_wrong, "ab", 0, 0, NULL}}, 2,
		"S021 S035 S046 S073 S054"},
	    {one, {{names, "-", 0, 0, NULL}, {names_none, "ab", 0, 0, NULL}}, 2,
		"S021 S035 S051 S054"},
	    /* nothing announced */
	    {DATA, {{names, "-", 0, 0, NULL}}, 1, "S021 S035 S046 S050"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		expect(cases[i].text, cases[i].chains, cases[i].n, cases[i].codes);
}

/* A chain of many iterations is not judged, whatever it holds: here nobody waits for 65535. */
static void
dear_chains(void **state)
{
	static const char dear[] = DATA "example. 5 IN NSEC3PARAM 1 0 65535 ab\n",
			  most[] = DATA "example. 5 IN NSEC3PARAM 1 0 500 ab\n",
			  both[] = DATA PARAM "-\nexample. 5 IN NSEC3PARAM 1 0 501 ab\n";
	static const struct {
		const char *text;
		struct chain chains[2];
		size_t n;
		const char *codes;
	} cases[] = {
	    {most, {{names, "ab", 500, 0, NULL}}, 1, "S021 S035 S054"},
	    {most, {{names, "ab", 500, 0, "www.example."}}, 1, "S021 S035 S052 S054"},
	    {dear, {{names_none, "ab", 65535, 0, NULL}}, 1, "S021 S035 S076"},
	    {both, {{names, "-", 0, 0, NULL}, {names_none, "ab", 501, 0, NULL}}, 2,
		"S021 S035 S076"},
	    {both, {{names, "-", 0, 0, "www.example."}, {names_none, "ab", 501, 0, NULL}}, 2,
		"S021 S035 S052 S076"},
	    {DATA PARAM "-\n", {{names, "-", 0, 0, NULL}, {names_none, "ab", 501, 0, NULL}}, 2,
		"S021 S035 S076"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		expect(cases[i].text, cases[i].chains, cases[i].n, cases[i].codes);
}

/* --- From NSEC to NSEC3 and back (RFC 5155 sections 10.4 and 10.5) --- */

#define NSEC_APEX "example. 5 IN NSEC x.ent.example. SOA RRSIG NSEC DNSKEY\n"
#define NSEC_APEX_PARAM "example. 5 IN NSEC x.ent.example. SOA RRSIG NSEC DNSKEY NSEC3PARAM\n"
#define NSEC_X "x.ent.example. 5 IN NSEC www.example. TXT RRSIG NSEC\n"
#define NSEC_WWW "www.example. 5 IN NSEC example. A RRSIG NSEC\n"

static void
both_kinds(void **state)
{
	static const struct named bare[] = {{"example.", "SOA DNSKEY RRSIG"},
	    {"www.example.", "A RRSIG NSEC"}, {"ent.example.", ""}, {"x.ent.example.", "TXT RRSIG"},
	    {NULL, NULL}};
	static const struct chain whole = {names, "-", 0, 0, NULL},
				  part = {bare, "-", 0, 0, "x.ent.example."},
				  wanting = {names, "-", 0, 0, "www.example."};
	static const struct {
		const char *text;
		const struct chain *chain;
		const char *codes;
	} cases[] = {
	    {DATA NSEC_APEX NSEC_X NSEC_WWW, &part, "S021 S035 S043 S073"},
	    {DATA NSEC_APEX NSEC_X, &part, "S021 S035 S043 S044 S046 S073"},
	    {DATA PARAM "-\n" NSEC_APEX_PARAM NSEC_X NSEC_WWW, &whole, "S021 S035 S043"},
	    {DATA PARAM "-\n" NSEC_WWW, &whole, "S021 S035 S043"},
	    {DATA PARAM "-\n" NSEC_APEX_PARAM NSEC_X NSEC_WWW, &wanting, "S021 S035 S043 S052"},
	    {DATA PARAM "-\n"
			"www.example. 5 IN NSEC x.ent.example. A RRSIG NSEC\n",
		&whole, "S021 S035 S043 S045"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		expect(cases[i].text, cases[i].chain, 1, cases[i].codes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empty_non_terminals),
	    cmocka_unit_test(several_chains),
	    cmocka_unit_test(dear_chains),
	    cmocka_unit_test(both_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

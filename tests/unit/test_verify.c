#define _GNU_SOURCE
#include "verify_fixture.h"

#include "base/codec.h"
#include "dnssec/rrsig.h"
#include "dnssec/verifier.h"

#include <inttypes.h>

/* --- Signatures of the RFCs, in a zone that has little else --- */

static char *
zone_of_vector(const struct key_vector *v, const char *signature, unsigned ttl_s)
{
	char *text;
	const char *type = v->type == 1 ? "A" : "MX", *record = strchr(v->record, ' ');
	int n = asprintf(&text,
	    "%s 3600 IN SOA . . 1 2 3 4 5\n%s 3600 IN DNSKEY %u 3 %u %s\n%s %u%s\n"
	    "%s %u IN RRSIG %s %u %u 3600 %" PRIu32 " %" PRIu32 " %u %s %s\n",
	    v->zone, v->zone, v->flags, v->algorithm, v->public_key, v->owner, ttl_s, record,
	    v->owner, ttl_s, type, v->algorithm, rrsig_labels(fixture_name(v->owner).wire),
	    v->expiration, v->inception, v->tag, v->zone, signature);

	assert_true(n > 0);
	return text;
}

static void
expect_vector(const struct key_vector *v, const char *signature, unsigned ttl_s, int64_t at,
    const char *code, size_t n_verified)
{
	char *text = zone_of_vector(v, signature, ttl_s);
	struct verdict verdict;

	judge(text, at, true, &verdict);
	free(text);
	assert_int_equal(verdict.result.n_verified, n_verified);
	if (code)
		assert_non_null(strstr(verdict.codes, code));
	else
		for (const char *const *bad = (const char *const[]){"S025", "S026", "S027", "S028",
			 "S029", "S030", "S031", "S034", NULL};
		     *bad; bad++)
			assert_null(strstr(verdict.codes, *bad));
}

static void
signatures_of_rfcs(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(key_vectors); i++) {
		const struct key_vector *v = &key_vectors[i];
		int64_t at = v->inception + 1000;
		char changed[1000];

		snprintf(changed, sizeof(changed), "%s", v->signature);
		changed[5] = changed[5] == 'A' ? 'B' : 'A';
		expect_vector(v, v->signature, 3600, at, NULL, 1);
		expect_vector(v, v->signature, 3600, v->expiration, NULL, 1);
		expect_vector(v, v->signature, 3600, v->inception, NULL, 1);
		expect_vector(v, changed, 3600, at, "S025", 0);
		expect_vector(v, v->signature, 300, at, "S029", 0);
		expect_vector(v, v->signature, 3600, v->inception - 1, "S027", 0);
		expect_vector(v, v->signature, 3600, v->expiration + INT64_C(1), "S026", 0);
	}
}

/* The verifier alone takes nothing but the whole signature over the whole data. */
static void
one_verifier(const struct key_vector *v)
{
	struct name zone = fixture_name(v->zone), owner = fixture_name(v->owner);
	struct rrsig_period period = {.inception = v->inception, .expiration = v->expiration};
	struct rrsig_set set = {{owner.wire, owner.len}, v->type, 3600, &v->rdata, 1};
	uint8_t public_key[1000], signature[SIGNATURE_LONGEST + 1] = {0};
	ssize_t key_len = base64_decode(text_of(v->public_key), public_key);
	ssize_t len = base64_decode(text_of(v->signature), signature);
	struct verifier_key key = {verifier_algorithm(v->algorithm), {public_key, (size_t)key_len}};
	struct verifier *verifier = verifier_new(&key, 1);
	struct rrsig rrsig = {0};
	struct bytes data;

	rrsig_begin(&rrsig, &zone, &period, &set);
	rrsig_key(&rrsig, v->algorithm, v->tag);
	data = rrsig_data(&rrsig);
	assert_true(verifier_takes(verifier, 0));
	for (size_t n = 0; n <= (size_t)len + 1; n++)
		assert_int_equal(verifier_good(verifier, 0, data, (struct bytes){signature, n}),
		    n == (size_t)len);
	data.len--;
	assert_false(verifier_good(verifier, 0, data, (struct bytes){signature, (size_t)len}));
	data.len++;
	for (size_t i = 0; i < (size_t)len; i++) {
		signature[i] ^= 0x80;
		assert_false(
		    verifier_good(verifier, 0, data, (struct bytes){signature, (size_t)len}));
		signature[i] ^= 0x80;
	}
	assert_true(verifier_good(verifier, 0, data, (struct bytes){signature, (size_t)len}));
	rrsig_free(&rrsig);
	verifier_free(verifier);
}

static void
verifiers(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(key_vectors); i++)
		one_verifier(&key_vectors[i]);
}

static void
keys_that_are_none(void **state)
{
	static const uint8_t octets[] = {1, 3, 5, 7};
	static const uint8_t numbers[] = {0, 1, 3, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16, 253, 255};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers); i++) {
		struct verifier_key key = {verifier_algorithm(numbers[i]), {octets, 0}};
		struct verifier *verifier = verifier_new(&key, 1);

		assert_false(verifier_takes(verifier, 0));
		assert_false(verifier_good(
		    verifier, 0, (struct bytes){octets, 4}, (struct bytes){octets, 4}));
		verifier_free(verifier);
	}
	assert_non_null(verifier_algorithm(5));
	assert_non_null(verifier_algorithm(7));
	assert_null(verifier_algorithm(3));
	assert_true(verifier_is_old(5) && verifier_is_old(7) && !verifier_is_old(8));
}

/* --- Chains of the RFCs, without their signatures --- */

#define KEY "example. 3600 DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"

/* RFC 5155 appendix A; the key is that of RFC 8080, and no record is signed. */
static const char rfc5155[] =
    "$ORIGIN example.\n$TTL 3600\n"
    "example. SOA ns1 bugs.x.w 1 3600 300 3600000 3600\n"
    " NS ns1\n NS ns2\n MX 1 xx\n NSEC3PARAM 1 0 12 aabbccdd\n" KEY
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr A 192.0.2.127\n"
    "a NS ns1.a\na NS ns2.a\n"
    "a DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C\n"
    "ns1.a A 192.0.2.5\nns2.a A 192.0.2.6\n"
    "ai A 192.0.2.9\nai HINFO \"KLH-10\" \"ITS\"\nai AAAA 2001:db8::f00:baa9\n"
    "c NS ns1.c\nc NS ns2.c\nns1.c A 192.0.2.7\nns2.c A 192.0.2.8\n"
    "ns1 A 192.0.2.1\nns2 A 192.0.2.2\n*.w MX 1 ai\nx.w MX 1 xx\nx.y.w MX 1 xx\n"
    "xx A 192.0.2.10\nxx HINFO \"KLH-10\" \"TOPS-20\"\nxx AAAA 2001:db8::f00:baaa\n"
#define N3 " NSEC3 1 1 12 aabbccdd "
    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" N3
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG\n"
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr" N3 "2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG\n"
    "2vptu5timamqttgl4luu9kg21e0aor3s" N3 "35mthgpgcu1qg68fab165klnsnk3dpvl MX RRSIG\n"
    "35mthgpgcu1qg68fab165klnsnk3dpvl" N3 "b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG\n"
    "b4um86eghhds6nea196smvmlo4ors995" N3 "gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG\n"
    "gjeqe526plbf1g8mklp59enfd789njgi" N3 "ji6neoaepv8b5o6k4ev33abha8ht9fgc HINFO A AAAA RRSIG\n"
    "ji6neoaepv8b5o6k4ev33abha8ht9fgc" N3 "k8udemvp1j2f7eg6jebps17vp3n8i58h\n"
    "k8udemvp1j2f7eg6jebps17vp3n8i58h" N3 "kohar7mbb8dc2ce8a9qvl8hon4k53uhi\n"
    "kohar7mbb8dc2ce8a9qvl8hon4k53uhi" N3 "q04jkcevqvmu85r014c7dkba38o0ji5r A RRSIG\n"
    "q04jkcevqvmu85r014c7dkba38o0ji5r" N3 "r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG\n"
    "r53bq7cc2uvmubfu5ocmm6pers9tk9en" N3 "t644ebqk9bibcna874givr6joj62mlhv MX RRSIG\n"
    "t644ebqk9bibcna874givr6joj62mlhv" N3 "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom HINFO A AAAA RRSIG\n";

/* RFC 4035 appendix A, likewise. */
static const char rfc4035[] =
    "$ORIGIN example.\n$TTL 3600\n"
    "example. SOA ns1 bugs.x.w 1081539377 3600 300 3600000 3600\n"
    " NS ns1\n NS ns2\n MX 1 xx\n" KEY " NSEC a NS SOA MX RRSIG NSEC DNSKEY\n"
    "a NS ns1.a\na NS ns2.a\n"
    "a DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B\na NSEC ai NS DS RRSIG NSEC\n"
    "ns1.a A 192.0.2.5\nns2.a A 192.0.2.6\n"
    "ai A 192.0.2.9\nai HINFO \"KLH-10\" \"ITS\"\nai AAAA 2001:db8::f00:baa9\n"
    "ai NSEC b A HINFO AAAA RRSIG NSEC\n"
    "b NS ns1.b\nb NS ns2.b\nb NSEC ns1 NS RRSIG NSEC\nns1.b A 192.0.2.7\nns2.b A 192.0.2.8\n"
    "ns1 A 192.0.2.1\nns1 NSEC ns2 A RRSIG NSEC\nns2 A 192.0.2.2\nns2 NSEC *.w A RRSIG NSEC\n"
    "*.w MX 1 ai\n*.w NSEC x.w MX RRSIG NSEC\nx.w MX 1 xx\nx.w NSEC x.y.w MX RRSIG NSEC\n"
    "x.y.w MX 1 xx\nx.y.w NSEC xx MX RRSIG NSEC\n"
    "xx A 192.0.2.10\nxx HINFO \"KLH-10\" \"TOPS-20\"\nxx AAAA 2001:db8::f00:baaa\n"
    "xx NSEC example. A HINFO AAAA RRSIG NSEC\n";

/* The text with the first `what` replaced. */
static void
judge_changed(const char *text, const char *what, const char *by, struct verdict *out)
{
	const char *at = strstr(text, what);
	char *changed;

	assert_non_null(at);
	assert_true(
	    asprintf(&changed, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what)) > 0);
	judge(changed, 1000, false, out);
	free(changed);
}

struct change {
	const char *what, *by, *codes;
};

static void
expect_changes(const char *text, const struct change *changes, size_t n)
{
	struct verdict verdict;

	for (size_t i = 0; i < n; i++) {
		judge_changed(text, changes[i].what, changes[i].by, &verdict);
		assert_string_equal(verdict.codes, changes[i].codes);
	}
}

/* S021, S035: not signed; S054: salt and iterations, as the RFC has them. */
static void
chain_of_rfc5155(void **state)
{
	static const struct change changes[] = {
	    {"", "", "S021 S035 S054"},
	    {"c NS ns1.c\nc NS ns2.c", "c TXT x", "S021 S035 S052 S054"},
	    {"x.y.w MX", "x.y.w TXT", "S021 S035 S046 S054"},
	    {"x.y.w MX 1 xx", "x.z.w MX 1 xx", "S021 S035 S052 S053 S054"},
	    {"aabbccdd k8", "aabbccdd k9", "S021 S035 S045 S054"},
	};
	struct verdict verdict;

	(void)state;
	expect_changes(rfc5155, changes, LENGTH(changes));
	judge(rfc5155, 1000, true, &verdict);
	assert_int_equal(verdict.result.denial, VERIFY_NSEC3_OPT_OUT);
	assert_true(verdict.result.algorithms[15]);
	assert_int_equal(verdict.result.n_records, 27 + 12);
}

static void
chain_of_rfc4035(void **state)
{
	static const struct change changes[] = {
	    {"", "", "S021 S035"},
	    {"ns1 A", "ns1 TXT", "S021 S035 S046"},
	    {"ns1.a A", "nsx.a A", "S021 S035"}, /* glue */
	    {"*.w MX 1 ai", "*.w MX 1 ai\nw TXT x", "S021 S035 S044 S045"},
	    {"x.w NSEC x.y.w", "x.w NSEC y.w", "S021 S035 S045"},
	    {"xx NSEC example.", "xx NSEC zz", "S021 S035 S045"},
	    {"NSEC ai NS DS", "NSEC ai NS A DS", "S021 S035 S046"},
	};
	struct verdict verdict;

	(void)state;
	expect_changes(rfc4035, changes, LENGTH(changes));
	judge(rfc4035, 1000, true, &verdict);
	assert_int_equal(verdict.result.denial, VERIFY_NSEC);
}

/* --- ZONEMD, RFC 8976 appendix A --- */

static const char zonemd_a1[] =
    "$ORIGIN example.\n$TTL 86400\n"
    "example. SOA ns1 admin 2018031900 1800 900 604800 86400\n NS ns1\n NS ns2\n"
    " ZONEMD 2018031900 1 1 "
    "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c"
    "9ae5cc27777f98b8e730044c\n"
    "ns1 3600 A 203.0.113.63\nns2 3600 AAAA 2001:db8::63\n";

/* Without the record outside the zone, which parsing refuses. */
static const char zonemd_a2[] =
    "$ORIGIN example.\n$TTL 86400\n"
    "example. SOA ns1 admin 2018031900 1800 900 604800 86400\n NS ns1\n NS ns2\n"
    " ZONEMD 2018031900 1 1 "
    "a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2d8b39808"
    "226d7b9db71e34b72077f8fe\n"
    "ns1 3600 A 203.0.113.63\nNS2 3600 AAAA 2001:db8::63\n"
    "occluded.sub 7200 TXT \"I'm occluded but must be digested\"\nsub 7200 NS ns1\n"
    "duplicate 300 TXT \"I must be digested just once\"\n"
    "duplicate 300 TXT \"I must be digested just once\"\n"
    "UPPERCASE 3600 TXT \"canonicalize uppercase owner names\"\n"
    "* 777 PTR dont-forget-about-wildcards\nmail 3600 MX 20 MAIL1\n"
    "mail 3600 MX 10 Mail2.Example.\nsortme 3600 AAAA 2001:db8::5:61\n"
    "sortme 3600 AAAA 2001:db8::3:62\nsortme 3600 AAAA 2001:db8::4:63\n"
    "sortme 3600 AAAA 2001:db8::1:65\nsortme 3600 AAAA 2001:db8::2:64\n"
    "non-apex 900 ZONEMD 2018031900 1 1 616c6c6f776564206275742069676e6f7265642e20616c6c6f776564206"
    "275742069676e6f7265642e20616c6c6f7765\n";

/* Without the record of scheme 241, whose short digest parsing refuses. */
static const char zonemd_a3[] =
    "$ORIGIN example.\n$TTL 86400\n"
    "example. SOA ns1 admin 2018031900 1800 900 604800 86400\n NS ns1\n NS ns2\n"
    " ZONEMD 2018031900 1 1 "
    "62e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279dd10f0e"
    "db1c56f8080211f8480ee306\n"
    " ZONEMD 2018031900 1 2 "
    "08cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a4e114d88"
    "4e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27\n"
    " ZONEMD 2018031900 1 240 e2d523f654b9422a96c5a8f44607bbee\n"
    "ns1 3600 A 203.0.113.63\nns2 TXT \"This example has multiple digests\"\n"
    "ns2 3600 AAAA 2001:db8::63\n";

/* S020: not signed. */
static void
zonemds(void **state)
{
	static const struct {
		const char *text, *what, *by, *codes;
		bool good;
	} cases[] = {
	    {zonemd_a1, "", "", "S020", true},
	    {zonemd_a2, "", "", "S020", true},
	    {zonemd_a3, "", "", "S020 S063", true},
	    {zonemd_a1, "3600 A", "3601 A", "S020 S060", false},
	    {zonemd_a1, "113.63", "113.64", "S020 S060", false},
	    {zonemd_a1, "ZONEMD 2018031900", "ZONEMD 2018031901", "S020 S061", false},
	    {zonemd_a2, "I'm occluded", "I am occluded", "S020 S060", false},
	    {zonemd_a2, "616c", "616d", "S020 S060", false},
	    {zonemd_a2, "MAIL1", "mail1", "S020", true},
	    {zonemd_a3, "1 2 08cf", "1 2 08ce", "S020 S060 S063", false},
	    {zonemd_a3, "1 240 ", "1 241 ", "S020 S063", true},
	    /* outside the zone, and so outside the digest: section 3.3 */
	    {zonemd_a2, "duplicate", "example.net. 60 TXT x\nduplicate", "Z023 S020", true},
	    {zonemd_a2, "duplicate", "lost NOTYPE x\nduplicate", "Z006 S020 S072", false},
	};
	struct verdict verdict;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		judge_changed(cases[i].text, cases[i].what, cases[i].by, &verdict);
		assert_string_equal(verdict.codes, cases[i].codes);
		assert_int_equal(verdict.result.zonemd, cases[i].good);
	}
}

/* --- Odd zones --- */

#define ODD_SOA "example. 60 IN SOA . . 1 2 3 4 5\n"
#define ODD_RRSIG "example. 60 IN RRSIG SOA 15 1 60 19700102000000 19700101000000 "
#define NO_ZONE_RDATA "0 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
#define NO_ZONE_KEY "example. 60 IN DNSKEY " NO_ZONE_RDATA

static void
odd_zones(void **state)
{
	static const struct {
		const char *text, *codes;
	} cases[] = {
	    {"", "Z027"},
	    {"example. 60 IN A 192.0.2.1\n", "Z029"},
	    {"example. 60 IN SOA . . 1 2 3 4 5\n", "S020"},
	    {"example. 60 IN SOA . . 1 2 3 4 5\n" KEY, "S021 S035 S042"},
	    {"example. 60 IN SOA . . 1 2 3 4 5\nexample. 60 IN DNSKEY 256 3 253 AAAA\n",
		"S021 S035 S041 S042"},
	    {"example. 60 IN SOA . . 1 2 3 4 5\nexample. 60 IN DNSKEY 385 3 13 AAAA\n",
		"S021 S034 S035 S039 S042"},
	    {"example. 60 IN SOA . . 1 2 3 4 5\nexample. 60 IN NSEC3PARAM 1 0 0 -\n" KEY,
		"S021 S035 S042 S050"},
	    /* No zone key: RFC 4034 section 2.1.1 */
	    {ODD_SOA NO_ZONE_KEY ODD_RRSIG "3356 example. AAAA\n", "S021 S035 S042 S087"},
	    {ODD_SOA NO_ZONE_KEY ODD_RRSIG "3613 example. AAAA\n", "S021 S033 S035 S042"},
	    {ODD_SOA KEY NO_ZONE_KEY ODD_RRSIG "3356 example. AAAA\n", "S021 S035 S042 S087"},
	    {ODD_SOA NO_ZONE_KEY "example. 60 IN CDS 3356 15 253 00\n",
		"S021 S035 S042 S066 S067 S088"},
	    {ODD_SOA NO_ZONE_KEY "example. 60 IN CDNSKEY " NO_ZONE_RDATA,
		"S021 S035 S042 S066 S067 S088"},
	    {". 60 IN SOA . . 1 2 3 4 5\n. 60 IN NSEC . SOA RRSIG NSEC\n", "S020"},
	};
	struct verdict verdict;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		judge(cases[i].text, 1000, true, &verdict);
		assert_string_equal(verdict.codes, cases[i].codes);
	}
}

/* Records that no message holds are not held against each other: nobody waits for them. */
static void
many_keys(void **state)
{
	static const struct {
		const char *head, *format;
		size_t n;
		const char *codes;
	} cases[] = {
	    {"", "example. 60 IN DNSKEY 256 3 253 %08zx\n", 100, "S021 S035 S041 S042"},
	    {"", "example. 60 IN DNSKEY 256 3 253 %08zx\n", 60000, "S042 S077"},
	    {KEY, "example. 60 IN CDNSKEY 256 3 253 %08zx\n", 60000, "S021 S035 S042 S077"},
	    {KEY, "example. 60 IN CDS 1 253 9 %08zx\n", 60000, "S021 S035 S042 S077"},
	};
	struct verdict verdict;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct buf b = {0};

		buf_printf(&b, "example. 60 IN SOA . . 1 2 3 4 5\n%s", cases[i].head);
		for (size_t k = 0; k < cases[i].n; k++)
			buf_printf(&b, cases[i].format, k);
		buf_putc(&b, '\0');
		judge(b.data, 1000, true, &verdict);
		assert_string_equal(verdict.codes, cases[i].codes);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signatures_of_rfcs),
	    cmocka_unit_test(many_keys),
	    cmocka_unit_test(verifiers),
	    cmocka_unit_test(keys_that_are_none),
	    cmocka_unit_test(chain_of_rfc5155),
	    cmocka_unit_test(chain_of_rfc4035),
	    cmocka_unit_test(zonemds),
	    cmocka_unit_test(odd_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

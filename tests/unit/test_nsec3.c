#include "zone_fixture.h"

#include "base/codec.h"
#include "dnssec/nsec3.h"

static const uint8_t salt[] = {0xaa, 0xbb, 0xcc, 0xdd};

static struct nsec3_params
params_of(uint16_t iterations, bool salted, bool opt_out)
{
	struct nsec3_params params = {.iterations = iterations, .opt_out = opt_out};

	if (salted) {
		params.salt_len = sizeof(salt);
		memcpy(params.salt, salt, sizeof(salt));
	}
	return params;
}

/* The labels of the chain, a blank behind each. */
static const char *
labels(const struct nsec3_chain *chain, struct buf *b)
{
	char label[NSEC3_LABEL];

	buf_clear(b);
	for (size_t i = 0; i < chain->n; i++) {
		nsec3_label(chain, i, label);
		buf_printf(b, "%.*s ", NSEC3_LABEL, label);
	}
	*buf_reserve(b, 1) = '\0';
	return b->data;
}

/* All names of the RFC's example, some of which exist only for those below them. */
static const char rfc_zone[] =
    "$ORIGIN example.\n$TTL 3600\n"
    "@ SOA ns1 bugs.x.w 1 2 3 4 3600\n@ NS ns1\n"
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr A 192.0.2.127\n"
    "a NS ns1.a\na DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C\n"
    "ns1.a A 192.0.2.5\nai A 192.0.2.9\nC NS ns1.c\nns1.c A 192.0.2.7\n"
    "NS1 A 192.0.2.1\nns2 A 192.0.2.2\n*.w MX 1 ai\n"
    "x.w MX 1 xx\nx.y.W MX 1 xx\nxx A 192.0.2.10\n";

/* RFC 5155 appendix A, in the order of the hashes. The delegation c is insecure. */
static void
rfc_hashes(void **state)
{
	static const char *const hashes[] = {
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", /* example */
	    "2t7b4g4vsa5smi47k61mv5bv1a22bojr", /* ns1 */
	    "2vptu5timamqttgl4luu9kg21e0aor3s", /* x.y.w */
	    "35mthgpgcu1qg68fab165klnsnk3dpvl", /* a */
	    "b4um86eghhds6nea196smvmlo4ors995", /* x.w */
	    "gjeqe526plbf1g8mklp59enfd789njgi", /* ai */
	    "ji6neoaepv8b5o6k4ev33abha8ht9fgc", /* y.w */
	    "k8udemvp1j2f7eg6jebps17vp3n8i58h", /* w */
	    "kohar7mbb8dc2ce8a9qvl8hon4k53uhi", /* 2t7b4g4vsa5smi47k61mv5bv1a22bojr */
	    "q04jkcevqvmu85r014c7dkba38o0ji5r", /* ns2 */
	    "r53bq7cc2uvmubfu5ocmm6pers9tk9en", /* *.w */
	    "t644ebqk9bibcna874givr6joj62mlhv", /* xx */
	};
	struct nsec3_params params = params_of(12, true, true);
	struct nsec3_chain chain;
	struct zone_fixture f;
	struct buf want = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(hashes); i++)
		buf_printf(&want, "%s ", hashes[i]);
	*buf_reserve(&want, 1) = '\0';
	zone_read_good(&f, rfc_zone);
	for (unsigned workers = 1; workers < 4; workers++) {
		assert_int_equal(nsec3_build(&f.store, &params, workers, &chain), 0);
		assert_string_equal(labels(&chain, &f.text), want.data);
		nsec3_free(&chain);
	}
	params.opt_out = false;
	assert_int_equal(nsec3_build(&f.store, &params, 1, &chain), 0);
	assert_int_equal(chain.n, LENGTH(hashes) + 1);
	nsec3_free(&chain);
	buf_free(&want);
	zone_free(&f);
}

static void
rdata(void **state)
{
	static const struct {
		size_t item;
		const char *text;
	} rows[] = {
	    {0, "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA RRSIG"},
	    {3, "1 1 12 aabbccdd b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG"},
	    {7, "1 1 12 aabbccdd kohar7mbb8dc2ce8a9qvl8hon4k53uhi"},
	    {11, "1 1 12 aabbccdd 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A RRSIG"},
	};
	struct nsec3_params params = params_of(12, true, true);
	uint8_t wire[NSEC3_RDATA_LONGEST];
	struct nsec3_chain chain;
	struct zone_fixture f;

	(void)state;
	zone_read_good(&f, rfc_zone);
	assert_int_equal(nsec3_build(&f.store, &params, 2, &chain), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len = nsec3_rdata(&f.store, &chain, rows[i].item, wire);

		buf_clear(&f.text);
		rdata_print(&f.text, TYPE_NSEC3, (struct bytes){wire, len});
		*buf_reserve(&f.text, 1) = '\0';
		assert_string_equal(f.text.data, rows[i].text);
	}
	buf_clear(&f.text);
	rdata_print(
	    &f.text, TYPE_NSEC3PARAM, (struct bytes){wire, nsec3_param_rdata(&params, wire)});
	*buf_reserve(&f.text, 1) = '\0';
	assert_string_equal(f.text.data, "1 0 12 aabbccdd");
	nsec3_free(&chain);
	zone_free(&f);
}

/* Which names a chain has, beside the apex. */
static void
names(void **state)
{
	static const struct {
		const char *records;
		size_t n, n_opt_out;
	} rows[] = {
	    {"", 1, 1},
	    {"a A 192.0.2.1\n", 2, 2},
	    {"a.b.c A 192.0.2.1\n", 4, 4},
	    {"a.b.c A 192.0.2.1\nd.b.c A 192.0.2.1\ne.c A 192.0.2.1\n", 6, 6},
	    {"b.c A 192.0.2.1\na.b.c A 192.0.2.1\n", 4, 4},
	    {"x.c A 192.0.2.1\na.b.c A 192.0.2.1\n", 5, 5},
	    {"a NS ns.a\nns.a A 192.0.2.1\n", 2, 1},
	    {"a.b NS ns\n", 3, 1},
	    {"a.b NS ns\na.b DS 1 13 2 "
	     "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a\n",
		3, 3},
	    {"a.b NS ns\nc.b A 192.0.2.1\n", 4, 3},
	    {"a NS ns\nb.a NS ns\nx.y.a A 192.0.2.1\n", 2, 1},
	    {"d DNAME x\n", 2, 2},
	    {"*.w A 192.0.2.1\n", 3, 3},
	    {"\\000 A 192.0.2.1\n\\000.\\000 A 192.0.2.1\nb.\\001\\000 A 192.0.2.1\n", 5, 5},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (unsigned opt_out = 0; opt_out < 2; opt_out++) {
			struct nsec3_params params = params_of(0, false, opt_out);
			struct nsec3_chain chain;
			struct zone_fixture f;
			char text[600];

			snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, rows[i].records);
			zone_read_good(&f, text);
			assert_int_equal(nsec3_build(&f.store, &params, 1, &chain), 0);
			if (chain.n != (opt_out ? rows[i].n_opt_out : rows[i].n))
				fail_msg("%s: %zu", rows[i].records, chain.n);
			nsec3_free(&chain);
			zone_free(&f);
		}
}

/* Where NSEC3 records stand among the names. */
static void
places(void **state)
{
	struct nsec3_params params = params_of(0, false, false);
	struct nsec3_chain chain;
	struct zone_fixture f;
	size_t n = 0, item = 0;

	(void)state;
	zone_read_good(&f, ZONE_HEAD "0 A 192.0.2.1\ng A 192.0.2.1\nzz A 192.0.2.1\n"
				     "a.g A 192.0.2.1\n\\255 A 192.0.2.1\n");
	assert_int_equal(nsec3_build(&f.store, &params, 1, &chain), 0);
	for (size_t i = 0; i < f.store.n_nodes; i++) {
		for (; item < chain.n && nsec3_is_before(&chain, item, &f.store.nodes[i]); item++)
			assert_int_equal(nsec3_nodes_among(&chain, &f.store, n++), i);
		for (size_t later = item; later < chain.n; later++)
			assert_false(nsec3_is_before(&chain, later, &f.store.nodes[i]));
		assert_int_equal(nsec3_nodes_among(&chain, &f.store, n++), i);
		assert_true(i > 0 || item == 0);
	}
	for (; n <= f.store.n_nodes + chain.n; n++)
		assert_int_equal(nsec3_nodes_among(&chain, &f.store, n), f.store.n_nodes);
	nsec3_free(&chain);
	zone_free(&f);
}

static void
long_zone(void **state)
{
	char label[61], text[400];
	struct nsec3_params params = {0};
	struct nsec3_chain chain;
	struct zone_fixture f;

	(void)state;
	for (unsigned last = 37; last < 41; last++) { /* the name has 183 + 1 + last + 1 octets */
		memset(label, 'a', 60);
		label[60] = '\0';
		snprintf(text, sizeof(text), "$ORIGIN %s.%s.%s.%.*s.\n@ 1 SOA n. n. 1 2 3 4 5\n",
		    label, label, label, (int)last, label);
		zone_read_good(&f, text);
		assert_int_equal(
		    nsec3_build(&f.store, &params, 1, &chain), 185 + last + 33 > 255 ? -1 : 0);
		nsec3_free(&chain);
		zone_free(&f);
	}
}

static void
words(void **state)
{
	static char digits[2 * 256 + 1];
	static const struct {
		const char *iterations, *salt, *problems;
		unsigned n, salt_len;
	} rows[] = {
	    {NULL, NULL, "", 0, 0},
	    {"0", "-", "", 0, 0},
	    {"1", NULL, "S054 ", 1, 0},
	    {"50", "00", "S054 ", 50, 1},
	    {"51", NULL, "S013 ", 0, 0},
	    {"150", "zz", "S013 S013 ", 0, 0},
	    {"4294967296", NULL, "S013 ", 0, 0},
	    {"", NULL, "S013 ", 0, 0},
	    {"-1", NULL, "S013 ", 0, 0},
	    {"+1", NULL, "S013 ", 0, 0},
	    {"1 ", NULL, "S013 ", 0, 0},
	    {NULL, "", "S013 ", 0, 0},
	    {NULL, "abc", "S013 ", 0, 0},
	    {NULL, "--", "S013 ", 0, 0},
	    {NULL, digits, "S013 ", 0, 0},
	    {NULL, digits + 2, "S054 ", 0, 255},
	};

	(void)state;
	memset(digits, 'a', sizeof(digits) - 1);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct nsec3_words given = {0};
		struct nsec3_params params = {.opt_out = true, .iterations = 7};
		struct diags diags = {0};
		char problems[40] = "";

		if (rows[i].iterations)
			given.iterations = text_of(rows[i].iterations);
		if (rows[i].salt)
			given.salt = text_of(rows[i].salt);
		assert_int_equal(nsec3_params_read(&diags, &given, &params),
		    strstr(rows[i].problems, "S013") ? -1 : 0);
		for (size_t j = 0; j < diags.n; j++) {
			strcat(problems, problem_table[diags.items[j].problem].code);
			strcat(problems, " ");
		}
		assert_string_equal(problems, rows[i].problems);
		assert_int_equal(params.iterations, rows[i].n);
		assert_int_equal(params.salt_len, rows[i].salt_len);
		assert_true(params.opt_out);
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_hashes),
	    cmocka_unit_test(rdata),
	    cmocka_unit_test(names),
	    cmocka_unit_test(places),
	    cmocka_unit_test(long_zone),
	    cmocka_unit_test(words),
	};

	return cmocka_run_group_tests_name("nsec3", tests, zone_setup, zone_teardown);
}

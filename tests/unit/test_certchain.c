#include "cert_fixture.h"

#include "base/codec.h"
#include "dane/tlsa.h"
#include "dns/type.h"
#include "rollover/certchain.h"

#include <openssl/sha.h>

/* A leaf, its CA and the root above it, and another leaf. */
enum who { LEAF, CA, ROOT, OTHER, N_CERTS };

static struct arena arena;
static X509 *x509[N_CERTS];
static struct certchain chain, bare;

/* --- Digests, cut out by OpenSSL alone --- */

static struct bytes
octets_of(enum who who, int selector)
{
	unsigned char *data = NULL;
	int len = selector == 0 ? i2d_X509(x509[who], &data)
				: i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509[who]), &data);
	struct bytes out;

	assert_true(len > 0);
	out = (struct bytes){arena_copy(&arena, data, (size_t)len), (size_t)len};
	OPENSSL_free(data);
	return out;
}

static struct bytes
data_of(enum who who, int selector, int matching)
{
	struct bytes octets = octets_of(who, selector);
	uint8_t *digest = arena_bytes(&arena, SHA512_LEN);

	if (matching == 0)
		return octets;
	if (matching == 1)
		return (struct bytes){SHA256(octets.data, octets.len, digest), SHA256_LEN};
	return (struct bytes){SHA512(octets.data, octets.len, digest), SHA512_LEN};
}

static struct bytes
record_of(int usage, int selector, int matching, struct bytes data)
{
	uint8_t *rdata = arena_bytes(&arena, 3 + data.len);

	rdata[0] = (uint8_t)usage;
	rdata[1] = (uint8_t)selector;
	rdata[2] = (uint8_t)matching;
	if (data.len)
		memcpy(rdata + 3, data.data, data.len);
	return (struct bytes){rdata, 3 + data.len};
}

static void
load_chain(const char *pem, struct certchain *out)
{
	struct diags diags = {0};
	struct certs *certs = arena_alloc(&arena, sizeof(*certs));

	assert_int_equal(
	    certs_load(&arena, &diags, pos_none(), "chain.pem", text_of(pem), NULL, certs), 0);
	certchain_of(&arena, certs, out);
	diags_free(&diags);
}

static int
setup(void **state)
{
	EVP_PKEY *keys[N_CERTS];
	const struct cert_spec specs[N_CERTS] = {
	    [LEAF] = {.name = "mail.example.org", .issuer = "CA", .san = "DNS:mail.example.org"},
	    [CA] = {.name = "CA", .issuer = "Root", .ca = true},
	    [ROOT] = {.name = "Root", .ca = true},
	    [OTHER] = {.name = "other.example.org"},
	};

	(void)state;
	for (int i = 0; i < N_CERTS; i++)
		keys[i] = fixture_key();
	for (int i = 0; i < N_CERTS; i++) {
		struct cert_spec spec = specs[i];

		spec.key = keys[i];
		spec.issuer_key = keys[i == LEAF ? CA : ROOT];
		x509[i] = fixture_cert(&spec);
	}
	load_chain(arena_printf(&arena, "%s%s%s", fixture_pem(&arena, x509[CA]),
		       fixture_pem(&arena, x509[LEAF]), fixture_pem(&arena, x509[ROOT])),
	    &chain);
	load_chain(fixture_public_pem(&arena, keys[LEAF]), &bare);
	for (int i = 0; i < N_CERTS; i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

/* The server's own certificate comes first, wherever it stands in the file. */
static void
digests(void **state)
{
	static const enum who order[] = {LEAF, CA, ROOT};
	struct buf id = {0};
	EVP_MD_CTX *all = EVP_MD_CTX_new();
	uint8_t sha256[SHA256_LEN];

	(void)state;
	assert_int_equal(chain.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(chain.links[i].is_ca, i > 0);
		for (int selector = 0; selector < 2; selector++) {
			assert_true(chain.links[i].known[selector]);
			assert_memory_equal(chain.links[i].sha256[selector],
			    data_of(order[i], selector, 1).data, SHA256_LEN);
			assert_memory_equal(chain.links[i].sha512[selector],
			    data_of(order[i], selector, 2).data, SHA512_LEN);
		}
	}
	hex_encode(&id, data_of(LEAF, 0, 1));
	assert_string_equal(chain.leaf_id, buf_text(&id, &arena));
	/* the id is of all, as the file has them */
	EVP_DigestInit_ex(all, EVP_sha256(), NULL);
	for (size_t i = 0; i < 3; i++) {
		struct bytes der = octets_of((const enum who[]){CA, LEAF, ROOT}[i], 0);

		EVP_DigestUpdate(all, der.data, der.len);
	}
	EVP_DigestFinal_ex(all, sha256, NULL);
	EVP_MD_CTX_free(all);
	id = (struct buf){0};
	hex_encode(&id, (struct bytes){sha256, sizeof(sha256)});
	assert_string_equal(chain.id, buf_text(&id, &arena));
}

static void
key_alone(void **state)
{
	struct buf id = {0};

	(void)state;
	assert_int_equal(bare.n, 1);
	assert_false(bare.links[0].known[TLSA_CERT]);
	assert_true(bare.links[0].known[TLSA_SPKI]);
	assert_memory_equal(bare.links[0].sha256[TLSA_SPKI], data_of(LEAF, 1, 1).data, SHA256_LEN);
	hex_encode(&id, data_of(LEAF, 1, 1));
	assert_string_equal(bare.id, buf_text(&id, &arena));
	assert_true(certchain_matches(&bare, record_of(3, 1, 2, data_of(LEAF, 1, 2))));
	assert_false(certchain_matches(&bare, record_of(3, 0, 1, data_of(LEAF, 0, 1))));
	assert_false(
	    certchain_matches(&bare, record_of(3, 0, 1, (struct bytes){(uint8_t[32]){0}, 32})));
}

/* --- Records --- */

/* Usages 1 and 3 are of the server's own certificate, 0 and 2 of a CA above it. */
static void
matches(void **state)
{
	(void)state;
	for (int who = 0; who < N_CERTS; who++)
		for (int usage = 0; usage < 4; usage++)
			for (int selector = 0; selector < 2; selector++)
				for (int matching = 0; matching < 3; matching++) {
					bool is_ca = usage == 0 || usage == 2;
					bool wanted = who != OTHER && is_ca == (who != LEAF);
					struct bytes rdata = record_of(usage, selector, matching,
					    data_of((enum who)who, selector, matching));

					if (certchain_matches(&chain, rdata) != wanted)
						fail_msg("%d %d %d of %d", usage, selector,
						    matching, who);
				}
}

/* Records as text: "usage selector matching", and whose data they have. */
struct row_record {
	int usage, selector, matching;
	int who;    /* enum who; */
	size_t len; /* of which this much is there; 0: all */
};

static const struct {
	const char *owner;
	struct row_record records[4];
	size_t n;
	bool taken;
} rows[] = {
    /* RFC 6698 section 4.1: without records nobody asks for any */
    {"_443._tcp.a.", {{0}}, 0, true},
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 0}}, 1, true},
    {"_443._tcp.a.", {{3, 1, 1, OTHER, 0}}, 1, false},
    {"_443._tcp.a.", {{3, 1, 1, OTHER, 0}, {3, 1, 1, LEAF, 0}}, 2, true},
    {"_443._tcp.a.", {{3, 1, 1, OTHER, 0}, {2, 0, 1, ROOT, 0}}, 2, true},
    {"_443._tcp.a.", {{2, 1, 2, CA, 0}}, 1, true},
    {"_443._tcp.a.", {{2, 1, 1, LEAF, 0}}, 1, false},
    {"_443._tcp.a.", {{3, 1, 1, CA, 0}}, 1, false},
    {"_443._tcp.a.", {{0, 0, 0, CA, 0}}, 1, true},
    {"_443._tcp.a.", {{1, 0, 0, LEAF, 0}}, 1, true},
    /* the other selector's data */
    {"_443._tcp.a.", {{3, 0, 1, LEAF, 0}}, 1, true},
    /* RFC 7671 section 9: of one usage and selector the strongest digest alone counts */
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 0}, {3, 1, 2, OTHER, 0}}, 2, false},
    {"_443._tcp.a.", {{3, 1, 1, OTHER, 0}, {3, 1, 2, LEAF, 0}}, 2, true},
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 0}, {3, 0, 2, OTHER, 0}}, 2, true},
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 0}, {1, 1, 2, OTHER, 0}}, 2, true},
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 0}, {3, 1, 0, OTHER, 0}}, 2, true},
    {"_443._tcp.a.", {{3, 1, 0, LEAF, 0}, {3, 1, 2, OTHER, 0}}, 2, true},
    /* ... of those that can be used */
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 0}, {3, 1, 2, OTHER, 32}}, 2, true},
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 0}, {3, 1, 255, OTHER, 0}}, 2, true},
    /* records that cannot be used say nothing; where there are no others, all are taken */
    {"_443._tcp.a.", {{3, 1, 1, LEAF, 31}}, 1, true},
    {"_443._tcp.a.", {{3, 1, 1, OTHER, 31}}, 1, true},
    {"_443._tcp.a.", {{4, 1, 1, OTHER, 0}}, 1, true},
    {"_443._tcp.a.", {{255, 1, 1, OTHER, 0}}, 1, true},
    {"_443._tcp.a.", {{3, 2, 1, OTHER, 0}}, 1, true},
    {"_443._tcp.a.", {{3, 1, 3, OTHER, 0}}, 1, true},
    {"_443._tcp.a.", {{4, 1, 1, OTHER, 0}, {3, 1, 1, OTHER, 0}}, 2, false},
    {"_443._tcp.a.", {{4, 1, 1, LEAF, 0}, {3, 1, 1, OTHER, 0}}, 2, false},
    /* RFC 7672 section 3.1.3: usages 0 and 1 say nothing to mail servers */
    {"_25._tcp.a.", {{1, 1, 1, OTHER, 0}}, 1, true},
    {"_25._tcp.a.", {{0, 1, 1, OTHER, 0}, {3, 1, 1, OTHER, 0}}, 2, false},
    {"_25._tcp.a.", {{1, 1, 1, LEAF, 0}, {3, 1, 1, OTHER, 0}}, 2, false},
    {"_25._tcp.a.", {{1, 1, 2, OTHER, 0}, {3, 1, 1, LEAF, 0}}, 2, true},
    {"_465._tcp.a.", {{1, 1, 1, OTHER, 0}}, 1, false},
    {"_25._udp.a.", {{1, 1, 1, OTHER, 0}}, 1, false},
    {"*.a.", {{1, 1, 1, OTHER, 0}}, 1, false},
    {"a.", {{3, 1, 1, OTHER, 0}}, 1, false},
};

static struct set
set_of(size_t row)
{
	struct set set = {.owner = rows[row].owner, .type = TYPE_TLSA};
	struct bytes rdata[4];

	for (size_t i = 0; i < rows[row].n; i++) {
		const struct row_record *r = &rows[row].records[i];
		struct bytes data =
		    data_of((enum who)r->who, r->selector & 1, r->matching > 2 ? 1 : r->matching);

		data.len = r->len ? r->len : data.len;
		rdata[i] = record_of(r->usage, r->selector, r->matching, data);
	}
	set_records(&arena, &set, rdata, rows[row].n);
	return set;
}

static void
taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct set set = set_of(i);

		if (certchain_taken(&chain, &set) != rows[i].taken)
			fail_msg("row %zu", i);
	}
}

/* The same, with another digest. */
static void
record_made(void **state)
{
	(void)state;
	for (int who = LEAF; who <= ROOT; who++)
		for (int selector = 0; selector < 2; selector++)
			for (int matching = 0; matching < 3; matching++)
				for (int other = 1; other < 3; other++) {
					int usage = who == LEAF ? 3 : 2;
					struct bytes from = record_of(usage, selector, matching,
					    data_of((enum who)who, selector, matching));
					struct bytes wanted = record_of(usage, selector, other,
					    data_of((enum who)who, selector, other));

					assert_true(bytes_equal(
					    certchain_record(&arena, &chain, from, (uint8_t)other),
					    wanted));
				}
}

/* Those with some parameters: of the server's own certificate, or of each CA. */
static void
records_made(void **state)
{
	(void)state;
	for (int usage = 0; usage < 4; usage++)
		for (int selector = 0; selector < 2; selector++)
			for (int matching = 0; matching < 3; matching++) {
				struct tlsa_params params = {
				    (uint8_t)usage, (uint8_t)selector, (uint8_t)matching};
				bool ca = usage == 0 || usage == 2;
				int digest = matching ? matching : 1;
				struct bytes *made;

				assert_int_equal(certchain_records(&arena, &chain, params, &made),
				    ca ? ROOT - LEAF : 1);
				for (int who = ca ? LEAF + 1 : LEAF; who <= (ca ? ROOT : LEAF);
				     who++)
					assert_true(bytes_equal(made[who - ca],
					    record_of(usage, selector, digest,
						data_of((enum who)who, selector, digest))));
				assert_int_equal(certchain_records(&arena, &bare, params, &made),
				    !ca && selector == 1);
			}
}

/* --- As text --- */

static void
read_back(void **state)
{
	const struct certchain *const both[] = {&chain, &bare};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *text = certchain_print(&arena, both[i]);
		struct certchain again;

		assert_null(strchr(text, ' '));
		assert_true(certchain_read(&arena, both[i]->id, text, &again));
		assert_int_equal(again.n, both[i]->n);
		assert_string_equal(again.id, both[i]->id);
		assert_null(again.leaf_id);
		assert_memory_equal(again.links, both[i]->links, again.n * sizeof(*again.links));
		assert_string_equal(certchain_print(&arena, &again), text);
	}
}

/* Whatever is cut off, or exchanged, is seen. */
static void
damaged_text(void **state)
{
	const char *text = certchain_print(&arena, &chain);
	size_t len = strlen(text), link = (len - 2) / 3;
	static const char *const texts[] = {"", "e", "ee", "ee:", "ee:-", "ee:-:-:-", "ee-:-:-:-:-",
	    "ee:-:-:-:-:-", "ee:-:-:-:-,", ",ee:-:-:-:-", "xx:-:-:-:-", "EE:-:-:-:-"};
	struct certchain out;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (certchain_read(&arena, "id", texts[i], &out))
			fail_msg("%s", texts[i]);
	for (size_t i = 0; i < len; i++) {
		char *cut = (char *)(uintptr_t)arena_text(&arena, text, i);
		bool whole = i == link || i == 2 * link + 1;

		if (certchain_read(&arena, "id", cut, &out) != whole)
			fail_msg("cut at %zu of %zu", i, len);
	}
	for (size_t i = 0; i < len; i++) {
		char *other = (char *)(uintptr_t)arena_text(&arena, text, len);

		other[i] = 'x';
		assert_false(certchain_read(&arena, "id", other, &out));
	}
	/* a digest of one algorithm alone */
	text = certchain_print(&arena, &bare);
	assert_false(certchain_read(
	    &arena, "id", arena_printf(&arena, "ee:-%.*s:-:-", 65, strchr(text + 3, ':')), &out));
}

static int
teardown(void **state)
{
	(void)state;
	for (int i = 0; i < N_CERTS; i++)
		X509_free(x509[i]);
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests),
	    cmocka_unit_test(key_alone),
	    cmocka_unit_test(matches),
	    cmocka_unit_test(taken),
	    cmocka_unit_test(record_made),
	    cmocka_unit_test(records_made),
	    cmocka_unit_test(read_back),
	    cmocka_unit_test(damaged_text),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

#define _GNU_SOURCE
#include "key_fixture.h"

#include "base/codec.h"
#include "dnssec/pkey.h"
#include "dnssec/rrsig.h"
#include "dnssec/signer.h"

#include <ldns/ldns.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <pthread.h>

/* A key with the role of signing all, and what it signs. */
struct fixture {
	struct arena a;
	struct diags diags;
	struct keys keys;
	struct signer *signer;
	struct rrsig rrsig;
};

/* Loads the key of a vector from files, and puts together what the RFC signs with it. */
static void
begin(struct fixture *f, const struct key_vector *v)
{
	struct name zone = fixture_name(v->zone), owner = fixture_name(v->owner);
	struct rrsig_period period = {.inception = v->inception, .expiration = v->expiration};
	struct rrsig_set set = {{owner.wire, owner.len}, v->type, 3600, &v->rdata, 1};
	char folder[64], base[128];
	const char *paths[] = {base, NULL};

	*f = (struct fixture){0};
	fixture_folder(folder);
	fixture_vector(folder, v, "", base);
	if (keys_load_files(&f->a, &f->diags, paths, &zone, 1795435200, &f->keys) < 0)
		fail_msg("%s: %s", v->rfc, f->diags.items[f->diags.n - 1].message);
	fixture_remove(folder);
	assert_int_equal(f->keys.n, 1);
	assert_int_equal(f->keys.items[0].tag, v->tag);
	f->keys.items[0].signs_keys = f->keys.items[0].signs_zone = true;
	f->signer = signer_new(&f->diags, &f->keys);
	assert_non_null(f->signer);
	rrsig_begin(&f->rrsig, &zone, &period, &set);
	rrsig_key(&f->rrsig, v->algorithm, v->tag);
}

static void
end(struct fixture *f)
{
	signer_free(f->signer);
	rrsig_free(&f->rrsig);
	arena_free(&f->a);
	diags_free(&f->diags);
}

static EVP_PKEY *
public_of(const struct key *key)
{
	EVP_PKEY *pkey =
	    pkey_public(key->algorithm, (struct bytes){key->dnskey.data + 4, key->dnskey.len - 4});

	assert_non_null(pkey);
	return pkey;
}

/* r | s as OpenSSL wants it; returns the length. */
static size_t
der_of(const uint8_t *signature, size_t len, uint8_t *der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, (int)(len / 2), NULL);
	BIGNUM *s = BN_bin2bn(signature + len / 2, (int)(len / 2), NULL);
	int n;

	assert_int_equal(ECDSA_SIG_set0(sig, r, s), 1);
	n = i2d_ECDSA_SIG(sig, &der);
	ECDSA_SIG_free(sig);
	return (size_t)n;
}

static bool
verifies(EVP_PKEY *pkey, const struct algorithm *algorithm, struct bytes data,
    const uint8_t *signature, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[SIGNATURE_LONGEST];
	bool good;

	if (algorithm->family == ALGORITHM_ECDSA) {
		assert_int_equal(len, 2 * algorithm->private_len);
		len = der_of(signature, len, der);
		signature = der;
	}
	good = EVP_DigestVerifyInit_ex(ctx, NULL, algorithm->digest, NULL, NULL, pkey, NULL) > 0 &&
	       EVP_DigestVerify(ctx, signature, len, data.data, data.len) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

/* Does ldns, which reads everything from text, think so too? */
static bool
ldns_verifies(const struct key_vector *v, struct text signature)
{
	ldns_rr_list *set = ldns_rr_list_new(), *keys = ldns_rr_list_new(),
		     *good = ldns_rr_list_new();
	ldns_rr *rr = NULL, *sig = NULL, *key = NULL;
	char text[2000], record[600];
	ldns_status status;

	snprintf(record, sizeof(record), "%s %s", v->owner, v->record);
	assert_int_equal(ldns_rr_new_frm_str(&rr, record, 0, NULL, NULL), LDNS_STATUS_OK);
	snprintf(text, sizeof(text), "%s 3600 IN DNSKEY %u 3 %u %s", v->zone, v->flags,
	    v->algorithm, v->public_key);
	assert_int_equal(ldns_rr_new_frm_str(&key, text, 0, NULL, NULL), LDNS_STATUS_OK);
	snprintf(text, sizeof(text), "%s 3600 IN RRSIG %s %u %u 3600 %u %u %u %s %.*s", v->owner,
	    v->type == 1 ? "A" : "MX", v->algorithm, rrsig_labels(fixture_name(v->owner).wire),
	    v->expiration, v->inception, v->tag, v->zone, (int)signature.len, signature.data);
	assert_int_equal(ldns_rr_new_frm_str(&sig, text, 0, NULL, NULL), LDNS_STATUS_OK);
	ldns_rr_list_push_rr(set, rr);
	ldns_rr_list_push_rr(keys, key);
	status = ldns_verify_rrsig_keylist_notime(set, sig, keys, good);
	ldns_rr_free(sig);
	ldns_rr_list_deep_free(set);
	ldns_rr_list_deep_free(keys);
	ldns_rr_list_free(good);
	return status == LDNS_STATUS_OK;
}

static void
one_vector(const struct key_vector *v)
{
	uint8_t published[SIGNATURE_LONGEST], ours[SIGNATURE_LONGEST];
	ssize_t published_len = base64_decode(text_of(v->signature), published);
	struct fixture f;
	struct buf text = {0};
	EVP_PKEY *public_key;
	size_t len = 0;

	begin(&f, v);
	public_key = public_of(&f.keys.items[0]);
	assert_true(published_len > 0);
	/* The RFC's signature fits our data, so the data are right. */
	assert_true(verifies(public_key, f.keys.items[0].algorithm, rrsig_data(&f.rrsig), published,
	    (size_t)published_len));
	assert_int_equal(signer_sign(f.signer, 0, rrsig_data(&f.rrsig), ours, &len), 0);
	assert_int_equal(len, published_len);
	if (v->deterministic)
		assert_memory_equal(ours, published, len);
	assert_true(
	    verifies(public_key, f.keys.items[0].algorithm, rrsig_data(&f.rrsig), ours, len));
	base64_encode(&text, (struct bytes){ours, len});
	assert_true(ldns_verifies(v, (struct text){text.data, text.len}));
	ours[len / 2] ^= 1;
	assert_false(
	    verifies(public_key, f.keys.items[0].algorithm, rrsig_data(&f.rrsig), ours, len));
	buf_free(&text);
	EVP_PKEY_free(public_key);
	end(&f);
}

static void
rfc_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(key_vectors); i++) {
		print_message("# %s\n", key_vectors[i].rfc);
		one_vector(&key_vectors[i]);
	}
}

static const struct key_vector *
vector_of(uint8_t algorithm)
{
	size_t i = 0;

	while (key_vectors[i].algorithm != algorithm)
		i++;
	return &key_vectors[i];
}

/* r and s are as wide as the curve, however small the numbers (RFC 6605 section 4). Of n signatures
 * about n / 128 have one that begins with a zero octet. */
static void
ecdsa_width(uint8_t algorithm, size_t n)
{
	struct fixture f;
	EVP_PKEY *public_key;
	size_t short_ones = 0, width;

	begin(&f, vector_of(algorithm));
	public_key = public_of(&f.keys.items[0]);
	width = f.keys.items[0].algorithm->private_len;
	for (size_t i = 0; i < n; i++) {
		uint8_t data[100] = {0}, signature[SIGNATURE_LONGEST];
		size_t len = 0;

		memcpy(data, &i, sizeof(i));
		memset(signature, 0xa5, sizeof(signature));
		assert_int_equal(
		    signer_sign(f.signer, 0, (struct bytes){data, 100}, signature, &len), 0);
		assert_int_equal(len, 2 * width);
		assert_int_equal(signature[len], 0xa5);
		assert_true(verifies(public_key, f.keys.items[0].algorithm,
		    (struct bytes){data, 100}, signature, len));
		short_ones += signature[0] == 0 || signature[width] == 0;
	}
	print_message("# %zu of %zu signatures had a short r or s\n", short_ones, n);
	if (n >= 10000)
		assert_true(short_ones > 0);
	EVP_PKEY_free(public_key);
	end(&f);
}

static void
ecdsa_p256(void **state)
{
	(void)state;
	ecdsa_width(ALGORITHM_ECDSAP256SHA256, 10000);
}

static void
ecdsa_p384(void **state)
{
	(void)state;
	ecdsa_width(ALGORITHM_ECDSAP384SHA384, 300);
}

/* What one thread signs with its own signer, all with the same keys. */
struct worker {
	pthread_t thread;
	const struct fixture *fixture;
	EVP_PKEY *public_key;
	bool good;
};

static void *
work(void *arg)
{
	struct worker *worker = arg;
	const struct fixture *f = worker->fixture;
	struct diags diags = {0};
	struct signer *signer = signer_new(&diags, &f->keys);

	worker->good = signer != NULL;
	for (size_t i = 0; worker->good && i < 20; i++) {
		uint8_t signature[SIGNATURE_LONGEST];
		size_t len;

		worker->good =
		    signer_sign(signer, 0, rrsig_data(&f->rrsig), signature, &len) == 0 &&
		    verifies(worker->public_key, f->keys.items[0].algorithm, rrsig_data(&f->rrsig),
			signature, len);
	}
	signer_free(signer);
	diags_free(&diags);
	return NULL;
}

static void
threads(void **state)
{
	struct worker workers[4];

	(void)state;
	for (size_t v = 1; v < LENGTH(key_vectors); v++) {
		struct fixture f;
		EVP_PKEY *public_key;

		begin(&f, &key_vectors[v]);
		public_key = public_of(&f.keys.items[0]);
		for (size_t i = 0; i < LENGTH(workers); i++) {
			workers[i] = (struct worker){.fixture = &f, .public_key = public_key};
			pthread_create(&workers[i].thread, NULL, work, &workers[i]);
		}
		for (size_t i = 0; i < LENGTH(workers); i++) {
			pthread_join(workers[i].thread, NULL);
			assert_true(workers[i].good);
		}
		EVP_PKEY_free(public_key);
		end(&f);
	}
}

/* A key that is too small for its digest: PKCS #1 with SHA-512 needs 83 octets. */
static void
openssl_refuses(void **state)
{
	struct fixture f;
	uint8_t signature[SIGNATURE_LONGEST];
	size_t len;

	(void)state;
	begin(&f, vector_of(ALGORITHM_RSASHA256));
	signer_free(f.signer);
	f.keys.items[0].algorithm = algorithm_info(ALGORITHM_RSASHA512);
	f.signer = signer_new(&f.diags, &f.keys);
	assert_non_null(f.signer);
	assert_int_equal(signer_sign(f.signer, 0, rrsig_data(&f.rrsig), signature, &len), -1);
	assert_true(strlen(signer_fault(f.signer)) > 0);
	end(&f);
}

/* Keys that have no role, or no private key, cost nothing and do no harm. */
static void
without_role(void **state)
{
	struct fixture f;
	struct key idle = {.algorithm = algorithm_info(ALGORITHM_ED25519), .path = "idle"};
	struct keys keys = {.items = &idle, .n = 1};
	struct signer *signer;

	(void)state;
	begin(&f, vector_of(ALGORITHM_ED25519));
	signer = signer_new(&f.diags, &keys);
	assert_non_null(signer);
	signer_free(signer);
	signer_free(NULL);
	end(&f);
}

static void
malformed_public_keys(void **state)
{
	static const struct {
		uint8_t algorithm;
		const char *public_key;
		size_t len;
	} rows[] = {
	    {8, "", 0},
	    {8, "\1", 1},
	    {8, "\3\1\0\1", 4},
	    {8, "\0\1\0\1", 4},
	    {8, "\3\1\0\1\0", 5}, /* RFC 3110 section 2: no leading zero */
	    {13, "", 0},
	    {13, "0123456789012345678901234567890123456789012345678901234567890123", 64},
	    {13, "012345678901234567890123456789012345678901234567890123456789012", 63},
	    {15, "0123456789012345678901234567890", 31},
	    {16, "", 0},
	    {5, "\3\1\0\1\1\1\1\1", 8},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct bytes public_key = {(const uint8_t *)rows[i].public_key, rows[i].len};

		assert_null(pkey_public(algorithm_info(rows[i].algorithm), public_key));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_vectors),
	    cmocka_unit_test(ecdsa_p256),
	    cmocka_unit_test(ecdsa_p384),
	    cmocka_unit_test(threads),
	    cmocka_unit_test(openssl_refuses),
	    cmocka_unit_test(without_role),
	    cmocka_unit_test(malformed_public_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include "source/ed25519.h"

#include <openssl/evp.h>

static const char *
name_of(unsigned i)
{
	static char text[32];

	snprintf(text, sizeof(text), "number %u", i);
	return text;
}

/* Octets that are as good as random, and the same in each run. */
static void
random_octets(unsigned i, uint8_t out[ED25519_LEN])
{
	const char *name = name_of(i);

	assert_int_equal(EVP_Digest(name, strlen(name), out, NULL, EVP_sha256(), NULL), 1);
}

/* Each public key may be one, and of private keys one in sixteen. */
static void
keys(void **state)
{
	enum { MOST = 400 };
	uint8_t octets[ED25519_LEN], public[ED25519_LEN];
	unsigned n_private = 0;

	(void)state;
	for (unsigned i = 0; i < MOST; i++) {
		size_t len = sizeof(public);
		EVP_PKEY *key;

		random_octets(i, octets);
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, octets, ED25519_LEN);
		assert_int_equal(EVP_PKEY_get_raw_public_key(key, public, &len), 1);
		assert_true(ed25519_may_be_public(public));
		n_private += ed25519_may_be_public(octets);
		EVP_PKEY_free(key);
	}
	print_message("%u of %d private keys may be public ones\n", n_private, MOST);
	assert_in_range(n_private, MOST / 32, MOST / 8);
}

/* Points of small order, and numbers in another form than keys have. */
static void
other_points(void **state)
{
	static const uint8_t rows[][ED25519_LEN] = {
	    {0},
	    {1},
	    {[0] = 0xec, [1 ... 30] = 0xff, [31] = 0x7f},
	    {[0] = 0xee, [1 ... 30] = 0xff, [31] = 0x7f},
	    {[0 ... 31] = 0xff},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_false(ed25519_may_be_public(rows[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys),
	    cmocka_unit_test(other_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

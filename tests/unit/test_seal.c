#define _GNU_SOURCE
#include "key_fixture.h"

#include "dnssec/seal.h"

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	fixture_folder(folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_remove(folder);
	return 0;
}

/* Loads the key of a vector. */
static void
load(struct diags *diags, const struct key_vector *v, struct keys *keys)
{
	char base[128];
	const char *files[] = {base, NULL};
	struct name zone = fixture_name(v->zone);

	fixture_vector(folder, v, "", base);
	assert_int_equal(keys_load_files(&diags->arena, diags, files, &zone, 0, keys), 0);
	assert_int_equal(keys->n, 1);
}

/* A seal holds for the file and the key that it was made of, and for no other. */
static void
seals(void **state)
{
	enum { N = sizeof(key_vectors) / sizeof(key_vectors[0]) };
	static const uint8_t file[32] = {1, 2, 3}, other[32] = {1, 2, 4};
	struct seal first, last = {0};
	struct diags diags = {0};
	struct keys keys[N];

	(void)state;
	for (size_t i = 0; i < N; i++) {
		load(&diags, &key_vectors[i], &keys[i]);
		assert_true(seal_make(&keys[i], file, &first));
		assert_true(seal_holds(&keys[i], file, &first));
		assert_false(seal_holds(&keys[i], other, &first));
		assert_false(seal_holds(&keys[i], file, &last));
		last = first;
		first.octets[first.len - 1] ^= 1;
		assert_false(seal_holds(&keys[i], file, &first));
		first = last;
		first.len = UINT64_MAX;
		assert_false(seal_holds(&keys[i], file, &first));
	}
	diags_free(&diags);
}

/* Any of the keys will do; public halves seal nothing, and prove nothing. */
static void
several_keys(void **state)
{
	static const uint8_t file[32] = {9};
	struct diags diags = {0};
	struct keys one, both;
	struct key items[2], public;
	struct seal seal;

	(void)state;
	load(&diags, &key_vectors[4], &one);
	items[1] = one.items[0];
	assert_true(seal_make(&one, file, &seal));
	load(&diags, &key_vectors[2], &one);
	items[0] = one.items[0];
	both = (struct keys){.items = items, .n = 2};
	assert_true(seal_holds(&both, file, &seal));
	public = items[1];
	public.pkey = NULL;
	one = (struct keys){.items = &public, .n = 1};
	assert_false(seal_holds(&one, file, &seal));
	assert_false(seal_make(&one, file, &seal));
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(seals),
	    cmocka_unit_test(several_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

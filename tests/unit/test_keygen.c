#define _GNU_SOURCE
#include "key_fixture.h"

#include "dnssec/keyfile.h"
#include "dnssec/keygen.h"

#include <openssl/evp.h>

#define NOW 1795435200 /* 2026-11-23T12:00:00Z */

struct fixture {
	char path[64];
	struct arena a;
	struct diags diags;
	struct key_folder folder;
	struct keygen request;
	const char *base;
};

static void
begin(struct fixture *f, const char *zone, unsigned algorithm)
{
	*f = (struct fixture){0};
	fixture_folder(f->path);
	assert_int_equal(key_folder_read(&f->a, &f->diags, f->path, &f->folder), 0);
	f->request = (struct keygen){.zone = fixture_name(zone),
	    .algorithm = algorithm_info((uint8_t)algorithm),
	    .bits = KEYGEN_BITS_LEAST,
	    .flags = KEY_FLAG_ZONE | KEY_FLAG_SEP,
	    .ttl_s = 3600};
	for (size_t i = 0; i < N_KEY_TIMES; i++)
		f->request.time[i] = KEY_NO_TIME;
	f->request.time[KEY_CREATED] = NOW;
}

static void
end(struct fixture *f)
{
	fixture_remove(f->path);
	arena_free(&f->a);
	diags_free(&f->diags);
}

static int
generate(struct fixture *f)
{
	size_t n_made;

	return keygen(&f->diags, &f->folder, &f->request, 1, &f->base, &n_made);
}

/* What is read back is what was asked for; keys_load proves that the two files belong together. */
static void
round_trip(void **state)
{
	static const uint8_t algorithms[] = {8, 10, 13, 14, 15, 16};

	(void)state;
	for (size_t i = 0; i < LENGTH(algorithms); i++) {
		struct fixture f;
		struct keys keys;
		const struct key *key;

		begin(&f, "Example.ORG.", algorithms[i]);
		for (size_t k = KEY_PUBLISH; k < N_KEY_TIMES; k++)
			f.request.time[k] = NOW + 86400 * (int64_t)k;
		assert_int_equal(generate(&f), 0);
		assert_int_equal(
		    keys_load_folder(&f.a, &f.diags, f.path, &f.request.zone, NOW, &keys), 0);
		assert_int_equal(f.diags.n, 0);
		assert_int_equal(keys.n, 1);
		key = &keys.items[0];
		assert_non_null(key->pkey);
		assert_int_equal(key->algorithm->number, algorithms[i]);
		assert_int_equal(key->flags, 257);
		assert_int_equal(key->ttl_s, 3600);
		assert_memory_equal(key->time, f.request.time, sizeof(key->time));
		if (key->algorithm->family == ALGORITHM_RSA)
			assert_int_equal(EVP_PKEY_get_bits(key->pkey), KEYGEN_BITS_LEAST);
		end(&f);
	}
}

/* ECDSA numbers with leading zeros keep their width (RFC 6605 section 4): one key in 128 has one.
 * No two have the same tag, though of 400 keys some two would. */
static void
many(void **state)
{
	enum { N = 400 };
	struct fixture f;
	struct keys keys;

	(void)state;
	begin(&f, "example.org.", 13);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(key_folder_read(&f.a, &f.diags, f.path, &f.folder), 0);
		assert_int_equal(generate(&f), 0);
	}
	assert_int_equal(keys_load_folder(&f.a, &f.diags, f.path, &f.request.zone, NOW, &keys), 0);
	assert_int_equal(keys.n, N);
	for (size_t i = 0; i < keys.n; i++) {
		assert_int_equal(keys.items[i].dnskey.len, 4 + 64);
		assert_true(i == 0 || keys.items[i - 1].tag < keys.items[i].tag);
	}
	end(&f);
}

/* Keys of many zones are made at once; of each zone they have different tags. */
static void
many_zones(void **state)
{
	enum { N_ZONES = 150, N = 2 * N_ZONES };
	static struct keygen requests[N];
	const char *bases[N];
	struct fixture f;
	size_t n_made;

	(void)state;
	begin(&f, "example.org.", 13);
	for (size_t i = 0; i < N; i++) {
		requests[i] = f.request;
		requests[i].zone = fixture_name(arena_printf(&f.a, "zone%zu.example.", i / 2));
		requests[i].flags = i % 2 ? 256 : 257;
	}
	assert_int_equal(keygen(&f.diags, &f.folder, requests, N, bases, &n_made), 0);
	assert_int_equal(n_made, N);
	for (size_t i = 0; i < N; i += 2) {
		struct keys keys;

		assert_int_equal(
		    keys_load_folder(&f.a, &f.diags, f.path, &requests[i].zone, NOW, &keys), 0);
		assert_int_equal(f.diags.n, 0);
		assert_int_equal(keys.n, 2);
		assert_int_not_equal(keys.items[0].tag, keys.items[1].tag);
		assert_int_equal(keys.items[0].flags + keys.items[1].flags, 256 + 257);
	}
	end(&f);
}

/* And so they have where a zone gets more than are made at a time. */
static void
many_of_a_zone(void **state)
{
	enum { N = 500 };
	static struct keygen requests[N];
	static bool seen[UINT16_MAX + 1];
	const char *bases[N];
	struct fixture f;
	size_t n_made;

	(void)state;
	begin(&f, "example.org.", 15);
	for (size_t i = 0; i < N; i++)
		requests[i] = f.request;
	assert_int_equal(keygen(&f.diags, &f.folder, requests, N, bases, &n_made), 0);
	assert_int_equal(n_made, N);
	for (size_t i = 0; i < N; i++) {
		unsigned long tag = strtoul(strrchr(bases[i], '+') + 1, NULL, 10);

		assert_false(seen[tag]);
		seen[tag] = true;
	}
	end(&f);
}

/* What is made ahead of a failure is whole, and the rest is not there. */
static void
half_made(void **state)
{
	enum { N = 200 };
	static struct keygen requests[N];
	const char *bases[N];
	struct fixture f;
	struct key_folder folder;
	size_t n_made, n_taken = 0;

	(void)state;
	begin(&f, "example.org.", 13);
	for (size_t i = 0; i < N; i++)
		requests[i] = f.request;
	requests[N - 1].zone = fixture_name("taken.example.");
	f.folder.items = arena_alloc(&f.a, 65536 * sizeof(*f.folder.items));
	for (; n_taken < 65536; n_taken++)
		f.folder.items[n_taken] =
		    (struct key_file){.zone = {requests[N - 1].zone.wire, requests[N - 1].zone.len},
			.base = arena_printf(&f.a, "Ktaken.example.+013+%05zu", n_taken)};
	f.folder.n = n_taken;
	assert_int_equal(keygen(&f.diags, &f.folder, requests, N, bases, &n_made), -1);
	assert_int_equal(f.diags.n, 1);
	assert_in_range(n_made, 1, N - 1);
	assert_int_equal(key_folder_read(&f.a, &f.diags, f.path, &folder), 0);
	assert_int_equal(folder.n, n_made);
	end(&f);
}

/* Tags are free, with and without the REVOKE bit, whatever the algorithm. */
static void
taken_tags(void **state)
{
	enum { TAKEN = 60000 };
	struct fixture f;
	struct keyfile_name name;
	uint8_t *zone;

	(void)state;
	begin(&f, "example.org.", 15);
	f.folder.items = arena_alloc(&f.a, (65536 + 5) * sizeof(*f.folder.items));
	zone = arena_copy(&f.a, f.request.zone.wire, f.request.zone.len);
	for (unsigned tag = 0; tag < TAKEN; tag++)
		f.folder.items[f.folder.n++] = (struct key_file){.zone = {zone, f.request.zone.len},
		    .base = arena_printf(&f.a, "Kexample.org.+013+%05u", tag)};
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(generate(&f), 0);
		assert_int_equal(keyfile_name(text_of(f.base), &name), 0);
		assert_in_range(name.tag, TAKEN + 128, 65535 - 128);
		f.folder.items[f.folder.n++] = (struct key_file){
		    .zone = {zone, f.request.zone.len}, .base = f.base}; /* taken now, too */
	}
	for (unsigned tag = TAKEN; tag < 65536; tag++)
		f.folder.items[f.folder.n++] = (struct key_file){.zone = {zone, f.request.zone.len},
		    .base = arena_printf(&f.a, "Kexample.org.+013+%05u", tag)};
	assert_int_equal(generate(&f), -1);
	assert_int_equal(f.diags.items[0].problem, F_SYSTEM);
	end(&f);
}

/* As dns_name_tofilenametext of BIND writes them; tests/e2e/keys.t asks dnssec-keygen itself. */
static void
file_names(void **state)
{
	static const struct {
		const char *zone, *file;
	} rows[] = {
	    {".", "K.+015+"},
	    {"Example.ORG.", "Kexample.org.+015+"},
	    {"0/25.2.0.192.in-addr.arpa.", "K0%2F25.2.0.192.in-addr.arpa.+015+"},
	    {"a\\.b.example.", "Ka%2Eb.example.+015+"},
	    {"\\000\\255_-*.example.", "K%00%FF_-%2A.example.+015+"},
	    {"\\.\\./\\.\\..example.", "K%2E%2E%2F%2E%2E.example.+015+"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		struct keys keys;

		begin(&f, rows[i].zone, 15);
		assert_int_equal(generate(&f), 0);
		assert_memory_equal(f.base, rows[i].file, strlen(rows[i].file));
		assert_int_equal(strlen(f.base), strlen(rows[i].file) + 5);
		assert_int_equal(
		    keys_load_folder(&f.a, &f.diags, f.path, &f.request.zone, NOW, &keys), 0);
		assert_int_equal(keys.n, 1);
		end(&f);
	}
}

/* Whatever fails, no half of a pair stays. */
static void
failures(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "example.org.", 15);
	f.folder.path = "/nonexistent";
	assert_int_equal(generate(&f), -1);
	assert_int_equal(f.diags.n, 1);
	assert_int_equal(f.diags.items[0].problem, F_WRITE);
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(many),
	    cmocka_unit_test(many_zones),
	    cmocka_unit_test(many_of_a_zone),
	    cmocka_unit_test(half_made),
	    cmocka_unit_test(taken_tags),
	    cmocka_unit_test(file_names),
	    cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

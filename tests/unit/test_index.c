#include "zone_keys.h"

#include "base/mem.h"
#include "dnssec/sign.h"

#include <stdlib.h>

enum { VALIDITY_S = 14 * 86400, REFRESH_S = 5 * 86400, N_NAMES = 300 };

static const struct nsec3_params nsec3 = {.iterations = 0};

/* A zone that is signed into the file "out", with the index "out.index". */
struct made {
	struct zone_fixture zone;
	struct keys keys;
	struct sign_options options;
	uint8_t settings[DIGEST_LEN];
	struct index index; /* of what "out" held before */
};

static void
write_template(const char *edit)
{
	struct buf b = {0};

	buf_puts(&b, ZONE_HEAD "deep.ent A 192.0.2.9\n");
	for (int i = 0; i < N_NAMES; i++)
		buf_printf(&b, "n%d A 192.0.2.%d\n", 1000 + i, i % 250);
	buf_puts(&b, edit);
	put_bytes("a.zone", b.data, b.len);
	buf_free(&b);
}

static void
begin(struct made *m, const char *edit, const struct nsec3_params *denial)
{
	*m = (struct made){0};
	write_template(edit);
	zone_load(&m->zone, "a.zone", "example.org.");
	assert_int_equal(m->zone.result, 0);
	zone_keys_load(&m->zone.diags, "keys", &m->keys);
	m->options = (struct sign_options){
	    .keys = &m->keys, .nsec3 = denial, .n_workers = 2, .now = ZONE_NOW};
	assert_int_equal(
	    rrsig_period(&m->zone.diags, ZONE_NOW, 3600, VALIDITY_S, 0, &m->options.period), 0);
	sign_add(&m->zone.store, &m->options);
	store_sort(&m->zone.store);
	sign_settings(&m->zone.store, &m->options, m->settings);
}

static void
end(struct made *m)
{
	index_free(&m->index);
	zone_free(&m->zone);
}

static bool
load(struct made *m)
{
	bool loaded = index_read(&m->index, NULL, "out.index", NULL, "out") &&
		      index_is_sealed(&m->index, &m->keys);

	m->index.now = (uint32_t)ZONE_NOW;
	m->index.refresh_s = REFRESH_S;
	return loaded;
}

static void
sign(struct made *m)
{
	struct output *out = output_open(&m->zone.diags, "out");
	struct sign_result result;
	bool changed;

	m->options.index_out = index_open(&m->zone.diags, NULL, "out.index");
	output_hash(out);
	assert_int_equal(sign_store(out, &m->zone.store, &m->options, &result), 0);
	assert_int_equal(output_commit(out, &changed), 0);
	assert_int_equal(
	    index_commit(m->options.index_out, &m->keys, m->settings, output_sha256(out)), 0);
}

static void
sign_first(const struct nsec3_params *denial)
{
	struct made m;

	begin(&m, "", denial);
	sign(&m);
	end(&m);
}

/* The owners of the nodes that match no block, in one text. */
static const char *
unmatched(struct made *m, struct buf *b)
{
	struct index_match match;

	index_match_nodes(&match, &m->index, &m->zone.store, !m->options.nsec3, 2);
	assert_int_equal(match.n, m->zone.store.n_nodes);
	buf_clear(b);
	for (size_t i = 0; i < match.n; i++)
		if (match.blocks[i] == INDEX_NONE) {
			uint8_t wire[NAME_LONGEST];

			node_wire(&m->zone.store, &m->zone.store.nodes[i], wire);
			buf_puts(b, b->len ? " " : "");
			name_print(b, wire);
		}
	*buf_reserve(b, 1) = '\0';
	index_match_free(&match);
	return b->data;
}

/* Each block begins with its owner, and the file is made of them. */
static void
places(void **state)
{
	struct made m;
	size_t len = 0, n_records = 0, owner = 0;
	struct buf b = {0};

	(void)state;
	sign_first(&nsec3);
	begin(&m, "", &nsec3);
	assert_true(load(&m));
	assert_memory_equal(m.index.settings, m.settings, DIGEST_LEN);
	for (size_t i = 0; i < m.index.n; i++) {
		const struct index_block *block = &m.index.blocks[i];
		struct text text = index_text(&m.index, i);

		len += text.len;
		n_records += block->n_records;
		assert_int_equal(text.data[text.len - 1], '\n');
		if (block->is_nsec3)
			continue;
		write_owner(&b, &m.zone.store, &m.zone.store.nodes[owner++]);
		assert_memory_equal(text.data, b.data, b.len);
	}
	assert_int_equal(owner, m.zone.store.n_nodes);
	assert_int_equal(len, m.index.file.len);
	assert_int_equal(n_records, m.index.n_records);
	buf_free(&b);
	end(&m);
}

/* By the index each NSEC3 record leads where it says. */
static void
links(void **state)
{
	struct made m;
	size_t n = 0;

	(void)state;
	sign_first(&nsec3);
	begin(&m, "", &nsec3);
	assert_true(load(&m));
	for (size_t i = 0; i < m.index.n; i++) {
		uint8_t hash[NSEC3_HASH], next[NSEC3_HASH];
		struct text text = index_text(&m.index, i);
		struct buf digits = {0};

		if (!m.index.blocks[i].is_nsec3)
			continue;
		index_nsec3_link(&m.index, i, hash, next);
		base32hex_encode(&digits, (struct bytes){hash, sizeof(hash)});
		assert_memory_equal(text.data, digits.data, NSEC3_LABEL);
		buf_clear(&digits);
		buf_puts(&digits, "1 0 0 - ");
		base32hex_encode(&digits, (struct bytes){next, sizeof(next)});
		assert_non_null(memmem(text.data, text.len, digits.data, digits.len));
		buf_free(&digits);
		n++;
	}
	assert_int_equal(n, N_NAMES + 3); /* the apex, the empty non-terminal and the name there */
	end(&m);
}

static void
edits(void **state)
{
	static const struct {
		const char *edit;
		const struct nsec3_params *denial;
		const char *unmatched; /* besides the apex */
	} cases[] = {
	    {"", NULL, ""},
	    {"", &nsec3, ""},
	    {"n1000 TXT x\n", NULL, " n1000.example.org."},
	    {"N1000 A 192.0.2.0\n", NULL, ""}, /* the case that stands first is written */
	    {"n1000a A 192.0.2.1\n", NULL, " n1000.example.org. n1000a.example.org."},
	    {"n1000a A 192.0.2.1\n", &nsec3, " n1000a.example.org."},
	    {"zz A 192.0.2.1\n", NULL, " n1299.example.org. zz.example.org."},
	    {"ent NS ns\n", NULL, " ent.example.org. deep.ent.example.org."},
	    {"ent NS ns\n", &nsec3, " ent.example.org. deep.ent.example.org."},
	    {"ent NS ns\nent DS 1 15 2 "
	     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
		&nsec3, " ent.example.org. deep.ent.example.org."},
	};
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made m;
		char wanted[200];

		sign_first(cases[i].denial);
		begin(&m, cases[i].edit, cases[i].denial);
		assert_true(load(&m));
		snprintf(wanted, sizeof(wanted), "example.org.%s", cases[i].unmatched);
		assert_string_equal(unmatched(&m, &b), wanted);
		end(&m);
	}
	buf_free(&b);
}

/* Signatures that must be made anew, or are not valid yet, are in no block that matches. */
static void
times(void **state)
{
	static const struct {
		int64_t later_s;
		bool match;
	} cases[] = {{0, true}, {VALIDITY_S - REFRESH_S - 1, true}, {VALIDITY_S - REFRESH_S, false},
	    {-3600, true}, {-3601, false}};
	struct buf b = {0};
	struct made m;

	(void)state;
	sign_first(NULL);
	begin(&m, "", NULL);
	assert_true(load(&m));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m.index.now = (uint32_t)(ZONE_NOW + cases[i].later_s);
		if (cases[i].match)
			assert_string_equal(unmatched(&m, &b), "example.org.");
		else
			assert_true(strlen(unmatched(&m, &b)) > 10 * N_NAMES);
	}
	buf_free(&b);
	end(&m);
}

/* One octet, anywhere, is enough. */
static void
spoilt(void **state)
{
	static const char *const files[] = {"out", "out.index"};
	struct made m;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct buf whole = {0};

		sign_first(NULL);
		get(&whole, files[i]);
		for (size_t at = i; at < whole.len; at += whole.len / 7) {
			whole.data[at] ^= 1;
			put_bytes(files[i], whole.data, whole.len);
			whole.data[at] ^= 1;
			begin(&m, "", NULL);
			assert_false(load(&m));
			end(&m);
		}
		for (size_t len = 0; len < whole.len; len += whole.len / 5 + 1) {
			put_bytes(files[i], whole.data, len);
			begin(&m, "", NULL);
			assert_false(load(&m));
			end(&m);
		}
		buf_free(&whole);
	}
}

/* Who has none of the zone's keys can make no index. */
static void
other_keys(void **state)
{
	char base[128];
	struct made m;

	(void)state;
	sign_first(NULL);
	mkdir("others", 0755);
	zone_key("others", 3, 257, "", base);
	begin(&m, "", NULL);
	zone_keys_load(&m.zone.diags, "others", &m.keys);
	assert_false(load(&m));
	end(&m);
}

static void
foreign(void **state)
{
	(void)state;
	sign_first(NULL);
	put("empty", "");
	put("text",
	    "somebody's index of something else, which is as long as the end of one of ours, "
	    "and longer, so that its last octets are to be looked at, and then some more");
	assert_true(index_may_replace("out.index"));
	assert_true(index_may_replace("empty"));
	assert_true(index_may_replace("none"));
	assert_false(index_may_replace("text"));
	assert_false(index_may_replace("out"));
	assert_false(index_may_replace("keys"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places),
	    cmocka_unit_test(links),
	    cmocka_unit_test(edits),
	    cmocka_unit_test(times),
	    cmocka_unit_test(spoilt),
	    cmocka_unit_test(other_keys),
	    cmocka_unit_test(foreign),
	};

	return cmocka_run_group_tests(tests, zone_keys_setup, zone_teardown);
}

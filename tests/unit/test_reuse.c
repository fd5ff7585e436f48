#include "zone_fixture.h"

#include "dnssec/reuse.h"

enum { NOW = 1795435200, DAY = 86400 }; /* 2026-11-23T12:00:00Z */

/* From a day ago until in ten days; key tag 12345. */
#define RRSIG_OF(type, labels, ttl)                                                                \
	"RRSIG " type " 13 " labels " " ttl                                                        \
	" 20261203120000 20261122120000 12345 example.org. AAAA\n"

static const char old_zone[] = ZONE_HEAD
    "a A 192.0.2.1\na A 192.0.2.2\na " RRSIG_OF("A", "3", "3600") "Mx MX 10 Mail\nmx " RRSIG_OF(
	"MX", "3", "3600") "z TXT \"z\"\n\\000 TXT \"\"\n0 TXT \"\"\n";

static struct reuse
begin(struct zone_fixture *f, const char *text, int64_t now, uint64_t refresh_s)
{
	static const struct keys none;
	struct reuse reuse;

	zone_read_good(f, text);
	reuse_begin(&f->diags.arena, &reuse, &f->store, &none, now, refresh_s, true);
	return reuse;
}

static size_t
key_of(const char *text, uint8_t *key)
{
	struct name name = name_of(text);
	static const size_t apex_len = sizeof("\7example\3org");

	return name_key(name.wire, name.len - apex_len, key);
}

/* In any order, from any cursor. */
static void
find(void **state)
{
	static const char *const names[] = {"example.org.", "\\000.example.org.", "0.example.org.",
	    "a.example.org.", "A.example.ORG.", "mx.example.org.", "z.example.org."};
	static const char *const others[] = {"b.example.org.", "\\001.example.org.",
	    "a.a.example.org.", "zz.example.org.", "m.example.org."};
	struct zone_fixture f;
	struct reuse reuse = begin(&f, old_zone, NOW, 0);
	uint8_t key[NAME_KEY_LONGEST];

	(void)state;
	for (size_t at = 0; at <= f.store.n_nodes + 1; at++) {
		for (size_t i = 0; i < LENGTH(names); i++) {
			size_t cursor = at;

			assert_ptr_equal(reuse_find(&reuse, key, key_of(names[i], key), &cursor),
			    zone_node(&f, names[i]));
			assert_non_null(zone_node(&f, names[i]));
		}
		for (size_t i = 0; i < LENGTH(others); i++) {
			size_t cursor = at;

			assert_null(reuse_find(&reuse, key, key_of(others[i], key), &cursor));
		}
	}
	reuse.old = NULL;
	assert_null(reuse_find(&reuse, key, key_of(names[3], key), &(size_t){0}));
	zone_free(&f);
}

/* The RRset that a zone of these lines has at a.example.org or mx.example.org, in canonical form.
 */
static bool
same(const struct reuse *reuse, const struct node *old, const char *lines, uint16_t type)
{
	uint8_t owner[NAME_LONGEST], canonical[8][64];
	struct bytes rdata[8];
	struct rrsig_set set = {.type = type, .rdata = rdata};
	struct zone_fixture f;
	struct rrset new;
	char text[400];
	bool result;

	snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, lines);
	zone_read_good(&f, text);
	new = node_rrset(&f.store, &f.store.nodes[1], type);
	set.owner = (struct bytes){owner, node_wire(&f.store, &f.store.nodes[1], owner)};
	set.ttl_s = new.records[0].ttl_s;
	for (set.n = 0; set.n < new.n; set.n++) {
		rdata_canonical(type, record_rdata(&new.records[set.n]), canonical[set.n]);
		rdata[set.n] = (struct bytes){canonical[set.n], new.records[set.n].rdlen};
	}
	result = reuse_same_set(reuse, old, &set);
	zone_free(&f);
	return result;
}

static void
same_set(void **state)
{
	struct zone_fixture f;
	struct reuse reuse = begin(&f, old_zone, NOW, 0);
	const struct node *a = zone_node(&f, "a.example.org."),
			  *mx = zone_node(&f, "mx.example.org.");

	(void)state;
	assert_true(same(&reuse, a, "a A 192.0.2.2\na A 192.0.2.1\n", 1));
	assert_false(same(&reuse, a, "a A 192.0.2.1\n", 1));
	assert_false(same(&reuse, a, "a A 192.0.2.1\na A 192.0.2.3\n", 1));
	assert_false(same(&reuse, a, "a A 192.0.2.1\na A 192.0.2.2\na A 192.0.2.3\n", 1));
	assert_false(same(&reuse, a, "a 60 A 192.0.2.1\na 60 A 192.0.2.2\n", 1));
	assert_false(same(&reuse, a, "a AAAA 2001:db8::\n", 28));
	assert_true(same(&reuse, mx, "mx MX 10 MAIL\n", 15)); /* RFC 4034 section 6.2 */
	assert_false(same(&reuse, mx, "mx MX 11 mail\n", 15));
	zone_free(&f);
}

/* Would the signature of the old zone be kept for a.example.org A, in place of one that is valid
 * for so long? */
static bool
kept_for(uint32_t validity_s, const char *signature, int64_t now, uint64_t refresh_s, uint16_t tag)
{
	struct name signer = name_of("example.ORG."), owner = name_of("a.example.org.");
	struct bytes rdata = {(const uint8_t *)"\300\0\2\1", 4};
	struct rrsig_set set = {{owner.wire, owner.len}, 1, 3600, &rdata, 1};
	struct rrsig_period period = {
	    .inception = (uint32_t)now, .expiration = (uint32_t)now + validity_s};
	struct rrsig fresh = {0};
	struct zone_fixture f;
	struct reuse reuse;
	char text[400];
	bool result;

	snprintf(text, sizeof(text), "%sa A 192.0.2.1\na %s", ZONE_HEAD, signature);
	reuse = begin(&f, text, now, refresh_s);
	rrsig_begin(&fresh, &signer, &period, &set);
	rrsig_key(&fresh, 13, tag);
	result = reuse_signature(&reuse, zone_node(&f, "a.example.org."), &fresh) != NULL;
	rrsig_free(&fresh);
	zone_free(&f);
	return result;
}

static bool
kept(const char *signature, int64_t now, uint64_t refresh_s, uint16_t tag)
{
	return kept_for(11 * DAY, signature, now, refresh_s, tag);
}

static void
signatures(void **state)
{
	static const char good[] = RRSIG_OF("A", "3", "3600");

	(void)state;
	assert_true(kept_for(11 * DAY + 3600, good, NOW, 0, 12345));
	assert_false(kept_for(11 * DAY + 3601, good, NOW, 0, 12345));
	assert_true(kept_for(DAY, good, NOW, 0, 12345));
	assert_true(kept_for(60, good, NOW, 0, 12345));
	assert_true(kept(good, NOW, 5 * DAY, 12345));
	assert_true(kept(good, NOW, 10 * DAY - 1, 12345));
	assert_false(kept(good, NOW, 10 * DAY, 12345));
	assert_true(kept(good, NOW + 5 * DAY - 1, 5 * DAY, 12345));
	assert_false(kept(good, NOW + 5 * DAY, 5 * DAY, 12345));
	assert_false(kept(good, NOW + 11 * DAY, 0, 12345));
	assert_true(kept(good, NOW - DAY, 0, 12345));
	assert_false(kept(good, NOW - DAY - 1, 0, 12345)); /* it has not begun */
	assert_false(kept(good, NOW, 0, 12346));
	assert_false(kept(RRSIG_OF("AAAA", "3", "3600"), NOW, 0, 12345));
	assert_false(kept(RRSIG_OF("A", "2", "3600"), NOW, 0, 12345));
	assert_false(kept(RRSIG_OF("A", "3", "3601"), NOW, 0, 12345));
	assert_false(kept("60 " RRSIG_OF("A", "3", "3600"), NOW, 0, 12345));
	assert_false(
	    kept("RRSIG A 8 3 3600 20261203120000 20261122120000 12345 example.org. AAAA\n", NOW, 0,
		12345));
	assert_false(kept(
	    "RRSIG A 13 3 3600 20261203120000 20261122120000 12345 org. AAAA\n", NOW, 0, 12345));
	/* It would not be what is digested for ZONEMD. */
	assert_false(
	    kept("RRSIG A 13 3 3600 20261203120000 20261122120000 12345 example.ORG. AAAA\n", NOW,
		0, 12345));
}

/* A key that made signatures of the old zone, and is gone, may share the tag of one that is new. */
static void
namesakes(void **state)
{
	static const uint8_t dnskey[] = {1, 1, 3, 13, 0, 1, 0, 2};
	static const struct {
		const char *records;
		bool trusted;
	} rows[] = {
	    {"@ DNSKEY \\# 8 0101030d00010002\n", true},
	    {"@ DNSKEY \\# 8 0101030d00010002\n@ DNSKEY \\# 8 0101030d00020001\n", false},
	    {"@ DNSKEY \\# 8 0101030d00010002\n@ DNSKEY \\# 8 0101030d00020002\n", true},
	};
	struct key key = {.dnskey = {dnskey, sizeof(dnskey)}};
	struct keys keys = {.items = &key, .n = 1};

	(void)state;
	key.tag = key_tag(key.dnskey);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		struct reuse reuse;
		char text[400];

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, rows[i].records);
		zone_read_good(&f, text);
		reuse_begin(&f.diags.arena, &reuse, &f.store, &keys, NOW, 0, true);
		assert_int_equal(reuse.trusted, rows[i].trusted);
		zone_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(find),
	    cmocka_unit_test(same_set),
	    cmocka_unit_test(signatures),
	    cmocka_unit_test(namesakes),
	};

	return cmocka_run_group_tests_name("reuse", tests, zone_setup, zone_teardown);
}

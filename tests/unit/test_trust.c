#include "unit.h"

#include "base/duration.h"
#include "dns/type.h"
#include "history/record.h"
#include "rollover/trust.h"

/* Keys are letters: K and L key signing keys, Z and Y zone signing keys, C a CSK, of algorithm 13;
 * in lower case of algorithm 15. "K*" signs its DNSKEY set. */
static struct arena arena;

static struct record_key
key_of(char letter)
{
	bool lower = letter >= 'a';
	struct record_key key = {.algorithm = lower ? 15 : 13, .tag = (uint16_t)letter};

	memset(key.digest, letter, sizeof(key.digest));
	key.flags = letter == 'Z' || letter == 'Y' || letter == 'z' ? 256 : 257;
	return key;
}

static struct bytes
ds_of(char letter, uint8_t digest_type)
{
	struct record_key key = key_of(letter);
	uint8_t *data = arena_bytes(&arena, 4 + 48);

	memset(data, 0, 4 + 48);
	data[1] = (uint8_t)key.tag;
	data[2] = key.algorithm;
	data[3] = digest_type;
	memcpy(data + 4, key.digest, 32);
	return (struct bytes){data, digest_type == 2 ? 4 + 32 : 4 + 48};
}

/* "K* Z" as a set of that type; "-" is none. */
static struct set
set_of(uint16_t type, const char *text)
{
	struct set set = {.zone = "example.",
	    .owner = "example.",
	    .type = type,
	    .ttl_s = 3600,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};
	struct bytes records[16];
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		struct record_key key = key_of(*p);

		if (*p == ' ' || *p == '-' || *p == '*')
			continue;
		key.signs = p[1] == '*';
		records[n++] = type == TYPE_DS ? ds_of(*p, 2) : record_of_key(&arena, type, &key);
	}
	set_records(&arena, &set, records, n);
	return set;
}

static const struct {
	const char *ds, *keys;
	bool good;
} anchors[] = {
    {"-", "K* Z", true},
    {"-", "-", true},
    {"K", "K* Z", true},
    {"K", "K Z", false}, /* it does not sign the set */
    {"K", "L* Z", false},
    {"K", "-", false},
    {"K L", "L* Z", true}, /* one will do */
    {"K L", "K L* Z", true},
    {"K", "K* L* Z", true},
    {"K c", "K* c* Z", true},
    {"K c", "K* Z", false}, /* each algorithm of the DS set: RFC 4035 section 2.2 */
    {"c", "K* Z", false},
};

static const struct {
	const char *keys, *signers;
	bool good;
} covers[] = {
    {"K* Z", "Z", true}, {"K* Z", "-", false},
    {"-", "-", true}, /* whoever holds no DNSKEY asks for no signature */
    {"K* Z", "Y", false}, {"K* Z Y", "Y", true}, {"K* Z Y", "Y Z", true}, {"C*", "C", true},
    {"C*", "Z", false}, {"K* Z c*", "Z", false}, /* each algorithm of the DNSKEY set */
    {"K* Z c*", "Z c", true},
    {"K* Z", "Z c", true}, /* new signatures come ahead of the new key: RFC 6781 section 4.1.4 */
};

static void
pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(anchors); i++) {
		struct set ds = set_of(TYPE_DS, anchors[i].ds);
		struct set keys = set_of(TYPE_DNSKEY, anchors[i].keys);

		if (trust_anchors(&ds, &keys) != anchors[i].good)
			fail_msg("DS %s, DNSKEY %s", anchors[i].ds, anchors[i].keys);
	}
	for (size_t i = 0; i < LENGTH(covers); i++) {
		struct set keys = set_of(TYPE_DNSKEY, covers[i].keys);
		struct set signers = set_of(TYPE_RRSIG, covers[i].signers);

		if (trust_covers(&keys, &signers) != covers[i].good)
			fail_msg("DNSKEY %s, signed by %s", covers[i].keys, covers[i].signers);
	}
}

/* RFC 5011 section 2.1: no validator takes a revoked key for what a DS record leads to, be it that
 * of the key as it is now. */
static void
revoked(void **state)
{
	struct record_key key = key_of('K');
	struct set keys = set_of(TYPE_DNSKEY, "-"), ds = set_of(TYPE_DS, "K");
	struct bytes record;

	(void)state;
	key.signs = true;
	record = record_of_key(&arena, TYPE_DNSKEY, &key);
	set_records(&arena, &keys, &record, 1);
	assert_true(trust_anchors(&ds, &keys));
	key.flags |= 0x80;
	record = record_of_key(&arena, TYPE_DNSKEY, &key);
	set_records(&arena, &keys, &record, 1);
	assert_false(trust_anchors(&ds, &keys));
}

/* Records of several digests: "K2 L4" is K's with SHA-256 (RFC 4509) and L's with SHA-384 (RFC
 * 6605).
 */
static const struct {
	const char *ds, *keys;
	bool good, leads_to_k;
} mixed[] = {
    {"K4", "K*", true, true},
    {"K2 K4", "K*", true, true},
    {"K2 L4", "K*", false, false}, /* who knows SHA-384 looks at that alone */
    {"K2 L4", "L*", false, false}, /* and who does not, at the other */
    {"K2 L4", "K* L*", true, false},
    {"K2 L4 K4", "K*", true, true},
    {"K2 L1", "K*", true, true}, /* RFC 4509 section 3 */
    {"K2 L1", "L*", false, true},
    {"K1", "K*", true, true},
    {"K1 L4", "K*", false, false},
    {"K4 L1", "K*", false, false},  /* who does not know SHA-384 looks at the other */
    {"K2 c4", "K* c*", true, true}, /* each algorithm is by itself */
    {"K2 c4 L2", "L* c*", true, true},
    {"c4", "K* c*", true, false},
};

static struct set
mixed_set(const char *text)
{
	struct set set = set_of(TYPE_DS, "-");
	struct bytes records[8];
	size_t n = 0;

	for (const char *p = text; *p; p += p[2] ? 3 : 2)
		records[n++] = ds_of(p[0], (uint8_t)(p[1] - '0'));
	set_records(&arena, &set, records, n);
	return set;
}

static void
mixed_digests(void **state)
{
	struct record_key k = key_of('K');

	(void)state;
	for (size_t i = 0; i < LENGTH(mixed); i++) {
		struct set ds = mixed_set(mixed[i].ds), keys = set_of(TYPE_DNSKEY, mixed[i].keys);

		if (trust_anchors(&ds, &keys) != mixed[i].good ||
		    trust_leads_to(&ds, &k) != mixed[i].leads_to_k)
			fail_msg("DS %s, DNSKEY %s", mixed[i].ds, mixed[i].keys);
	}
}

/* Other digests than SHA-256 are known by their tag. */
static void
digests(void **state)
{
	struct set keys = set_of(TYPE_DNSKEY, "K*"), ds = set_of(TYPE_DS, "-");
	struct bytes sha384 = ds_of('K', 4), broken = ds_of('K', 2);

	(void)state;
	set_records(&arena, &ds, &sha384, 1);
	assert_true(trust_anchors(&ds, &keys));
	((uint8_t *)(uintptr_t)broken.data)[9] ^= 1;
	set_records(&arena, &ds, &broken, 1);
	assert_false(trust_anchors(&ds, &keys));
}

static struct trust_fault
find(const struct trust *trust, const struct set *set, int64_t now)
{
	return trust_find(trust, &(struct trust_change){.set = set}, now);
}

/* A ZSK that was swapped: the old set is held for an hour, or twice its TTL. */
static void
held_sets(void **state)
{
	struct set keys[] = {set_of(TYPE_DNSKEY, "K* Z"), set_of(TYPE_DNSKEY, "K* Y")};
	struct set signers[] = {set_of(TYPE_RRSIG, "Z"), set_of(TYPE_RRSIG, "Y")};
	struct set ds = set_of(TYPE_DS, "K");
	struct trust trust = {.ds = {&ds, 1},
	    .keys = {keys, 2},
	    .signers = {signers, 2},
	    .ds_known = true,
	    .hold_s = 10000};
	struct trust_change change;
	struct trust_fault fault;

	(void)state;
	keys[0].until_unix = signers[0].until_unix = 100000;
	fault = find(&trust, &keys[1], 100000);
	assert_ptr_equal(fault.keys, &keys[1]);
	assert_ptr_equal(fault.signers, &signers[0]);
	assert_int_equal(fault.until_unix, 113600);
	fault = find(&trust, &signers[1], 100000);
	assert_ptr_equal(fault.keys, &keys[0]);
	assert_int_equal(find(&trust, &keys[1], 113600).until_unix, 0);
	keys[0].ttl_s = 40000;
	assert_int_equal(find(&trust, &signers[1], 113600).until_unix, 180000);
	ds = set_of(TYPE_DS, "-"); /* nobody asks */
	assert_int_equal(find(&trust, &signers[1], 110000).until_unix, 0);
	trust.ds_known = false;
	assert_int_equal(find(&trust, &signers[1], 110000).until_unix, 180000);
	change = (struct trust_change){.set = &signers[1], .old = {&signers[0], 1}};
	assert_int_equal(trust_find(&trust, &change, 110000).until_unix, 180000);
	change.old.items = &signers[1]; /* it was as bad before */
	assert_int_equal(trust_find(&trust, &change, 110000).until_unix, 0);
	change = (struct trust_change){.set = &signers[1], .with = {&keys[0], 1}};
	assert_int_equal(trust_find(&trust, &change, 110000).until_unix, 0);
}

/* A DS set may appear once all that is held validates under it. */
static void
appears(void **state)
{
	struct set keys[] = {set_of(TYPE_DNSKEY, "-"), set_of(TYPE_DNSKEY, "K* Z")};
	struct set signers[] = {set_of(TYPE_RRSIG, "-"), set_of(TYPE_RRSIG, "Z")};
	struct set good = set_of(TYPE_DS, "K"), bad = set_of(TYPE_DS, "L"),
		   none = set_of(TYPE_DS, "-");
	struct trust trust = {
	    .keys = {keys, 2}, .signers = {signers, 2}, .ds_known = true, .hold_s = 0};

	(void)state;
	keys[0].until_unix = signers[0].until_unix = 100000;
	assert_int_equal(trust_may_appear(&trust, &good, 100000).until_unix, 107200);
	assert_int_equal(trust_may_appear(&trust, &good, 107200).until_unix, 0);
	assert_int_equal(trust_may_appear(&trust, &bad, 107200).until_unix, TIME_NEVER);
	assert_int_equal(trust_may_appear(&trust, &none, 100000).until_unix, 0);
}

/* What is written can be read. */
static void
records(void **state)
{
	static const struct {
		uint16_t type;
		const char *text;
		bool good;
	} rows[] = {
	    {TYPE_DNSKEY,
		"257 13 7 0000000000000000000000000000000000000000000000000000000000000000 signs",
		true},
	    {TYPE_DNSKEY,
		"256 15 65535 "
		"00000000000000000000000000000000000000000000000000000000000000ff",
		true},
	    {TYPE_DNSKEY, "256 15 65535 00ff", false},
	    {TYPE_DNSKEY,
		"256 15 65536 "
		"00000000000000000000000000000000000000000000000000000000000000ff",
		false},
	    {TYPE_DNSKEY,
		"256 15 1 "
		"00000000000000000000000000000000000000000000000000000000000000ff sings",
		false},
	    {TYPE_RRSIG, "13 7 00000000000000000000000000000000000000000000000000000000000000ff",
		true},
	    {TYPE_RRSIG, "13 00000000000000000000000000000000000000000000000000000000000000ff",
		false},
	    {TYPE_DS, "7 13 2 00000000000000000000000000000000000000000000000000000000000000ff",
		true},
	    {TYPE_DS, "7 13 2", false},
	    {TYPE_DS, "7 13 2 0f 0f", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct record_form *form = record_form(rows[i].type);
		struct buf b = {0};
		struct bytes record;

		if (form->read(&arena, text_of(rows[i].text), &record) != rows[i].good)
			fail_msg("%s", rows[i].text);
		if (!rows[i].good)
			continue;
		form->print(&b, record);
		assert_true(text_is((struct text){b.data, b.len}, rows[i].text));
		buf_free(&b);
	}
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pairs),
	    cmocka_unit_test(revoked),
	    cmocka_unit_test(digests),
	    cmocka_unit_test(mixed_digests),
	    cmocka_unit_test(held_sets),
	    cmocka_unit_test(appears),
	    cmocka_unit_test(records),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}

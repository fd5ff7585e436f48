#include "zone_fixture.h"

#include "dnssec/verify.h"
#include "dnssec/zonemd.h"
#include "dnssec/zonemd_store.h"

#define RFC_HEAD                                                                                   \
	"$ORIGIN example.\n$TTL 86400\n@ SOA ns1 admin 2018031900 1800 900 604800 86400\n"         \
	"@ NS ns1\n@ NS ns2\n"

static const struct {
	const char *rfc, *zone;
} rows[] = {
    {"RFC 8976 A.1", RFC_HEAD
	"@ ZONEMD 2018031900 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a8"
	"7153b9a9713b3c9ae5cc27777f98b8e730044c\n"
	"ns1 3600 A 203.0.113.63\nns2 3600 AAAA 2001:db8::63\n"},
    {"RFC 8976 A.2, without its record outside the zone", RFC_HEAD
	"@ ZONEMD 2018031900 1 1 a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2"
	"d8b39808226d7b9db71e34b72077f8fe\n"
	"ns1 3600 A 203.0.113.63\nNS2 3600 AAAA 2001:db8::63\n"
	"occluded.sub 7200 TXT \"I'm occluded but must be digested\"\nsub 7200 NS ns1\n"
	"duplicate 300 TXT \"I must be digested just once\"\n"
	"duplicate 300 TXT \"I must be digested just once\"\n"
	"UPPERCASE 3600 TXT \"canonicalize uppercase owner names\"\n"
	"* 777 PTR dont-forget-about-wildcards\nmail 3600 MX 20 MAIL1\nmail 3600 MX 10 "
	"Mail2.Example.\n"
	"sortme 3600 AAAA 2001:db8::5:61\nsortme 3600 AAAA 2001:db8::3:62\n"
	"sortme 3600 AAAA 2001:db8::4:63\nsortme 3600 AAAA 2001:db8::1:65\n"
	"sortme 3600 AAAA 2001:db8::2:64\n"
	"non-apex 900 ZONEMD 2018031900 1 1 "
	"616c6c6f776564206275742069676e6f7265642e20616c6c6f776564"
	"206275742069676e6f7265642e20616c6c6f7765\n"},
};

static struct rrset
zonemd_of(const struct store *store)
{
	return node_rrset(store, store_apex(store), TYPE_ZONEMD);
}

/* What the RFC has is made anew. */
static void
rfc_digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		const struct record *record;
		const uint8_t *was;

		zone_read_good(&f, rows[i].zone);
		assert_int_equal(zonemd_of(&f.store).n, 1);
		record = zonemd_of(&f.store).records;
		was = record->rdata;
		assert_int_equal(zonemd_store_make(&f.store), 0);
		assert_ptr_not_equal(record->rdata, was);
		if (memcmp(record->rdata, was, record->rdlen) != 0)
			fail_msg("%s", rows[i].rfc);
		zone_free(&f);
	}
}

static const struct {
	const char *zone;
	uint8_t algorithm;
} added[] = {
    {ZONE_HEAD "ns A 192.0.2.1\n", ZONEMD_SHA384},
    {ZONE_HEAD "ns A 192.0.2.1\n", ZONEMD_SHA512},
    {ZONE_HEAD "ns A 192.0.2.1\n@ 5 ZONEMD 9 1 240 aabbccddeeffaabbccddeeff\n", ZONEMD_SHA512},
    {ZONE_HEAD "a 60 MX 10 Mail.EXAMPLE.org.\nSub NS NS.sub\nns.sub A 192.0.2.1\n"
	       "a.sub TXT occluded\n*.A TXT x\n",
	ZONEMD_SHA384},
};

/* The judge, who has another way to the digest, is content, and sees a change. */
static void
added_digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(added); i++) {
		struct zone_fixture f;
		struct store *store = &f.store;
		struct rrset set;

		zone_read_good(&f, added[i].zone);
		zonemd_store_add(store, added[i].algorithm);
		store_sort(store);
		set = zonemd_of(store);
		assert_int_equal(set.n, 1);
		assert_int_equal(set.records[0].ttl_s, 3600);
		assert_int_equal(verify_digest(&f.diags, store), -1);
		assert_int_equal(zonemd_store_make(store), 0);
		assert_int_equal(verify_digest(&f.diags, store), 0);
		store->records[store->nodes[0].first].ttl_s++;
		assert_int_equal(verify_digest(&f.diags, store), -1);
		zone_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_digests),
	    cmocka_unit_test(added_digests),
	};

	return cmocka_run_group_tests_name("zonemd_store", tests, zone_setup, zone_teardown);
}

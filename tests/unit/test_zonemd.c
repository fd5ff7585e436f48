#include "zone_fixture.h"

#include "base/codec.h"
#include "dnssec/zonemd.h"

#include <openssl/evp.h>

/* The digest of a zone but for the ZONEMD records at its apex, and their signatures. */
static void
digest_of(const struct store *store, const char *name, uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct zonemd_node taken = {0};
	struct buf wire = {0};

	assert_int_equal(EVP_DigestInit_ex(ctx, EVP_get_digestbyname(name), NULL), 1);
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		uint8_t owner[NAME_LONGEST], rdata[4096];
		size_t len = node_wire(store, node, owner);

		name_lower(owner, owner, len);
		for (uint32_t j = 0; j < node->n; j++) {
			const struct record *record = &node_records(store, node)[j];

			if (record->type == TYPE_ZONEMD && node->key_len == 0)
				continue;
			rdata_canonical(record->type, record_rdata(record), rdata);
			zonemd_take(&taken, (struct bytes){owner, len}, record->type, record->ttl_s,
			    (struct bytes){rdata, record->rdlen});
		}
		zonemd_flush(&taken, &wire);
	}
	EVP_DigestUpdate(ctx, wire.data, wire.len);
	EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	zonemd_node_free(&taken);
	buf_free(&wire);
}

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

static void
rfc_digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t digest[ZONEMD_DIGEST_LONGEST];
		struct zone_fixture f;
		struct rrset set;

		zone_read_good(&f, rows[i].zone);
		digest_of(&f.store, "SHA384", digest);
		set = node_rrset(&f.store, store_apex(&f.store), TYPE_ZONEMD);
		assert_int_equal(set.n, 1);
		if (memcmp(set.records[0].rdata + ZONEMD_HEAD, digest, 48) != 0)
			fail_msg("%s", rows[i].rfc);
		zone_free(&f);
	}
}

static void
lengths(void **state)
{
	uint8_t rdata[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST];
	static const uint8_t head[] = {0x12, 0x34, 0x56, 0x78, 1, 2, 0};

	(void)state;
	assert_int_equal(zonemd_digest_len(ZONEMD_SHA384), 48);
	assert_int_equal(zonemd_digest_len(ZONEMD_SHA512), 64);
	assert_int_equal(zonemd_digest_len(0), 0);
	assert_int_equal(zonemd_digest_len(3), 0);
	memset(rdata, 0xff, sizeof(rdata));
	assert_int_equal(zonemd_placeholder(0x12345678, ZONEMD_SHA512, rdata), sizeof(rdata));
	assert_memory_equal(rdata, head, sizeof(head));
	assert_int_equal(rdata[sizeof(rdata) - 1], 0);
}

/* SOA came first and signatures behind what they sign: all take their places. */
static void
order(void **state)
{
	static const struct {
		uint16_t type;
		const char *rdata;
	} came[] = {{TYPE_SOA, "soa"}, {TYPE_RRSIG, "\0\006z"}, {TYPE_NS, "ns1"}, {TYPE_NS, "ns2"},
	    {TYPE_RRSIG, "\0\002b"}, {TYPE_RRSIG, "\0\002a"}, {257, "caa"},
	    {TYPE_RRSIG, "\001\001"}};
	static const unsigned want[] = {2, 3, 0, 5, 4, 1, 7, 6};
	struct zonemd_node node = {0}, one = {0};
	struct buf out = {0}, expected = {0};
	struct bytes owner = {(const uint8_t *)"\1a", 3};

	(void)state;
	for (unsigned round = 0; round < 2; round++) { /* flushing empties the node */
		for (size_t i = 0; i < LENGTH(came); i++)
			zonemd_take(&node, owner, came[i].type, 5,
			    (struct bytes){(const uint8_t *)came[i].rdata, 3});
		zonemd_flush(&node, &out);
		for (size_t i = 0; i < LENGTH(want); i++) {
			zonemd_take(&one, owner, came[want[i]].type, 5,
			    (struct bytes){(const uint8_t *)came[want[i]].rdata, 3});
			zonemd_flush(&one, &expected);
		}
		assert_int_equal(out.len, expected.len);
		assert_memory_equal(out.data, expected.data, out.len);
	}
	zonemd_node_free(&node);
	zonemd_node_free(&one);
	buf_free(&out);
	buf_free(&expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_digests),
	    cmocka_unit_test(lengths),
	    cmocka_unit_test(order),
	};

	return cmocka_run_group_tests_name("zonemd", tests, zone_setup, zone_teardown);
}

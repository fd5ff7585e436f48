#include "zone_fixture.h"

#include "dnssec/zonemd.h"

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
	    cmocka_unit_test(lengths),
	    cmocka_unit_test(order),
	};

	return cmocka_run_group_tests_name("zonemd", tests, zone_setup, zone_teardown);
}

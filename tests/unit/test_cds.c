#include "zone_fixture.h"

#include "base/codec.h"
#include "dns/type.h"
#include "dnssec/cds.h"

/* DS RDATA as one hexadecimal text. */
static void
digests(void **state)
{
	static const struct {
		const char *rfc, *zone;
		uint16_t flags;
		uint8_t algorithm;
		const char *key;
		uint8_t digest_type;
		const char *ds;
	} rows[] = {
	    {"RFC 4509 section 2.3, the key of RFC 4034 section 5.4", "dskey.example.com.", 256, 5,
		"AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/"
		"2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUS"
		"djMmmAphXdvxegXd/"
		"M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/r"
		"ljwvFw==",
		2, "ec450502d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a"},
	    {"RFC 6605 section 6.1", "example.net.", 257, 13,
		"GojIhhXUN/"
		"u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8N"
		"AA==",
		2, "d9600d02b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"},
	    {"RFC 6605 section 6.2", "example.net.", 257, 14,
		"xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/"
		"egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+O"
		"B+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
		4,
		"2a130e0472d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d"
		"288405c3008a946df983d6"},
	    {"RFC 8080 section 6.1", "example.com.", 257, 15,
		"l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", 2,
		"0e1d0f023aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b"},
	    {"RFC 8080 section 6.2, the zone in another case", "Example.COM.", 257, 16,
		"3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA", 2,
		"25f110026ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t dnskey[300] = {
		    (uint8_t)(rows[i].flags >> 8), (uint8_t)rows[i].flags, 3, rows[i].algorithm};
		uint8_t ds[CDS_LONGEST];
		struct name zone = name_of(rows[i].zone);
		struct buf b = {0};
		ssize_t len = base64_decode(text_of(rows[i].key), dnskey + 4);

		assert_true(len > 0);
		hex_encode(
		    &b, (struct bytes){ds, ds_rdata(&zone, (struct bytes){dnskey, 4 + (size_t)len},
					       rows[i].digest_type, ds)});
		*buf_reserve(&b, 1) = '\0';
		assert_string_equal(b.data, rows[i].ds);
		buf_free(&b);
	}
}

/* Which records name a DNSKEY, in hexadecimal digits or as DS of a digest type. */
static void
names(void **state)
{
	static const struct {
		uint16_t type;
		const char *rdata;
		bool names, deletes;
	} rows[] = {
	    {TYPE_CDS, "000000", false, false},
	    {TYPE_CDS, "0000000000", false, true},
	    {TYPE_CDNSKEY, "0000030000", false, true},
	    {TYPE_CDNSKEY, "0101030d00", false, false},
	    {TYPE_CDNSKEY, "0101030d0102", true, false},
	    {TYPE_CDNSKEY, "0100030d0102", false, false},
	    {TYPE_CDNSKEY, "0101030d010200", false, false},
	    {TYPE_CDS, "TAG0d01ff", true, false}, /* SHA-1 is not computed */
	    {TYPE_CDS, "TAG0e01ff", false, false},
	    {TYPE_CDS, "00000d01ff", false, false},
	    {TYPE_CDS, "TAG0d02ff", false, false},
	    {TYPE_CDS, "2", true, false},
	    {TYPE_CDS, "4", true, false},
	};
	static const uint8_t octets[] = {1, 1, 3, 13, 1, 2};
	struct bytes dnskey = {octets, sizeof(octets)};
	struct name zone = name_of("example.net.");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t rdata[CDS_LONGEST];
		char text[64];
		size_t len;

		snprintf(text, sizeof(text), "%s", rows[i].rdata);
		if (strncmp(text, "TAG", 3) == 0)
			snprintf(text, sizeof(text), "%04x%s", key_tag(dnskey), rows[i].rdata + 3);
		if (strlen(text) == 1)
			len = ds_rdata(&zone, dnskey, (uint8_t)(*text - '0'), rdata);
		else
			len = (size_t)hex_decode(text_of(text), rdata);
		if (cds_names_key(&zone, rows[i].type, (struct bytes){rdata, len}, dnskey) !=
			rows[i].names ||
		    cds_is_delete(rows[i].type, (struct bytes){rdata, len}) != rows[i].deletes)
			fail_msg("row %zu: %s", i, text);
	}
}

static struct key
ksk(void)
{
	struct key key = {.is_ksk = true, .published = true, .signs_keys = true};

	for (size_t i = 0; i < N_KEY_TIMES; i++)
		key.time[i] = KEY_NO_TIME;
	return key;
}

static void
due(void **state)
{
	struct key key = ksk();

	(void)state;
	assert_true(cds_is_due(&key, 100));
	key.time[KEY_SYNC_PUBLISH] = 101;
	assert_false(cds_is_due(&key, 100));
	assert_true(cds_is_due(&key, 101));
	key.time[KEY_SYNC_DELETE] = 103;
	assert_true(cds_is_due(&key, 102));
	assert_false(cds_is_due(&key, 103));
	key = ksk();
	key.is_ksk = false;
	assert_false(cds_is_due(&key, 100));
	key = ksk();
	key.published = false;
	assert_false(cds_is_due(&key, 100));
	key = ksk();
	key.signs_keys = false;
	assert_false(cds_is_due(&key, 100));
	key = ksk();
	key.revoked = true;
	assert_false(cds_is_due(&key, 100));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests),
	    cmocka_unit_test(names),
	    cmocka_unit_test(due),
	};

	return cmocka_run_group_tests_name("cds", tests, NULL, NULL);
}

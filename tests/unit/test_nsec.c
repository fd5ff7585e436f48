#include "zone_fixture.h"

#include "dnssec/nsec.h"

/* Types in ascending order, and the bit map in hex (RFC 4034 section 4.1.2). */
static const struct {
	uint16_t types[8];
	const char *hex;
} bitmaps[] = {
    {{0}, ""},
    {{1}, "000140"},
    {{7}, "000101"},
    {{8}, "00020080"},
    {{1, 15, 46, 47, 1234},
	"0006400100000003041b000000000000000000000000000000000000000000000000000020"},
    {{255}, "00200000000000000000000000000000000000000000000000000000000000000001"},
    {{256}, "010180"},
    {{1, 256, 257}, "0001400101c0"},
    {{1, 65535}, "000140ff200000000000000000000000000000000000000000000000000000000000000001"},
    {{2, 512, 1024}, "000120020180040180"},
};

static void
type_bitmaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bitmaps); i++) {
		uint8_t out[NSEC_LONGEST];
		struct nsec_bitmap bitmap = {.out = out};
		char hex[200] = "";

		memset(out, 0xff, sizeof(out));
		for (const uint16_t *type = bitmaps[i].types; *type; type++)
			nsec_bitmap_add(&bitmap, *type);
		for (size_t j = 0; j < bitmap.len; j++)
			sprintf(hex + 2 * j, "%02x", out[j]);
		assert_string_equal(hex, bitmaps[i].hex);
	}
}

/* Every type at once fills the room that is there. */
static void
all_types(void **state)
{
	static uint8_t out[NSEC_LONGEST];
	struct nsec_bitmap bitmap = {.out = out};

	(void)state;
	for (uint32_t type = 1; type < 65536; type++)
		nsec_bitmap_add(&bitmap, (uint16_t)type);
	assert_int_equal(bitmap.len, 256 * 34);
}

#define DS "DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n"

/* What stands behind ZONE_HEAD, and the whole chain. */
static const struct {
	const char *text, *chain;
} rows[] = {
    {"", "example.org. NSEC example.org. NS SOA RRSIG NSEC\n"},
    {"@ A 192.0.2.1\n@ MX 1 b\n@ DNSKEY 257 3 15 AAAA\n@ TYPE1234 \\# 0\n",
	"example.org. NSEC example.org. A NS SOA MX RRSIG NSEC DNSKEY TYPE1234\n"},
    {"a A 192.0.2.1\nC.b TXT x\n*.b A 192.0.2.1\n",
	"example.org. NSEC a.example.org. NS SOA RRSIG NSEC\n"
	"a.example.org. NSEC *.b.example.org. A RRSIG NSEC\n"
	"*.b.example.org. NSEC C.b.example.org. A RRSIG NSEC\n"
	"C.b.example.org. NSEC example.org. TXT RRSIG NSEC\n"},
    /* RFC 4035 section 2.3: at a cut NS, DS, RRSIG and NSEC alone, below it nothing. */
    {"a NS ns.a\na A 192.0.2.1\na TXT x\na " DS "ns.a A 192.0.2.1\nb NS ns.a\nns.b A 192.0.2.2\n"
     "x.ns.b A 192.0.2.2\n",
	"example.org. NSEC a.example.org. NS SOA RRSIG NSEC\n"
	"a.example.org. NSEC b.example.org. NS DS RRSIG NSEC\n"
	"b.example.org. NSEC example.org. NS RRSIG NSEC\n"},
    {"a DNAME b\na TXT x\nx.a A 192.0.2.1\nb A 192.0.2.1\n",
	"example.org. NSEC a.example.org. NS SOA RRSIG NSEC\n"
	"a.example.org. NSEC b.example.org. TXT DNAME RRSIG NSEC\n"
	"b.example.org. NSEC example.org. A RRSIG NSEC\n"},
    {"@ DNAME b.example.net.\nx A 192.0.2.1\n",
	"example.org. NSEC example.org. NS SOA DNAME RRSIG NSEC\n"},
    {"a CNAME b\na TYPE65535 \\# 0\n",
	"example.org. NSEC a.example.org. NS SOA RRSIG NSEC\n"
	"a.example.org. NSEC example.org. CNAME RRSIG NSEC TYPE65535\n"},
    {"\\001 A 192.0.2.1\n\\000 A 192.0.2.1\n\\000.\\000 A 192.0.2.1\n",
	"example.org. NSEC \\000.example.org. NS SOA RRSIG NSEC\n"
	"\\000.example.org. NSEC \\000.\\000.example.org. A RRSIG NSEC\n"
	"\\000.\\000.example.org. NSEC \\001.example.org. A RRSIG NSEC\n"
	"\\001.example.org. NSEC example.org. A RRSIG NSEC\n"},
};

static void
chains(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		static uint8_t rdata[NSEC_LONGEST];
		struct zone_fixture f;
		struct buf owner = {0}, b = {0};
		char text[1000];

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, rows[i].text);
		zone_read_good(&f, text);
		for (size_t j = 0; j < f.store.n_nodes; j++) {
			struct text name = write_owner(&owner, &f.store, &f.store.nodes[j]);

			if (f.store.nodes[j].flags & NODE_OCCLUDED)
				continue;
			buf_printf(&b, "%.*s NSEC ", (int)name.len - 1, name.data);
			rdata_print(
			    &b, TYPE_NSEC, (struct bytes){rdata, nsec_rdata(&f.store, j, rdata)});
			buf_putc(&b, '\n');
		}
		buf_putc(&b, '\0');
		assert_string_equal(b.data, rows[i].chain);
		buf_free(&b);
		buf_free(&owner);
		zone_free(&f);
	}
}

/* RFC 9077 section 3 */
static void
ttls(void **state)
{
	static const struct {
		const char *soa;
		uint32_t ttl_s;
	} soas[] = {
	    {"$ORIGIN a.\n@ 3600 SOA b c 1 2 3 4 300\n", 300},
	    {"$ORIGIN a.\n@ 300 SOA b c 1 2 3 4 3600\n", 300},
	    {"$ORIGIN a.\n@ 0 SOA b c 1 2 3 4 3600\n", 0},
	    {"$ORIGIN a.\n@ 5 SOA b c 1 2 3 4 4294967295\n", 5},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(soas); i++) {
		struct zone_fixture f;

		zone_read_good(&f, soas[i].soa);
		assert_int_equal(
		    nsec_ttl(node_records(&f.store, store_apex(&f.store))), soas[i].ttl_s);
		zone_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(type_bitmaps),
	    cmocka_unit_test(all_types),
	    cmocka_unit_test(chains),
	    cmocka_unit_test(ttls),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

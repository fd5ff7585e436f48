#include "zone_fixture.h"

#include "zone/soa.h"

/* RFC 1035 section 3.3.13; names may be long, and end in the root. */
static void
numbers(void **state)
{
	static const char *const soas[] = {
	    "@ SOA ns hostmaster 1 2 3 4 300\n", "@ SOA . . 1 2 3 4 300\n"};

	(void)state;
	for (size_t i = 0; i < LENGTH(soas); i++) {
		struct zone_fixture f;
		struct buf text = {0};

		buf_printf(
		    &text, "$ORIGIN example.org.\n$TTL 60\na A 192.0.2.1\n%s@ NS ns\n", soas[i]);
		buf_putc(&text, '\0');
		zone_read(&f, text.data);
		assert_int_equal(soa_number(store_soa(&f.store), SOA_SERIAL), 1);
		assert_int_equal(soa_number(store_soa(&f.store), SOA_EXPIRE), 4);
		assert_int_equal(soa_number(store_soa(&f.store), SOA_MINIMUM), 300);
		assert_int_equal(store_largest_ttl(&f.store), 60);
		zone_free(&f);
		buf_free(&text);
	}
}

static void
none(void **state)
{
	struct store store = {0};

	(void)state;
	assert_null(store_soa(&store));
	assert_int_equal(store_largest_ttl(&store), 0);
}

static void
set_serial(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read_good(&f, ZONE_HEAD "a A 192.0.2.1\n");
	assert_int_equal(zone_serial(&f.store), 1);
	zone_set_serial(&f.store, 4294967295u);
	assert_int_equal(zone_serial(&f.store), 4294967295u);
	assert_non_null(strstr(zone_print(&f), "hostmaster.example.org. 4294967295 2 3 4 300\n"));
	zone_set_serial(&f.store, 0x01020304);
	assert_int_equal(zone_serial(&f.store), 0x01020304);
	zone_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(none),
	    cmocka_unit_test(set_serial),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

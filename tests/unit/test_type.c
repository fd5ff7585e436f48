#include "unit.h"

#include "dns/type.h"

static const char *
printed(uint16_t type, char *out, size_t room)
{
	struct buf b = {0};

	type_print(&b, type);
	snprintf(out, room, "%.*s", (int)b.len, b.data);
	buf_free(&b);
	return out;
}

/* Every row is found by its number and by its mnemonic, in any case. */
static void
names(void **state)
{
	size_t n_rows = 0, n_names = 0;
	char text[32];

	(void)state;
	for (const char *const *name = type_names(); *name; name++, n_names++) {
		uint16_t type = 0;

		if (type_parse(text_of(*name), &type) < 0)
			fail_msg("%s is not found: it stands below another letter", *name);
		assert_non_null(type_info(type));
		assert_string_equal(type_info(type)->name, *name);
		for (size_t i = 0; i <= strlen(*name); i++)
			text[i] = (char)ascii_lower((uint8_t)(*name)[i]);
		assert_int_equal(type_parse(text_of(text), &type), 0);
		assert_string_equal(printed(type, text, sizeof(text)), *name);
	}
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		const struct type_info *info = type_info((uint16_t)type);

		if (!info)
			continue;
		assert_int_equal(info->type, type);
		n_rows++;
	}
	assert_int_equal(n_rows, n_names);
}

static void
numbers(void **state)
{
	static const char *const bad[] = {"", "TYPE", "TYPE65536", "TYPEX", "TYPE1x", "TYPE-1",
	    "TYPE 1", "TYPE0000000001", "NSX", "N", "AAAAA", "_A", "1", "NSEC3PARAMS", "IN"};
	uint16_t type;
	char text[32];

	(void)state;
	for (unsigned n = 0; n <= UINT16_MAX; n++) {
		snprintf(text, sizeof(text), "type%u", n);
		assert_int_equal(type_parse(text_of(text), &type), 0);
		assert_int_equal(type, n);
		assert_int_equal(
		    type_parse(text_of(printed((uint16_t)n, text, sizeof(text))), &type), 0);
		assert_int_equal(type, n);
	}
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (type_parse(text_of(bad[i]), &type) == 0)
			fail_msg("\"%s\" was taken for a type", bad[i]);
}

/* The fields of a row end, and each but an end has a name and a kind. */
static void
fields(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		const struct type_info *info = type_info((uint16_t)type);
		bool used = false;
		size_t n = 0;

		if (!info)
			continue;
		for (; n < TYPE_FIELDS && info->fields[n].kind != FIELD_END; n++) {
			assert_true(info->fields[n].kind < N_FIELD_KINDS);
			assert_non_null(info->fields[n].name);
			used = used || info->fields[n].use;
		}
		assert_int_equal(info->names, used);
		assert_true(n < TYPE_FIELDS);
		assert_int_equal(n == 0, info->meta);
	}
}

/* RFC 4034 section 6.2, with NSEC taken out and RRSIG kept by RFC 6840 section 5.1; HINFO of that
 * list has no names. */
static void
lower(void **state)
{
	static const uint16_t listed[] = {TYPE_NS, TYPE_MD, TYPE_MF, TYPE_CNAME, TYPE_SOA, TYPE_MB,
	    TYPE_MG, TYPE_MR, TYPE_PTR, TYPE_MINFO, TYPE_MX, TYPE_RP, TYPE_AFSDB, TYPE_RT, TYPE_SIG,
	    TYPE_PX, TYPE_NXT, TYPE_NAPTR, TYPE_KX, TYPE_SRV, TYPE_DNAME, TYPE_A6, TYPE_RRSIG};
	size_t n = 0;

	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++)
		n += type_info((uint16_t)type) && type_info((uint16_t)type)->lower;
	assert_int_equal(n, LENGTH(listed));
	for (size_t i = 0; i < LENGTH(listed); i++)
		assert_true(type_info(listed[i])->lower);
}

static void
classes(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		const struct type_info *info = type_info((uint16_t)type);
		bool meta = type == 0 || type == TYPE_OPT || (type >= 128 && type <= 255);

		assert_int_equal(type_is_meta((uint16_t)type), meta);
		if (info)
			assert_int_equal(info->meta, meta);
		assert_int_equal(type_is_singleton((uint16_t)type),
		    type == TYPE_SOA || type == TYPE_CNAME || type == TYPE_DNAME);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(fields),
	    cmocka_unit_test(lower),
	    cmocka_unit_test(classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include "dnssec/token_uri.h"

static bool
is(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : !a && !b;
}

/* What RFC 7512 has, what BIND writes, and bare names. */
static void
keys(void **state)
{
	static const struct {
		const char *text, *uri, *token, *object, *pin_path, *module_path, *module_name;
	} rows[] = {
	    {"pkcs11:token=a;object=b", "pkcs11:token=a;object=b", "a", "b", NULL, NULL, NULL},
	    {"pkcs11:token=a%20b;object=%c3%a4?pin-source=/p", NULL, "a b", "\xc3\xa4", "/p", NULL,
		NULL},
	    {"pkcs11:object=b?pin-source=file:/p%20q", NULL, "", "b", "/p q", NULL, NULL},
	    {"pkcs11:object=b?pin-source=file:///p&module-path=/m.so", NULL, "", "b", "/p", "/m.so",
		NULL},
	    {"pkcs11:object=b?module-name=softhsm2", NULL, "", "b", NULL, NULL, "softhsm2"},
	    {"pkcs11:token=a;object=b;pin-source=/p", "pkcs11:token=a;object=b?pin-source=/p", "a",
		"b", "/p", NULL, NULL},
	    {"pkcs11:pin-source=/p;token=a;module-path=/m;object=b",
		"pkcs11:token=a;object=b?pin-source=/p&module-path=/m", "a", "b", "/p", "/m", NULL},
	    {"token=a;object=b", "pkcs11:token=a;object=b", "a", "b", NULL, NULL, NULL},
	    {"pkcs11:serial=12;id=%01%ff", NULL, "", "", NULL, NULL, NULL},
	    {"zsk", "pkcs11:object=zsk", "", "zsk", NULL, NULL, NULL},
	    {"pkcs11:zsk", "pkcs11:object=zsk", "", "zsk", NULL, NULL, NULL},
	    {"a b;c", "pkcs11:object=a%20b%3Bc", "", "a b;c", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = {0};
		const char *why;
		const struct token_uri *uri =
		    token_uri_read(&a, text_of(rows[i].text), TOKEN_URI_KEY, &why);

		if (!uri)
			fail_msg("%s: %s", rows[i].text, why);
		if (!is(uri->text, rows[i].uri ? rows[i].uri : rows[i].text) ||
		    !is(uri->token, rows[i].token) || !is(uri->object, rows[i].object) ||
		    !is(uri->pin_path, rows[i].pin_path) ||
		    !is(uri->module_path, rows[i].module_path) ||
		    !is(uri->module_name, rows[i].module_name))
			fail_msg("%s: read as %s, token %s, object %s", rows[i].text, uri->text,
			    uri->token, uri->object);
		arena_free(&a);
	}
}

/* What is refused, by a message that does not quote it: there may be a PIN in it. */
static void
refused(void **state)
{
	static const struct {
		enum token_uri_of of;
		const char *text;
	} rows[] = {
	    {TOKEN_URI_KEY, ""},
	    {TOKEN_URI_KEY, "pkcs11:object=%zz"},
	    {TOKEN_URI_KEY, "pkcs11:object=7531;colour=red"},
	    {TOKEN_URI_KEY, "pkcs11:token=7531"},
	    {TOKEN_URI_KEY, "pkcs11:object=b?pin-value=7531"},
	    {TOKEN_URI_KEY, "pkcs11:object=b;pin-value=7531"},
	    {TOKEN_URI_KEY, "pkcs11:object=b?pin-source=7531"},
	    {TOKEN_URI_KEY, "pkcs11:object=b?pin-source=file:7531"},
	    {TOKEN_URI_KEY, "pkcs11:object=b?pin-source=file://host/7531"},
	    {TOKEN_URI_KEY, "pkcs11:object=b?pin-source=%7Cecho%207531"},
	    {TOKEN_URI_KEY, "pkcs11:object=b?module-path=7531.so"},
	    {TOKEN_URI_PLACE, "pkcs11:token=a;object=7531"},
	    {TOKEN_URI_PLACE, "pkcs11:token=a;id=%07"},
	    {TOKEN_URI_PLACE, "pkcs11:manufacturer=7531"},
	    {TOKEN_URI_PLACE, "pkcs11:token=a?pin-value=7531"},
	    {TOKEN_URI_PLACE, "7531"},
	};
	static const char nul[] = {'a', 0, 'b'};
	char *large = calloc(TOKEN_URI_LONGEST + 2, 1);
	struct arena a = {0};
	const char *why;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (token_uri_read(&a, text_of(rows[i].text), rows[i].of, &why))
			fail_msg("%s is taken", rows[i].text);
		if (strstr(why, "7531"))
			fail_msg("%s is quoted: %s", rows[i].text, why);
	}
	assert_null(token_uri_read(&a, (struct text){nul, sizeof(nul)}, TOKEN_URI_KEY, &why));
	memset(large, 'x', TOKEN_URI_LONGEST + 1);
	assert_null(token_uri_read(&a, text_of(large), TOKEN_URI_KEY, &why));
	large[TOKEN_URI_LONGEST] = '\0';
	assert_non_null(token_uri_read(&a, text_of(large), TOKEN_URI_KEY, &why));
	free(large);
	arena_free(&a);
}

/* A key that is made at a place, and the place of a key. */
static void
places(void **state)
{
	struct bytes id = {(const uint8_t *)"\x01\xfe", 2};
	struct arena a = {0};
	const struct token_uri *place, *key;
	const char *why;

	(void)state;
	place =
	    token_uri_read(&a, text_of("pkcs11:token=a%20b?pin-source=/p"), TOKEN_URI_PLACE, &why);
	assert_non_null(place);
	key = token_uri_read(
	    &a, text_of(token_uri_of_key(&a, place, "c;d", id)), TOKEN_URI_KEY, &why);
	assert_non_null(key);
	assert_string_equal(key->token, "a b");
	assert_string_equal(key->object, "c;d");
	assert_string_equal(key->pin_path, "/p");
	assert_non_null(strstr(key->text, "id=%01%FE"));
	place = token_uri_place(&a, key);
	assert_string_equal(place->token, "a b");
	assert_string_equal(place->object, "");
	assert_string_equal(place->pin_path, "/p");
	assert_null(strstr(place->text, "id="));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

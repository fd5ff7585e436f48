#include "zone_fixture.h"

#include "history/published.h"

/* Is what stands in the second text (behind ZONE_HEAD) what the first one published? */
static const struct {
	const char *published, *text;
	bool is_signed, same;
} contents[] = {
    {"", "", false, true},
    {"a A 192.0.2.1\n", "a A 192.0.2.1\n", false, true},
    {"b A 192.0.2.1\na A 192.0.2.1\n", "a A 192.0.2.1\nb A 192.0.2.1\n", false, true},
    {"a A 192.0.2.1\n", "", false, false},
    {"", "a A 192.0.2.1\n", false, false},
    {"a A 192.0.2.1\n", "a A 192.0.2.2\n", false, false},
    {"a A 192.0.2.1\n", "a 5 A 192.0.2.1\n", false, false},
    {"a A 192.0.2.1\n", "A A 192.0.2.1\n", false, false},
    {"a A 192.0.2.1\n", "b A 192.0.2.1\n", false, false},
    {"a A 192.0.2.1\n", "a A 192.0.2.1\na A 192.0.2.2\n", false, false},
    {"a A 192.0.2.1\n", "a A 192.0.2.1\nz A 192.0.2.2\n", false, false},
    {"a MX 1 b\n", "a MX 1 B\n", false, false},
    {"a A 192.0.2.1\nb A 192.0.2.2\n", "a A 192.0.2.1\na A 192.0.2.2\n", false, false},
    {"a NSEC b A\n", "", true, true},
    {"a NSEC b A\n", "", false, false},
    {"a NSEC b A\n", "a NSEC b A\n", false, true},
    {"a NSEC b A\na A 192.0.2.1\n", "a A 192.0.2.1\n", true, true},
    {"@ NSEC3PARAM 1 0 0 -\n", "", true, false},
    {"@ DNSKEY 257 3 15 AAAA\n", "", true, false},
    {"a RRSIG A 15 3 5 20300101000000 20200101000000 1 example.org. AAAA\n", "", true, true},
};

/* It has no problem to tell of. */
static struct diags none;

static void
same_content(void **state)
{
	struct name apex = name_of("example.org.");

	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		struct published published;
		struct zone_fixture f;
		char text[500];

		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, contents[i].published);
		put("published", text);
		assert_int_equal(published_load(&none, &published, NULL, "published", &apex, 1), 0);
		assert_true(published.there);
		snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, contents[i].text);
		zone_read_good(&f, text);
		if (published_same_content(&published, &f.store, contents[i].is_signed) !=
		    contents[i].same)
			fail_msg("row %zu", i);
		published_free(&published);
		zone_free(&f);
	}
}

/* Only the SOA's serial does not count. */
static void
same_soa(void **state)
{
	static const struct {
		const char *soa;
		bool same;
	} soas[] = {
	    {"a.ns hostmaster 1 2 3 4 300", false},
	    {"ns hostmaster 7 2 3 4 300", true},
	    {"ns hostmaster 4294967295 2 3 4 300", true},
	    {"ns hostmaster 1 9 3 4 300", false},
	    {"ns hostmaster 1 2 3 4 301", false},
	    {"ns hostmistres 1 2 3 4 300", false},
	};
	struct name apex = name_of("example.org.");

	(void)state;
	for (size_t i = 0; i < LENGTH(soas); i++) {
		struct published published;
		struct zone_fixture f;
		char text[500];

		put("published", ZONE_HEAD);
		assert_int_equal(published_load(&none, &published, NULL, "published", &apex, 1), 0);
		snprintf(text, sizeof(text), "$ORIGIN example.org.\n$TTL 3600\n@ SOA %s\n@ NS ns\n",
		    soas[i].soa);
		zone_read_good(&f, text);
		assert_int_equal(published_same_content(&published, &f.store, false), soas[i].same);
		published_free(&published);
		zone_free(&f);
	}
}

/* A file that is missing, broken, of another zone or a folder: nothing was published. */
static void
nothing_published(void **state)
{
	static const char *const texts[] = {"", "x", ZONE_HEAD "a A 1\n",
	    "$ORIGIN example.net.\n@ 5 SOA a b 1 2 3 4 5\n", "a 5 A 192.0.2.1\n", "@ 5 NS a\n"};
	struct name apex = name_of("example.org.");
	struct published published;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		put("published", texts[i]);
		assert_int_equal(published_load(&none, &published, NULL, "published", &apex, 1), 0);
		assert_false(published.there);
		published_free(&published);
	}
	assert_int_equal(published_load(&none, &published, NULL, "no-such-file", &apex, 1), 0);
	assert_false(published.there);
	published_free(&published);
	assert_int_equal(published_load(&none, &published, NULL, ".", &apex, 1), 0);
	assert_false(published.there);
	published_free(&published);
	assert_int_equal(none.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(same_content),
	    cmocka_unit_test(same_soa),
	    cmocka_unit_test(nothing_published),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

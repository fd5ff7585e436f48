#include "zone_fixture.h"

#include "zone/lookup.h"

static const char zone_text[] =
    ZONE_HEAD "a CNAME b\nb CNAME c\nc A 192.0.2.1\n"
	      "*.w CNAME c\nx.w A 192.0.2.2\n"
	      "d DNAME e\nc.e CNAME c\n"
	      "up DNAME @\nout CNAME a.example.net.\nod DNAME example.net.\n"
	      "r1 CNAME r2\nr2 CNAME r1\nself DNAME self\n"
	      "sub NS ns\nto.sub CNAME c\ns CNAME x.sub\n";

static const struct {
	const char *name, *to;
	enum lookup_end end;
} ends[] = {
    {"c.example.org.", "c.example.org.", LOOKUP_HERE},
    {"none.example.org.", "none.example.org.", LOOKUP_HERE},
    {"a.example.org.", "c.example.org.", LOOKUP_HERE},
    {"A.Example.Org.", "c.example.org.", LOOKUP_HERE},
    {"y.w.example.org.", "c.example.org.", LOOKUP_HERE}, /* of the wildcard */
    {"y.y.w.example.org.", "c.example.org.", LOOKUP_HERE},
    {"x.w.example.org.", "x.w.example.org.", LOOKUP_HERE},
    {"y.x.w.example.org.", "y.x.w.example.org.", LOOKUP_HERE}, /* RFC 4592 section 2.2.2 */
    /* RFC 6672 section 2.2: names below a DNAME, and not its own */
    {"d.example.org.", "d.example.org.", LOOKUP_HERE},
    {"y.x.d.example.org.", "y.x.e.example.org.", LOOKUP_HERE},
    {"c.d.example.org.", "c.example.org.", LOOKUP_HERE},
    {"a.up.example.org.", "c.example.org.", LOOKUP_HERE},
    {"out.example.org.", "a.example.net.", LOOKUP_AWAY},
    {"x.od.example.org.", "x.example.net.", LOOKUP_AWAY},
    {"a.example.net.", "a.example.net.", LOOKUP_AWAY},
    {"sub.example.org.", "sub.example.org.", LOOKUP_AWAY},
    {"to.sub.example.org.", "to.sub.example.org.", LOOKUP_AWAY},
    {"s.example.org.", "x.sub.example.org.", LOOKUP_AWAY},
    {"r1.example.org.", NULL, LOOKUP_CIRCLE},
    {"x.self.example.org.", NULL, LOOKUP_CIRCLE},
};

static void
aliases(void **state)
{
	struct zone_fixture f;

	(void)state;
	zone_read(&f, zone_text);
	assert_int_equal(f.diags.n, 0);
	for (size_t i = 0; i < LENGTH(ends); i++) {
		struct name name = name_of(ends[i].name);
		enum lookup_end end = lookup_follow(&f.store, &name);

		if (end != ends[i].end)
			print_error("%s: %d\n", ends[i].name, (int)end);
		assert_int_equal(end, ends[i].end);
		if (ends[i].to)
			assert_true(name_equal(name.wire, name_of(ends[i].to).wire));
	}
	zone_free(&f);
}

/* RFC 6672 section 2.2: a name that grows too long is none. */
static void
too_long(void **state)
{
#define LABEL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	struct zone_fixture f;
	struct name fits = name_of("b.d.example.org."), end = fits,
		    is_long = name_of(LABEL ".d.example.org.");

	(void)state;
	zone_read(&f, ZONE_HEAD "d DNAME " LABEL "." LABEL "." LABEL "\n");
	assert_int_equal(lookup_follow(&f.store, &end), LOOKUP_HERE);
	assert_int_equal(end.len, fits.len - 2 + 3 * sizeof(LABEL));
	assert_int_equal(lookup_follow(&f.store, &is_long), LOOKUP_CIRCLE);
	zone_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(aliases),
	    cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

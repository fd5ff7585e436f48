#include "zone_fixture.h"

#include "base/codec.h"
#include "history/answer.h"
#include "history/state.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SMTP "_25._tcp.mail.example.org."
#define LABEL "a23456789012345678901234567890123456789012345678901234567890123"

/* What clients of an owner are answered: type, TTL, records, and whose they are. */
static const struct {
	const char *zone, *owner, *answer;
} rows[] = {
    /* its own */
    {"", SMTP, "TLSA 0 -"},
    {"_25._tcp.mail 60 TLSA 3 1 1 " A "\n", SMTP, "TLSA 60 3 1 1 " A " of " SMTP},
    {"_25._tcp.mail 60 TLSA 3 1 1 " B "\n_25._tcp.mail 60 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 60 3 1 1 " A ", 3 1 1 " B " of " SMTP},
    {"_25._TCP.Mail 60 TLSA 3 1 1 " A "\n", SMTP, "TLSA 60 3 1 1 " A " of " SMTP},
    {"_25._tcp.mail 60 A 192.0.2.1\n", SMTP, "TLSA 0 -"},
    {"_25._tcp.mail 60 TLSA 3 1 1 " A "\n", "mail.example.org.", "TLSA 0 -"},
    {"@ 60 TLSA 3 1 1 " A "\n", "example.org.", "TLSA 60 3 1 1 " A " of example.org."},
    /* a wildcard (RFC 4592) */
    {"*.mail 60 TLSA 3 1 1 " A "\n", SMTP, "TLSA 60 3 1 1 " A " of *.mail.example.org."},
    {"*._tcp.mail 60 TLSA 3 1 1 " A "\n", SMTP, "TLSA 60 3 1 1 " A " of *._tcp.mail.example.org."},
    {"* 60 TLSA 3 1 1 " A "\n", SMTP, "TLSA 60 3 1 1 " A " of *.example.org."},
    {"*.mail 60 TLSA 3 1 1 " A "\n", "*.mail.example.org.",
	"TLSA 60 3 1 1 " A " of *.mail.example.org."},
    /* an empty non-terminal hides it (section 2.2.2), and so does a name of its own */
    {"* 60 TLSA 3 1 1 " A "\n_25._tcp.mail A 192.0.2.1\n", SMTP, "TLSA 0 -"},
    {"* 60 TLSA 3 1 1 " A "\n_443._tcp.mail A 192.0.2.1\n", SMTP, "TLSA 0 -"},
    {"* 60 TLSA 3 1 1 " A "\na.b A 192.0.2.1\n", "b.example.org.", "TLSA 0 -"},
    {"* 60 TLSA 3 1 1 " A "\na.b A 192.0.2.1\n", "c.example.org.",
	"TLSA 60 3 1 1 " A " of *.example.org."},
    /* aliases; the longest TTL on the way counts */
    {"_25._tcp.mail 60 CNAME t\nt 3600 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 3600 3 1 1 " A " of t.example.org."},
    {"_25._tcp.mail 86400 CNAME t\nt 3600 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 86400 3 1 1 " A " of t.example.org."},
    {"_25._tcp.mail 1 CNAME u\nu 7200 CNAME t\nt 3 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 7200 3 1 1 " A " of t.example.org."},
    {"_25._tcp.mail 1 CNAME a.w\n*.w 7 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 7 3 1 1 " A " of *.w.example.org."},
    {"*.mail 9 CNAME t\nt 3 TLSA 3 1 1 " A "\n", SMTP, "TLSA 9 3 1 1 " A " of t.example.org."},
    {"_25._tcp.mail 60 CNAME t\nt A 192.0.2.1\n", SMTP, "TLSA 60 -"},
    {"_25._tcp.mail 60 CNAME t\n", SMTP, "TLSA 60 -"},
    {"_25._tcp.mail 60 CNAME T\nt 3600 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 3600 3 1 1 " A " of t.example.org."},
    /* in circles, and too far */
    {"_25._tcp.mail 60 CNAME _25._tcp.mail\n", SMTP, "TLSA 60 -"},
    {"_25._tcp.mail 60 CNAME t\nt 60 CNAME _25._tcp.mail\n", SMTP, "TLSA 60 -"},
    /* DNAME (RFC 6672): names below it alone */
    {"mail 60 DNAME m\n_25._tcp.m 5 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 60 3 1 1 " A " of _25._tcp.m.example.org."},
    {"_tcp.mail 60 DNAME _tcp.m\n_25._tcp.m 3600 TLSA 3 1 1 " A "\n", SMTP,
	"TLSA 3600 3 1 1 " A " of _25._tcp.m.example.org."},
    {"mail 60 DNAME m\nmail 60 TLSA 3 1 1 " A "\n", "mail.example.org.",
	"TLSA 60 3 1 1 " A " of mail.example.org."},
    {"mail 60 DNAME m\n", SMTP, "TLSA 60 -"},
    /* out of the zone: the history of another one tells what is there */
    {"_25._tcp.mail 60 CNAME T.Example.NET.\n", SMTP, "CNAME 60 t.example.net."},
    {"_25._tcp.mail 60 CNAME u\nu 90 CNAME t.example.net.\n", SMTP, "CNAME 90 t.example.net."},
    {"mail 60 DNAME example.net.\n", SMTP, "CNAME 60 _25._tcp.example.net."},
    {"*.mail 60 CNAME t.example.net.\n", SMTP, "CNAME 60 t.example.net."},
    {"_25._tcp.mail 60 CNAME a\\,b\\032c.example.net.\n", SMTP, "CNAME 60 a,b\\032c.example.net."},
    /* delegated */
    {"sub NS ns\n_25._tcp.mail 60 CNAME t.sub\n", SMTP, "CNAME 60 t.sub.example.org."},
    {"mail NS ns\n", SMTP, "TLSA 0 -"},
    {"mail NS ns\n", "mail.example.org.", "TLSA 0 -"},
    {"_25._tcp.mail 60 TLSA 3 1 1 " A "\n", "_25._tcp.mail.example.net.", "TLSA 0 -"},
    /* names with escapes */
    {"_25._tcp.a\\.b\\032c 60 TLSA 3 1 1 " A "\n", "_25._tcp.a\\.b\\032c.example.org.",
	"TLSA 60 3 1 1 " A " of _25._tcp.a\\.b\\032c.example.org."},
    {"_25._tcp.a\\046b 60 CNAME \\\"x\\;\n\\\"x\\; 60 TLSA 3 1 1 " A "\n",
	"_25._tcp.a\\.b.example.org.", "TLSA 60 3 1 1 " A " of \\\"x\\;.example.org."},
    {"*.mail 60 TLSA 3 1 1 " A "\n", "a." LABEL "." LABEL ".mail.example.org.",
	"TLSA 60 3 1 1 " A " of *.mail.example.org."},
};

static const char *
print_answer(struct arena *a, const struct set *set, const char *from)
{
	struct buf b = {0};
	const char *line, *type;

	sets_print(&b, set, 1);
	b.len--;
	line = buf_text(&b, a);
	type = strstr(line, set->type == TYPE_TLSA ? " TLSA " : " CNAME ");
	assert_non_null(type);
	line = arena_printf(a, "%.*s", (int)(strstr(type, " - ") - type - 1), type + 1);
	return arena_printf(
	    a, "%s%s%s%s", line, strstr(type, " - ") + 4, from ? " of " : "", from ? from : "");
}

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_fixture f;
		const char *from, *text;
		struct arena a = {0};
		struct set set, again;
		char zone[1000];

		snprintf(zone, sizeof(zone), "%s%s", ZONE_HEAD, rows[i].zone);
		zone_read(&f, zone);
		assert_int_equal(f.diags.n_severity[SEVERITY_ERROR], 0);
		answer_of(&a, &f.store, "example.org.", rows[i].owner, &set, &from);
		text = print_answer(&a, &set, from);
		if (strcmp(text, rows[i].answer) != 0)
			fail_msg("row %zu: %s", i, text);
		assert_string_equal(set.zone, "example.org.");
		assert_string_equal(set.owner, rows[i].owner);
		assert_true(set_is_open(&set) && set.since_unix == TIME_UNKNOWN);
		answer_of(&a, &f.store, "example.org.", rows[i].owner, &again, NULL);
		assert_true(set_same(&set, &again));
		zone_free(&f);
		arena_free(&a);
	}
}

/* Which names are answered with TLSA records: "name name ...", sorted. */
static const struct {
	const char *zone, *names;
} names[] = {
    {"", ""},
    {"_25._tcp.mail TLSA 3 1 1 " A "\n@ TLSA 3 1 1 " A "\n",
	"_25._tcp.mail.example.org. example.org."},
    {"*.mail TLSA 3 1 1 " A "\n", "*.mail.example.org."},
    {"_25._TCP.Mail TLSA 3 1 1 " A "\n", SMTP},
    /* aliases of services */
    {"_25._tcp.mail CNAME t\nt TLSA 3 1 1 " A "\n", SMTP " t.example.org."},
    {"_25._tcp.mail CNAME t\n", SMTP},
    {"www CNAME web\nweb TLSA 3 1 1 " A "\n", "web.example.org."},
    {"_tcp.mail DNAME _tcp.m\n_25._tcp.m TLSA 3 1 1 " A "\n", "_25._tcp.m.example.org. " SMTP},
    /* out of the zone, and into one that it delegates */
    {"_25._tcp.mail CNAME t.example.net.\nwww CNAME www.example.net.\n", SMTP},
    {"_25._tcp.mail CNAME t.sub\nsub NS ns\n", SMTP},
    {"_25._tcp.mail CNAME t\nt CNAME _25._tcp.mail\n", ""},
    /* what is not answered */
    {"sub NS ns\n_25._tcp.sub TLSA 3 1 1 " A "\n", ""},
    {"mail DNAME m\n_25._tcp.mail TLSA 3 1 1 " A "\n", ""},
};

static void
answered_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct arena a = {0};
		struct answer_names found = {.a = &a};
		struct zone_fixture f;
		struct buf b = {0};
		char zone[1000];

		snprintf(zone, sizeof(zone), "%s%s", ZONE_HEAD, names[i].zone);
		zone_read(&f, zone);
		answer_names_add(&found, &f.store);
		answer_names_add(&found, &f.store); /* of a second store */
		answer_names_sort(&found);
		for (size_t k = 0; k < found.n; k++) {
			buf_printf(&b, "%s%s", k ? " " : "", found.items[k]);
			assert_true(answer_names_have(&found, found.items[k]));
		}
		assert_false(answer_names_have(&found, "x.example.org."));
		buf_putc(&b, '\0');
		if (strcmp(b.data, names[i].names) != 0)
			fail_msg("row %zu: %s", i, b.data);
		buf_free(&b);
		zone_free(&f);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(answered_names),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

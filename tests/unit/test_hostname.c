#include "zone_fixture.h"

#include "dns/hostname.h"

/* Only what other tests do not see: test_check_host has the rest, and e2e/host_names.t BIND's
 * opinion. */
static const struct {
	const char *name;
	unsigned address; /* labels */
	bool host, mailbox, at;
} rows[] = {
    {".", 0, true, true, false},
    {"a.", 0, true, true, false},
    {"a-b.1.", 0, true, true, false},
    {"-a.b.", 0, false, true, false},
    {"a.-b.", 0, false, false, false},
    {"a_.b.", 0, false, true, false},
    {"a.b_c.", 0, false, false, false},
    {"a\\.b.c.", 0, false, true, false},
    {"a\\032b.c.", 0, false, false, false},
    {"a\\200b.c.", 0, false, false, false},
    {"a@b.c.", 0, false, true, true},
    {"b.a@c.", 0, false, false, true},
    /* Addresses */
    {"192.0.2.1.", 4, true, true, false},
    {"192.0.2.1.example.org.", 4, true, true, false},
    {"192.0.2.", 0, true, true, false},
    {"192.0.2.256.", 4, true, true, false},
    {"192.0.2.01.", 4, true, true, false},
    {"4.1.2.0.192.in-addr.arpa.", 4, true, true, false},
    {"1.2.3.", 0, true, true, false},
    {"2001:db8::1.", 1, false, true, false},
    {"::1.example.org.", 1, false, true, false},
    {"::ffff:192.0.2.1.", 4, false, true, false},
    {"192.0.2.1000.", 0, true, true, false},
    {"192.0.2.0/24.", 0, false, false, false},
    {"[192.0.2.1].example.org.", 4, false, false, false},
    {"[2001:db8::1].", 1, false, true, false},
    {"[a].", 0, false, true, false},
    {"a:b.", 0, false, true, false},
    {"dead.", 0, true, true, false},
};

static void
names(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct name name = name_of(rows[i].name);

		if (hostname_is(name.wire) != rows[i].host ||
		    hostname_is_mailbox(name.wire) != rows[i].mailbox ||
		    hostname_has_at(name.wire) != rows[i].at ||
		    hostname_address(name.wire) != rows[i].address)
			fail_msg("%s", rows[i].name);
	}
}

/* name_parse, which sees each octet anyway, tells of all names that are none of a host. */
static void
odd(void **state)
{
	static const char *const forms[] = {"%s.", "a.%s.b.", "%sa.", "a%s.", "a%sb", "%s"};
	const struct name origins[] = {name_of("b-1.c."), name_of("_b.c.")};
	struct name_fault fault;
	struct name name;
	char text[20], octet[8];

	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t i = 0; i < LENGTH(forms); i++) {
			snprintf(octet, sizeof(octet), c > 0x20 && c < 0x7f ? "%c" : "\\%03u", c);
			snprintf(text, sizeof(text), forms[i], octet);
			for (size_t o = 0; o < LENGTH(origins); o++) {
				if (name_parse(text_of(text), &origins[o], &name, &fault) < 0)
					continue;
				if (!hostname_is(name.wire) && !name.odd)
					fail_msg("%s is not odd", text);
				if (hostname_is(name.wire) && name.odd && !strchr(text, '\\'))
					fail_msg("%s is odd", text);
			}
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(odd)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

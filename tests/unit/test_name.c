#include "unit.h"

#include "dns/name.h"

static const struct name root = {.len = 1};

static struct name
name_of(const char *text)
{
	struct name_fault fault;
	struct name name;

	if (name_parse(text_of(text), &root, &name, &fault) < 0)
		fail_msg("\"%s\": %s", text, fault.why);
	return name;
}

static void
assert_printed(const struct name *name, const char *expected)
{
	struct arena a = {0};
	size_t len = strlen(expected);

	assert_string_equal(name_absolute_text(&a, name->wire), expected);
	assert_string_equal(name_text(&a, name->wire),
	    arena_text(&a, expected, len > 1 ? len - 1 : len)); /* no last dot but the root's */
	arena_free(&a);
}

static void
parse_and_print(void **state)
{
	static const struct {
		const char *text, *printed;
		const char *wire; /* without the root label */
	} rows[] = {
	    {".", ".", ""},
	    {"@", "example.org.", "\7example\3org"},
	    {"a.", "a.", "\1a"},
	    {"a", "a.example.org.", "\1a\7example\3org"},
	    {"Mail.Example.", "Mail.Example.", "\4Mail\7Example"},
	    {"\\@.", "\\@.", "\1@"},
	    {"\\@", "\\@.example.org.", "\1@\7example\3org"},
	    {"a\\.b.", "a\\.b.", "\3a.b"},
	    {"\\097.", "a.", "\1a"},
	    {"a\\\\.", "a\\\\.", "\2a\\"},
	    {"\\032.", "\\032.", "\1 "},
	    {"\\200.", "\\200.", "\1\310"},
	    {"\\255.", "\\255.", "\1\377"},
	    {"\\\".", "\\\".", "\1\""},
	    {"$x;y(z).", "\\$x\\;y\\(z\\).", "\7$x;y(z)"},
	    {"0/25.2.", "0/25.2.", "\0040/25\0012"},
	    {"_25._tcp.*.", "_25._tcp.*.", "\3_25\4_tcp\1*"},
	};
	struct name origin = name_of("example.org");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct name_fault fault;
		struct name name;

		assert_int_equal(name_parse(text_of(rows[i].text), &origin, &name, &fault), 0);
		assert_int_equal(name.len, strlen(rows[i].wire) + 1);
		assert_memory_equal(name.wire, rows[i].wire, name.len);
		assert_int_equal(name_length(name.wire, name.len), name.len);
		assert_printed(&name, rows[i].printed);
	}
}

static void
nul_octets(void **state)
{
	struct name name = name_of("a\\000b.");

	(void)state;
	assert_int_equal(name.len, 5);
	assert_memory_equal(name.wire, "\3a\0b\0", 5);
	assert_printed(&name, "a\\000b.");
}

static void
faults(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} rows[] = {
	    {"", 0},
	    {"..", 0},
	    {".a", 0},
	    {"a..b", 2},
	    {"a..", 2},
	    {"a\\", 1},
	    {"a\\25", 1},
	    {"a\\256", 1},
	    {"a\\2x5", 1},
	    {"a.b\\999.c", 3},
	    {"a.\310", 2},
	    {"1234567890123456789012345678901234567890123456789012345678901234.", 63},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct name_fault fault = {.at = 99};
		struct name name;

		assert_int_equal(name_parse(text_of(rows[i].text), &root, &name, &fault), -1);
		assert_non_null(fault.why);
		if (fault.at != rows[i].at)
			fail_msg("\"%s\": at %zu", rows[i].text, fault.at);
	}
}

static void
relative_needs_origin(void **state)
{
	struct name_fault fault;
	struct name name;

	(void)state;
	assert_int_equal(name_parse(text_of("a"), NULL, &name, &fault), -1);
	assert_int_equal(name_parse(text_of("@"), NULL, &name, &fault), -1);
	assert_int_equal(name_parse(text_of("a."), NULL, &name, &fault), 0);
}

/* `n` octets of text: labels of 63 octets, each with its dot, and the rest. */
static char *
long_name(size_t n)
{
	static char text[400];

	for (size_t i = 0; i < n; i++)
		text[i] = i % 64 == 63 ? '.' : 'a';
	text[n] = '\0';
	return text;
}

static void
limits(void **state)
{
	struct name origin = name_of("b");
	struct name_fault fault;
	struct name name;

	(void)state;
	/* 253 octets of text are 255 on the wire (RFC 1035 section 2.3.4). */
	assert_int_equal(name_parse(text_of(long_name(253)), &root, &name, &fault), 0);
	assert_int_equal(name.len, 255);
	assert_int_equal(name_length(name.wire, 255), 255);
	assert_int_equal(name_length(name.wire, 254), 0);
	assert_int_equal(name_parse(text_of(long_name(254)), &root, &name, &fault), -1);
	assert_int_equal(name_parse(text_of(long_name(320)), &root, &name, &fault), -1);
	assert_int_equal(name_parse(text_of(long_name(251)), &origin, &name, &fault), 0);
	assert_int_equal(name.len, 255);
	assert_int_equal(name_parse(text_of(long_name(252)), &origin, &name, &fault), -1);

	assert_int_equal(name_parse(text_of(strcat(long_name(253), ".")), NULL, &name, &fault), 0);
	assert_int_equal(name.len, 255);
}

static void
most_labels(void **state)
{
	char text[4 * 127 + 1];
	uint8_t key[NAME_KEY_LONGEST];
	struct name_fault fault;
	struct name name;

	(void)state;
	for (size_t i = 0; i < 127; i++)
		memcpy(text + 2 * i, "a.", 3);
	assert_int_equal(name_parse(text_of(text), NULL, &name, &fault), 0);
	assert_int_equal(name.len, 255);
	assert_int_equal(name_labels(name.wire), 127);
	assert_int_equal(name_key(name.wire, name.len - 1u, key), 254);
	memcpy(text + 254, "a.", 3);
	assert_int_equal(name_parse(text_of(text), NULL, &name, &fault), -1);
}

static void
longest_key(void **state)
{
	char text[4 * 253 + 1];
	uint8_t key[NAME_KEY_LONGEST];
	struct name name;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 253; i++)
		n += (size_t)sprintf(text + n, i % 64 == 63 ? "." : "\\000");
	name = name_of(text);
	assert_int_equal(name.len, 255);
	assert_true(name_key(name.wire, name.len - 1u, key) <= NAME_KEY_LONGEST);
}

static void
malformed_wire(void **state)
{
	(void)state;
	assert_int_equal(name_length((const uint8_t *)"\0", 1), 1);
	assert_int_equal(name_length((const uint8_t *)"\1a\0", 3), 3);
	assert_int_equal(name_length((const uint8_t *)"\1a\0", 2), 0);
	assert_int_equal(name_length((const uint8_t *)"\1a\0", 0), 0);
	assert_int_equal(name_length((const uint8_t *)"\2a\0", 3), 0);
	assert_int_equal(name_length((const uint8_t *)"\300\14", 2), 0); /* a pointer */
}

static int
key_order(const char *a, const char *b)
{
	uint8_t key[2][NAME_KEY_LONGEST];
	struct name m = name_of(a), n = name_of(b);
	size_t len[2] = {
	    name_key(m.wire, m.len - 1u, key[0]), name_key(n.wire, n.len - 1u, key[1])};
	int order = memcmp(key[0], key[1], len[0] < len[1] ? len[0] : len[1]);

	return order ? order : (len[0] > len[1]) - (len[0] < len[1]);
}

/* The list of RFC 4034 section 6.1, with neighbours that are hard to sort. */
static void
canonical_order(void **state)
{
	static const char *const names[] = {
	    ".",
	    "example.",
	    "\\000.example.",
	    "\\000\\000.example.",
	    "\\000\\001.example.",
	    "\\000a.example.",
	    "\\001.example.",
	    "\\001\\000.example.",
	    "\\002.example.",
	    "!.example.",
	    "a.example.",
	    "\\000.a.example.",
	    "yljkjljk.a.example.",
	    "Z.a.example.",
	    "zABC.a.EXAMPLE.",
	    "a\\000.example.",
	    "a\\001.example.",
	    "a-b.example.",
	    "aa.example.",
	    "z.example.",
	    "\\001.z.example.",
	    "*.z.example.",
	    "\\200.z.example.",
	    "z\\000.example.",
	    "\\200.example.",
	    "\\255.example.",
	    "example\\000.",
	    "examplf.",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		for (size_t j = 0; j < LENGTH(names); j++) {
			int order = key_order(names[i], names[j]);

			if ((order > 0) - (order < 0) != (i > j) - (i < j))
				fail_msg("%s and %s: %d", names[i], names[j], order);
		}
	}
	assert_int_equal(key_order("A.EXAMPLE.", "a.example."), 0);
}

static void
ancestors_key_is_prefix(void **state)
{
	static const struct {
		const char *name, *other;
		bool below;
	} rows[] = {
	    {"a.example.", "example.", true},
	    {"b.a.example.", "example.", true},
	    {"a.example.", ".", true},
	    {"aexample.", "example.", false},
	    {"\\000.example.", "example.", true},
	    {"example\\000.", "example.", false},
	    {"a.EXAMPLE.", "Example.", true},
	    {"a\\.example.", "example.", false},
	    {"\\001.example\\000.", "example.", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t key[2][NAME_KEY_LONGEST];
		struct name name = name_of(rows[i].name), other = name_of(rows[i].other);
		size_t n = name_key(name.wire, name.len - 1u, key[0]);
		size_t m = name_key(other.wire, other.len - 1u, key[1]), relative;

		assert_int_equal(m <= n && memcmp(key[0], key[1], m) == 0, rows[i].below);
		assert_int_equal(
		    name_in_zone(name.wire, name.len, other.wire, other.len, &relative),
		    rows[i].below);
	}
}

static void
equality(void **state)
{
	struct name a = name_of("Mail.Example."), b = name_of("mAIL.eXAMPLE."),
		    c = name_of("mail.");
	uint8_t lower[NAME_LONGEST];
	size_t relative;

	(void)state;
	assert_true(name_equal(a.wire, b.wire));
	assert_false(name_equal(a.wire, c.wire));
	assert_false(name_equal(name_of("a[.").wire, name_of("a{.").wire));
	assert_int_equal(name_labels(a.wire), 2);
	name_lower(lower, a.wire, a.len);
	assert_memory_equal(lower, "\4mail\7example\0", a.len);
	assert_true(name_in_zone(a.wire, a.len, name_of("EXAMPLE.").wire, 9, &relative));
	assert_int_equal(relative, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parse_and_print),
	    cmocka_unit_test(nul_octets),
	    cmocka_unit_test(faults),
	    cmocka_unit_test(relative_needs_origin),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(most_labels),
	    cmocka_unit_test(longest_key),
	    cmocka_unit_test(malformed_wire),
	    cmocka_unit_test(canonical_order),
	    cmocka_unit_test(ancestors_key_is_prefix),
	    cmocka_unit_test(equality),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

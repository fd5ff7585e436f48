#include "zone_fixture.h"

#include "zone/diff.h"
#include "zone/read.h"

static void
load(struct zone_fixture *f, const char *text)
{
	struct name apex = name_of("example.org.");

	*f = (struct zone_fixture){0};
	put("a.zone", text);
	assert_int_equal(read_store(&f->diags, NULL, "a.zone", &apex, 1, &f->store, NULL), 0);
}

/* Each record that differs as "-", "+" or "!", its type and its TTL, one after the other. */
static char *
differences(struct zone_fixture *old, struct zone_fixture *new, struct diff_sum *sum)
{
	struct diff diff;
	struct diff_set set;
	struct diff_record record;
	struct buf b = {0};

	*sum = (struct diff_sum){0};
	diff_begin(&diff, &old->store, &new->store);
	while (diff_next(&diff, &set)) {
		diff_count(sum, &set);
		while (diff_record(&set, &record)) {
			buf_putc(&b, !record.old ? '+' : !record.new ? '-' : '!');
			type_print(&b, set.type);
			buf_putc(&b, ' ');
			buf_decimal(&b, (record.new ? record.new : record.old)->ttl_s);
			buf_putc(&b, ' ');
		}
	}
	return buf_text(&b, &old->diags.arena);
}

static void
assert_differences(const char *old, const char *new, const char *expected)
{
	struct zone_fixture a, b;
	struct diff_sum sum;

	load(&a, old);
	load(&b, new);
	assert_string_equal(differences(&a, &b, &sum), expected);
	zone_free(&a);
	zone_free(&b);
}

static void
meaning(void **state)
{
	static const struct {
		const char *old, *new, *differences;
	} rows[] = {
	    {"x A 192.0.2.1\ny A 192.0.2.1\n", "Y A 192.0.2.1\nX A 192.0.2.1\n", ""},
	    {"x MX 1 HOST\n", "x MX 1 host\n", ""},
	    {"x A 192.0.2.1\n", "x 60 A 192.0.2.1\n", "!A 60 "},
	    {"x A 192.0.2.1\n", "", "-A 3600 "},
	    {"", "x A 192.0.2.1\nx AAAA ::\n", "+A 3600 +AAAA 3600 "},
	    {"x A 192.0.2.1\nx A 192.0.2.2\n", "x A 192.0.2.2\nx A 192.0.2.3\n",
		"-A 3600 +A 3600 "},
	    {"x TXT a\n", "x A 192.0.2.1\nx TXT b\n", "+A 3600 -TXT 3600 +TXT 3600 "},
	    {"a.b A 192.0.2.1\n", "b A 192.0.2.1\n", "+A 3600 -A 3600 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf old = {0}, new = {0};

		buf_printf(&old, "%s%s%c", ZONE_HEAD, rows[i].old, '\0');
		buf_printf(&new, "%s%s%c", ZONE_HEAD, rows[i].new, '\0');
		assert_differences(old.data, new.data, rows[i].differences);
		buf_free(&old);
		buf_free(&new);
	}
}

static void
serial_alone(void **state)
{
	struct zone_fixture a, b;
	struct diff_sum sum;
	struct diff diff;
	struct diff_set set;

	(void)state;
	load(&a, "example.org. 60 SOA n.example.org. h.example.org. 1 2 3 4 5\n");
	load(&b, "example.org. 60 SOA n.example.org. h.example.org. 7 2 3 4 5\n");
	diff_begin(&diff, &a.store, &b.store);
	assert_true(diff_next(&diff, &set));
	assert_true(diff_is_serial(&set));
	differences(&a, &b, &sum);
	assert_int_equal(sum.people.changed, 0);
	zone_free(&b);
	load(&b, "example.org. 60 SOA n.example.org. h.example.org. 7 2 3 4 6\n");
	diff_begin(&diff, &a.store, &b.store);
	assert_true(diff_next(&diff, &set));
	assert_false(diff_is_serial(&set));
	differences(&a, &b, &sum);
	assert_int_equal(sum.people.changed, 1);
	zone_free(&a);
	zone_free(&b);
}

enum { N_POSSIBLE = 24, N_TTLS = 2 };

/* A zone of some of the records that there may be, each with one of the TTLs. */
static void
put_random(struct buf *b, unsigned *seed, uint8_t ttls[N_POSSIBLE])
{
	buf_clear(b);
	buf_puts(b, ZONE_HEAD);
	for (unsigned i = 0; i < N_POSSIBLE; i++) {
		*seed = *seed * 1664525 + 1013904223;
		ttls[i] = (uint8_t)((*seed >> 24) % (N_TTLS + 1));
		if (ttls[i])
			buf_printf(b, "n%u.%s %u %s\n", i % 4, i % 8 < 4 ? "a" : "b", ttls[i] * 60,
			    (const char *[]){"A 192.0.2.1", "A 192.0.2.2", "TXT x"}[i / 8]);
	}
	buf_putc(b, '\0');
}

/* Of zones made of the same possible records, the difference is known without a walk. */
static void
random_zones(void **state)
{
	struct buf text = {0};
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		uint8_t old[N_POSSIBLE], new[N_POSSIBLE];
		size_t n = 0, n_signs = 0;
		struct zone_fixture a, b;
		struct diff_sum sum;

		put_random(&text, &seed, old);
		load(&a, text.data);
		put_random(&text, &seed, new);
		load(&b, text.data);
		for (size_t i = 0; i < N_POSSIBLE; i++)
			n += old[i] != new[i];
		for (const char *p = differences(&a, &b, &sum); *p; p++)
			n_signs += *p == '+' || *p == '-' || *p == '!';
		assert_int_equal(n_signs, n);
		assert_true(sum.people.added + sum.people.removed + sum.people.changed <= n);
		zone_free(&a);
		zone_free(&b);
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(meaning),
	    cmocka_unit_test(serial_alone),
	    cmocka_unit_test(random_zones),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

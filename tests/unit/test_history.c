#include "unit.h"

#include "base/view.h"
#include "dns/type.h"
#include "history/state.h"

/* Digests as short as a reader sees them: "a" stands for 32 octets. */
#define A "3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "3 1 1 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DAY 86400

static struct diags diags;

static struct history
read_sets(const char *text)
{
	struct history history;

	assert_int_equal(sets_read(&diags, "test", text_of(text), &history), 0);
	history_sort(&history);
	return history;
}

static const char *
print_sets(struct sets sets)
{
	struct buf b = {0};

	sets_print(&b, sets.items, sets.n);
	return buf_text(&b, &diags.arena);
}

static void
expect(size_t row, struct sets sets, const char *wanted)
{
	const char *text = print_sets(sets);

	if (strcmp(text, wanted) != 0)
		fail_msg("row %zu:\n%snot\n%s", row, text, wanted);
}

static struct sets
all_of(const struct history *history)
{
	return (struct sets){history->sets, history->n_sets};
}

/* --- When a set is held no more --- */

/* RFC 7671 section 8.1: twice the TTL, or the wait */
static const struct {
	uint32_t ttl_s;
	int64_t until;
	uint32_t wait_s;
	int64_t release;
} releases[] = {
    {3600, 1000, 0, 8200},
    {3600, 1000, 7199, 8200},
    {3600, 1000, 7200, 8200},
    {3600, 1000, 7201, 8201},
    {0, 1000, 0, 1000},
    {0, 1000, DAY, 1000 + DAY},
    {INT32_MAX, 1000, DAY, 1000 + 2 * (int64_t)INT32_MAX},
    {0, 1000, UINT32_MAX, 1000 + (int64_t)UINT32_MAX},
    {3600, INT64_MAX, 0, INT64_MAX},
    {0, INT64_MAX, 0, INT64_MAX},
    {3600, INT64_MAX - 7200, 0, INT64_MAX},
    {3600, INT64_MAX - 7199, 0, INT64_MAX},
};

/* Keys and DS: servers give the old set out, and a cache that asks last holds it for its TTL. */
static void
release_of_keys(void **state)
{
	struct set set = {.type = TYPE_DS, .ttl_s = 3600, .until_unix = 1000};

	(void)state;
	assert_int_equal(set_release(&set, 0), 8200);
	assert_int_equal(set_release(&set, 3600), 8200);
	assert_int_equal(set_release(&set, 7200), 1000 + 7200 + 3600);
	set.ttl_s = 0;
	assert_int_equal(set_release(&set, 7200), 8200);
}

static void
release(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(releases); i++) {
		struct set set = {
		    .type = TYPE_TLSA, .ttl_s = releases[i].ttl_s, .until_unix = releases[i].until};

		if (set_release(&set, releases[i].wait_s) != releases[i].release)
			fail_msg(
			    "row %zu: %lld", i, (long long)set_release(&set, releases[i].wait_s));
	}
}

/* --- Records of a set --- */

static void
records(void **state)
{
	static const uint8_t a[] = {3, 1, 0, 9}, b[] = {3, 1, 0, 10}, longer[] = {3, 1, 0, 9, 0},
			     upper[] = "\1A\2Bc", lower[] = "\1a\2bc";
	const struct bytes given[] = {{b, 4}, {longer, 5}, {a, 4}, {b, 4},
	    {(const uint8_t *)memcpy((uint8_t[4]){0}, a, 4), 4}};
	struct set set = {.type = TYPE_TLSA}, other = {.type = TYPE_TLSA},
		   name = {.type = TYPE_CNAME};

	(void)state;
	set_records(&diags.arena, &set, given, LENGTH(given));
	assert_int_equal(set.n, 3);
	assert_true(bytes_equal(set.rdata[0], (struct bytes){a, 4}));
	assert_true(bytes_equal(set.rdata[1], (struct bytes){longer, 5}));
	assert_true(bytes_equal(set.rdata[2], (struct bytes){b, 4}));
	assert_ptr_not_equal(set.rdata[0].data, a); /* they are copies */
	assert_true(set_has(&set, (struct bytes){longer, 5}));
	assert_false(set_has(&set, (struct bytes){longer, 3}));
	set_records(&diags.arena, &other, given, 3);
	assert_true(set_same(&set, &other));
	other.ttl_s = 1;
	assert_false(set_same(&set, &other));
	set_records(&diags.arena, &other, given, 2);
	other.ttl_s = 0;
	assert_false(set_same(&set, &other));
	set_records(&diags.arena, &name, &(struct bytes){upper, sizeof(upper)}, 1);
	assert_memory_equal(name.rdata[0].data, lower, sizeof(lower));
	set_records(&diags.arena, &set, NULL, 0);
	assert_int_equal(set.n, 0);
	assert_false(set_has(&set, (struct bytes){a, 4}));
	name.n = 0;
	assert_false(set_same(&set, &name)); /* of another type */
}

/* --- Sets that leave --- */

#define S(owner, ttl, since, until, records)                                                       \
	"set e. " owner ".e. TLSA " ttl " 1970-01-" since " 1970-01-" until " " records "\n"
#define OPEN(owner, ttl, since, records)                                                           \
	"set e. " owner ".e. TLSA " ttl " 1970-01-" since " - " records "\n"
#define D(n) #n "T00:00:00Z"

static const struct {
	const char *before;
	uint32_t wait_s;
	int64_t now;
	const char *after;
} prunes[] = {
    {"", DAY, 0, ""},
    /* the wait, to the second */
    {S("a", "3600", D(02), D(05), A), DAY, 5 * DAY - 1, S("a", "3600", D(02), D(05), A)},
    {S("a", "3600", D(02), D(05), A), DAY, 5 * DAY, ""},
    {S("a", "86400", D(02), D(05), A), DAY, 6 * DAY - 1, S("a", "86400", D(02), D(05), A)},
    {S("a", "86400", D(02), D(05), A), DAY, 6 * DAY, ""},
    /* one that is open stays, however old */
    {OPEN("a", "3600", D(02), A), DAY, 1000 * DAY, OPEN("a", "3600", D(02), A)},
    /* a name that has none any more, as long as there is something to tell beside it */
    {OPEN("a", "0", D(05), "-"), DAY, 5 * DAY, ""},
    {S("a", "3600", D(02), D(05), A) OPEN("a", "0", D(05), "-"), DAY, 5 * DAY - 1,
	S("a", "3600", D(02), D(05), A) OPEN("a", "0", D(05), "-")},
    {S("a", "3600", D(02), D(05), A) OPEN("a", "0", D(05), "-"), DAY, 5 * DAY, ""},
    {OPEN("a", "3600", D(02), A) OPEN("a", "0", D(05), "-"), DAY, 5 * DAY,
	OPEN("a", "3600", D(02), A) OPEN("a", "0", D(05), "-")},
    /* it had none, which refuses nobody */
    {S("a", "0", D(02), D(05), "-") OPEN("a", "3600", D(05), A), DAY, 4 * DAY,
	OPEN("a", "3600", D(05), A)},
    /* each name by itself */
    {OPEN("a", "0", D(05), "-") OPEN("b", "3600", D(02), A), DAY, 5 * DAY,
	OPEN("b", "3600", D(02), A)},
    {OPEN("a", "3600", D(02), A) OPEN("b", "0", D(05), "-") S("b", "60", D(02), D(03), B), DAY,
	5 * DAY, OPEN("a", "3600", D(02), A)},
};

static void
prune(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(prunes); i++) {
		struct history history = read_sets(prunes[i].before);

		history_prune(&history, prunes[i].wait_s, prunes[i].now);
		expect(i, all_of(&history), prunes[i].after);
	}
}

/* --- Sets that end --- */

static const struct {
	const char *before, *closed, *after;
} ends[] = {
    {OPEN("a", "60", D(02), A), "", OPEN("a", "60", D(02), A)},
    {OPEN("a", "60", D(02), A), OPEN("a", "60", D(02), A), S("a", "60", D(02), D(09), A)},
    /* when it says */
    {OPEN("a", "60", D(02), A), S("a", "60", D(02), D(03), A), S("a", "60", D(02), D(03), A)},
    /* of two hosts that know its end, the later one */
    {S("a", "60", D(02), D(05), A), S("a", "60", D(02), D(03), A), S("a", "60", D(02), D(05), A)},
    {S("a", "60", D(02), D(05), A), OPEN("a", "60", D(02), A), S("a", "60", D(02), D(09), A)},
    /* others stay: of another name, begin, TTL, version */
    {OPEN("b", "60", D(02), A), OPEN("a", "60", D(02), A),
	S("a", "60", D(02), D(09), A) OPEN("b", "60", D(02), A)},
    {OPEN("a", "60", D(03), A), OPEN("a", "60", D(02), A),
	S("a", "60", D(02), D(09), A) OPEN("a", "60", D(03), A)},
    {OPEN("a", "61", D(02), A), OPEN("a", "60", D(02), A),
	S("a", "60", D(02), D(09), A) OPEN("a", "61", D(02), A)},
    {OPEN("a", "60", D(02), B), OPEN("a", "60", D(02), A),
	S("a", "60", D(02), D(09), A) OPEN("a", "60", D(02), B)},
    /* one that the history lacks comes */
    {"", OPEN("a", "60", D(02), A), S("a", "60", D(02), D(09), A)},
    /* never ahead of its begin */
    {OPEN("a", "60", D(12), A), OPEN("a", "60", D(12), A), S("a", "60", D(12), D(12), A)},
    /* both twins end */
    {OPEN("a", "60", D(02), A) S("a", "60", D(02), D(05), A), OPEN("a", "60", D(02), A),
	S("a", "60", D(02), D(09), A)},
    {"set e. a.e. TLSA 60 - - " A "\n", "set e. a.e. TLSA 60 - - " A "\n",
	"set e. a.e. TLSA 60 - 1970-01-09T00:00:00Z " A "\n"},
};

static void
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ends); i++) {
		struct history history = read_sets(ends[i].before);
		struct history closed = read_sets(ends[i].closed);

		history_end(&history, &closed, 8 * DAY);
		history_sort(&history);
		expect(i, all_of(&history), ends[i].after);
	}
}

/* --- Looking --- */

static const char in_zones[] = "set . _443._tcp. TLSA 1 - - " A "\n"
			       "set . a.example.org. TLSA 2 - - " A "\n"
			       "set example.org. a.example.org. TLSA 3 - - " A "\n"
			       "set example.org. a.sub.example.org. TLSA 4 - - " A "\n"
			       "set org. b.example.org. TLSA 5 - - " A "\n"
			       "set org. example.org. TLSA 6 - - " A "\n"
			       "set rg. a\\.o.rg. TLSA 7 - - " A "\n"
			       "set sub.example.org. a.sub.example.org. TLSA 8 - - " A "\n"
			       "set sub.example.org. sub.example.org. TLSA 9 - - " A "\n";

/* The closest zone that has sets there. */
static const struct {
	const char *owner;
	uint32_t ttl_s; /* 0: there is none */
} owners[] = {
    {"a.example.org.", 3},
    {"a.sub.example.org.", 8},
    {"sub.example.org.", 9}, /* at the apex */
    {"b.example.org.", 5},
    {"example.org.", 6},
    {"_443._tcp.", 1},
    {"a\\.o.rg.", 7},
    {"o.rg.", 0},
    {"org.", 0},
    {".", 0},
    {"c.example.org.", 0},
    {"a.example.or.", 0},
    {"xa.example.org.", 0},
};

static void
look(void **state)
{
	struct history history = read_sets(in_zones), none = {.a = &diags.arena};

	(void)state;
	for (size_t i = 0; i < LENGTH(owners); i++) {
		struct sets sets = history_owner(&history, owners[i].owner);

		if (sets.n != (owners[i].ttl_s > 0) ||
		    (sets.n && sets.items->ttl_s != owners[i].ttl_s))
			fail_msg("%s: %zu sets", owners[i].owner, sets.n);
		assert_int_equal(history_owner(&none, owners[i].owner).n, 0);
	}
	assert_int_equal(history_zone(&history, "example.org.").n, 2);
	assert_int_equal(history_zone(&history, ".").n, 2);
	assert_int_equal(history_zone(&history, "rg.").n, 1);
	assert_int_equal(history_zone(&history, "net.").n, 0);
	assert_int_equal(history_zone(&none, ".").n, 0);
}

static const struct {
	const char *sets, *newest; /* NULL: none */
} newests[] = {
    {"", NULL},
    {S("a", "1", D(02), D(05), A), NULL},
    {OPEN("a", "1", D(02), A), OPEN("a", "1", D(02), A)},
    {S("a", "1", D(04), D(05), A) OPEN("a", "1", D(02), B), OPEN("a", "1", D(02), B)},
    {OPEN("a", "1", D(03), A) OPEN("a", "1", D(02), B), OPEN("a", "1", D(03), A)},
    {OPEN("a", "1", D(03), A) "set e. a.e. TLSA 1 - - " B "\n", OPEN("a", "1", D(03), A)},
    {OPEN("a", "1", D(03), "-") OPEN("a", "1", D(02), B), OPEN("a", "1", D(03), "-")},
    {"set e. a.e. TLSA 1 - - " B "\n", "set e. a.e. TLSA 1 - - " B "\n"},
};

static void
newest(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(newests); i++) {
		struct history history = read_sets(newests[i].sets);
		const struct set *set = sets_newest(history_owner(&history, "a.e."));

		assert_int_equal(set != NULL, newests[i].newest != NULL);
		if (set)
			expect(i, (struct sets){set, 1}, newests[i].newest);
	}
}

/* --- Times --- */

static const struct {
	int64_t latest, now, counts;
} clocks[] = {
    {0, 5000, 5000}, {5000, 5000, 5000}, {5001, 5000, 5001}, {8600, 5000, 8600},
    {8601, 5000, 5000}, /* a clock that is wrong */
};

/* Since when a set of a.e. that is published at 8 DAY: later than others of the name. */
static const struct {
	const char *sets;
	int64_t begin;
} begins[] = {
    {"", 8 * DAY},
    {OPEN("b", "60", D(09), A), 8 * DAY},
    {OPEN("a", "60", D(08), A), 8 * DAY},
    {OPEN("a", "60", D(09), A), 8 * DAY + 1},
    {OPEN("a", "60", D(10), A), 9 * DAY + 1},
    {S("a", "60", D(09), D(09), A), 8 * DAY},
    {"set e. a.e. TLSA 60 - - " A "\n", 8 * DAY},
};

static void
times(void **state)
{
	struct set set = {.zone = "e.", .owner = "a.e."};

	(void)state;
	for (size_t i = 0; i < LENGTH(clocks); i++) {
		struct history history = {.latest_unix = clocks[i].latest};

		assert_int_equal(history_now(&history, clocks[i].now), clocks[i].counts);
	}
	for (size_t i = 0; i < LENGTH(begins); i++) {
		struct history history = read_sets(begins[i].sets);

		if (history_begin(&history, &set, 8 * DAY) != begins[i].begin)
			fail_msg("row %zu", i);
	}
}

static void
serials(void **state)
{
	struct history history = {.a = &diags.arena};

	(void)state;
	assert_null(history_serial(&history, "a."));
	for (uint32_t i = 0; i < 100; i++)
		history_add_serial(&history,
		    &(struct serial){arena_printf(&diags.arena, "z%u.", i * 37 % 100), i, i});
	history_sort(&history);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(
		    history_serial(&history, arena_printf(&diags.arena, "z%u.", i * 37 % 100))
			->serial,
		    i);
	assert_null(history_serial(&history, "z100."));
	assert_null(history_serial(&history, ""));
}

static void
notes(void **state)
{
	static const struct note given[] = {
	    {NOTE_TOLD, "mail", "ready", "1", NULL, 10},
	    {NOTE_CURRENT, "mail", NULL, "1", "ee", 5},
	    {NOTE_CURRENT, "mail", NULL, "2", "ee", 7},
	    {NOTE_CURRENT, "mail2", NULL, "3", "ee", 9},
	    {NOTE_DEPLOYED, "mail", NULL, "2", "ee", 6},
	    {NOTE_PENDING, "mail", "ready", "2", NULL, 10},
	};
	struct history history = {.a = &diags.arena};

	(void)state;
	for (size_t i = 0; i < LENGTH(given); i++)
		history_add_note(&history, &given[i]);
	history_sort(&history);
	assert_int_equal(history.n_notes, LENGTH(given));
	assert_int_equal(history_note(&history, NOTE_CURRENT, "mail", NULL, NULL)->t_unix, 7);
	assert_int_equal(history_note(&history, NOTE_CURRENT, "mail", NULL, "1")->t_unix, 5);
	assert_int_equal(history_note(&history, NOTE_CURRENT, NULL, NULL, NULL)->t_unix, 9);
	assert_int_equal(history_note(&history, NOTE_DEPLOYED, "mail", NULL, NULL)->t_unix, 6);
	assert_null(history_note(&history, NOTE_DEPLOYED, "mail2", NULL, NULL));
	assert_non_null(history_note(&history, NOTE_PENDING, "mail", "ready", "2"));
	assert_null(history_note(&history, NOTE_PENDING, "mail", "published", "2"));
}

static int
teardown(void **state)
{
	(void)state;
	assert_int_equal(diags.n, 0);
	diags_free(&diags);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(release),
	    cmocka_unit_test(release_of_keys),
	    cmocka_unit_test(records),
	    cmocka_unit_test(prune),
	    cmocka_unit_test(end),
	    cmocka_unit_test(look),
	    cmocka_unit_test(newest),
	    cmocka_unit_test(times),
	    cmocka_unit_test(serials),
	    cmocka_unit_test(notes),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}

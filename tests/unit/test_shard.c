#include "zone_fixture.h"

#include "project/shard.h"

static void
words(void **state)
{
	static const struct {
		const char *text;
		uint32_t k, n; /* 0: it is no shard */
	} cases[] = {{"1/1", 1, 1}, {"2/3", 2, 3}, {"1000000/1000000", 1000000, 1000000},
	    {"", 0, 0}, {"/", 0, 0}, {"1", 0, 0}, {"1/", 0, 0}, {"/3", 0, 0}, {"0/3", 0, 0},
	    {"4/3", 0, 0}, {"1/0", 0, 0}, {"0/0", 0, 0}, {"-1/3", 0, 0}, {"1/3/3", 0, 0},
	    {" 1/3", 0, 0}, {"1/3 ", 0, 0}, {"1/1000001", 0, 0}, {"1.0/3", 0, 0},
	    {"1/4294967297", 0, 0}, {"18446744073709551617/3", 0, 0}};
	struct shard shard;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		shard = (struct shard){0, 0};
		assert_int_equal(
		    shard_read(text_of(cases[i].text), &shard), cases[i].n > 0 ? 0 : -1);
		assert_int_equal(shard.k, cases[i].k);
		assert_int_equal(shard.n, cases[i].n);
	}
}

/* Hosts of several versions work on one project: these must stay as they are. */
static void
places(void **state)
{
	static const struct {
		const char *name;
		uint32_t place;
	} cases[] = {{".", 3967737493}, {"example.org.", 1631356762}, {"example.net.", 4216689042},
	    {"2.0.192.in-addr.arpa.", 4081664425}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct name name = name_of(cases[i].name);

		assert_int_equal(shard_place(&name), cases[i].place);
	}
}

enum { N_TOPS = 1000, N_EACH = 2, N_ZONES = N_TOPS * N_EACH };

/* As the project file has them: each zone ahead of the one below it. */
static struct project
project_of(struct project_zone *zones, const char *form)
{
	char text[64];

	memset(zones, 0, N_ZONES * sizeof(*zones));
	for (int i = 0; i < N_TOPS; i++) {
		snprintf(text, sizeof(text), form, i);
		zones[N_EACH * i].name = name_of(text);
		memmove(text + 4, text, sizeof(text) - 5);
		memcpy(text, "Sub.", 4);
		zones[N_EACH * i + 1].name = name_of(text);
	}
	return (struct project){.zones = zones, .n_zones = N_ZONES};
}

/* Whatever N is, each zone is in one shard, in any case, with those below it; and no shard has much
 * more than others. */
static void
each_in_one(void **state)
{
	static const uint32_t counts[] = {0, 1, 2, 3, 7, 16};
	static struct project_zone lower[N_ZONES], upper[N_ZONES];
	struct project project = project_of(lower, "customer%d.example.");
	struct project other = project_of(upper, "CUSTOMER%d.Example.");

	(void)state;
	for (size_t c = 0; c < LENGTH(counts); c++) {
		uint32_t n = counts[c], shards = n ? n : 1;
		uint8_t in[N_ZONES] = {0};

		for (uint32_t k = 1; k <= shards; k++) {
			struct shard shard = {k, n};
			bool has[N_ZONES], has_other[N_ZONES];
			size_t sum = 0;

			shard_zones(shard, &project, has);
			shard_zones(shard, &other, has_other);
			for (int i = 0; i < N_ZONES; i++) {
				assert_int_equal(has[i], has_other[i]);
				assert_int_equal(has[i], has[i - i % N_EACH]);
				in[i] = (uint8_t)(in[i] + has[i]);
				sum += has[i];
			}
			assert_in_range(sum, N_ZONES / shards / 3, N_ZONES / shards * 2 + 10);
		}
		for (int i = 0; i < N_ZONES; i++)
			assert_int_equal(in[i], 1);
	}
}

static void
no_place_twice(void **state)
{
	static const uint32_t counts[] = {1, 2, 3, 7, 65537, SHARDS_MOST};

	(void)state;
	for (size_t c = 0; c < LENGTH(counts); c++) {
		uint64_t next = 0;

		for (uint32_t k = 1; k <= counts[c]; k++) {
			struct shard_places places = shard_places((struct shard){k, counts[c]});

			assert_true(places.from == next && places.to > next);
			next = places.to;
		}
		assert_true(next == UINT64_C(1) << 32);
	}
	assert_true(shard_places((struct shard){0, 0}).to == UINT64_C(1) << 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(places),
	    cmocka_unit_test(each_in_one),
	    cmocka_unit_test(no_place_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

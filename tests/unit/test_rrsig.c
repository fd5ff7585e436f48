#include "unit.h"

#include "dns/type.h"
#include "dnssec/rrsig.h"

static struct bytes
octets(const char *data, size_t len)
{
	return (struct bytes){(const uint8_t *)data, len};
}

#define OCTETS(literal) octets(literal, sizeof(literal) - 1)

static const struct rrsig_period fixed = {.inception = 0x01020304, .expiration = 0x05060708};

/* RFC 4034 section 3.1.8.1: RDATA without the signature, then each record with the original TTL. */
static void
data_of_two_records(void **state)
{
	static const char expected[] =
	    "\0\017\015\003\0\0\016\020\005\006\007\010\001\002\003\004\331\140"
	    "\007example\003org\0"
	    "\001a\007example\003org\0\0\017\0\001\0\0\016\020\0\003\0\001\0"
	    "\001a\007example\003org\0\0\017\0\001\0\0\016\020\0\005\0\012\001b\0";
	struct bytes rdata[] = {OCTETS("\0\001\0"), OCTETS("\0\012\001b\0")};
	struct rrsig_set set = {OCTETS("\001a\007example\003org\0"), 15, 3600, rdata, 2};
	struct name apex = {.len = 13, .wire = "\007ExAmPlE\003ORG"};
	struct rrsig rrsig = {0};

	(void)state;
	rrsig_begin(&rrsig, &apex, &fixed, &set);
	rrsig_key(&rrsig, 13, 55648);
	assert_int_equal(rrsig_rdata(&rrsig).len, RRSIG_SIGNER + 13);
	assert_int_equal(rrsig_data(&rrsig).len, sizeof(expected) - 1);
	assert_memory_equal(rrsig_data(&rrsig).data, expected, sizeof(expected) - 1);
	rrsig_free(&rrsig);
}

/* The buffer is used again, and rrsig_key changes algorithm and tag alone. */
static void
reuse(void **state)
{
	struct bytes long_rdata[] = {OCTETS("01234567890123456789012345678901234567890123456789")};
	struct bytes rdata[] = {OCTETS("\300\0\002\001")};
	struct rrsig_set big = {OCTETS("\003big\007example\0"), 16, 60, long_rdata, 1};
	struct rrsig_set set = {OCTETS("\007example\0"), 1, 60, rdata, 1};
	struct name apex = {.len = 9, .wire = "\007example"};
	struct rrsig used = {0}, fresh = {0};

	(void)state;
	rrsig_begin(&used, &apex, &fixed, &big);
	rrsig_key(&used, 8, 1);
	rrsig_begin(&used, &apex, &fixed, &set);
	rrsig_key(&used, 16, 65535);
	rrsig_key(&used, 15, 4660);
	rrsig_begin(&fresh, &apex, &fixed, &set);
	rrsig_key(&fresh, 15, 4660);
	assert_int_equal(rrsig_data(&used).len, rrsig_data(&fresh).len);
	assert_memory_equal(
	    rrsig_data(&used).data, rrsig_data(&fresh).data, rrsig_data(&fresh).len);
	assert_int_equal(rrsig_data(&used).data[RRSIG_ALGORITHM], 15);
	assert_memory_equal(rrsig_data(&used).data + RRSIG_TAG, "\022\064", 2);
	rrsig_free(&used);
	rrsig_free(&fresh);
}

static void
empty_rdata(void **state)
{
	struct bytes rdata[] = {{NULL, 0}};
	struct rrsig_set set = {OCTETS("\0"), 10, 60, rdata, 1};
	struct name root = {.len = 1, .wire = {0}};
	struct rrsig rrsig = {0};

	(void)state;
	rrsig_begin(&rrsig, &root, &fixed, &set);
	assert_int_equal(rrsig_data(&rrsig).len, RRSIG_SIGNER + 1 + 11);
	rrsig_free(&rrsig);
}

/* RFC 4034 section 3.1.3 */
static void
labels(void **state)
{
	static const struct {
		const char *wire;
		uint8_t labels;
	} rows[] = {
	    {"\0", 0},
	    {"\003com", 1},
	    {"\003www\007example\003com", 3},
	    {"\001*\007example\003com", 2},
	    {"\001*", 0},
	    {"\002**\003com", 2},
	    {"\003www\001*\003com", 3},
	    {"\001*\001*\003com", 2},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(rrsig_labels((const uint8_t *)rows[i].wire), rows[i].labels);
}

static void
periods(void **state)
{
	enum { DAY = 86400 };
	static const struct {
		int64_t now;
		uint64_t offset_s, validity_s, jitter_s;
		int result;
		uint32_t inception, expiration;
	} rows[] = {
	    {1795435200, 3600, 14 * DAY, 12 * 3600, 0, 1795431600, 1796644800},
	    {1795435200, 0, 1, 0, 0, 1795435200, 1795435201},
	    {1795435200, 3600, 0, 0, -1, 0, 0},
	    {1795435200, 3600, 100, 100, -1, 0, 0},
	    {1795435200, 3600, 100, 99, 0, 1795431600, 1795435300},
	    {1795435200, 3600, 100, UINT64_MAX, -1, 0, 0},
	    {1795435200, 0, 0x7fffffff, 0, 0, 1795435200, 3942918847u},
	    {1795435200, 1, 0x7fffffff, 0, -1, 0, 0},
	    {1795435200, 0, UINT64_MAX, 0, -1, 0, 0},
	    {1795435200, UINT64_MAX, 100, 0, -1, 0, 0},
	    {3599, 3600, 100, 0, -1, 0, 0},
	    {-1, 0, 100, 0, -1, 0, 0},
	    /* Beyond 2038 and 2106: modulo 2^32, RFC 4034 section 3.1.5. */
	    {2177452800, 3600, DAY, 0, 0, 2177449200u, 2177539200u},
	    {4294967295, 3600, DAY, 0, 0, 4294963695u, 86399},
	};
	struct diags diags = {0};
	size_t errors = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct rrsig_period period = {0};
		int result = rrsig_period(&diags, rows[i].now, rows[i].offset_s, rows[i].validity_s,
		    rows[i].jitter_s, &period);

		if (result != rows[i].result || period.inception != rows[i].inception ||
		    period.expiration != rows[i].expiration)
			fail_msg("row %zu: %d, %u to %u", i, result, period.inception,
			    period.expiration);
		errors += result < 0;
		assert_int_equal(diags.n, errors);
		if (result < 0)
			assert_int_equal(diags.items[diags.n - 1].problem, S_VALIDITY);
	}
	diags_free(&diags);
}

/* The zone's own keys have a validity of their own, and nothing below its apex has. */
static void
periods_of_keys(void **state)
{
	static const uint16_t types[] = {TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY, TYPE_SOA};
	struct name apex = {.len = 3, .wire = {1, 'a', 0}};
	struct bytes rdata[] = {OCTETS("\1")};
	struct rrsig_period period;
	struct rrsig rrsig = {0};
	struct diags diags = {0};

	(void)state;
	assert_int_equal(rrsig_period(&diags, 1795435200, 3600, 14 * 86400, 0, &period), 0);
	assert_int_equal(rrsig_period_of_keys(&diags, 1795435200, 0, 0, 0, &period), -1);
	for (int days = 7; days <= 30; days += 23) {
		assert_int_equal(rrsig_period_of_keys(
				     &diags, 1795435200, 3600, (uint64_t)days * 86400, 0, &period),
		    0);
		for (size_t i = 0; i < 2 * LENGTH(types); i++) {
			bool below = i >= LENGTH(types);
			uint16_t type = types[i % LENGTH(types)];
			struct rrsig_set set = {
			    below ? OCTETS("\1b\1a\0") : OCTETS("\1a\0"), type, 60, rdata, 1};
			int expected = below || type == TYPE_SOA ? 14 : days;

			rrsig_begin(&rrsig, &apex, &period, &set);
			assert_int_equal(read_u32(rrsig_rdata(&rrsig).data + RRSIG_EXPIRATION),
			    1795435200 + expected * 86400);
		}
	}
	rrsig_free(&rrsig);
	diags_free(&diags);
}

/* Below the span, spread over it, the same for each spelling, another for other types. */
static void
jitter(void **state)
{
	enum { OWNERS = 4000, BUCKETS = 8, SPAN = 43200 };
	struct rrsig_period period = {.expiration = 2000000000, .jitter_s = SPAN};
	size_t bucket[BUCKETS] = {0}, same_for_types = 0;

	(void)state;
	for (unsigned i = 0; i < OWNERS; i++) {
		char lower[32], upper[32];
		size_t len =
		    (size_t)snprintf(lower, sizeof(lower), "%cn%06u%cexample%c", 7, i, 7, 0);
		uint32_t a, aaaa;

		snprintf(upper, sizeof(upper), "%cN%06u%cEXAMPLE%c", 7, i, 7, 0);
		a = rrsig_expiration(&period, octets(lower, len), 1);
		aaaa = rrsig_expiration(&period, octets(lower, len), 28);
		assert_int_equal(a, rrsig_expiration(&period, octets(upper, len), 1));
		assert_true(a <= 2000000000 && 2000000000 - a < SPAN);
		bucket[(2000000000 - a) / (SPAN / BUCKETS)]++;
		same_for_types += a == aaaa;
	}
	assert_true(same_for_types < 5);
	for (size_t i = 0; i < BUCKETS; i++)
		if (bucket[i] < OWNERS / BUCKETS * 3 / 4 || bucket[i] > OWNERS / BUCKETS * 5 / 4)
			fail_msg("bucket %zu has %zu of %d", i, bucket[i], OWNERS);
	period.jitter_s = 0;
	assert_int_equal(rrsig_expiration(&period, OCTETS("\0"), 1), 2000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(data_of_two_records),
	    cmocka_unit_test(reuse),
	    cmocka_unit_test(empty_rdata),
	    cmocka_unit_test(labels),
	    cmocka_unit_test(periods),
	    cmocka_unit_test(periods_of_keys),
	    cmocka_unit_test(jitter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

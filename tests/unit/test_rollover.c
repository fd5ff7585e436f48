#include "unit.h"

#include "project/rollover.h"

enum {
	H = 3600,
	D = 24 * H,
	T = 1795435200, /* 2026-11-23T12:00:00Z */
};

#define NEVER INT64_MAX

static void
when_it_is_safe(void **state)
{
	static const struct {
		const char *what;
		int64_t lack, wait, published;
		bool servers;
		int64_t seen, safe;
	} rows[] = {
	    {"wait alone", H, D, T, false, 0, T + D},
	    {"never below twice the TTL", D, D, T, false, 0, T + 2 * D},
	    {"no wait at all", H, 0, T, false, 0, T + 2 * H},
	    {"TTL of zero", 0, 0, T, false, 0, T},
	    {"the TTL was lowered with the record", D, H, T, false, 0, T + 2 * D},
	    {"a TTL of 68 years", INT32_MAX, D, T, false, 0, T + 2LL * INT32_MAX},
	    {"the servers are seen later", H, D, T, true, T + H, T + H + D},
	    {"the servers are seen ahead of the publication", H, D, T, true, T - H, T + D},
	    {"a server is still to be seen", H, D, T, true, NEVER, NEVER},
	    {"settled: whatever else", FACT_SETTLED, D, T, false, 0, T},
	    {"settled: servers that were named later", FACT_SETTLED, D, T, true, NEVER, T},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fact fact = {
		    .kind = FACT_PUBLISHED, .ttl_s = rows[i].lack, .t_unix = rows[i].published};
		struct rollover_record record = {
		    &fact, rows[i].wait, rows[i].servers, rows[i].seen};

		if (rollover_safe_at(&record) != rows[i].safe)
			fail_msg("%s: %lld", rows[i].what, (long long)rollover_safe_at(&record));
	}
	assert_int_equal(rollover_safe_at(&(struct rollover_record){.wait_s = D}), NEVER);
}

static void
phases(void **state)
{
	static const struct {
		const char *what;
		struct rollover_case c;
		const char *phase;
		int64_t since, safe;
		bool gate;
		int64_t gate_at;
	} rows[] = {
#define LEFT .left_unix
#define CURRENT(since, safe)                                                                       \
	.used = true, .left_unix = NEVER, .current_since = since, .current_safe_unix = safe
#define NEXT(since, safe) .has_next = true, .next_since = since, .next_safe_unix = safe
#define NOT_DEPLOYED .deployed_unix = NEVER
	    {"no zone has it", {LEFT = NEVER, NOT_DEPLOYED, .now_unix = T}, "unused", NEVER, NEVER,
		false, NEVER},
	    {"the last zone gave it up, caches have it",
		{LEFT = T + D, NOT_DEPLOYED, .now_unix = T}, "unused", NEVER, NEVER, false, T + D},
	    {"the last zone gave it up long ago", {LEFT = T, NOT_DEPLOYED, .now_unix = T}, "unused",
		NEVER, NEVER, true, T},
	    {"no next certificate", {CURRENT(T, T), NOT_DEPLOYED, .now_unix = T}, "steady", T,
		NEVER, false, NEVER},
	    {"next is current",
		{CURRENT(T, T), NEXT(T, T), .same = true, NOT_DEPLOYED, .now_unix = T}, "steady", T,
		NEVER, true, T},
	    {"the old record is still published",
		{CURRENT(T, T), .leftover = true, NOT_DEPLOYED, .now_unix = T}, "finishing", T,
		NEVER, false, NEVER},
	    {"a second next one beside the first: its record is to leave",
		{CURRENT(T, T), NEXT(NEVER, NEVER), .leftover = true, NOT_DEPLOYED, .now_unix = T},
		"new", NEVER, NEVER, false, NEVER},
	    {"next is there", {CURRENT(T, T), NEXT(NEVER, NEVER), NOT_DEPLOYED, .now_unix = T},
		"new", NEVER, NEVER, false, NEVER},
	    {"next is published",
		{CURRENT(T, T), NEXT(T + H, T + D), NOT_DEPLOYED, .now_unix = T + H}, "waiting",
		T + H, T + D, false, T + D},
	    {"a second before",
		{CURRENT(T, T), NEXT(T + H, T + D), NOT_DEPLOYED, .now_unix = T + D - 1}, "waiting",
		T + H, T + D, false, T + D},
	    {"at last", {CURRENT(T, T), NEXT(T + H, T + D), NOT_DEPLOYED, .now_unix = T + D},
		"ready", T + D, T + D, true, T + D},
	    {"a server lacks it",
		{CURRENT(T, T), NEXT(T + H, NEVER), NOT_DEPLOYED, .now_unix = T + 9 * D}, "unseen",
		T + H, NEVER, false, NEVER},
	    {"same records, other certificate",
		{CURRENT(T, T), NEXT(T, T), NOT_DEPLOYED, .now_unix = T + H}, "ready", T, T, true,
		T},
	    {"deployed",
		{CURRENT(T, T), NEXT(T + H, T + D), .deployed_unix = T + 2 * D,
		    .now_unix = T + 3 * D},
		"deployed", T + 2 * D, NEVER, true, T + D},
	    {"current came too early", {CURRENT(T, T + D), NOT_DEPLOYED, .now_unix = T + H},
		"early", T, T + D, false, NEVER},
	    {"it is still there when that is over",
		{CURRENT(T, T + D), NOT_DEPLOYED, .now_unix = T + D}, "steady", T, NEVER, false,
		NEVER},
	    {"current is not published at all",
		{CURRENT(NEVER, NEVER), NOT_DEPLOYED, .now_unix = T}, "early", NEVER, NEVER, false,
		NEVER},
	    {"early, and next is current: nothing is safe",
		{CURRENT(T, T + D), NEXT(T, T + D), .same = true, NOT_DEPLOYED, .now_unix = T + H},
		"early", T, T + D, false, T + D},
	    {"early, but next is safe: it mends all",
		{CURRENT(T, T + D), NEXT(T - D, T), NOT_DEPLOYED, .now_unix = T + H}, "early", T,
		T + D, true, T},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct rollover r = rollover_judge(&rows[i].c);

		if (strcmp(rollover_phase_name(r.phase), rows[i].phase) != 0 ||
		    r.since_unix != rows[i].since || r.safe_unix != rows[i].safe ||
		    r.gate != rows[i].gate || r.gate_unix != rows[i].gate_at)
			fail_msg("%s: %s since %lld, safe %lld, gate %d at %lld", rows[i].what,
			    rollover_phase_name(r.phase), (long long)r.since_unix,
			    (long long)r.safe_unix, r.gate, (long long)r.gate_unix);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(when_it_is_safe),
	    cmocka_unit_test(phases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

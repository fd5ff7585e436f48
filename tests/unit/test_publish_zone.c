#include "zone_keys.h"

#include "publish/zone.h"

#include <dirent.h>

enum { HOUR = 3600, DAY = 86400 };

static struct key_folder keys;
static struct arena arena;

/* What is on the disk. */
struct file_state {
	struct buf bytes;
	struct stat st;
};

static void
state_of(struct file_state *state, const char *path)
{
	*state = (struct file_state){0};
	get(&state->bytes, path);
	assert_int_equal(stat(path, &state->st), 0);
}

/* Not even touched? */
static bool
is_untouched(struct file_state *before, const char *path)
{
	struct file_state now;
	bool same;

	state_of(&now, path);
	same = now.bytes.len == before->bytes.len &&
	       memcmp(now.bytes.data, before->bytes.data, now.bytes.len) == 0 &&
	       now.st.st_ino == before->st.st_ino &&
	       now.st.st_mtim.tv_sec == before->st.st_mtim.tv_sec &&
	       now.st.st_mtim.tv_nsec == before->st.st_mtim.tv_nsec;
	buf_free(&now.bytes);
	buf_free(&before->bytes);
	return same;
}

static size_t
n_files(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return n;
}

/* What a job is of; tests change it. */
static struct project_policy policy;
static struct project_zone zone;

static struct zone_job
unsigned_job(void)
{
	policy = (struct project_policy){.written = ""};
	zone = (struct project_zone){.policy = &policy,
	    .output = "public/out",
	    .dnssec = PROJECT_DNSSEC_EXTERNAL,
	    .serial = PROJECT_SERIAL_AUTO,
	    .written = "",
	    .defaults = ""};
	return (struct zone_job){.zone = &zone,
	    .load = {.path = "a.zone", .dane = true, .now = ZONE_NOW},
	    .previous = "public/out",
	    .n_workers = 1};
}

static struct zone_job
signed_job(void)
{
	struct zone_job job = unsigned_job();

	policy = (struct project_policy){.sign = true,
	    .lifetime = {14 * DAY, 5 * DAY, 12 * HOUR},
	    .inception_offset_s = HOUR,
	    .verify = PROJECT_VERIFY_NONE,
	    .written = ""};
	zone.dnssec = PROJECT_DNSSEC_HERE;
	zone.sign = true;
	job.keys = &keys;
	job.n_workers = 2;
	return job;
}

/* Publishes; says what came of it: "serial changed|same" or the problems. */
static const char *
publish(const struct zone_job *job, struct zone_result *result)
{
	static char text[200];
	struct diags diags = {0};
	struct buf b = {0};
	int done = zone_publish(&diags, job, result);

	problems_print(&b, &diags);
	if (done < 0 || diags.n > 0)
		snprintf(text, sizeof(text), "%s%s", done < 0 ? "failed: " : "", b.data);
	else
		snprintf(text, sizeof(text), "%u %s", (unsigned)result->serial,
		    result->changed ? "changed" : "same");
	buf_free(&b);
	diags_free(&diags);
	return text;
}

static void
put_zone(uint32_t serial, const char *text)
{
	struct buf b = {0};

	buf_printf(&b,
	    "$ORIGIN example.org.\n$TTL 3600\n@ SOA ns hostmaster %u 2 3 4 300\n@ NS "
	    "ns.example.net.\n%s",
	    (unsigned)serial, text);
	put_bytes("a.zone", b.data, b.len);
	buf_free(&b);
}

static int
setup(void **state)
{
	struct diags diags = {0};
	int result = zone_keys_setup(state);

	assert_int_equal(key_folder_read(&arena, &diags, "keys", &keys), 0);
	diags_free(&diags);
	return result;
}

static int
teardown(void **state)
{
	arena_free(&arena);
	return zone_teardown(state);
}

static int
empty_public(void **state)
{
	(void)state;
	return system("rm -rf public && mkdir public");
}

/* --- Unsigned --- */

/* The serials of templates in turn, whether their contents differ, and what is published. */
static const struct {
	uint32_t serial;
	const char *text, *result;
} steps[] = {
    {5, "a A 192.0.2.1\n", "5 changed"},
    {5, "a A 192.0.2.1\n", "5 same"},
    {5, "a A 192.0.2.2\n", "6 changed"},
    {5, "a A 192.0.2.2\n", "6 same"},
    {6, "a A 192.0.2.2\n", "6 same"},
    {6, "a A 192.0.2.2 ; only a comment\n\n", "6 same"},
    {9, "a A 192.0.2.2\n", "9 changed"},
    {9, "a 5 A 192.0.2.2\n", "10 changed"},
    {4, "a 5 A 192.0.2.2\n", "10 same"},
    {4294967295u, "a 5 A 192.0.2.2\n", "10 same"},    /* RFC 1982: it is behind 10 */
    {2147483658u, "a 5 A 192.0.2.3\n", "11 changed"}, /* distance 2^31: undefined */
    {2147483658u, "a 5 A 192.0.2.3\n", "2147483658 changed"},
    {4294967295u, "a 5 A 192.0.2.3\n", "4294967295 changed"},
    {4294967295u, "a 5 A 192.0.2.4\n", "0 changed"},
    {4294967295u, "a 5 A 192.0.2.4\n", "0 same"},
    {4294967295u, "a 5 A 192.0.2.5\n", "1 changed"},
};

static void
serials(void **state)
{
	struct zone_job job = unsigned_job();
	struct zone_result result;

	(void)state;
	for (size_t i = 0; i < LENGTH(steps); i++) {
		struct file_state before = {0};
		const char *said;

		if (i > 0)
			state_of(&before, "public/out");
		put_zone(steps[i].serial, steps[i].text);
		said = publish(&job, &result);
		if (strcmp(said, steps[i].result) != 0)
			fail_msg("step %zu: %s, not %s", i, said, steps[i].result);
		assert_int_equal(result.n_records, 3);
		if (i > 0)
			assert_int_equal(is_untouched(&before, "public/out"), !result.changed);
		assert_int_equal(n_files("public"), 1);
	}
}

static void
other_policies(void **state)
{
	struct zone_job job = unsigned_job();
	struct zone_result result;

	(void)state;
	zone.serial = PROJECT_SERIAL_KEEP;
	put_zone(5, "a A 192.0.2.1\n");
	assert_string_equal(publish(&job, &result), "5 changed");
	assert_string_equal(publish(&job, &result), "5 same");
	put_zone(6, "a A 192.0.2.2\n");
	assert_string_equal(publish(&job, &result), "6 changed");
	put_zone(6, "a A 192.0.2.3\n");
	assert_non_null(strstr(publish(&job, &result), "3:1")); /* a warning at the SOA */
	assert_true(result.changed);

	zone.serial = PROJECT_SERIAL_UNIXTIME;
	assert_string_equal(publish(&job, &result), "6 same");
	put_zone(6, "a A 192.0.2.4\n");
	assert_string_equal(publish(&job, &result), "1795435200 changed");
	put_zone(6, "a A 192.0.2.5\n");
	assert_string_equal(publish(&job, &result), "1795435201 changed");

	zone.serial = PROJECT_SERIAL_DATE;
	put_zone(6, "a A 192.0.2.6\n");
	assert_string_equal(publish(&job, &result), "2026112300 changed");
	put_zone(6, "a A 192.0.2.7\n");
	assert_string_equal(publish(&job, &result), "2026112301 changed");
	job.load.now += DAY;
	assert_string_equal(publish(&job, &result), "2026112301 same");
	put_zone(6, "a A 192.0.2.8\n");
	assert_string_equal(publish(&job, &result), "2026112400 changed");
}

/* --- Failures leave everything as it was --- */

static const struct {
	const char *text, *said;
} bad[] = {
    {"a A 1\n", "failed: Z013 5:5"},
    {"a CNAME b.net.\na A 192.0.2.1\n", "failed: Z024 6:1"},
    {"@ SOA a b 1 2 3 4 5\n", "failed: Z025 5:1"},
    {"a.example.net. A 192.0.2.1\n", "failed: Z023 5:1"},
    {"$INCLUDE none\n", "failed: F001 5:10"},
    {"$TLSA _25._tcp.a none.pem\n", "failed: F001 5:18"},
    {"a TXT \"x\n", "failed: Z002 5:7"},
    {"a 5 A 192.0.2.1\na 6 A 192.0.2.2\n", "failed: Z026 6:1"},
    {"$GENERATE 1-9999999 a$ A 192.0.2.1\n", "failed: Z021 5:11"},
};

static void
failures(void **state)
{
	struct zone_result result;

	(void)state;
	for (size_t j = 0; j < 2; j++) {
		struct zone_job job = j ? signed_job() : unsigned_job();

		put_zone(5, "a A 192.0.2.1\n");
		unlink("public/out");
		for (size_t i = 0; i < LENGTH(bad); i++) {
			put_zone(5, bad[i].text);
			assert_string_equal(publish(&job, &result), bad[i].said);
			assert_int_equal(n_files("public"), 0);
		}
		put_zone(5, "a A 192.0.2.1\n");
		assert_string_equal(publish(&job, &result), "5 changed");
		for (size_t i = 0; i < LENGTH(bad); i++) {
			struct file_state before;

			state_of(&before, "public/out");
			put_zone(5, bad[i].text);
			assert_string_equal(publish(&job, &result), bad[i].said);
			assert_true(is_untouched(&before, "public/out"));
			assert_int_equal(n_files("public"), 1);
		}
	}
}

static void
no_keys(void **state)
{
	static const char *const none[] = {"keys/none", NULL};
	struct key_folder empty = {.path = "no keys"};
	struct zone_job job = signed_job();
	struct file_state before;
	struct zone_result result;

	(void)state;
	put_zone(5, "a A 192.0.2.1\n");
	assert_string_equal(publish(&job, &result), "5 changed");
	state_of(&before, "public/out");
	put_zone(5, "a A 192.0.2.2\n");
	job.keys = &empty;
	assert_true(strncmp(publish(&job, &result), "failed: S", 9) == 0);
	job.keys = NULL;
	job.key_files = none;
	assert_true(strncmp(publish(&job, &result), "failed: ", 8) == 0);
	job = signed_job();
	policy.lifetime.validity_s = policy.lifetime.jitter_s;
	assert_true(strncmp(publish(&job, &result), "failed: S", 9) == 0);
	assert_true(is_untouched(&before, "public/out"));
	assert_int_equal(n_files("public"), 1);
}

/* A folder is made; a file in its place, or a folder in that of the output, is left alone. */
static void
odd_places(void **state)
{
	struct zone_job job = unsigned_job();
	struct zone_result result;

	(void)state;
	put_zone(5, "a A 192.0.2.1\n");
	zone.output = job.previous = "public/new/folder/out";
	assert_string_equal(publish(&job, &result), "5 changed");
	assert_int_equal(n_files("public/new/folder"), 1);
	zone.output = job.previous = "public";
	assert_true(strncmp(publish(&job, &result), "failed: F00", 11) == 0);
	zone.output = job.previous = "a.zone/out";
	assert_true(strncmp(publish(&job, &result), "failed: F00", 11) == 0);
	assert_int_equal(n_files("public"), 1);
}

/* --- Signed --- */

static void
signatures_kept(void **state)
{
	struct zone_job job = signed_job();
	struct zone_result first, result;
	struct file_state before;

	(void)state;
	put_zone(5, "a A 192.0.2.1\nb A 192.0.2.1\n");
	assert_string_equal(publish(&job, &first), "5 changed");
	assert_int_equal(first.n_kept, 0);
	state_of(&before, "public/out");

	/* Neither the same instant nor a later day changes anything. */
	assert_string_equal(publish(&job, &result), "5 same");
	assert_int_equal(result.n_signatures, first.n_signatures);
	assert_int_equal(result.n_kept, first.n_signatures);
	assert_int_equal(result.earliest, first.earliest);
	assert_int_equal(result.n_records, first.n_records);
	job.load.now += 5 * DAY;
	assert_string_equal(publish(&job, &result), "5 same");
	assert_true(is_untouched(&before, "public/out"));

	/* An edit: the others' signatures stay. */
	put_zone(5, "a A 192.0.2.1\nb A 192.0.2.2\n");
	assert_string_equal(publish(&job, &result), "6 changed");
	assert_int_equal(result.n_signatures - result.n_kept, 2); /* SOA, b A */

	/* Time passes: all are made again, those of the edit later. */
	job.load.now += 4 * DAY + 13 * HOUR;
	assert_string_equal(publish(&job, &result), "7 changed");
	assert_true(result.n_kept < result.n_signatures);
	assert_true(result.earliest > job.load.now + 5 * DAY);
	assert_int_equal(n_files("public"), 1);
}

/* What changes the published zone moves its serial, though the template is the same. */
static void
changes_of_signing(void **state)
{
	struct key_folder more = {0};
	struct zone_job job = signed_job();
	struct diags diags = {0};
	struct zone_result result;
	char base[128], path[140];

	(void)state;
	put_zone(5, "a A 192.0.2.1\nsub NS ns.example.net.\n");
	assert_string_equal(publish(&job, &result), "5 changed");
	policy.denial = PROJECT_DENIAL_NSEC3;
	assert_string_equal(publish(&job, &result), "6 changed");
	assert_string_equal(publish(&job, &result), "6 same");
	policy.nsec3.opt_out = true;
	assert_string_equal(publish(&job, &result), "7 changed");
	assert_string_equal(publish(&job, &result), "7 same");
	policy.denial = PROJECT_DENIAL_NSEC;
	assert_string_equal(publish(&job, &result), "8 changed");
	assert_string_equal(publish(&job, &result), "8 same");
	policy.zonemd = PROJECT_ZONEMD_SHA384;
	assert_string_equal(publish(&job, &result), "9 changed");
	assert_string_equal(publish(&job, &result), "9 same");
	policy.zonemd = PROJECT_ZONEMD_SHA512;
	assert_string_equal(publish(&job, &result), "10 changed");
	assert_string_equal(publish(&job, &result), "10 same");
	policy.zonemd = PROJECT_ZONEMD_NONE;
	assert_string_equal(publish(&job, &result), "11 changed");
	assert_string_equal(publish(&job, &result), "11 same");

	/* A second ZSK, which then only stays published, then goes. */
	zone_key("keys", 7, 256, "", base);
	assert_int_equal(key_folder_read(&arena, &diags, "keys", &more), 0);
	job.keys = &more;
	assert_string_equal(publish(&job, &result), "12 changed");
	assert_string_equal(publish(&job, &result), "12 same");
	zone_key("keys", 7, 256, "Inactive: 20260101000000\n", base);
	assert_string_equal(publish(&job, &result), "13 changed");
	assert_string_equal(publish(&job, &result), "13 same");
	snprintf(path, sizeof(path), "%s.private", base);
	unlink(path);
	snprintf(path, sizeof(path), "%s.key", base);
	unlink(path);
	job.keys = &keys;
	assert_string_equal(publish(&job, &result), "14 changed");
	assert_string_equal(publish(&job, &result), "14 same");
	diags_free(&diags);
}

/* A published file that somebody has changed: no wrong signature is kept. */
static void
tampered(void **state)
{
	struct zone_job job = signed_job();
	struct zone_result first, result;
	struct buf b = {0};
	char *at;

	(void)state;
	put_zone(5, "a A 192.0.2.1\n");
	assert_string_equal(publish(&job, &first), "5 changed");
	get(&b, "public/out");
	at = strstr(b.data, "RRSIG\tA ");
	assert_non_null(at);
	at = strchr(at, '\n') - 20;
	*at = *at == 'A' ? 'B' : 'A';
	put_bytes("public/out", b.data, b.len);
	assert_string_equal(publish(&job, &result), "6 changed");
	assert_int_equal(result.n_signatures - result.n_kept, 2); /* SOA, a A */

	/* No whole zone: a warning, and nothing of it is kept. */
	put("public/out", "rubbish\n");
	assert_non_null(strstr(publish(&job, &result), "public/out"));
	assert_true(result.changed);
	assert_int_equal(result.serial, 5);
	assert_int_equal(result.n_kept, 0);
	buf_free(&b);
}

/* --- What the cache remembers ends when a warning begins --- */

/* Until `begin` the zone is not even looked at; then the warning is said. */
static void
assert_said_at(struct zone_job *job, int64_t begin, const char *warning)
{
	struct zone_result result;

	job->load.now = begin - 1;
	assert_string_equal(publish(job, &result), "5 same");
	assert_int_equal(result.n_kept, 0);
	job->load.now = begin;
	assert_string_equal(publish(job, &result), warning);
	assert_false(result.changed);
	assert_int_not_equal(result.n_kept, 0);
}

static struct zone_job
cached_job(void)
{
	static struct name apex;
	struct zone_job job = signed_job();

	apex = name_of("example.org.");
	job.load.zone = &apex;
	unlink("cache");
	job.cache = "cache";
	return job;
}

static void
no_successor(void **state)
{
	struct zone_job job = cached_job();
	struct zone_result result;
	char base[128];

	(void)state;
	put_zone(5, "a A 192.0.2.1\n");
	zone_key("keys", 1, 257, "Inactive: 20261211120000\n", base);
	assert_string_equal(publish(&job, &result), "5 changed");
	assert_said_at(
	    &job, ZONE_NOW + 18 * DAY - (int64_t)policy.lifetime.validity_s, "S017 keys:0:0");
	assert_string_equal(publish(&job, &result), "S017 keys:0:0"); /* and again */
	zone_key("keys", 1, 257, "", base);
}

static void
offline_end(void **state)
{
	struct zone_job job = cached_job();
	struct zone_result result;
	char base[128], path[140], warning[200];

	(void)state;
	put_zone(5, "a A 192.0.2.1\n");
	policy.lifetime.validity_s = 12 * DAY;
	policy.lifetime.jitter_s = 0;
	assert_string_equal(publish(&job, &result), "5 changed");
	zone_key("keys", 1, 257, "", base);
	snprintf(path, sizeof(path), "%s.private", base);
	assert_int_equal(unlink(path), 0);
	policy.lifetime.refresh_s = DAY;
	policy.written = "refresh 1d";
	assert_string_equal(publish(&job, &result), "5 same");
	snprintf(warning, sizeof(warning), "S015 %s:0:0", base);
	assert_said_at(&job, ZONE_NOW + 5 * DAY + 1, warning);
	zone_key("keys", 1, 257, "", base);
}

static void
end_near(void **state)
{
	enum { TTL = 10 * DAY, EXPIRE = 4 };
	struct zone_job job = cached_job();
	struct zone_result result;

	(void)state;
	put_zone(5, "a 10d A 192.0.2.1\n");
	assert_string_equal(publish(&job, &result), "5 changed");
	assert_said_at(&job, result.earliest - TTL - EXPIRE + 1, "S071 3:1");
	assert_string_equal(publish(&job, &result), "5 same"); /* once for these signatures */
}

/* What follows from the template alone is said again without reading it. */
static void
said_from_memory(void **state)
{
	struct zone_job job = cached_job();
	struct zone_result result;
	struct diags diags = {0};
	struct buf b = {0};

	(void)state;
	put_zone(5, "a CNAME gone\n");
	assert_string_equal(publish(&job, &result), "Z053 5:9");
	assert_true(result.changed);
	assert_string_equal(publish(&job, &result), "Z053 5:9");
	assert_false(result.changed);
	assert_int_equal(zone_publish(&diags, &job, &result), 0);
	assert_int_equal(diags.n_sources, 0);
	problems_print(&b, &diags);
	assert_string_equal(b.data, "Z053 5:9");
	diags_free(&diags);
	job.werror = true;
	assert_string_equal(publish(&job, &result), "failed: Z053 5:9");
	buf_free(&b);
}

/* A longer validity makes anew what is too short by it, once; a shorter one leaves all as it is. */
static void
validities(void **state)
{
	struct zone_job job = signed_job();
	struct zone_result result;

	(void)state;
	put_zone(5, "a A 192.0.2.1\n");
	assert_string_equal(publish(&job, &result), "5 changed");
	policy.lifetime.validity_s = 60 * DAY;
	assert_string_equal(publish(&job, &result), "6 changed");
	assert_int_equal(result.n_kept, 0);
	assert_true(result.earliest > ZONE_NOW + 59 * DAY);
	job.load.now += DAY;
	assert_string_equal(publish(&job, &result), "6 same");
	policy.lifetime.validity_s = 14 * DAY;
	assert_string_equal(publish(&job, &result), "6 same");
}

/* A record with a longer TTL than others lengthens the validity that follows the zone, and is no
 * reason to sign the others anew. */
static void
longer_ttl(void **state)
{
	struct zone_job job = signed_job();
	struct zone_result result;

	(void)state;
	policy.lifetime.validity_s = policy.lifetime.refresh_s = LIFETIME_BY_SOA;
	put_zone(5, "a A 192.0.2.1\n");
	assert_string_equal(publish(&job, &result), "5 changed");
	put_zone(5, "a A 192.0.2.1\nb 9d A 192.0.2.1\n");
	assert_string_equal(publish(&job, &result), "6 changed");
	assert_true(result.earliest < ZONE_NOW + 14 * DAY);
	assert_true(result.n_kept > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(serials, empty_public),
	    cmocka_unit_test_setup(other_policies, empty_public),
	    cmocka_unit_test_setup(failures, empty_public),
	    cmocka_unit_test_setup(no_keys, empty_public),
	    cmocka_unit_test_setup(odd_places, empty_public),
	    cmocka_unit_test_setup(signatures_kept, empty_public),
	    cmocka_unit_test_setup(changes_of_signing, empty_public),
	    cmocka_unit_test_setup(tampered, empty_public),
	    cmocka_unit_test_setup(validities, empty_public),
	    cmocka_unit_test_setup(longer_ttl, empty_public),
	    cmocka_unit_test_setup(no_successor, empty_public),
	    cmocka_unit_test_setup(offline_end, empty_public),
	    cmocka_unit_test_setup(end_near, empty_public),
	    cmocka_unit_test_setup(said_from_memory, empty_public),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

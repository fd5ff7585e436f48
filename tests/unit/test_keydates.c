#define _GNU_SOURCE
#include "key_fixture.h"

#include "dnssec/keydates.h"
#include "dnssec/keyfile.h"

#define NOW INT64_C(1795435200) /* 2026-11-23T12:00:00Z */

static void
no_times(int64_t time[N_KEY_TIMES])
{
	for (size_t i = 0; i < N_KEY_TIMES; i++)
		time[i] = KEY_NO_TIME;
}

/* What begins at NOW ends later; what is not stated contradicts nothing. */
static void
order_of_dates(void **state)
{
	static const struct {
		enum key_time begin, end;
		int64_t span;
		int result;
	} rows[] = {
	    {KEY_PUBLISH, KEY_DELETE, 1, 0},
	    {KEY_PUBLISH, KEY_DELETE, 0, -1},
	    {KEY_PUBLISH, KEY_DELETE, -1, -1},
	    {KEY_PUBLISH, KEY_INACTIVE, 1, 0},
	    {KEY_PUBLISH, KEY_INACTIVE, 0, -1},
	    {KEY_ACTIVATE, KEY_INACTIVE, 1, 0},
	    {KEY_ACTIVATE, KEY_INACTIVE, 0, -1},
	    {KEY_ACTIVATE, KEY_DELETE, 1, 0},
	    {KEY_ACTIVATE, KEY_DELETE, -1, -1},
	    {KEY_SYNC_PUBLISH, KEY_SYNC_DELETE, 1, 0},
	    {KEY_SYNC_PUBLISH, KEY_SYNC_DELETE, -1, -1},
	    {KEY_SYNC_PUBLISH, KEY_DELETE, 0, -1},
	    {KEY_SYNC_PUBLISH, KEY_INACTIVE, 0, -1},
	    {KEY_PUBLISH, KEY_ACTIVATE, -1, 0},                      /* RFC 6781 section 4.1.4 */
	    {KEY_INACTIVE, KEY_DELETE, -1, 0},                       /* the same */
	    {KEY_PUBLISH, KEY_SYNC_DELETE, -1, 0},                   /* no CDS at all */
	    {KEY_PUBLISH, KEY_DELETE, UINT32_MAX - (int64_t)NOW, 0}, /* 2106-02-07T06:28:15Z */
	    {KEY_PUBLISH, KEY_DELETE, UINT32_MAX - (int64_t)NOW + 1, -1},
	    {KEY_DELETE, KEY_PUBLISH, -(int64_t)NOW, 0}, /* 1970 */
	    {KEY_DELETE, KEY_PUBLISH, -(int64_t)NOW - 1, -1},
	    {KEY_DELETE, KEY_CREATED, -(int64_t)NOW - 1, -1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t time[N_KEY_TIMES];
		bool is_given[N_KEY_TIMES] = {0};
		struct diags diags = {0};

		no_times(time);
		time[rows[i].begin] = NOW;
		time[rows[i].end] = NOW + rows[i].span;
		assert_int_equal(keydates_check(&diags, NULL, is_given, time), 0);
		is_given[i % 2 ? rows[i].begin : rows[i].end] = true;
		if (rows[i].span > -NOW && rows[i].span + NOW <= UINT32_MAX &&
		    keydates_check(&diags, "key", is_given, time) != rows[i].result)
			fail_msg("row %zu, one given", i);
		diags_free(&diags);
		if (keydates_check(&diags, NULL, NULL, time) != rows[i].result)
			fail_msg("row %zu", i);
		assert_int_equal(diags.n, rows[i].result < 0);
		assert_true(diags.n == 0 || diags.items[0].problem == S_KEY_DATES);
		diags_free(&diags);
	}
}

/* --- Text --- */

#define RECORD "example.net. IN DNSKEY 257 3 13 AwEAAQ==\n"

/* Publish at NOW and Delete a day later, in place of what the text has. */
static void
texts(void **state)
{
#define PUBLISH "Publish: 20261123120000"
#define DELETE "Delete: 20261124120000"
#define PUBLISH_COMMENT "; " PUBLISH " (Mon Nov 23 12:00:00 2026)\n"
#define DELETE_COMMENT "; " DELETE " (Tue Nov 24 12:00:00 2026)\n"
	static const struct {
		enum keyfile_kind kind;
		const char *before, *after;
	} rows[] = {
	    {KEYFILE_PRIVATE, "Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: AA==\n",
		"Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: AA==\n" PUBLISH "\n" DELETE
		"\n"},
	    {KEYFILE_PRIVATE, "Private-key-format: v1.2\nAlgorithm: 13\nPrivateKey: AA==",
		"Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: AA==\n" PUBLISH "\n" DELETE
		"\n"},
	    {KEYFILE_PRIVATE,
		"Private-key-format: v1.3\nCreated: 20200101000000\nFoo: bar\n"
		"inactive: 20300101000000\nDSPublish: 20200101000000\nPrivateKey: AA==\n",
		"Private-key-format: v1.3\n" PUBLISH "\n" DELETE
		"\nFoo: bar\nDSPublish: 20200101000000\nPrivateKey: AA==\n"},
	    {KEYFILE_PRIVATE, "Private-key-format: v1.2\r\nDelete: 20300101000000\r\nFoo: bar\r\n",
		"Private-key-format: v1.3\r\n" PUBLISH "\r\n" DELETE "\r\nFoo: bar\r\n"},
	    {KEYFILE_PRIVATE, "Private-key-format: v1.10\n",
		"Private-key-format: v1.10\n" PUBLISH "\n" DELETE "\n"},
	    {KEYFILE_PUBLIC, RECORD, PUBLISH_COMMENT DELETE_COMMENT RECORD},
	    {KEYFILE_PUBLIC, "; a key\n; of mine\n" RECORD "; behind\n",
		"; a key\n; of mine\n" PUBLISH_COMMENT DELETE_COMMENT RECORD "; behind\n"},
	    {KEYFILE_PUBLIC,
		"; a key\n; Created: 20200101000000 (Wed Jan  1 00:00:00 2020)\n; of mine\n"
		"; Inactive: 20300101000000\n" RECORD,
		"; a key\n" PUBLISH_COMMENT DELETE_COMMENT "; of mine\n" RECORD},
	    {KEYFILE_PUBLIC, RECORD "; Inactive: 20300101000000\n",
		RECORD PUBLISH_COMMENT DELETE_COMMENT},
	    {KEYFILE_PUBLIC, "; a key\n\n" RECORD,
		"; a key\n" PUBLISH_COMMENT DELETE_COMMENT "\n" RECORD},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t time[N_KEY_TIMES];
		struct buf b = {0};

		no_times(time);
		time[KEY_PUBLISH] = NOW;
		time[KEY_DELETE] = NOW + 86400;
		keyfile_replace_times(&b, rows[i].kind, text_of(rows[i].before), time);
		buf_putc(&b, '\0');
		assert_string_equal(b.data, rows[i].after);
		buf_free(&b);
	}
}

/* --- Files --- */

/* RFC 6605 section 6.1 */
static const struct key_vector *const p256 = &key_vectors[2];

struct fixture {
	char folder[64], base[128];
	struct diags diags;
	struct keydates_wish wish;
	struct keydates dates;
};

static void
begin(struct fixture *f, const char *dates)
{
	*f = (struct fixture){.wish = {.now = NOW}};
	fixture_folder(f->folder);
	fixture_vector(f->folder, p256, dates, f->base);
}

static void
end(struct fixture *f)
{
	fixture_remove(f->folder);
	diags_free(&f->diags);
}

static void
wish(struct fixture *f, enum key_time which, int64_t t_unix)
{
	f->wish.is_given[which] = true;
	f->wish.time[which] = t_unix;
}

static int
set(struct fixture *f)
{
	if (keydates_read(&f->diags, f->base, &f->wish, &f->dates) < 0)
		return -1;
	return keydates_write(&f->diags, &f->dates);
}

/* The one key of the folder, as it is read back: both files must agree. */
static struct key
key_back(struct fixture *f)
{
	struct name zone = fixture_name(p256->zone);
	struct keys keys;

	if (keys_load_folder(&f->diags.arena, &f->diags, f->folder, &zone, NOW, &keys) < 0)
		fail_msg("%s", f->diags.items[f->diags.n - 1].message);
	assert_int_equal(keys.n, 1);
	return keys.items[0];
}

static void
both_files(void **state)
{
	struct fixture f;
	struct stat st;
	struct key key;

	(void)state;
	begin(&f, "Created: 20200101000000\nPublish: 20200101000000\n"
		  "Activate: 20200101000000\nDelete: 20290101000000\n");
	wish(&f, KEY_INACTIVE, NOW + 100);
	wish(&f, KEY_DELETE, KEY_NO_TIME);
	assert_int_equal(set(&f), 0);
	assert_int_equal(f.diags.n, 0);
	assert_false(f.dates.is_offline);
	assert_int_equal(f.dates.was[KEY_DELETE], 1861920000);
	key = key_back(&f);
	assert_memory_equal(key.time, f.dates.time, sizeof(key.time));
	assert_int_equal(key.time[KEY_INACTIVE], NOW + 100);
	assert_int_equal(key.time[KEY_DELETE], KEY_NO_TIME);
	assert_int_equal(key.time[KEY_PUBLISH], 1577836800);
	assert_true(key.active && key.pkey);
	assert_int_equal(stat(arena_printf(&f.diags.arena, "%s.private", f.base), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	end(&f);
}

/* A key without dates is in use, and goes on to be until it ends. */
static void
without_dates(void **state)
{
	static const struct {
		enum key_time which;
		int64_t t_unix, begin;
	} rows[] = {
	    {KEY_INACTIVE, NOW + 100, NOW},
	    {KEY_INACTIVE, NOW, NOW - 1},
	    {KEY_DELETE, NOW - 100, NOW - 101},
	    {KEY_SYNC_DELETE, NOW - 100, NOW},
	    {KEY_DELETE, KEY_NO_TIME, NOW},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		struct key key;

		begin(&f, "");
		wish(&f, rows[i].which, rows[i].t_unix);
		assert_int_equal(set(&f), 0);
		key = key_back(&f);
		assert_int_equal(key.time[KEY_CREATED], NOW);
		assert_int_equal(key.time[KEY_PUBLISH], rows[i].begin);
		assert_int_equal(key.time[KEY_ACTIVATE], rows[i].begin);
		assert_int_equal(key.time[rows[i].which], rows[i].t_unix);
		end(&f);
	}
}

static void
parked(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	wish(&f, KEY_PUBLISH, KEY_NO_TIME);
	wish(&f, KEY_ACTIVATE, KEY_NO_TIME);
	assert_int_equal(set(&f), 0);
	assert_false(key_back(&f).published);
	end(&f);
}

static void
without_private(void **state)
{
	struct fixture f;
	struct key key;

	(void)state;
	begin(&f, "");
	unlink(arena_printf(&f.diags.arena, "%s.private", f.base));
	wish(&f, KEY_INACTIVE, NOW + 100);
	assert_int_equal(set(&f), 0);
	assert_true(f.dates.is_offline);
	key = key_back(&f);
	assert_true(key.offline);
	assert_int_equal(key.time[KEY_INACTIVE], NOW + 100);
	end(&f);
}

/* What cannot be leaves the files as they are. */
static void
refused(void **state)
{
	static const struct {
		const char *dates, *comments;
		enum key_time which;
		int64_t t_unix;
		int problem; /* -1: none */
	} rows[] = {
	    {"Activate: 20270101000000\n", "", KEY_INACTIVE, NOW, S_KEY_DATES},
	    {"Activate: 20270101000000\nInactive: 20260101000000\n", "", KEY_SYNC_PUBLISH,
		KEY_NO_TIME, -1}, /* was withdrawn, and is none of our business */
	    {"", "", KEY_DELETE, UINT32_MAX + INT64_C(1), S_KEY_DATES},
	    {"Inactive: 20300101000000\n", "; Inactive: 20310101000000\n", KEY_DELETE,
		INT64_C(2000000000), S_KEY_TIMES},
	    {"Inactive: 20300101000000\n", "; Inactive: 20310101000000\n", KEY_INACTIVE, NOW + 100,
		-1},
	    {"Delete: never\n", "", KEY_DELETE, NOW, S_KEY_FILE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		char text[1000];

		begin(&f, rows[i].dates);
		snprintf(text, sizeof(text), "%s%s IN DNSKEY %u 3 13 %s\n", rows[i].comments,
		    p256->zone, p256->flags, p256->public_key);
		fixture_write(f.folder,
		    strrchr(arena_printf(&f.diags.arena, "%s.key", f.base), '/') + 1, text, 0644);
		wish(&f, rows[i].which, rows[i].t_unix);
		if (set(&f) != (rows[i].problem < 0 ? 0 : -1) ||
		    f.diags.n != (rows[i].problem >= 0) ||
		    (f.diags.n && (int)f.diags.items[0].problem != rows[i].problem))
			fail_msg("row %zu: %s", i, f.diags.n ? f.diags.items[0].message : "taken");
		end(&f);
	}
}

static void
no_key(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	unlink(arena_printf(&f.diags.arena, "%s.key", f.base));
	assert_int_equal(set(&f), -1);
	assert_int_equal(f.diags.items[0].problem, S_KEY_LONE);
	unlink(arena_printf(&f.diags.arena, "%s.private", f.base));
	assert_int_equal(set(&f), -1);
	assert_int_equal(f.diags.items[1].problem, F_READ);
	strcpy(f.base, "example.org.key");
	assert_int_equal(set(&f), -1);
	assert_int_equal(f.diags.items[2].problem, S_KEY_FILE);
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order_of_dates),
	    cmocka_unit_test(texts),
	    cmocka_unit_test(both_files),
	    cmocka_unit_test(without_dates),
	    cmocka_unit_test(parked),
	    cmocka_unit_test(without_private),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

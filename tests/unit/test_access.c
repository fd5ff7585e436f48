#define _GNU_SOURCE
#include "base/access.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHER = 4711 };

static struct stat
file_of(mode_t mode, uid_t owner)
{
	return (struct stat){.st_mode = mode, .st_uid = owner};
}

/* What is told of, and what a cache remembers: the same, but for owners. */
static void
modes(void **state)
{
	static const struct {
		mode_t mode;
		const char *message, *printed;
	} rows[] = {
	    {S_IFREG | 0600, NULL, ""},
	    {S_IFREG | 0400, NULL, ""},
	    {S_IFREG | 04700, NULL, ""},
	    {S_IFREG | 0640, "a key has mode 640: others than its owner have access to it",
		"mode 640\n"},
	    {S_IFREG | 0602, "a key has mode 602: others than its owner have access to it",
		"mode 602\n"},
	    {S_IFREG | 0601, "a key has mode 601: others than its owner have access to it",
		"mode 601\n"},
	    {S_IFIFO | 0666, NULL, ""},
	    {S_IFCHR | 0666, NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct stat st = file_of(rows[i].mode, geteuid());
		struct diags diags = {0};
		struct buf b = {0};

		assert_int_equal(access_judge(&diags, "a/file", "a key", &st), 0);
		assert_int_equal(diags.n, rows[i].message != NULL);
		if (rows[i].message) {
			assert_string_equal(diags.items[0].message, rows[i].message);
			assert_string_equal(diags.items[0].place.path, "a/file");
		}
		access_print(&b, &st);
		assert_int_equal(b.len, strlen(rows[i].printed));
		assert_memory_equal(b.data ? b.data : "", rows[i].printed, b.len);
		buf_free(&b);
		diags_free(&diags);
	}
}

/* Once for each path; and an error each time that somebody asks. */
static void
once(void **state)
{
	struct stat st = file_of(S_IFREG | 0644, geteuid());
	int8_t severities[N_PROBLEMS];
	struct diags diags = {0};

	(void)state;
	for (int i = 0; i < N_PROBLEMS; i++)
		severities[i] = (int8_t)problem_table[i].severity;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(access_judge(&diags, "a", "a key", &st), 0);
		assert_int_equal(access_judge(&diags, "b", "a key", &st), 0);
	}
	assert_int_equal(diags.n, 2);
	assert_int_equal(diags.n_severity[SEVERITY_WARNING], 2);
	diags_free(&diags);
	severities[S_KEY_MODE] = SEVERITY_ERROR;
	diags.severities = severities;
	for (int i = 0; i < 3; i++)
		assert_int_equal(access_judge(&diags, "a", "a key", &st), -1);
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.status, 1);
	diags_free(&diags);
}

/* Of what zones share the first tells, whatever becomes of its diags; errors are each zone's own.
 */
static void
shared(void **state)
{
	struct stat st = file_of(S_IFREG | 0644, geteuid());
	int8_t severities[N_PROBLEMS];
	struct access_told told = {0};
	struct diags zones[3];

	(void)state;
	for (int i = 0; i < N_PROBLEMS; i++)
		severities[i] = (int8_t)problem_table[i].severity;
	severities[S_KEY_MODE] = SEVERITY_ERROR;
	memset(zones, 0, sizeof(zones));
	zones[2].severities = severities;
	for (size_t i = 0; i < LENGTH(zones); i++) {
		access_judge(&zones[i], "shared", "a key", &st);
		diag_add_path(&zones[i], "shared", S_KEY_OWNER, "another's");
		if (i == 1)
			access_judge(&zones[i], "own", "a key", &st);
	}
	for (size_t i = 0; i < LENGTH(zones); i++)
		access_tell_once(&told, &zones[i]);
	assert_int_equal(zones[0].n, 2);
	assert_int_equal(zones[1].n, 2);
	assert_int_equal(zones[1].n_severity[SEVERITY_WARNING], 2);
	assert_int_equal(zones[1].items[0].problem, S_KEY_OWNER);
	assert_string_equal(zones[1].items[1].place.path, "own");
	assert_int_equal(zones[2].n, 2);
	assert_int_equal(zones[2].n_severity[SEVERITY_ERROR], 1);
	for (size_t i = 0; i < LENGTH(zones); i++)
		diags_free(&zones[i]);
	access_told_free(&told);
}

static void
owners(void **state)
{
	static const struct {
		uid_t owner;
		bool told;
	} rows[] = {{0, false}, {OTHER, true}};
	char folder[] = "/tmp/zonepp-access-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/key", folder);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct stat st = file_of(S_IFREG | 0600, rows[i].owner);
		struct diags diags = {0};
		struct buf b = {0};

		assert_int_equal(access_judge_owner(&diags, NULL, path, &st), 0);
		assert_int_equal(diags.n, rows[i].told);
		assert_true(!rows[i].told || diags.items[0].problem == S_KEY_OWNER);
		access_print(&b, &st);
		assert_int_equal(b.len > 0, rows[i].told);
		buf_free(&b);
		diags_free(&diags);
	}
	rmdir(folder);
}

static void
folders(void **state)
{
	static const struct {
		mode_t mode;
		bool told;
	} rows[] = {{0700, false}, {0755, false}, {0702, true}, {01777, true}};
	char folder[] = "/tmp/zonepp-access-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int fd = open(folder, O_RDONLY | O_DIRECTORY);
		struct diags diags = {0};

		assert_true(fd >= 0 && fchmod(fd, rows[i].mode) == 0);
		assert_int_equal(access_judge_folder(&diags, "keys", fd), 0);
		assert_int_equal(diags.n, rows[i].told);
		close(fd);
		diags_free(&diags);
	}
	rmdir(folder);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(modes),
	    cmocka_unit_test(once),
	    cmocka_unit_test(shared),
	    cmocka_unit_test(owners),
	    cmocka_unit_test(folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

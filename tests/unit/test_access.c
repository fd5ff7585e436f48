#define _GNU_SOURCE
#include "base/access.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
		if (i == 1)
			access_judge(&zones[i], "own", "a key", &st);
	}
	for (size_t i = 0; i < LENGTH(zones); i++)
		access_tell_once(&told, &zones[i]);
	assert_int_equal(zones[0].n, 1);
	assert_int_equal(zones[1].n, 1);
	assert_int_equal(zones[1].n_severity[SEVERITY_WARNING], 1);
	assert_string_equal(zones[1].items[0].place.path, "own");
	assert_int_equal(zones[2].n, 1);
	assert_int_equal(zones[2].n_severity[SEVERITY_ERROR], 1);
	for (size_t i = 0; i < LENGTH(zones); i++)
		diags_free(&zones[i]);
	access_told_free(&told);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(modes),
	    cmocka_unit_test(once),
	    cmocka_unit_test(shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "zone_fixture.h"

#include "dnssec/keygen.h"
#include "rollover/keyroll_act.h"

#include <dirent.h>
#include <dlfcn.h>

/* Rollovers of many zones at once: what they cost, in folders that are read. */
enum { N_ZONES = 100 };

#define MADE_UNIX ((int64_t)1798761600)
#define DAY_S 86400

static size_t n_folders_read;

DIR *
fdopendir(int fd)
{
	DIR *(*real)(int) = (DIR * (*)(int)) dlsym(RTLD_NEXT, "fdopendir");

	n_folders_read++;
	return real(fd);
}

static void
write_project(void)
{
	struct buf b = {0};

	buf_puts(&b, "defaults: { template: t.zone, policy: p }\n"
		     "policies: { p: { keys: { csk: 30d } } }\nzones:\n");
	for (int i = 0; i < N_ZONES; i++)
		buf_printf(&b, "  z%d.example:\n", i);
	buf_putc(&b, '\0');
	put("zonepp.yaml", b.data);
	buf_free(&b);
}

static size_t
count_lines(const struct buf *b, const char *with)
{
	size_t n = 0;

	for (const char *at = b->data; at && (at = strstr(at, with)); at++)
		n++;
	return n;
}

/* Moves on, and returns how many lines told of `what`. */
static size_t
act(int64_t now_unix, const char *what)
{
	struct diags diags = {0};
	struct project project;
	struct buf said = {0};
	size_t n;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	n_folders_read = 0;
	assert_int_equal(keyrolls_act(&diags, &project, now_unix, &said), 0);
	buf_putc(&said, '\0');
	n = count_lines(&said, what);
	assert_int_equal(count_lines(&said, "\n"), n);
	buf_free(&said);
	diags_free(&diags);
	return n;
}

static void
make_keys(void)
{
	struct diags diags = {0};
	struct project project;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	mkdir("keys", 0700);
	for (size_t i = 0; i < project.n_zones; i++) {
		struct key_folder folder;
		struct keygen request = {.zone = project.zones[i].name,
		    .algorithm = algorithm_info(ALGORITHM_ECDSAP256SHA256),
		    .flags = KEY_FLAG_ZONE | KEY_FLAG_SEP};
		const char *base;
		size_t n;

		for (int k = 0; k < N_KEY_TIMES; k++)
			request.time[k] = k <= KEY_ACTIVATE ? MADE_UNIX : KEY_NO_TIME;
		assert_int_equal(
		    key_folder_read(&diags.arena, &diags, project.zones[i].keys, &folder), 0);
		assert_int_equal(keygen(&diags, &folder, &request, 1, &base, &n), 0);
	}
	diags_free(&diags);
}

static void
the_folder_is_read_once(void **state)
{
	size_t n_idle;

	(void)state;
	write_project();
	make_keys();
	assert_int_equal(act(MADE_UNIX + DAY_S, ": made, to take over from "), 0);
	n_idle = n_folders_read;
	assert_int_equal(act(MADE_UNIX + 30 * DAY_S, ": made, to take over from "), N_ZONES);
	assert_int_equal(n_folders_read, n_idle);
	assert_int_equal(act(MADE_UNIX + 30 * DAY_S, ": made, to take over from "), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_folder_is_read_once, zone_setup, zone_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

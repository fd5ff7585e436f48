#define _GNU_SOURCE
#include "unit.h"

#include "base/buf.h"
#include "base/file.h"
#include "publish/named_conf.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static const char *
put(struct arena *a, const char *name, const char *text)
{
	const char *path = file_join(a, folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return path;
}

static int
setup(void **state)
{
	static char template[] = "/tmp/zonepp-XXXXXX";

	(void)state;
	folder = mkdtemp(template);
	return folder ? 0 : -1;
}

static int
teardown(void **state)
{
	static const char *const names[] = {"named.conf", "local", "circle", "empty"};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		unlink(file_join(&a, folder, names[i]));
	arena_free(&a);
	return rmdir(folder);
}

static void
zones(void **state)
{
	static const char text[] =
	    "// zone \"a.example\" { file \"x\"; };\n"
	    "# zone \"b.example\" { file \"x\"; };\n"
	    "/* zone \"c.example\" { file \"x\"; }; */\n"
	    "acl inside { 192.0.2.0/24; !{ 10/8; }; };\n"
	    "key \"k\" { algorithm hmac-sha256; secret \"zone {\"; };\n"
	    "zone \"example.org\" IN {\n"
	    "	type master; // of old\n"
	    "	allow-transfer { key \"k\"; file; };\n"
	    "	file \"zones/example.org\";\n"
	    "};\n"
	    "options { listen-on { any; }; directory \"/nowhere/at/all\"; };\n"
	    "ZONE example.net { FILE db.net ; Type Primary; };\n"
	    "view \"in\" IN { match-clients { inside; }; recursion no;\n"
	    "	zone \"example.com\" { type slave; primaries { 192.0.2.1; }; file \"s\"; };\n"
	    "};\n"
	    "zone \".\" { type hint; file \"/usr/share/dns/root.hints\"; };\n"
	    "zone \"forward.example\" { type forward; };\n"
	    "zone \"version.bind\" CH { type primary; file \"v\"; };\n"
	    "view \"out\" chaos { zone \"id.server\" { type primary; file \"v\"; }; };\n"
	    "include \"local\";\n"
	    "controls { };\n";
	static const struct {
		const char *name, *type, *path;
	} wanted[] = {
	    {"example.org", "primary", "zones/example.org"},
	    {"example.net", "primary", "db.net"},
	    {"example.com", "secondary", "s"},
	    {".", "hint", "root.hints"},
	    {"forward.example", "forward", NULL},
	    {"local.example", NULL, "db.local"},
	};
	struct diags diags = {0};
	struct named_conf conf;

	(void)state;
	put(&diags.arena, "local", "zone \"local.example\" { file \"/etc/bind/db.local\"; };");
	assert_int_equal(named_conf_read(&diags, put(&diags.arena, "named.conf", text), &conf), 0);
	assert_int_equal(conf.n, LENGTH(wanted));
	for (size_t i = 0; i < LENGTH(wanted); i++) {
		const struct named_conf_zone *zone = &conf.zones[i];

		assert_string_equal(zone->name, wanted[i].name);
		assert_int_equal(zone->type != NULL, wanted[i].type != NULL);
		if (zone->type)
			assert_string_equal(zone->type, wanted[i].type);
		assert_int_equal(zone->path != NULL, wanted[i].path != NULL);
		if (zone->path && access(zone->path, F_OK) < 0)
			assert_string_equal(
			    zone->path, file_join(&diags.arena, folder, wanted[i].path));
	}
	named_conf_free(&conf);
	diags_free(&diags);
}

/* Each ends, and tells of what is wrong. */
static void
broken(void **state)
{
	static const struct {
		const char *text;
		size_t n_zones;
	} rows[] = {
	    {"zone \"a.example\" { file \"x\";", 1},
	    {"zone \"a.example", 1},
	    {"zone", 1},
	    {"zone \"a\" { file \"x", 1},
	    {"options {", 0},
	    {"include \"missing\";", 0},
	    {"include \"circle\";", 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct named_conf conf;

		put(&diags.arena, "circle", "include \"circle\"; include \"circle\";");
		assert_int_equal(
		    named_conf_read(&diags, put(&diags.arena, "named.conf", rows[i].text), &conf),
		    -1);
		assert_int_equal(diags.n > 0, true);
		assert_int_equal(conf.n, rows[i].n_zones);
		assert_in_range(conf.n_included, 0, 10);
		named_conf_free(&conf);
		diags_free(&diags);
	}
}

static void
many_includes(void **state)
{
	enum { N = 10001 };
	struct diags diags = {0};
	struct named_conf conf;
	struct buf b = {0};

	(void)state;
	put(&diags.arena, "empty", "");
	for (int i = 0; i < N; i++)
		buf_puts(&b, "include \"empty\";\n");
	buf_put(&b, "", 1);
	assert_int_equal(
	    named_conf_read(&diags, put(&diags.arena, "named.conf", b.data), &conf), -1);
	assert_int_equal(conf.n_included, N - 1);
	assert_int_equal(diags.n, 1);
	buf_free(&b);
	named_conf_free(&conf);
	diags_free(&diags);
}

/* What is odd, and no fault: it ends. */
static void
odd(void **state)
{
	static const char *const rows[] = {
	    "",
	    "}",
	    "};;{}",
	    "{ { ; } ; } zone a { };",
	    "/* never closed",
	    "view x",
	    "zone a;",
	    "\"\"",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct named_conf conf;

		assert_int_equal(
		    named_conf_read(&diags, put(&diags.arena, "named.conf", rows[i]), &conf), 0);
		assert_true(conf.n <= 1);
		named_conf_free(&conf);
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zones),
	    cmocka_unit_test(broken),
	    cmocka_unit_test(many_includes),
	    cmocka_unit_test(odd),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

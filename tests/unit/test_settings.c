#include "zone_keys.h"

#include "project/mapping.h"
#include "publish/build.h"
#include "publish/settings.h"

/* --- Each member of a job is a setting, or none --- */

#ifdef __has_builtin
#if __has_builtin(__builtin_clear_padding)
#define SET_MEMBERS(of) (memset((of), 0xff, sizeof(*(of))), __builtin_clear_padding(of))
#endif
#endif

#ifdef SET_MEMBERS
/* What of `octets` is 0 lies between members, or in one that has a row already. */
static void
assert_complete(const char *type, uint8_t *octets, size_t len, const struct setting *table)
{
	const struct setting *last = NULL;
	size_t missing = 0;

	for (const struct setting *s = table; s->name; s++)
		memset(octets + s->offset, 0, s->size);
	while (missing < len && !octets[missing])
		missing++;
	for (const struct setting *s = table; s->name; s++)
		if (s->offset < missing && (!last || s->offset > last->offset))
			last = s;
	if (missing < len)
		fail_msg("lib/publish/settings.c lacks what is behind `%s` of struct %s",
		    last ? last->name : "{", type);
}
#endif

static void
members(void **state)
{
	(void)state;
#ifdef SET_MEMBERS
	struct zone_job job;
	struct tlsa_named named;

	SET_MEMBERS(&job);
	assert_complete("zone_job", (uint8_t *)&job, sizeof(job), settings_of_job);
	SET_MEMBERS(&named);
	assert_complete("tlsa_named", (uint8_t *)&named, sizeof(named), settings_of_named);
#else
	skip();
#endif
}

/* --- Each key of the project file makes the zone anew, or has no influence on it --- */

enum influence {
	SHAPES,
	SHAPES_NOTHING,
	IS_MAPPING, /* its keys have rows of their own */
};

struct key_row {
	const char *mapping, *key;
	const char *before, *after; /* NULL: it is not written */
	enum influence influence;
};

static const struct key_row rows[] = {
    {"", "defaults", NULL, NULL, IS_MAPPING},
    {"", "policies", NULL, NULL, IS_MAPPING},
    {"", "certificates", NULL, NULL, IS_MAPPING},
    {"", "hooks", NULL, NULL, IS_MAPPING},
    {"", "limits", NULL, NULL, IS_MAPPING},
    {"", "safety", NULL, NULL, IS_MAPPING},
    {"", "keys", "keys", "other-keys", SHAPES},
    {"", "allow", NULL, "[/usr]", SHAPES},
    {"", "allow-output", NULL, "[/usr]", SHAPES_NOTHING},
    {"", "locking", NULL, "false", SHAPES_NOTHING},
    {"", "secrets", NULL, "[PASSWORD]", SHAPES},
    {"", "severity", NULL, "{Z037: error}", SHAPES},
    {"", "zones", "{example.org: {}}", "{example.org: {serial: keep}}", SHAPES},
    {"defaults", "template", "zones/{zone}", "copies/{zone}", SHAPES},
    {"defaults", "output", "public/{zone}", "elsewhere/{zone}", SHAPES},
    {"defaults", "policy", "one", "two", SHAPES},
    {"defaults", "serial", "auto", "unixtime", SHAPES},
    {"defaults", "parent", NULL, "[192.0.2.53]", SHAPES},
    {"defaults", "servers", NULL, "[192.0.2.53]", SHAPES}, /* the history is kept */
    {"defaults", "dane", "true", "false", SHAPES},
    {"defaults", "prove", "false", "true", SHAPES},
    {"defaults", "dnssec", "here", "external", SHAPES},
    {"defaults", "include-from", "file", "project", SHAPES},
    {"policies", "sign", "true", "false", SHAPES},
    {"policies", "denial", "nsec3", "nsec", SHAPES},
    {"policies", "opt-out", NULL, "true", SHAPES},
    {"policies", "iterations", NULL, "1", SHAPES},
    {"policies", "salt", NULL, "ab", SHAPES},
    {"policies", "validity", "14d", "15d", SHAPES},
    {"policies", "dnskey-validity", "30d", "31d", SHAPES},
    {"policies", "refresh", "5d", "6d", SHAPES},
    {"policies", "inception-offset", "1h", "2h", SHAPES},
    {"policies", "propagation", "1h", "2h", SHAPES},
    {"policies", "keys", NULL, "{ csk: never }", SHAPES},
    {"policies", "jitter", "12h", "13h", SHAPES},
    {"policies", "zonemd", "sha384", "sha512", SHAPES},
    {"policies", "cds", "false", "true", SHAPES},
    {"policies", "verify", "chain", "full", SHAPES},
    {"certificates", "current", "old.pem", "new.pem", SHAPES},
    {"certificates", "next", "new.pem", "old.pem", SHAPES},
    {"certificates", "pass", NULL, "env:PASSWORD", SHAPES},
    {"certificates", "wait", "1d", "2d", SHAPES},
    {"certificates", "servers", NULL, "[192.0.2.53]", SHAPES_NOTHING},
    {"certificates", "deploy", NULL, "[false]", SHAPES_NOTHING},
    {"certificates", "notify", NULL, "[false]", SHAPES_NOTHING},
    {"hooks", "timeout", NULL, "1m", SHAPES_NOTHING},
    {"hooks", "review", NULL, "[false]", SHAPES_NOTHING},
    {"hooks", "changed", NULL, "[false]", SHAPES_NOTHING},
    {"hooks", "failed", NULL, "[false]", SHAPES_NOTHING},
    {"hooks", "done", NULL, "[false]", SHAPES_NOTHING},
    {"hooks", "notify", NULL, "[false]", SHAPES_NOTHING},
    {"limits", "memory", NULL, "100M", SHAPES},
    {"limits", "records", NULL, "100M", SHAPES},
    {"limits", "made", NULL, "100M", SHAPES},
    {"limits", "work", NULL, "100M", SHAPES},
    {"limits", "time", NULL, "5m", SHAPES},
    {"safety", "max-delete", NULL, "30%", SHAPES_NOTHING},
    {"safety", "max-change", NULL, "30%", SHAPES_NOTHING},
    {"safety", "protect", NULL, "[ds]", SHAPES_NOTHING},
};

static void
assert_rows(const char *mapping, const struct yaml_field *fields)
{
	for (const struct yaml_field *field = fields; field && field->name; field++) {
		size_t n = 0;

		for (size_t i = 0; i < LENGTH(rows); i++)
			n += strcmp(rows[i].mapping, mapping) == 0 &&
			     strcmp(rows[i].key, field->name) == 0;
		if (n != 1)
			fail_msg("%s %s has %zu rows here", mapping, field->name, n);
	}
}

/* `zones` has the keys of `defaults`. */
static void
every_key_has_a_row(void **state)
{
	(void)state;
	assert_rows("", project_fields);
	for (const struct yaml_field *field = project_fields; field->name; field++)
		if (strcmp(field->name, "zones") != 0)
			assert_rows(field->name, field->fields ? field->fields : field->values);
}

/* Appends the keys of a mapping behind `head`; that which is not `changed` has its first value. */
static void
put_keys(struct buf *b, const char *head, const char *indent, const char *mapping,
    const struct key_row *changed)
{
	buf_puts(b, head);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *value = &rows[i] == changed ? rows[i].after : rows[i].before;

		if (strcmp(rows[i].mapping, mapping) == 0 && value)
			buf_printf(b, "%s%s: %s\n", indent, rows[i].key, value);
	}
}

static void
put_project(const struct key_row *changed)
{
	struct buf b = {0};

	put_keys(&b, "", "", "", changed);
	put_keys(&b, "defaults:\n", "  ", "defaults", changed);
	put_keys(&b, "policies:\n  two: { denial: nsec, jitter: 1h }\n  one:\n", "    ", "policies",
	    changed);
	put_keys(&b, "certificates:\n  mail:\n", "    ", "certificates", changed);
	put_keys(&b, "hooks:\n", "  ", "hooks", changed);
	put_keys(&b, "limits:\n", "  ", "limits", changed);
	put_keys(&b, "safety:\n", "  ", "safety", changed);
	put_bytes("zonepp.yaml", b.data, b.len);
	buf_free(&b);
}

/* Builds the zone; `cache` gets what it remembers, with the time of the build. */
static void
build(int64_t now, struct buf *cache)
{
	static const char *const all[] = {NULL};
	bool force[N_PROBLEMS];
	struct build_options options = {.zones = all, .now = now, .n_workers = 1, .force = force};
	struct diags diags = {0};
	struct project project;
	struct build built;

	memset(force, true, sizeof(force)); /* what may be is another's affair */
	if (project_load(&diags, "zonepp.yaml", &project) < 0)
		fail_msg("zonepp.yaml: %s", diags.items[0].message);
	if (build_project(&diags, &project, &options, &built) < 0)
		fail_msg("%s",
		    diags.n ? diags.items[0].message : built.zones[0].diags->items[0].message);
	build_free(&built);
	diags_free(&diags);
	get(cache, ".zonepp/example.org.build");
}

static void
assert_influence(const struct key_row *row)
{
	struct buf first = {0}, again = {0};
	bool same;

	if (system("rm -rf .zonepp public elsewhere zonepp.state") != 0)
		fail();
	put_project(NULL);
	build(ZONE_NOW, &first);
	build(ZONE_NOW + 1, &again);
	assert_string_equal(first.data, again.data);
	put_project(row);
	build(ZONE_NOW + 2, &again);
	same = strcmp(first.data, again.data) == 0;
	if (same != (row->influence == SHAPES_NOTHING))
		fail_msg("%s %s: %s: the zone %s", row->mapping, row->key, row->after,
		    same ? "came from the cache" : "was built again");
	buf_free(&first);
	buf_free(&again);
}

static void
influence(void **state)
{
	static const char zone[] = ZONE_HEAD "ns A 192.0.2.1\n";

	(void)state;
	zone_keys_make();
	mkdir("zones", 0755);
	mkdir("copies", 0755);
	put("zones/example.org", zone);
	put("copies/example.org", zone);
	if (system("cp -r keys other-keys") != 0)
		fail();
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (rows[i].influence != IS_MAPPING)
			assert_influence(&rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(members),
	    cmocka_unit_test(every_key_has_a_row),
	    cmocka_unit_test(influence),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

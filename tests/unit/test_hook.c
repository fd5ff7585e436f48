/* Whoever runs hooks for a process that may not takes no command from it: it runs what the project
 * file has, and nothing that a stranger who took the process over would like better. */
#include "zone_fixture.h"

#include "base/leftover.h"
#include "project/hook.h"

static const char yaml[] =
    "defaults: { output: 'public/{zone}.zone' }\n"
    "hooks: { review: [./note, review, '{draft}'],\n"
    "  changed: [./note, changed, '{zone}', '{serial}', '{output}'],\n"
    "  notify: [./note, notify, '{name}', '{id}'] }\n"
    "certificates: { mail: { current: a.pem, next: b.pem,\n"
    "  deploy: [./note, deploy, '{name}', '{id}'] } }\n"
    "zones: { example.org: { template: t }, example.net: { template: t } }\n";

static struct diags diags;
static struct project project;

/* One hook, and how it ended. */
struct once {
	struct hook hook;
	struct diags diags;
	bool begun;
	enum hook_end how;
};

static bool
next(void *ctx, struct hook *out)
{
	struct once *once = ctx;
	bool first = !once->begun;

	once->begun = true;
	*out = once->hook;
	return first;
}

static void
ended(void *ctx, enum hook_end how)
{
	((struct once *)ctx)->how = how;
}

/* Runs it; `said` is what ./note wrote, and else the problem. */
static void
run(struct hook hook, enum hook_end how, const char *said)
{
	struct once once = {.hook = hook, .how = HOOK_LATE};
	struct hook_queue queue = {&once, &once.diags, next, ended};
	struct buf noted = {0};

	put("noted", "");
	hooks_run(&project, &(struct hooks){.queues = &queue, .n = 1, .n_abreast = 1});
	assert_int_equal(once.how, how);
	get(&noted, "noted");
	assert_string_equal(how == HOOK_DONE ? noted.data : once.diags.items[0].message, said);
	if (how != HOOK_DONE)
		assert_string_equal(noted.data, "");
	buf_free(&noted);
	diags_free(&once.diags);
}

static void
begin(bool deploys)
{
	diags = (struct diags){0};
	put("zonepp.yaml", yaml);
	put("note", "#!/bin/sh\necho \"$*\" >noted\n");
	chmod("note", 0755);
	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(hooks_begin(&diags, &project, deploys), 0);
	assert_non_null(project.starter);
}

static void
end(void)
{
	hooks_end(&project);
	assert_null(project.starter);
	diags_free(&diags);
}

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define REFUSED ": Operation not permitted"

static void
runs(void **state)
{
	struct arena *a = &diags.arena;
	const struct project_zone *zone;
	const char *output, *draft;

	(void)state;
	begin(true);
	zone = &project.zones[1];
	output = file_absolute(a, zone->output);
	draft =
	    file_join(a, file_folder(a, output), leftover_name(a, strrchr(zone->output, '/') + 1));
	run(hook_of(a, &project, PROJECT_HOOK_CHANGED, &(struct hook_subject){zone, 7, NULL}),
	    HOOK_DONE, arena_printf(a, "changed example.org 7 %s\n", output));
	run(hook_of(a, &project, PROJECT_HOOK_REVIEW, &(struct hook_subject){zone, 7, draft}),
	    HOOK_DONE, arena_printf(a, "review %s\n", draft));
	run(hook_of_certificate(a, &project, HOOK_DEPLOY, project.certificates, ID), HOOK_DONE,
	    "deploy mail " ID "\n");
	run(hook_of_certificate(a, &project, HOOK_NOTIFY, project.certificates, ID), HOOK_DONE,
	    "notify mail " ID "\n");
	run(hook_of_key(a, &project, zone, ID), HOOK_DONE, "notify example.org " ID "\n");
	end();
}

static void
refuses(void **state)
{
	struct arena *a = &diags.arena;
	const struct project_zone *zone;
	const char *folder;
	struct hook hook;

	(void)state;
	begin(false);
	zone = &project.zones[1];
	folder = file_folder(a, file_absolute(a, zone->output));
	run(hook_of_certificate(a, &project, HOOK_DEPLOY, project.certificates, ID), HOOK_FAILED,
	    "deploy ./note for mail" REFUSED);
	run(hook_of_certificate(a, &project, HOOK_NOTIFY, project.certificates, "; reboot"),
	    HOOK_FAILED, "notify ./note for mail" REFUSED);
	run(hook_of_key(a, &project, zone, "--option"), HOOK_FAILED,
	    "notify ./note for example.org" REFUSED);
	for (size_t i = 0; i < 4; i++) {
		const char *const drafts[] = {"/etc/passwd", file_join(a, folder, "other.zone"),
		    file_join(a, folder, "../.example.org.zone.1.zonepp-tmp"),
		    file_join(a, folder, ".example.net.zone.1.zonepp-tmp")};

		run(hook_of(a, &project, PROJECT_HOOK_REVIEW,
			&(struct hook_subject){zone, 7, drafts[i]}),
		    HOOK_FAILED,
		    arena_printf(a,
			"review ./note for example.org: %s cannot be looked up as a draft of it",
			drafts[i]));
	}
	/* The arguments are not what is asked for. */
	hook = hook_of(a, &project, PROJECT_HOOK_CHANGED, &(struct hook_subject){zone, 7, NULL});
	hook.argv[1] = arena_text(a, "other", 5);
	run(hook, HOOK_DONE,
	    arena_printf(a, "changed example.org 7 %s\n", file_absolute(a, zone->output)));
	/* Which the project has not. */
	hook.call.which = PROJECT_HOOK_DONE;
	run(hook, HOOK_FAILED, "hook ./note for example.org" REFUSED);
	hook.call.which = N_PROJECT_HOOKS;
	run(hook, HOOK_FAILED, "hook ./note for example.org" REFUSED);
	hook.call.which = PROJECT_HOOK_CHANGED;
	hook.call.zone = project.zones + project.n_zones;
	run(hook, HOOK_FAILED, "hook ./note for example.org" REFUSED);
	end();
}

/* No command, no process for them. */
static void
none(void **state)
{
	(void)state;
	diags = (struct diags){0};
	put("zonepp.yaml", "zones: { example.org: { template: t } }\n");
	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(hooks_begin(&diags, &project, true), 0);
	assert_null(project.starter);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(runs), cmocka_unit_test(refuses), cmocka_unit_test(none)};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}

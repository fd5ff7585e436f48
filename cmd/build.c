#include "plan.h"

#include "base/duration.h"
#include "base/output.h"
#include "project/hook.h"
#include "publish/depend.h"
#include "rollover/act.h"

#include <sys/stat.h>

const struct cmd_option option_force = {
    "force", 0, "CODE", "publish a zone although it has this problem of keys or safety, this once"};

static const struct cmd_option option_dry_run = {
    "dry-run", 'n', NULL, "tell what would change, as zonepp plan does, and write nothing"};
static const struct cmd_option option_werror = {"werror", 0, NULL,
    "publish no zone that has warnings, and exit with status 1 where there are any"};

static const struct cmd_option option_locked = {
    "locked", 0, NULL, "make the records that zonepp.lock says, with or without the sources"};

const struct cmd_option option_deps = {
    "deps", 0, NULL, "write what each zone read to .zonepp/ZONE.d, for make (also -MD)"};
const struct cmd_option option_deps_file = {
    "deps-file", 0, "FILE", "write that of all zones to FILE (also -MF)"};
const struct cmd_option option_deps_target = {
    "deps-target", 0, "TARGET", "name TARGET in place of the outputs there (also -MT)"};
static const struct cmd_option option_into = {
    "output", 'o', "OUT", "build the zone whose template is FILE, which must be published as OUT"};

static const struct cmd_option *const options[] = {&option_dry_run, &option_into, &option_deps,
    &option_deps_file, &option_deps_target, &option_force, &option_locked, &option_werror,
    &option_quiet, &option_project, &option_directory, &option_allow, &option_secret, &option_jobs,
    &option_now, &option_shard, NULL};

static void
print_zone(struct buf *b, const struct build_zone *zone)
{
	const struct zone_result *result = &zone->result;

	buf_printf(b, "%s: ", zone->zone->name_text);
	if (!zone->built) {
		buf_puts(b, "failed, nothing was published\n");
		return;
	}
	buf_printf(b, "%zu records, %zu signatures, %zu TLSA, serial %u", result->n_records,
	    result->n_signatures, result->n_tlsa, (unsigned)result->serial);
	if (result->earliest) {
		buf_puts(b, ", signed until ");
		instant_print_iso(b, result->earliest);
	}
	buf_puts(b, result->changed ? ", changed" : ", unchanged");
	buf_puts(b, result->is_first ? ", the first publication\n" : "\n");
}

static void
print_totals(struct buf *b, const struct build *build, struct shard shard)
{
	struct zone_result sum = {0};
	size_t n_changed = 0, n_failed = 0;

	for (size_t i = 0; i < build->n; i++) {
		const struct build_zone *zone = &build->zones[i];

		sum.n_records += zone->built ? zone->result.n_records : 0;
		sum.n_signatures += zone->built ? zone->result.n_signatures : 0;
		sum.n_tlsa += zone->built ? zone->result.n_tlsa : 0;
		n_changed += zone->built && zone->result.changed;
		n_failed += !zone->built;
	}
	if (shard.n > 0)
		buf_printf(b, "shard %u/%u: ", (unsigned)shard.k, (unsigned)shard.n);
	buf_printf(b,
	    "%zu %s: %zu changed, %zu unchanged, %zu failed; %zu records, %zu signatures, %zu "
	    "TLSA\n",
	    build->n, build->n == 1 ? "zone" : "zones", n_changed, build->n - n_changed - n_failed,
	    n_failed, sum.n_records, sum.n_signatures, sum.n_tlsa);
}

static const char *
guard_codes(struct cmd *cmd)
{
	struct buf b = {0};

	for (int i = 0; i < N_PROBLEMS; i++)
		if (problem_is_guard((enum problem)i))
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", problem_table[i].code);
	return buf_text(&b, &cmd->diags.arena);
}

const bool *
build_force(struct cmd *cmd)
{
	bool *force = arena_zalloc(&cmd->diags.arena, N_PROBLEMS * sizeof(*force));

	for (const char *const *code = cmd_values(cmd, &option_force); *code; code++) {
		bool known = false;

		for (int i = 0; i < N_PROBLEMS; i++)
			if (problem_is_guard((enum problem)i) &&
			    strcmp(problem_table[i].code, *code) == 0)
				known = force[i] = true;
		if (!known)
			cmd_usage(cmd, "--force %s: it is for %s", *code, guard_codes(cmd));
	}
	return force;
}

static bool
has_warnings(const struct cmd *cmd, const struct build *build)
{
	size_t n = cmd->diags.n_severity[SEVERITY_WARNING];

	for (size_t i = 0; i < build->n; i++)
		n += build->zones[i].diags->n_severity[SEVERITY_WARNING];
	return n > 0;
}

/* --- For make --- */

static int
write_deps_of(struct cmd *cmd, const struct project *project, const struct build_zone *zone)
{
	const char *path = project_own_path(&cmd->diags.arena, project, zone->zone, ".d");
	struct buf b = {0};
	int result;

	depend_print(&b, &cmd->diags.arena, project, zone, 1, cmd_value(cmd, &option_deps_target));
	result = output_replace(&cmd->diags, &project->own, path, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

static int
write_deps(struct cmd *cmd, const struct project *project, const struct build *build)
{
	const char *path = cmd_value(cmd, &option_deps_file);
	struct buf b = {0};
	int result = 0;

	for (size_t i = 0; i < build->n && !path && cmd_has(cmd, &option_deps); i++)
		if (write_deps_of(cmd, project, &build->zones[i]) < 0)
			result = -1;
	if (!path)
		return result;
	depend_print(&b, &cmd->diags.arena, project, build->zones, build->n,
	    cmd_value(cmd, &option_deps_target));
	result = output_replace(&cmd->diags, NULL, path, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

static bool
is_same_file(struct arena *a, const char *path, const char *other)
{
	struct stat st, other_st;

	if (strcmp(file_absolute(a, path), file_absolute(a, other)) == 0)
		return true;
	return stat(path, &st) == 0 && stat(other, &other_st) == 0 &&
	       st.st_dev == other_st.st_dev && st.st_ino == other_st.st_ino;
}

/* With --output, the argument is the template of a zone, which several may share. */
static int
take_file(struct cmd *cmd, const struct project *project, const char *out)
{
	const struct project_zone *of_file = NULL;
	const char *file = cmd->arguments[0];

	if (cmd->n_arguments != 1)
		cmd_usage(cmd, "--output wants the template of one zone");
	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];

		if (!is_same_file(&cmd->diags.arena, file, zone->template))
			continue;
		of_file = zone;
		if (is_same_file(&cmd->diags.arena, out, zone->output)) {
			cmd->arguments[0] = zone->name_text;
			return 0;
		}
	}
	if (!of_file)
		return diag_error(&cmd->diags, pos_none(), P_OUT,
		    "%s is the template of no zone of %s", file, project->path);
	return diag_error(&cmd->diags, of_file->pos, P_OUT,
	    "zone \"%s\" of %s is published as %s, not as %s", of_file->name_text, file,
	    of_file->output, out);
}

/* Hooks run outside of it. Who reviews does so in a process of its own (publish/build_review.c). */
static int
confine(struct cmd *cmd, struct project *project, const struct build_options *how)
{
	if (hooks_begin(&cmd->diags, project, false) < 0)
		return -1;
	cmd->sandbox.starter = project->starter != NULL;
	cmd->sandbox.processes = project->hooks[PROJECT_HOOK_REVIEW].argv != NULL;
	for (size_t i = 0; i < project->n_zones; i++)
		if (project->zones[i].serial == PROJECT_SERIAL_LIVE)
			cmd->sandbox.network = true;
	cmd->uses_token = build_uses_tokens(project, how);
	cmd_permit_build(cmd, project);
	if (cmd_has(cmd, &option_deps_file))
		cmd_permit_output(cmd, cmd_value(cmd, &option_deps_file));
	cmd_confine(cmd);
	return 0;
}

static int
run(struct cmd *cmd)
{
	struct build_options how = {.zones = cmd->arguments,
	    .shard = cmd_shard(cmd),
	    .now = cmd->now,
	    .clock = cmd->clock,
	    .at_machine = cmd->at_machine,
	    .n_workers = cmd->jobs};
	struct project project;
	struct build build = {0};
	struct buf b = {0};
	const char *out = cmd_value(cmd, &option_into);
	int result;

	how.force = build_force(cmd);
	how.werror = cmd_has(cmd, &option_werror);
	cmd->tells_each = how.werror;
	how.locked = cmd_has(cmd, &option_locked);
	if (out && cmd_has(cmd, &option_dry_run))
		cmd_usage(cmd, "--output and --dry-run exclude each other");
	if (cmd_has(cmd, &option_dry_run))
		return plan_run(cmd, &how);
	how.inputs = cmd_has(cmd, &option_deps) || cmd_has(cmd, &option_deps_file);
	if (cmd_project(cmd, &project) < 0)
		return -1;
	if (out && take_file(cmd, &project, out) < 0)
		return -1;
	if (confine(cmd, &project, &how) < 0)
		return -1;
	how.progress = cmd->progress;
	result = build_project(&cmd->diags, &project, &how, &build);
	if (build.n > 0 && how.shard.n == 0 &&
	    rollovers_notify(&cmd->diags, &project, cmd->now) < 0)
		result = -1;
	for (size_t i = 0; i < build.n; i++) {
		cmd_report(cmd, build.zones[i].diags);
		print_zone(&b, &build.zones[i]);
	}
	if (how.inputs && build.n > 0 && write_deps(cmd, &project, &build) < 0)
		result = -1;
	if (how.werror && has_warnings(cmd, &build) && cmd->diags.status == 0)
		cmd->diags.status = 1;
	if ((build.n > 0 || result == 0) && !cmd_has(cmd, &option_quiet)) {
		print_totals(&b, &build, how.shard);
		if (cmd_print(cmd, (struct text){b.data, b.len}) < 0)
			result = -1;
	}
	buf_free(&b);
	build_free(&build);
	hooks_end(&project);
	return result;
}

const struct verb verb_build = {"build", "[ZONE...]",
    "build every zone of the project, or those named, and publish what changed", 0, -1, options,
    run, CONFINED_BY_ITSELF};

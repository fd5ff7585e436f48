#include "plan.h"

#include "base/duration.h"
#include "publish/build.h"
#include "rollover/act.h"

static const struct cmd_option option_force = {
    "force", 0, "CODE", "publish a zone although it has this problem of keys or safety, this once"};

static const struct cmd_option option_dry_run = {
    "dry-run", 'n', NULL, "tell what would change, as zonepp plan does, and write nothing"};
static const struct cmd_option option_werror = {"werror", 0, NULL,
    "publish no zone that has warnings, and exit with status 1 where there are any"};

static const struct cmd_option option_locked = {
    "locked", 0, NULL, "make the records that zonepp.lock says, with or without the sources"};

static const struct cmd_option *const options[] = {&option_dry_run, &option_force, &option_locked,
    &option_werror, &option_quiet, &option_project, &option_directory, &option_allow,
    &option_secret, &option_jobs, &option_now, NULL};

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
print_totals(struct buf *b, const struct build *build)
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

/* Those problems that may be, by number. */
static const bool *
read_force(struct cmd *cmd)
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
		n += build->zones[i].diags.n_severity[SEVERITY_WARNING];
	return n > 0;
}

static int
run(struct cmd *cmd)
{
	struct build_options how = {.zones = cmd->arguments,
	    .now = cmd->now,
	    .clock = cmd->clock,
	    .n_workers = cmd->jobs,
	    .progress = cmd->progress};
	struct project project;
	struct build build = {0};
	struct buf b = {0};
	int result;

	how.force = read_force(cmd);
	how.werror = cmd_has(cmd, &option_werror);
	how.locked = cmd_has(cmd, &option_locked);
	if (cmd_has(cmd, &option_dry_run))
		return plan_run(cmd, how.force);
	if (cmd_project(cmd, &project) < 0)
		return -1;
	result = build_project(&cmd->diags, &project, &how, &build);
	if (build.n > 0 && rollovers_notify(&cmd->diags, &project, cmd->now) < 0)
		result = -1;
	for (size_t i = 0; i < build.n; i++) {
		cmd_report(cmd, &build.zones[i].diags);
		print_zone(&b, &build.zones[i]);
	}
	if (how.werror && has_warnings(cmd, &build) && cmd->diags.status == 0)
		cmd->diags.status = 1;
	if (build.n > 0 && !cmd_has(cmd, &option_quiet)) {
		print_totals(&b, &build);
		if (cmd_print(cmd, (struct text){b.data, b.len}) < 0)
			result = -1;
	}
	buf_free(&b);
	build_free(&build);
	return result;
}

const struct verb verb_build = {"build", "[ZONE...]",
    "build every zone of the project, or those named, and publish what changed", 0, -1, options,
    run};

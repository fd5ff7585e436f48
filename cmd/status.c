#include "cmd.h"

#include "base/output.h"
#include "publish/overwrite.h"
#include "report/status.h"
#include "rollover/keyroll_act.h"
#include "rollover/project_history.h"

static const struct cmd_option option_json = {"json", 0, NULL, "as JSON, for programs"};
static const struct cmd_option option_prometheus = {
    "prometheus", 0, "FILE", "write metrics for node_exporter to FILE, in one step"};
static const struct cmd_option option_html = {
    "html", 0, "FILE", "write a page to FILE, in one step"};
static const struct cmd_option option_warn = {
    "warn", 0, "D", "print what is wrong, or ends within that time, as 7d; then exit with 1"};
static const struct cmd_option option_stale = {
    "stale", 0, NULL, "print the outputs that a build would make anew, for make"};

static const struct cmd_option *const options[] = {&option_json, &option_prometheus, &option_html,
    &option_warn, &option_stale, &option_project, &option_directory, &option_allow, &option_secret,
    &option_jobs, &option_now, &option_shard, NULL};

typedef void
form(struct buf *out, const struct report_status *status);

/* What goes to files. */
static const struct {
	const struct cmd_option *option;
	form *put;
	const char *begin; /* of what it puts */
} files[] = {
    {&option_prometheus, report_status_prometheus, report_status_prometheus_begin},
    {&option_html, report_status_html, report_status_html_begin},
};
enum { N_FILES = sizeof(files) / sizeof(files[0]) };

/* Cron runs it with a path that someone typed: no other file than one of its own is replaced. */
static int
check_files(struct cmd *cmd)
{
	for (int i = 0; i < N_FILES; i++) {
		const char *path = cmd_value(cmd, files[i].option);

		if (path)
			cmd_permit_output(cmd, path);
		if (path && strcmp(path, "-") != 0 &&
		    overwrite_check_own(&cmd->diags, path, files[i].begin) < 0)
			return -1;
	}
	return 0;
}

static int
write_file(struct cmd *cmd, int i, const struct report_status *status)
{
	const char *path = cmd_value(cmd, files[i].option);
	struct buf b = {0};
	int result;

	if (!path)
		return 0;
	files[i].put(&b, status);
	result = strcmp(path, "-") == 0
		     ? cmd_print(cmd, (struct text){b.data, b.len})
		     : output_replace(&cmd->diags, NULL, path, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

static void
put_stale(struct buf *b, const struct build *build)
{
	for (size_t i = 0; i < build->n; i++)
		if (!status_is_good(&build->zones[i]) || build->zones[i].status.each)
			buf_printf(b, "%s\n", build->zones[i].zone->output);
}

/* One of the forms that go to standard output. */
static int
print(struct cmd *cmd, const struct report_status *status)
{
	int64_t ahead = (int64_t)cmd_duration(cmd, &option_warn, 0);
	struct buf b = {0};
	int result = 0;

	if (cmd_has(cmd, &option_stale))
		put_stale(&b, status->build);
	else if (cmd_has(cmd, &option_json))
		report_status_json(&b, status);
	else if (cmd_has(cmd, &option_warn)) {
		if (report_status_warnings(&b, status, status->now + ahead) > 0 &&
		    cmd->diags.status == 0)
			cmd->diags.status = 1;
	} else if (!cmd_has(cmd, &option_prometheus) && !cmd_has(cmd, &option_html))
		report_status_table(&b, status);
	if (b.len > 0)
		result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

static int
report(struct cmd *cmd, const struct project *project, const struct build *build)
{
	static const char *const all[] = {NULL};
	struct rollovers rollovers;
	struct history history;
	struct keyrolls keys;
	struct report_status status = {.project = project->path,
	    .build = build,
	    .rollovers = &rollovers,
	    .keys = &keys,
	    .now = cmd->now};
	int result = 0;

	if (rollovers_load(&cmd->diags, project, all, cmd->now, &rollovers) < 0)
		result = -1;
	keys = (struct keyrolls){0};
	if (project_history_load(&cmd->diags, project, cmd->now, &history) < 0 ||
	    keyrolls_load_from(&cmd->diags, project, &history, cmd->now, &keys) < 0)
		result = -1;
	if (print(cmd, &status) < 0)
		return -1;
	for (int i = 0; i < N_FILES; i++)
		if (write_file(cmd, i, &status) < 0)
			return -1;
	return result;
}

static void
check_options(const struct cmd *cmd)
{
	const struct cmd_option *const forms[] = {&option_stale, &option_json, &option_warn};
	const struct cmd_option *given = NULL;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!cmd_has(cmd, forms[i]))
			continue;
		if (given)
			cmd_usage(
			    cmd, "--%s and --%s exclude each other", given->name, forms[i]->name);
		given = forms[i];
	}
}

static int
run(struct cmd *cmd)
{
	struct build_options how = {.zones = cmd->arguments,
	    .now = cmd->now,
	    .today = cmd->now,
	    .n_workers = cmd->jobs,
	    .check = true,
	    .shard = cmd_shard(cmd),
	    .status = true};
	struct project project;
	struct build build = {0};
	int result;

	check_options(cmd);
	if (check_files(cmd) < 0 || cmd_project(cmd, &project) < 0)
		return -1;
	cmd_confine(cmd);
	result = cmd_build(cmd, &project, &how, &build);
	if ((build.n > 0 || result == 0) && report(cmd, &project, &build) < 0)
		result = -1;
	build_free(&build);
	return result;
}

const struct verb verb_status = {"status", "[ZONE...]",
    "what is published, until when it holds, and what comes next", 0, -1, options, run,
    CONFINED_TO_PROJECT};

#include "cmd.h"

#include "base/mem.h"
#include "project/hook.h"
#include "publish/build.h"
#include "publish/check.h"

#include <stdlib.h>

static const struct cmd_option option_prove = {
    "prove", 0, NULL, "let OpenSSL's DANE verifier judge each certificate by the records"};
static const struct cmd_option option_at = {"at", 0, "TIME",
    "ask about that time, as +7d: what will have expired then (default: as --now)"};
static const struct cmd_option option_werror = {
    "werror", 0, NULL, "exit with status 1 where there are warnings"};

static const struct cmd_option *const options[] = {&option_project, &option_directory,
    &option_allow, &option_secret, &option_zone, &option_prove, &option_werror, &option_quiet,
    &option_at, &option_jobs, &option_now, &option_shard, NULL};

/* What was looked at, and what was found. */
struct tally {
	size_t n;
	size_t n_severity[SEVERITY_ERROR + 1];
};

static size_t
count_files(const struct cmd *cmd)
{
	size_t n = 0;

	for (size_t i = 0; i < cmd->n_arguments; i++)
		n += cmd_is_file(cmd->arguments[i]);
	return n;
}

static void
count(const struct diags *diags, struct tally *tally)
{
	for (int severity = SEVERITY_NOTE; severity <= SEVERITY_ERROR; severity++)
		tally->n_severity[severity] += diags->n_severity[severity];
}

static void
take(struct cmd *cmd, struct diags *diags, struct tally *tally)
{
	cmd_report(cmd, diags);
	tally->n++;
	count(diags, tally);
}

static int
check_arguments_files(struct cmd *cmd, struct tally *tally)
{
	struct name zone;
	struct check_options how = {.n_workers = cmd->jobs, .prove = cmd_has(cmd, &option_prove)};
	struct check_file *files = mem_alloc(cmd->n_arguments * sizeof(*files));
	int result;

	for (size_t i = 0; i < cmd->n_arguments; i++) {
		files[i] = (struct check_file){.load = cmd_file(cmd, cmd->arguments[i], &zone)};
		files[i].load.now = cmd_time(cmd, &option_at, cmd->now);
	}
	cmd_confine(cmd);
	result = check_files(files, cmd->n_arguments, &how);
	for (size_t i = 0; i < cmd->n_arguments; i++) {
		take(cmd, &files[i].diags, tally);
		diags_free(&files[i].diags);
	}
	free(files);
	return result;
}

static int
check_project(struct cmd *cmd, struct tally *tally)
{
	struct build_options how = {.zones = cmd->arguments,
	    .now = cmd_time(cmd, &option_at, cmd->now),
	    .today = cmd->now,
	    .n_workers = cmd->jobs,
	    .check = true,
	    .shard = cmd_shard(cmd),
	    .prove = cmd_has(cmd, &option_prove)};
	struct project project;
	struct build build = {0};
	int result;

	if (cmd_project(cmd, &project) < 0)
		return -1;
	cmd_confine(cmd);
	how.progress = cmd->progress;
	result = build_project(&cmd->diags, &project, &how, &build);
	if (hooks_check(&cmd->diags, &project) < 0)
		result = -1;
	for (size_t i = 0; i < build.n; i++)
		take(cmd, build.zones[i].diags, tally);
	count(&cmd->diags, tally);
	build_free(&build);
	return result;
}

static void
put_number(struct buf *b, size_t n, const char *what)
{
	buf_printf(b, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static int
print_tally(struct cmd *cmd, const struct tally *tally, const char *what)
{
	struct buf b = {0};
	int printed;

	put_number(&b, tally->n, what);
	buf_puts(&b, ": ");
	put_number(&b, tally->n_severity[SEVERITY_ERROR], "error");
	buf_puts(&b, ", ");
	put_number(&b, tally->n_severity[SEVERITY_WARNING], "warning");
	buf_puts(&b, ", ");
	put_number(&b, tally->n_severity[SEVERITY_NOTE], "note");
	buf_putc(&b, '\n');
	printed = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return printed;
}

static int
run(struct cmd *cmd)
{
	size_t n_files = count_files(cmd);
	struct tally tally = {0};
	int result;

	if (n_files > 0 && n_files < cmd->n_arguments)
		cmd_usage(cmd, "zones of the project and files cannot be mixed; a zone's name may "
			       "end in a dot, and a file's begin with ./");
	if (cmd_has(cmd, &option_zone) && n_files != 1)
		cmd_usage(cmd, "--zone is for one FILE");
	if (cmd_has(cmd, &option_shard) && n_files > 0)
		cmd_usage(cmd, "--shard is for zones of a project, not for files");
	if (cmd_has(cmd, &option_project) && n_files > 0)
		cmd_usage(cmd, "--project is for zones of a project, not for files");
	result = n_files > 0 ? check_arguments_files(cmd, &tally) : check_project(cmd, &tally);
	if ((tally.n > 0 || result == 0) && !cmd_has(cmd, &option_quiet) &&
	    print_tally(cmd, &tally, n_files > 0 ? "file" : "zone") < 0)
		return -1;
	if (tally.n_severity[SEVERITY_WARNING] > 0 && cmd_has(cmd, &option_werror) &&
	    cmd->diags.status == 0)
		cmd->diags.status = 1;
	return result;
}

const struct verb verb_check = {"check", "[ZONE...] | FILE...",
    "tell of all problems of the project's zones, or of template files; write nothing", 0, -1,
    options, run, CONFINED_TO_PROJECT};

#include "cmd.h"

#include "publish/build.h"

static const struct cmd_option *const options[] = {&option_project, &option_directory,
    &option_allow, &option_secret, &option_jobs, &option_now, NULL};

static int
print(struct cmd *cmd, const struct project *project, const struct lock_file_change *change)
{
	struct buf b = {0};
	int result;

	buf_printf(&b, "%s: %zu sources: %zu added, %zu changed, %zu removed, %zu the same\n",
	    lock_file_path(&cmd->diags.arena, project),
	    change->n_added + change->n_changed + change->n_same, change->n_added,
	    change->n_changed, change->n_removed, change->n_same);
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

static int
run(struct cmd *cmd)
{
	static const char *const all[] = {NULL};
	struct build_options how = {.zones = all,
	    .now = cmd->now,
	    .today = cmd->now,
	    .n_workers = cmd->jobs,
	    .check = true,
	    .lock_all = true};
	struct project project;
	struct build build = {0};
	int result;

	if (cmd_project(cmd, &project) < 0)
		return -1;
	sandbox_add(&cmd->sandbox, project.folder, SANDBOX_WRITE);
	cmd_confine(cmd);
	result = cmd_build(cmd, &project, &how, &build);
	if (build.n > 0 && print(cmd, &project, &build.lock) < 0)
		result = -1;
	build_free(&build);
	return result;
}

const struct verb verb_lock = {"lock", "",
    "write zonepp.lock: what the project's certificates and keys come to", 0, 0, options, run,
    CONFINED_TO_PROJECT};

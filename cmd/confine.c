/* What the kernel permits a verb: what it was told of, and what its options name. */
#define _GNU_SOURCE
#include "cmd.h"

#include "base/file.h"
#include "dnssec/key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
cmd_permit_roots(struct cmd *cmd, const struct roots *roots)
{
	if (roots->project)
		sandbox_add(&cmd->sandbox, roots->project, SANDBOX_READ);
	if (roots->beside)
		sandbox_add(&cmd->sandbox, roots->beside, SANDBOX_READ);
	for (size_t i = 0; i < roots->n_allowed; i++)
		sandbox_add(&cmd->sandbox, roots->allowed[i], SANDBOX_READ_LINKS);
}

/* The folders of outputs that lie elsewhere; from the project, links lead into none but those that
 * are allowed. Such an output may be a device, or a link in its own place. */
static void
permit_outputs(struct cmd *cmd, const struct project *project, enum sandbox_access access)
{
	struct sandbox *sandbox = &cmd->sandbox;
	const char *last = "";
	struct stat st;

	for (size_t i = 0; i < project->n_zones; i++) {
		struct arena_mark mark = arena_mark(sandbox->a);
		const char *path =
		    file_absolute_in(sandbox->a, &project->roots, project->zones[i].output);
		const char *folder;

		if (confine_is_below(path, project->roots.project)) {
			arena_reset(sandbox->a, mark);
			continue;
		}
		folder = file_folder(sandbox->a, path);
		if (strcmp(folder, last) != 0)
			sandbox_add(sandbox, folder, access);
		last = folder;
		if (access == SANDBOX_WRITE && lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
			sandbox_add(sandbox, path, SANDBOX_REPLACE);
	}
	for (size_t i = 0; i < project->outputs.n_allowed; i++)
		sandbox_add(sandbox, project->outputs.allowed[i], access);
}

void
cmd_permit_project(struct cmd *cmd, const struct project *project)
{
	cmd_permit_roots(cmd, &project->roots);
	for (size_t i = 0; i < project->n_found_in; i++)
		sandbox_add(&cmd->sandbox, project->found_in[i], SANDBOX_READ);
	for (size_t i = 0; i < project->n_zones; i++)
		sandbox_add(&cmd->sandbox, project->zones[i].keys, SANDBOX_READ_LINKS);
	permit_outputs(cmd, project, SANDBOX_READ);
}

/* State and lock file are replaced in the folder itself. */
void
cmd_permit_build(struct cmd *cmd, const struct project *project)
{
	sandbox_add(&cmd->sandbox, project->folder, SANDBOX_WRITE);
	permit_outputs(cmd, project, SANDBOX_WRITE);
}

void
cmd_permit_keys(
    struct cmd *cmd, const struct name *zone, const char *folder, const char *const *files)
{
	struct sandbox *sandbox = &cmd->sandbox;
	enum key_tokens found = KEY_TOKENS_NONE;

	if (folder) {
		sandbox_add(sandbox, folder, SANDBOX_READ_LINKS);
		found = key_folder_tokens(sandbox->a, folder, zone);
	}
	for (; files && *files; files++) {
		sandbox_add(sandbox, file_folder(sandbox->a, *files), SANDBOX_READ_LINKS);
		found = key_tokens_both(found, key_file_tokens(sandbox->a, *files));
	}
	cmd->uses_token |= found == KEY_TOKENS_SOME;
}

void
cmd_permit_output(struct cmd *cmd, const char *path)
{
	if (strcmp(path, "-") != 0)
		sandbox_add(&cmd->sandbox, path, SANDBOX_REPLACE);
}

/* What is written to a stream in one go waits elsewhere until then (output.h). */
static void
permit_waiting(struct cmd *cmd, const char *path)
{
	const char *folder = getenv("TMPDIR");
	struct stat st;

	if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		sandbox_add(&cmd->sandbox, folder && *folder ? folder : "/tmp", SANDBOX_TEMPORARY);
}

/* Options that name files which are written say so themselves, but for the usual one. The folder of
 * --directory was entered, and those of --allow are among the roots. */
static void
permit_option(struct cmd *cmd, const struct cmd_given *given)
{
	const char *argument = given->option->argument;

	if (given->option == &option_output) {
		cmd_permit_output(cmd, given->value);
		permit_waiting(cmd, given->value);
	} else if (argument && strcmp(argument, "FILE") == 0)
		sandbox_add(&cmd->sandbox, given->value, SANDBOX_READ);
	else if (argument && strcmp(argument, "DIR") == 0 && given->option != &option_directory &&
		 given->option != &option_allow)
		sandbox_add(&cmd->sandbox, given->value, SANDBOX_READ_LINKS);
}

void
cmd_confine(struct cmd *cmd)
{
	if (cmd->files_confined)
		return;
	if (cmd->uses_token) {
		cmd_progress_begin(cmd);
		return;
	}
	for (size_t i = 0; i < cmd->n_given; i++)
		permit_option(cmd, &cmd->given[i]);
	for (size_t i = 0; i < cmd->n_reports; i++)
		if (cmd->reports[i].path)
			cmd_permit_output(cmd, cmd->reports[i].path);
	sandbox_files(&cmd->sandbox, &cmd->confined);
	if (!cmd->calls_confined || !cmd->sandbox.writes)
		sandbox_calls(&cmd->sandbox, &cmd->confined);
	cmd->calls_confined = cmd->files_confined = true;
	cmd_progress_begin(cmd);
}

#define _GNU_SOURCE
#include "plan_base.h"

#include "base/child.h"
#include "base/leftover.h"
#include "base/tree.h"
#include "rollover/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* --- A revision --- */

/* One command, which must succeed. */
struct command {
	char **argv;
	bool begun;
	struct child_end end;
};

static bool
next_command(void *ctx, struct child *out)
{
	enum { TIMEOUT_S = 600 };
	struct command *command = ctx;

	if (command->begun)
		return false;
	command->begun = true;
	*out = (struct child){.folder = ".",
	    .argv = command->argv,
	    .environ = environ,
	    .input = STDIN_FILENO,
	    .timeout_s = TIMEOUT_S};
	return true;
}

static void
command_ended(void *ctx, const struct child_end *end)
{
	struct command *command = ctx;

	command->end = *end;
}

static int
run_command(struct cmd *cmd, const char *const *argv)
{
	struct command command = {.argv = (char **)(uintptr_t)argv};
	struct child_queue queue = {&command, next_command, command_ended};
	struct children children = {.queues = &queue, .n = 1, .n_abreast = 1};

	children_run(&children);
	if (command.end.error == 0 && WIFEXITED(command.end.status) &&
	    WEXITSTATUS(command.end.status) == 0)
		return 0;
	return diag_error(&cmd->diags, pos_none(), P_BASE, "%s failed%s%s", argv[0],
	    command.end.error ? ": " : "", command.end.error ? strerror(command.end.error) : "");
}

/* What git has of the project's folder at that revision, in a folder of its own. */
static int
check_out(struct cmd *cmd, const char *revision, const struct project *project, const char *folder)
{
	struct arena *a = &cmd->diags.arena;
	const char *tar = file_join(a, folder, "base.tar");
	const char *const archive[] = {
	    "git", "-C", project->folder, "archive", "--format=tar", "-o", tar, revision, NULL};
	const char *const extract[] = {"tar", "-x", "-C", folder, "-f", tar, NULL};

	return run_command(cmd, archive) < 0 || run_command(cmd, extract) < 0 ? -1 : 0;
}

/* A name that nobody guesses: in /tmp others make folders too. */
static int
make_folder(struct cmd *cmd, struct plan_base *base)
{
	struct arena *a = &cmd->diags.arena;
	const char *temporary = getenv("TMPDIR");
	uint64_t number;

	if (!temporary || !*temporary)
		temporary = "/tmp";
	base->above = open(temporary, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base->above >= 0 && getrandom(&number, sizeof(number), 0) == sizeof(number)) {
		base->name = arena_printf(a, "zonepp-base-%016" PRIx64, number);
		base->leftover = leftover_add(base->above, base->name);
		if (mkdirat(base->above, base->name, 0700) == 0) {
			leftover_made(base->leftover);
			base->folder = file_join(a, temporary, base->name);
			return 0;
		}
		leftover_gone(base->leftover);
	}
	diag_add_path(&cmd->diags, temporary, F_WRITE, "cannot make a folder in %s: %s", temporary,
	    strerror(errno));
	if (base->above >= 0)
		close(base->above);
	return -1;
}

/* --- The project there --- */

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
load(struct cmd *cmd, const char *folder, const struct project *project, struct plan_base *out)
{
	struct diags *diags = &cmd->diags;
	const char *name = strrchr(project->path, '/'), *path;
	const struct locked *before = diags->locked;
	struct stat st;
	int result = -1;

	path = file_join(&diags->arena, folder, name ? name + 1 : project->path);
	/* At that revision there was no project yet, and so each zone is new; a folder without one
	 * is not the one that was meant. */
	if (out->folder && stat(path, &st) < 0 && errno == ENOENT)
		return 0;
	if (project_load(diags, path, &out->project) < 0)
		return -1;
	if (lock_file_load(diags, &out->project, LOCKED_ABSENT, &out->locked) == 0) {
		diags->locked = &out->locked;
		result = draft_begin(diags, &out->project, cmd->now, &out->world);
	}
	diags->locked = before;
	return result;
}

int
plan_base_open(
    struct cmd *cmd, const char *what, const struct project *project, struct plan_base *out)
{
	const char *folder = what;

	*out = (struct plan_base){.what = what};
	if (!is_folder(what)) {
		if (*what == '-')
			cmd_usage(cmd, "--base %s: neither a folder nor a revision", what);
		if (make_folder(cmd, out) < 0)
			return -1;
		folder = out->folder;
	}
	if ((out->folder && check_out(cmd, what, project, folder) < 0) ||
	    load(cmd, folder, project, out) < 0) {
		plan_base_close(out);
		return -1;
	}
	if (out->project.path)
		cmd_permit_project(cmd, &out->project);
	if (out->folder) {
		sandbox_add(&cmd->sandbox, out->folder, SANDBOX_WRITE);
		sandbox_add(
		    &cmd->sandbox, file_folder(cmd->sandbox.a, out->folder), SANDBOX_REMOVE);
	}
	return 0;
}

void
plan_base_close(struct plan_base *base)
{
	if (!base->folder)
		return;
	tree_remove(base->above, base->name);
	leftover_gone(base->leftover);
	close(base->above);
}

/* The folder that was made for a revision has another name each time: who reads of its files is
 * told of the revision, as git has it. */
static void
put_named(struct buf *b, const struct plan_base *base, const char *text)
{
	const char *at;

	while (base->folder && (at = strstr(text, base->folder))) {
		buf_put(b, text, (size_t)(at - text));
		buf_printf(b, "%s:", base->what);
		text = at + strlen(base->folder);
		text += *text == '/';
	}
	buf_puts(b, text);
}

static void
tell_error(struct diags *diags, const struct plan_base *base, const struct project_zone *zone,
    const struct diags *from)
{
	const struct diag *error = NULL;
	struct buf b = {0};

	for (size_t i = 0; i < from->n && !error; i++)
		if (from->items[i].severity == SEVERITY_ERROR)
			error = &from->items[i];
	if (error && error->place.path)
		put_named(&b, base, error->place.path);
	if (error && error->place.path && error->place.line > 0)
		buf_printf(&b, ":%" PRIu64 ":%" PRIu32, error->place.line, error->place.column);
	if (error && error->place.path)
		buf_puts(&b, ": ");
	put_named(&b, base, error ? error->message : "it has errors");
	diag_add_path(diags, zone->template, P_BASE_ZONE,
	    "all of %s counts as new, as it cannot be made in %s: %.*s", zone->name_text,
	    base->what, (int)b.len, b.data);
	buf_free(&b);
}

bool
plan_base_zone(const struct plan_base *base, const struct project_zone *zone, struct diags *diags,
    struct draft *draft)
{
	const struct project_zone *old = parent_zone_named(&base->project, zone->name.wire);

	if (!old)
		return false;
	if (draft_load(&base->world, old, draft) == 0)
		return true;
	diags_sort(&draft->diags);
	tell_error(diags, base, zone, &draft->diags);
	draft_free(draft);
	return false;
}

#include "keys.h"

#include "dnssec/keydates.h"
#include "dnssec/keystate.h"
#include "project/lock.h"

static const struct cmd_option *const options[] = {&option_publish, &option_activate,
    &option_revoke, &option_inactive, &option_delete, &option_sync_publish, &option_sync_delete,
    &option_directory, &option_now, NULL};

static struct keydates_wish
read_wish(const struct cmd *cmd)
{
	struct keydates_wish wish = {.now = cmd->now};
	bool any = false;

	keys_times(cmd, wish.is_given, wish.time);
	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++)
		any |= wish.is_given[i];
	if (!any)
		cmd_usage(cmd, "no date is given, as --inactive=+30d or --inactive=none");
	return wish;
}

static int
write_all(struct cmd *cmd, const struct keydates *dates)
{
	struct buf b = {0};
	int result = 0;

	for (size_t i = 0; i < cmd->n_arguments; i++) {
		if (keydates_write(&cmd->diags, &dates[i]) < 0) {
			result = -1;
			continue;
		}
		keystate_print_changes(&b, &dates[i]);
		if (dates[i].is_offline)
			diag_add_path(&cmd->diags, cmd->arguments[i], S_KEY_COMMENTS,
			    "the key %u has no .private file here: the comments of the .key file "
			    "were changed",
			    dates[i].tag);
	}
	if (b.len > 0 && cmd_print(cmd, (struct text){b.data, b.len}) < 0)
		result = -1;
	buf_free(&b);
	return result;
}

/* All files are read ahead of the first that is written: where one cannot be, none is changed. */
static int
set_all(struct cmd *cmd)
{
	struct keydates_wish wish = read_wish(cmd);
	struct keydates *dates = arena_alloc(&cmd->diags.arena, cmd->n_arguments * sizeof(*dates));
	int result = 0;

	for (size_t i = 0; i < cmd->n_arguments; i++)
		if (keydates_read(&cmd->diags, cmd->arguments[i], &wish, &dates[i]) < 0)
			result = -1;
	return result < 0 ? -1 : write_all(cmd, dates);
}

/* The project that builds with the keys: that of the present folder, or that of their folder. */
static int
find_project(struct cmd *cmd, const char **path)
{
	if (project_find_if(&cmd->diags, ".", path) < 0)
		return -1;
	return *path ? 0
		     : project_find_if(
			   &cmd->diags, file_folder(&cmd->diags.arena, cmd->arguments[0]), path);
}

static int
set(struct cmd *cmd)
{
	const char *path;
	int lock, result;

	if (find_project(cmd, &path) < 0 || keys_lock(cmd, path, &lock) < 0)
		return -1;
	result = set_all(cmd);
	lock_end(lock);
	return result;
}

const struct verb verb_keys_set = {"keys set", "FILE...",
    "change the dates in the files of DNSSEC keys", 1, -1, options, set, CONFINED_CALLS};

#include "keys.h"

#include "project/lock.h"

const struct cmd_option option_keys = {
    "keys", 0, "DIR", "the folder of the keys (default: the project's, else this one)"};

/* --- Where the keys are --- */

int
keys_project(struct cmd *cmd, const char **path)
{
	*path = cmd_value(cmd, &option_keys) ? NULL : cmd_value(cmd, &option_project);
	if (*path || cmd_has(cmd, &option_keys))
		return 0;
	return project_find_if(&cmd->diags, ".", path);
}

const char *
keys_folder(struct cmd *cmd, const char *name, const struct project_zone **zone)
{
	const char *folder = cmd_value(cmd, &option_keys), *path;
	struct project project;

	*zone = NULL;
	if (keys_project(cmd, &path) < 0)
		return NULL;
	if (!path)
		return folder ? folder : ".";
	if (project_load(&cmd->diags, path, &project) < 0)
		return NULL;
	*zone = project_zone_find(&cmd->diags, &project, name);
	return *zone ? (*zone)->keys : NULL;
}

int
keys_lock(struct cmd *cmd, const char *path, int *lock)
{
	struct diags unread = {0};
	struct project project;
	int result = 0;

	*lock = -1;
	if (path && project_load(&unread, path, &project) == 0)
		result = lock_begin_keys(&cmd->diags, &project, lock);
	else
		result = diags_take_unreadable(&cmd->diags, &unread);
	diags_free(&unread);
	return result;
}

/* --- Algorithms --- */

const struct algorithm *
keys_algorithm(const struct cmd *cmd, const struct cmd_option *option)
{
	const char *value = cmd_value(cmd, option);
	const struct algorithm *algorithm =
	    value ? algorithm_find(text_of(value)) : algorithm_info(ALGORITHM_ECDSAP256SHA256);

	if (!algorithm)
		cmd_usage(cmd,
		    "--algorithm %s: not one of RSASHA256, RSASHA512, ECDSAP256SHA256, "
		    "ECDSAP384SHA384, ED25519, ED448",
		    value);
	if (algorithm->refused)
		cmd_usage(cmd, "--algorithm %s: not for signing: %s (RFC 8624, RFC 9905)", value,
		    algorithm->refused);
	return algorithm;
}

/* --- Dates --- */

const struct cmd_option option_publish = {
    "publish", 0, "TIME", "DNSKEY enters the zone (new keys: now)"};
const struct cmd_option option_activate = {
    "activate", 0, "TIME", "the key begins to sign (new keys: once published)"};
const struct cmd_option option_revoke = {"revoke", 0, "TIME", "its REVOKE bit is set (RFC 5011)"};
const struct cmd_option option_inactive = {"inactive", 0, "TIME", "the key ceases to sign"};
const struct cmd_option option_delete = {"delete", 0, "TIME", "DNSKEY leaves the zone"};
const struct cmd_option option_sync_publish = {
    "sync-publish", 0, "TIME", "CDS and CDNSKEY enter the zone (else with the signatures)"};
const struct cmd_option option_sync_delete = {
    "sync-delete", 0, "TIME", "CDS and CDNSKEY leave the zone"};

static const struct cmd_option *const time_options[N_KEY_TIMES] = {
    [KEY_PUBLISH] = &option_publish,
    [KEY_ACTIVATE] = &option_activate,
    [KEY_REVOKE] = &option_revoke,
    [KEY_INACTIVE] = &option_inactive,
    [KEY_DELETE] = &option_delete,
    [KEY_SYNC_PUBLISH] = &option_sync_publish,
    [KEY_SYNC_DELETE] = &option_sync_delete,
};

void
keys_times(const struct cmd *cmd, bool is_given[N_KEY_TIMES], int64_t time[N_KEY_TIMES])
{
	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++) {
		const struct cmd_option *option = time_options[i];

		is_given[i] = option && cmd_has(cmd, option);
		time[i] = is_given[i] && strcmp(cmd_value(cmd, option), "none") != 0
			      ? cmd_time(cmd, option, KEY_NO_TIME)
			      : KEY_NO_TIME;
	}
}

/* What the verbs about keys share. */
#ifndef CMD_KEYS_H
#define CMD_KEYS_H

#include "cmd.h"

#include "dnssec/key.h"

/* --keys, and for each date of a key the option that states it; those that none states are NULL. */
extern const struct cmd_option option_keys, option_publish, option_activate, option_revoke,
    option_inactive, option_delete, option_sync_publish, option_sync_delete;

/* The project file, where one is to be used; else NULL: --keys goes without. Returns -1 with a
 * problem added. */
int
keys_project(struct cmd *cmd, const char **path);

/* The folder with the keys of the zone called `name`, or NULL with a problem added. `*zone` is that
 * of the project; NULL: there is no project. */
const char *
keys_folder(struct cmd *cmd, const char *name, const struct project_zone **zone);

/* Locks the keys of the project whose file is at `path` (NULL: there is none), in turn with builds
 * and with others that change them; `*lock` is for lock_end. Nobody builds a project whose file has
 * errors. Returns 0, or -1 with a problem added. */
int
keys_lock(struct cmd *cmd, const char *path, int *lock);

/* The dates that the options state, as KEY_NO_TIME where one says `none`; `is_given` tells which
 * were. What is no time is a usage error. */
void
keys_times(const struct cmd *cmd, bool is_given[N_KEY_TIMES], int64_t time[N_KEY_TIMES]);

/* The algorithm that the option names; ECDSAP256SHA256 where it is not given. One that is not for
 * signing is a usage error. */
const struct algorithm *
keys_algorithm(const struct cmd *cmd, const struct cmd_option *option);

#endif

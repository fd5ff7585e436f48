/* What zonepp sign and zonepp join have in common. */
#ifndef CMD_SIGN_H
#define CMD_SIGN_H

#include "cmd.h"

#include "project/project.h"

extern const struct cmd_option option_sign_keys, option_sign_key, option_verify;

/* The folder of keys, or NULL: then `*files` are those that are named. Neither, or both, is a usage
 * error. */
const char *
sign_keys(struct cmd *cmd, const char *const **files);

/* What --verify says. */
enum project_verify
sign_verify(const struct cmd *cmd);

#endif

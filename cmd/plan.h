/* What `zonepp plan` does, which is what `zonepp build --dry-run` does, too. */
#ifndef CMD_PLAN_H
#define CMD_PLAN_H

#include "cmd.h"

#include "publish/build.h"

int
plan_run(struct cmd *cmd, const struct build_options *wished);

/* build.c: `--force`, which plan takes too. */
extern const struct cmd_option option_force;

/* build.c: the problems that --force names, by number. */
const bool *
build_force(struct cmd *cmd);

#endif

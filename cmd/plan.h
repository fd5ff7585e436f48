/* What `zonepp plan` does, which is what `zonepp build --dry-run` does, too. */
#ifndef CMD_PLAN_H
#define CMD_PLAN_H

#include "cmd.h"

#include "publish/build.h"

int
plan_run(struct cmd *cmd, const struct build_options *wished);

#endif

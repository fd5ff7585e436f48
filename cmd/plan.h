/* What `zonepp plan` does, which is what `zonepp build --dry-run` does, too. */
#ifndef CMD_PLAN_H
#define CMD_PLAN_H

#include "cmd.h"

int
plan_run(struct cmd *cmd, const bool *force);

#endif

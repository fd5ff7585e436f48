/* Deploy: the commands that take a next certificate into use, each once. */
#ifndef ROLLOVER_DEPLOY_H
#define ROLLOVER_DEPLOY_H

#include "rollover/rollover.h"

/* Runs those that are due. What is deployed is what was judged: the command gets its `{id}`, and
 * the file is looked at again afterwards. Returns 0, or -1 with problems added: a command that
 * failed is due again. */
int
rollovers_deploy(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix);

#endif

/* Act: the commands of certificates, `deploy` and `notify`. Those of one certificate run one after
 * another, while this run holds its lock; those of other certificates run beside them, so that one
 * that hangs holds up nobody else. */
#ifndef ROLLOVER_ACT_H
#define ROLLOVER_ACT_H

#include "rollover/rollover.h"

/* Tells what happened to certificates and was not told yet. In a run that one of these commands
 * started it is noted, and the run above tells it. Returns 0, or -1 with problems added: what
 * failed is told again the next time. */
int
rollovers_notify(struct diags *diags, const struct project *project, int64_t now_unix);

/* Likewise; and takes those next certificates into use, of `names` (NULL-terminated; none: of all),
 * for which it is time. What is deployed is what was judged: the command gets its `{id}`, and the
 * files are looked at again afterwards. A command that failed is due again. */
int
rollovers_deploy(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix);

#endif

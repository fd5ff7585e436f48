/* Deploying: what stays known of a certificate while its `deploy` command runs. The command may
 * replace `current`, and then fail, or be killed together with this program: servers may present
 * what was in it, which is neither current nor next any more. That it was deployed is what keeps
 * its records (keep.h). So it is written down ahead of the command, in a file in `.zonepp/`, from
 * which the next run takes it over into the history. */
#ifndef ROLLOVER_DEPLOYING_H
#define ROLLOVER_DEPLOYING_H

#include "rollover/certificate.h"
#include "rollover/project_history.h"

/* Ahead of the command, with the lock of the certificate. Returns 0, or -1 with a problem added. */
int
deploying_begin(struct diags *diags, const struct project *project,
    const struct certificate *certificate, int64_t now_unix);

/* Behind it, when the history has what came of it. Likewise. */
int
deploying_end(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate);

/* It failed, and `certificate` is as it was ahead of it: what then is to be written down goes to
 * `change`. */
void
deploying_failed(struct diags *diags, const struct history *history,
    const struct certificate *certificate, int64_t now_unix, struct project_history_change *change);

/* With the lock of the certificate: writes down what a run that was killed behind deploying_begin
 * could not. Returns 0, or -1 with problems added; P_DEPLOY_HALF comes with a 0, too. */
int
deploying_settle(
    struct diags *diags, const struct project *project, const struct project_certificate *is);

/* The same for all certificates, but for those whose command may be running still. */
int
deploying_settle_all(struct diags *diags, const struct project *project);

/* Adds to the history, which stays sorted, what that would write down, of a command that is running
 * still, too: it may fail, and servers present what they did. With `ended` not of those. Returns 0,
 * or -1 with problems added. */
int
deploying_look(
    struct diags *diags, const struct project *project, bool ended, struct history *history);

#endif

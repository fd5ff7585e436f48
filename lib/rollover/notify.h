/* Notify: what happened to certificates is told to the commands that want to know, each event once
 * for a certificate. */
#ifndef ROLLOVER_NOTIFY_H
#define ROLLOVER_NOTIFY_H

#include "base/json.h"
#include "rollover/rollover.h"

/* Tells what happened and was not told yet, and drops notes of certificates that are of no matter
 * any more. Returns 0, or -1 with problems added: what failed is told again the next time. */
int
rollovers_notify(struct diags *diags, const struct project *project, int64_t now_unix);

/* Adds the member "records", an array: what is published for the certificate. */
void
rollovers_put_records(struct json *j, const struct rollovers *rollovers,
    const struct rollover *rollover, int64_t now_unix);

/* Adds a time; TIME_NEVER is null. */
void
rollovers_put_time(struct json *j, const char *key, int64_t t_unix);

#endif

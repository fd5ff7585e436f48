/* Events: what happens to certificates, for those who are told of it by `notify`. One is noted as
 * pending when a run finds that it happened, and as told when a command has taken it: each once for
 * a certificate, whoever finds it and whenever. */
#ifndef ROLLOVER_EVENT_H
#define ROLLOVER_EVENT_H

#include "base/json.h"
#include "rollover/project_history.h"
#include "rollover/rollover.h"

/* Adds to `change` the events of the certificate that are not noted yet, and takes away the notes
 * of it that tell of nothing any more. */
void
events_find(const struct rollovers *rollovers, const struct project *project,
    const struct rollover *rollover, int64_t now_unix, struct project_history_change *change);

/* Takes away the notes of names that the project has no more, and adds those that are inherited. */
void
events_end(const struct rollovers *rollovers, const struct project *project, int64_t now_unix,
    struct project_history_change *change);

/* That its deploy command failed is an event too, of which files and history tell nothing. */
void
events_add_failure(
    const struct rollover *rollover, int64_t now_unix, struct project_history_change *change);

/* The pending event of the certificate that happened first, but for those of `tried`; or NULL. Both
 * are sorted. */
const struct note *
events_first(const struct history *history, const char *name, const struct history *tried);

/* Appends the event as a line of JSON, with where the certificate stands now. */
void
event_print(struct buf *out, const struct rollovers *rollovers, const struct rollover *rollover,
    const struct note *pending);

/* Adds the member "records", an array: what is published for the certificate. */
void
event_put_records(
    struct json *j, const struct rollovers *rollovers, const struct rollover *rollover);

/* Adds a time; TIME_NEVER and TIME_UNKNOWN are null. */
void
event_put_time(struct json *j, const char *key, int64_t t_unix);

#endif

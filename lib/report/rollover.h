/* Where the rollovers of certificates and keys stand, for people and for programs. */
#ifndef REPORT_ROLLOVER_H
#define REPORT_ROLLOVER_H

#include "base/json.h"
#include "rollover/keyroll.h"
#include "rollover/rollover.h"

/* Appends a table with a line for each certificate and each key. */
void
report_rollover_table(
    struct buf *out, const struct rollovers *rollovers, const struct keyrolls *keys);

/* Appends a JSON array with an object for each certificate and each key. */
void
report_rollover_json(
    struct buf *out, const struct rollovers *rollovers, const struct keyrolls *keys);

/* Appends what a gate says: may the next certificate be taken into use? */
void
report_rollover_gate(struct buf *out, const struct rollover *rollover);

#endif

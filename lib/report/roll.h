/* Where the rollovers of certificates stand, for people and for programs. */
#ifndef REPORT_ROLL_H
#define REPORT_ROLL_H

#include "base/json.h"
#include "rollover/roll.h"

/* Appends a table with a line for each certificate. */
void
report_roll_table(struct buf *out, const struct rolls *rolls);

/* Appends a JSON array with an object for each certificate. */
void
report_roll_json(struct buf *out, const struct rolls *rolls, int64_t now_unix);

/* Appends what a gate says: may the next certificate be taken into use? */
void
report_roll_gate(struct buf *out, const struct roll *roll);

#endif

/* Where the rollovers of certificates and keys stand, for people and for programs. */
#ifndef REPORT_ROLLOVER_H
#define REPORT_ROLLOVER_H

#include "base/json.h"
#include "rollover/keyroll.h"
#include "rollover/rollover.h"

/* What happens next with the certificate, or who is to do what, in words; in `a`. */
const char *
report_rollover_step(struct arena *a, const struct rollover *rollover);

/* Appends a table with a line for each certificate and each key. */
void
report_rollover_table(
    struct buf *out, const struct rollovers *rollovers, const struct keyrolls *keys);

/* What a build changes: where all stand before it and after it, in the same order. */
struct report_rollover_change {
	const struct rollovers *before, *after;
	const struct keyrolls *keys_before, *keys_after;
};

/* Appends a line for each certificate and key whose phase, or whose end, is another, or which is
 * in use too early; `begin` and `end` stand around each. Returns how many they are. */
size_t
report_rollover_changes(struct buf *out, const struct report_rollover_change *change,
    const char *begin, const char *end);

/* Appends a JSON array with an object for each certificate and each key. */
void
report_rollover_json(
    struct buf *out, const struct rollovers *rollovers, const struct keyrolls *keys);

/* Appends what a gate says: may the next certificate be taken into use? */
void
report_rollover_gate(struct buf *out, const struct rollover *rollover);

#endif

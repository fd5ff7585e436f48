/* The keys of zones, as a table for people and as JSON for programs. */
#ifndef REPORT_KEYS_H
#define REPORT_KEYS_H

#include "dnssec/key.h"

/* Columns between blanks: zone, key tag, role, algorithm, state, the next event and its time; a
 * head ahead of them. Nothing where there are no keys. */
void
report_keys_table(struct buf *out, const struct keys *zones, size_t n, int64_t now);

/* An array of objects. */
void
report_keys_json(struct buf *out, const struct keys *zones, size_t n, int64_t now);

#endif

/* Tables for people: columns as wide as what is in them, two blanks between. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/arena.h"
#include "base/buf.h"

enum { TABLE_COLUMNS_MOST = 16 };

/* Appends `n_rows` lines of `n_columns` cells each, which stand one behind another. */
void
report_table(struct buf *out, const char *const *cells, size_t n_rows, size_t n_columns);

/* An instant as tables and JSON write it; in `a`. */
const char *
table_instant(struct arena *a, int64_t t_unix);

#endif

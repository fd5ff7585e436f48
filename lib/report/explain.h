/* What is known of each problem, from the tables of base/problem.h and base/problem.def: as text
 * for `zonepp explain`, and all of it as zonepp-checks(7). */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "base/buf.h"
#include "base/problem.h"

/* Appends what the problem is, why, and what to do. */
void
explain_problem(struct buf *out, enum problem problem);

/* Appends a line for each problem, by code. */
void
explain_list(struct buf *out);

/* Appends the page zonepp-checks(7) as mdoc. */
void
explain_page(struct buf *out);

#endif

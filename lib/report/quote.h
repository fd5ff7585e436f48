/* The line that a problem points at, cut around the word that is meant if it is long. */
#ifndef REPORT_QUOTE_H
#define REPORT_QUOTE_H

#include "base/buf.h"
#include "base/diag.h"

/* May the line hold a password, which is to be shown to nobody: is there a pass= or password: that
 * does not name a file or variable? */
bool
quote_may_hold_password(struct text line);

/* Appends the line of a problem that has one, with its number, and below it an underline between
 * `mark` and `plain`, which may change its colour; and the word that belongs there, where that is
 * known. */
void
quote_print(struct buf *out, const struct diag *d, const char *mark, const char *plain);

#endif

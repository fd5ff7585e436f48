/* Said: what a build said of a zone, kept in the zone's cache so that the next build of an
 * untouched zone says it again without reading the template.
 *
 * Only problems that follow from what the cache knows of, inputs and settings, are said from
 * memory. What depends on the clock, on what was published before or on the modes of files is
 * worked out each time. */
#ifndef PUBLISH_SAID_H
#define PUBLISH_SAID_H

#include "base/buf.h"
#include "base/diag.h"

/* How many problems were told of that are not to be said from memory. */
size_t
said_passing(const struct diags *diags);

/* Appends the others, a line each, and ahead of them how messages call the template and the
 * project: paths follow from where the command was run. They are not sorted yet. Returns 0, or -1
 * with nothing appended if one has a text that does not fit a line. */
int
said_print(struct buf *b, const struct diags *diags, const char *template);

/* Is the line, which has no newline, one of these? */
bool
said_is_line(struct text line);

/* Adds what such a line says to `diags`. Returns 0, or -1 if it is none that said_print wrote, or
 * if messages call the template otherwise now. */
int
said_take(struct diags *diags, struct text line, const char *template);

#endif

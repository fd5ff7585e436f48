/* Format: a zone file (RFC 1035 section 5.1) with its fields in columns, and nothing else changed.
 *
 * Records between two blank lines have owner, TTL, class with type, RDATA and comment each begin in
 * one column, at tab stops of eight. Tokens, comments, directives, line breaks and the order of all
 * stay as they are; what goes on over several lines is indented to where its RDATA begins. Blanks
 * at the ends of lines leave. Formatting twice is formatting once. */
#ifndef ZONE_FORMAT_H
#define ZONE_FORMAT_H

#include "base/buf.h"
#include "base/diag.h"

/* Appends `text`, which is source number `source` of `diags` and has a '\0' behind it. Returns 0,
 * or -1 with problems added where it cannot be cut into entries. */
int
format_text(struct diags *diags, struct text text, uint32_t source, struct buf *out);

#endif

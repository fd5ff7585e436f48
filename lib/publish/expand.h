/* Expansion, text to text, as cpp does it: zonepp's own directives and $GENERATE become records,
 * $INCLUDE becomes the file's text, and every other byte is kept: what is left is a plain zone file
 * for every server. */
#ifndef PUBLISH_EXPAND_H
#define PUBLISH_EXPAND_H

#include "publish/load.h"

/* Appends the expanded text. Returns 0, or -1 with all problems of the template added. */
int
expand_file(struct diags *diags, const struct load_options *options, struct buf *out);

#endif

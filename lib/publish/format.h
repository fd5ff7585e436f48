/* What `zonepp fmt` makes of a template, and the proof that it means the same. */
#ifndef PUBLISH_FORMAT_H
#define PUBLISH_FORMAT_H

#include "publish/load.h"

/* Reads the template, without executing zonepp's own directives, and forms it anew (zone/format.h);
 * then reads both texts and compares all records and the words of all entries. `*text` is what the
 * file holds, `out` gets the new text. Returns 0, or -1 with problems added where the template has
 * errors. */
int
format_file(
    struct diags *diags, const struct load_options *options, struct text *text, struct buf *out);

/* Do both texts hold the same records, and the same words of the same entries? The first is source
 * `source` of `diags`, the file of `options`. Returns 0, or -1 with problems added. */
int
format_prove(struct diags *diags, const struct load_options *options, struct text text,
    uint32_t source, struct text other);

#endif

/* What a probe found at each address of each service, as a table for people and as JSON. */
#ifndef REPORT_PROBE_H
#define REPORT_PROBE_H

#include "base/buf.h"
#include "probe/probe.h"

/* One line for each address, below a line of headings. */
void
report_probe_table(struct buf *out, const struct probe *probe, int64_t now);

/* An array of objects, one for each address. */
void
report_probe_json(struct buf *out, const struct probe *probe, int64_t now);

#endif

/* Schema: the JSON Schema (draft 7) of the project file, for editors, made of the tables that read
 * it (project/mapping.h). `make pages` writes it to cmd/zonepp.yaml.schema.json. What it cannot say
 * stands in tests/e2e/schema.t. */
#ifndef REPORT_SCHEMA_H
#define REPORT_SCHEMA_H

#include "base/buf.h"

/* Appends it. */
void
schema_print(struct buf *b);

#endif

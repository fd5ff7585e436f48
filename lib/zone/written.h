/* How a name of the store was written: its token in the template, which messages point at and
 * quote. The entry of the record is cut and read again for that, so this is for problems alone. */
#ifndef ZONE_WRITTEN_H
#define ZONE_WRITTEN_H

#include "zone/store.h"

/* Names of one record that are worth it: a HIP record may have thousands, and each is looked for
 * again. */
enum { WRITTEN_MOST = 16 };

struct written {
	struct text text; /* lives as long as the store's diags */
	struct pos pos;
	bool relative; /* it does not end in a dot */
};

/* The owner of the record. Returns false where it stands on an earlier line, or nowhere. */
bool
written_owner(const struct store *store, const struct record *record, struct written *out);

/* Name `number` (rdata_walk) of its RDATA. Returns false, with `*out` the record's own position and
 * no text, where no such word is found: in RDATA that a directive made, or in the generic form. */
bool
written_name(
    const struct store *store, const struct record *record, unsigned number, struct written *out);

#endif

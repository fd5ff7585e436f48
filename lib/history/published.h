/* The published zone, as it was before this run: its serial, and whether its contents still are
 * what the template says. */
#ifndef HISTORY_PUBLISHED_H
#define HISTORY_PUBLISHED_H

#include "dnssec/seal.h"
#include "zone/store.h"

struct published {
	struct diags diags; /* of its own: a faulty old file is no fault of the template */
	struct store store;
	bool there;       /* a whole zone of this name was found */
	bool is_conflict; /* it was not, but the marks of a merge that is not finished */
	bool has_serial;  /* a SOA record of it was, which one that is not whole may have */
	uint32_t serial;
	uint8_t sha256[32]; /* of the file */
	struct seal seal;   /* that it bears */
};

/* Reads the zone `apex` from the file at `path`, within `roots` (NULL: anywhere). A missing or
 * broken file is no problem: then `there` is false. Returns 0, or -1 with one problem added where
 * the file is there and cannot be read. Either way published_free is due. */
int
published_load(struct diags *diags, struct published *published, const struct roots *roots,
    const char *path, const struct name *apex, unsigned n_workers);

/* The attribute of a published file that holds its seal. */
#define PUBLISHED_SEAL "user.zonepp.seal"

void
published_free(struct published *published);

/* Do both sorted stores hold the same records, but for the SOA's serial? With `is_signed`, also but
 * for what the signing pass makes (RRSIG, NSEC, NSEC3) and ZONEMD, which follow from the rest. */
bool
published_same_content(
    const struct published *published, const struct store *store, bool is_signed);

#endif

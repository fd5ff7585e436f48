/* Lint of a zone's TLSA records (RFC 6698, 7671, 7672): what every server loads, and clients then
 * do not find, ignore or refuse. A zone without TLSA records costs one look at each node's flags.
 */
#ifndef CHECK_DANE_H
#define CHECK_DANE_H

#include "dane/tlsa.h"
#include "zone/store.h"

struct dane_options {
	const struct tlsa_use *uses;     /* the certificates that $TLSA names */
	const struct tlsa_doubt *doubts; /* owners of $TLSA that the zone has to justify */
	bool is_unsigned;                /* nobody signs the zone */
};

/* Looks at the whole sorted store. Returns -1 if problems were added that are errors. */
int
check_dane(const struct store *store, const struct dane_options *options);

#endif

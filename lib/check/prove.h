/* Proof ahead of publication: every chain that a $TLSA of the zone names is judged by the TLSA
 * records that the zone is about to publish (dane/prove.h). Each usage, selector and matching type
 * in use must accept it by itself, as a client may know of that one alone (RFC 7671 sections 8 and
 * 9). */
#ifndef CHECK_PROVE_H
#define CHECK_PROVE_H

#include "dane/tlsa.h"
#include "zone/store.h"

/* `uses` are the certificates that $TLSA names; the store is sorted. A next chain (next=)
 * answers for the parameters of its own directive alone. Returns 0, or -1 with problems
 * added at the sources. */
int
prove_zone(const struct store *store, const struct tlsa_use *uses, int64_t now_unix);

#endif

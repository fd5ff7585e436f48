/* Aliases that lead to TLSA records: CNAME and DNAME at or above names of the form
 * _port._proto.host, often to one set that many services share (RFC 7671 sections 5.1 and 7). The
 * host that clients began with stays the one that such records are about. */
#ifndef DANE_ALIAS_H
#define DANE_ALIAS_H

#include "dane/owner.h"
#include "dane/tlsa.h"
#include "zone/store.h"

struct dane_alias {
	const uint8_t *end;    /* where it leads, in lower case; in the zone */
	size_t end_len;        /* octets of that */
	const uint8_t *wire;   /* where it begins: _port._proto.host, or * above such names */
	const struct node *at; /* whose CNAME or DNAME it is */
};

struct dane_aliases {
	struct dane_alias *items; /* sorted by `end`, then by place */
	size_t n, cap;
	struct arena a;
};

/* Those of a sorted store; dane_aliases_end frees them. */
void
dane_aliases_begin(struct dane_aliases *aliases, const struct store *store);

void
dane_aliases_end(struct dane_aliases *aliases);

/* Those that lead to the name. */
const struct dane_alias *
dane_aliases_of(const struct dane_aliases *aliases, const uint8_t *wire, size_t *n);

/* Judges owners of $TLSA that have not the form: right are those that aliases of the zone lead to,
 * and names that are plainly for the aliases of other zones. Returns 0, or -1 after adding problems
 * to the store's diags. */
int
dane_aliases_judge(const struct store *store, const struct tlsa_doubt *doubts);

#endif

/* An index of certificates by the names that they are for, as names in chain_index.h: which of
 * thousands may be for a host. */
#ifndef ROLLOVER_HOST_INDEX_H
#define ROLLOVER_HOST_INDEX_H

#include "source/cert.h"

struct host_key {
	const char *name; /* in lower case; "*.example.org" */
	uint32_t number;  /* of the certificate, as it was added */
};

/* Zero-initialised is empty; sort it once all are added. In `a`. */
struct host_index {
	struct arena *a;
	struct host_key *keys;
	size_t n, cap;
};

void
host_index_add(struct host_index *index, const struct cert *cert, size_t number);

void
host_index_sort(struct host_index *index);

/* A run of keys. */
struct host_keys {
	const struct host_key *items;
	size_t n;
};

/* Those of the certificates that name the host itself or, `wildcard`, all beside it: lint_covers
 * tells whether they are for it. `host` is in lower case, without its last dot. */
struct host_keys
host_index_find(const struct host_index *index, const char *host, bool wildcard);

#endif

/* An index of the certificates of a project: which of them records may be for, and whose a service
 * is. A look at each certificate for each name takes hours where there are ten thousand of both. */
#ifndef ROLLOVER_CERTIFICATE_INDEX_H
#define ROLLOVER_CERTIFICATE_INDEX_H

#include "rollover/certificate.h"
#include "rollover/gate.h"
#include "rollover/host_index.h"

/* Read-only once it is made: threads may share it. */
struct certificate_index {
	const struct certificate *certificates;
	size_t n;
	struct chain_index chains;          /* current and former ones */
	const struct certificate **by_leaf; /* those that have a next one, sorted */
	size_t n_by_leaf;
	const struct cert **leaves; /* by number; NULL: there is none. NULL altogether, and */
	struct host_index hosts;    /* empty, where each is to be looked at */
};

/* Of certificates that know their former ones, in `a`. `with_hosts`: names by which clients come
 * are looked for often, so that it pays to read all certificates for theirs. */
void
certificate_index_make(struct arena *a, const struct certificate *certificates, size_t n,
    bool with_hosts, struct certificate_index *out);

/* Calls `see` for each certificate that is for the host, until it returns true, which is returned.
 */
bool
certificate_index_for_host(const struct certificate_index *index, const char *host,
    bool (*see)(void *ctx, size_t number), void *ctx);

/* Has a set of the name that may be held a record for the current one? */
bool
certificate_index_has_record(const struct certificate_index *index, const struct history *history,
    struct sets sets, size_t number, int64_t now_unix);

/* Is the name one of the services of certificate `number`? It is if a set that may be held has a
 * record for the current one, or for a former one; where such a record would have the client look
 * at names, and these are those of another certificate of the project, it is that one's. */
bool
certificate_index_is_service(const struct certificate_index *index, const struct history *history,
    struct sets sets, size_t number, int64_t now_unix);

/* The host behind _port._proto, without its last dot, in `a`; NULL: the name has not that form. */
const char *
certificate_index_host(struct arena *a, const char *owner);

#endif

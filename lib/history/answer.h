/* Answers: what a zone answers for the names whose sets are kept in the history, as a client gets
 * them: their own TLSA records, or those that a wildcard (RFC 4592), a CNAME or a DNAME (RFC 6672)
 * leads to. Wherever a set that clients of `_port._proto.host` see changes, it changes here. */
#ifndef HISTORY_ANSWER_H
#define HISTORY_ANSWER_H

#include "dane/alias.h"
#include "history/history.h"

/* The names of one or several stores. */
struct answer_names {
	struct arena *a;
	const char *
	    *items; /* as the history writes them, sorted, each once, after answer_names_sort */
	size_t n, cap;
};

/* Adds the names of a sorted store that are answered with TLSA records: their owners, and the
 * services whose aliases lead to them or out of the zone. */
void
answer_names_add(struct answer_names *names, const struct store *store);

void
answer_names_add_sets(struct answer_names *names, struct sets sets);

void
answer_names_sort(struct answer_names *names);

bool
answer_names_have(const struct answer_names *names, const char *name);

/* The set that the sorted store answers `owner` with; `out` is open, and begins at TIME_UNKNOWN.
 * The TTL is the longest one on the way. `from`, unless NULL, is set to the name of the records,
 * which may be a wildcard; or NULL where there are none. All in `a`. */
void
answer_of(struct arena *a, const struct store *store, const char *zone, const char *owner,
    struct set *out, const char **from);

#endif

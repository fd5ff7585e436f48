/* Delegations to zones of the same project: is the DS set that the parent's template has for a
 * child one under which the child validates (RFC 4035 section 5, RFC 6781 section 4.1.2), now and
 * for all who hold older sets of it (trust.h)? And what the parent publishes becomes known: the
 * child's keys are kept in the zone by it (guard.h).
 *
 * A child that is signed elsewhere is judged where its keys are known: from its template, if that
 * is signed already; from its servers (external.h); from .key files. */
#ifndef ROLLOVER_DELEGATION_H
#define ROLLOVER_DELEGATION_H

#include "dnssec/key.h"
#include "rollover/keep.h"

/* The keys of a zone of the project of which files are there, in `a`; NULL: none, or they cannot be
 * read, which is told of elsewhere. */
typedef const struct keys *
delegation_keys(void *ctx, struct arena *a, const struct project_zone *zone);

/* What the same build makes of the history of a child, which is built first; NULL: the child is not
 * built now. */
typedef const struct keep *
delegation_keep(void *ctx, const struct project_zone *zone);

struct delegations {
	struct keep *keep; /* of the parent */
	struct diags *diags;
	const struct store *store; /* sorted */
	const struct published *published;
	int64_t now_unix;
	bool *any; /* set if there is a child: what is judged here changes with it */
	delegation_keys *keys_of;
	delegation_keep *keep_of;
	void *ctx;
	bool *made; /* by number of the zone: $DS names it; NULL: it names none */
	bool (*forced)(enum problem problem, const void *ctx);
	const void *forced_ctx;
};

/* The DS RDATA of a child, as a ds_source has them (directive/ds.h), noted in `made`: a key's
 * record appears once its DNSKEY has been known for long enough, and leaves when no held DS set
 * needs it. `store` is not looked at. */
int
delegation_ds(struct delegations *run, struct arena *a, const struct name *name,
    struct bytes **rdata, size_t *n, const char **why);

/* Judges the DS sets of the children, and adds what becomes of them to `opened` and `closed`, after
 * keep_compare. Returns 0, or -1 with problems added. */
int
delegations_check(const struct delegations *delegations);

#endif

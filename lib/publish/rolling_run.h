/* What the files of rolling share, and nobody else includes.
 *
 * The model (RFC 7671 sections 8.1 and 8.4). A client takes a server if a record of the TLSA set
 * that its cache holds stands for the server. A cache may hold every set that was published until
 * `max(wait, 2 * TTL)` ago: servers may give a replaced one out for a while, and caches keep it for
 * a TTL. So a certificate may be in use once each of those sets has a record that stands for it.
 * Of these sets the facts of the state file tell, and the published zone, which is the last one:
 *
 * - published: all sets since that time have the record; those before, which may lack it, have the
 *   TTL that is noted. It is settled when there are none of them any more.
 * - left: the record was in a set that lacks what came since, and no cache has that set from the
 *   noted time on. Until then it takes a certificate for which this record stands, and not others.
 * - leaving: likewise, while servers may still give the set out.
 * - ttl: which TTL copies of the set may have.
 *
 * A build arranges, for each use of cert:NAME, what these facts will be when the zone is published.
 * A record that is there already keeps its fact; a new one takes over that of another record for
 * the same certificate, or waits. A current certificate whose record is not settled came too early:
 * then all that is published for it stays, as the remedy is to put the old one back. So do
 * the records of one that was deployed and never became the current one. */
#ifndef PUBLISH_ROLLING_RUN_H
#define PUBLISH_ROLLING_RUN_H

#include "base/duration.h"
#include "publish/rolling.h"

/* One arrangement. */
struct rolling_run {
	struct rolling *rolling;
	struct arena *a;
	struct diags *diags;
	struct loaded *loaded;
	const struct previous *previous;
	int64_t now;
	struct facts valid; /* facts of published records that are in the published zone indeed */
	struct facts rest;  /* facts to come that are no records of the template */
};

/* A source cert:NAME of one owner. */
struct rolling_use {
	const struct named_use *is;
	const struct project_certificate *certificate;
	const char *owner; /* as facts write it */
	const char *pick;
	struct pins current, next;
};

/* The certificate of that name, or NULL. */
const struct project_certificate *
rolling_certificate(const struct project *project, const char *name);

/* --- What is published, and what caches may have (rolling_copies.c) --- */

/* The TLSA records of the owner in the published zone. */
struct rrset
rolling_published(const struct rolling_run *r, const char *owner);

bool
rolling_is_published(struct rolling_run *r, const char *owner, const char *record);

/* Sets `valid`. A lost published file is no evidence against facts. */
void
rolling_find_valid(struct rolling_run *r);

/* The facts of published records at an owner that hold. */
const struct fact *
rolling_valid(const struct rolling_run *r, const char *owner, size_t *n);

/* Is there any? */
bool
rolling_is_known(const struct rolling_run *r, const char *owner);

/* Does the template ask for a record of the published zone, by any means? */
bool
rolling_is_wanted(
    const struct rolling_run *r, const struct node *node, const struct record *record);

/* The longest TTL of a copy of the record set that may be in a cache. */
int64_t
rolling_longest_ttl(const struct rolling_run *r, const struct rolling_use *use);

/* Of a record set of which nothing is known: may the current certificate be in use? */
bool
rolling_begins_well(struct rolling_run *r, const struct rolling_use *use);

/* --- What will be known of a record (rolling_fact.c) --- */

/* The fact of a record that is new. */
struct fact
rolling_new_fact(const struct rolling_run *r, const struct rolling_use *use, const char *record);

/* The fact of a record that is about to be published for `certs`, `current` or `next` of the use.
 */
struct fact
rolling_fact(struct rolling_run *r, const struct rolling_use *use, const struct certs *certs,
    const char *record);

/* From when on the record may be relied on. */
int64_t
rolling_safe_at(
    const struct rolling_run *r, const struct rolling_use *use, const struct fact *fact);

/* --- Records that stay (rolling_early.c) --- */

/* Says that the current certificate came too early, and keeps what is published for it in the zone.
 */
void
rolling_too_early(struct rolling_run *r, const struct rolling_use *use, int64_t safe_unix);

/* Where another certificate was deployed, and never became the current one, says so (D_STRAY) and
 * keeps its records: servers present it. */
void
rolling_keep_stray(struct rolling_run *r, const struct rolling_use *use);

/* --- What is no more (rolling_gone.c) --- */

/* Adds the facts that the sorted `after` lacks yet: of records that leave or left, and of servers.
 */
void
rolling_rest(struct rolling_run *r);

#endif

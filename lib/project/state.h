/* State: the file zonepp.state beside the project file, which keeps what was published when
 * (zonepp-roll(1)). It is text, one fact a line, sorted, and meant to be committed: two files are
 * merged by keeping the lines of both (`merge=union` in .gitattributes). Of lines that tell of the
 * same thing at different times the later one counts, since whoever waits longer loses no mail.
 *
 *	published ZONE OWNER CERTIFICATE PICK USAGE SELECTOR MATCHING DATA TTL TIME
 *	ttl ZONE OWNER TTL TIME
 *	seen ZONE OWNER USAGE SELECTOR MATCHING DATA SERVER TIME
 *	leaving ZONE OWNER CERTIFICATE USAGE SELECTOR MATCHING DATA TTL TIME
 *	left ZONE OWNER CERTIFICATE USAGE SELECTOR MATCHING DATA TIME
 *	deployed CERTIFICATE ID TIME
 *	notified CERTIFICATE EVENT ID TIME
 *	pending CERTIFICATE EVENT ID TIME
 *
 * What the facts mean for a rollover is told in rollover.h. */
#ifndef PROJECT_STATE_H
#define PROJECT_STATE_H

#include "base/diag.h"
#include "project/project.h"

enum fact_kind {
	FACT_DEPLOYED,  /* `deploy` succeeded for the chain `id` (pins_chain_id) */
	FACT_LEAVING,   /* the record left at `t_unix` as in FACT_LEFT, and not all servers are seen
			 * to know */
	FACT_LEFT,      /* the record left, or others came that stand for more certificates; from
			 * `t_unix` on no cache has it without these */
	FACT_NOTIFIED,  /* `notify` was told of `event` for the certificate `id` (pins_id) */
	FACT_PENDING,   /* `event` happened at `t_unix`, and `notify` is still to be told */
	FACT_PUBLISHED, /* the record stands in the zone since `t_unix` */
	FACT_SEEN,      /* the server answered with the record at `t_unix` for the first time */
	FACT_TTL,       /* the record set has this TTL (FACT_OPEN), or had it, and then the last
			 * copies with it vanish at `t_unix` */
	N_FACT_KINDS,
};

static const int64_t FACT_OPEN = INT64_MAX; /* `t_unix`; written "-" */
static const int64_t FACT_SETTLED = -1;     /* `ttl_s`; written "-" */

/* Members that the kind does not have are NULL. Names are absolute and in lower case. */
struct fact {
	enum fact_kind kind;
	const char *zone, *owner;
	const char *name;   /* of the certificate in the project file */
	const char *pick;   /* which certificates of its file: pick_word() */
	const char *record; /* RDATA: "3 1 1 0c72..." */
	const char *server; /* as the project file writes it */
	const char *event;
	const char *id; /* SHA-256, in hexadecimal digits */
	int64_t ttl_s;  /* LEAVING: of the copies; PUBLISHED: of the copies that lack the record;
			 * FACT_SETTLED: there are  none any more */
	int64_t t_unix;
	const char *key; /* all but TTL (of PUBLISHED) and time; set by facts_add */
};

/* Zero-initialised is empty and ready; the items are in an arena. */
struct facts {
	struct fact *items;
	size_t n, cap;
};

/* Appends a fact, whose texts outlive the facts. */
void
facts_add(struct arena *a, struct facts *facts, struct fact fact);

/* Sorts by key; of facts with one key the most careful one stays: the latest time, the longest TTL.
 */
void
facts_sort(struct facts *facts);

/* Appends those of `zone` from sorted facts to `out`, which is in `a`. */
void
facts_of_zone(struct arena *a, const struct facts *facts, const char *zone, struct facts *out);

/* The first of sorted facts of that kind for one owner, and how many there are. */
const struct fact *
facts_of_owner(
    const struct facts *facts, enum fact_kind kind, const char *zone, const char *owner, size_t *n);

/* The one of sorted facts that has that key, or NULL. */
const struct fact *
facts_find(const struct facts *facts, const char *key);

/* The text of facts in their order, as the file has it. */
void
facts_print(struct buf *b, const struct facts *facts);

/* A name as facts write it: absolute, lower case; in `a`. */
const char *
fact_name(struct arena *a, const struct name *name);

/* RDATA of a TLSA record as facts write it; in `a`. */
const char *
fact_record(struct arena *a, struct bytes rdata);

/* The path of the state file of `project`: zonepp.state for zonepp.yaml; in `a`. */
const char *
state_path(struct arena *a, const struct project *project);

/* Reads and sorts the facts at `path`, in the arena of `diags`; no file is no facts. Returns 0, or
 * -1 with a problem at each line that is no fact: a merge that is not finished, say. */
int
state_load(struct diags *diags, const char *path, struct facts *out);

/* Could the file at `path` be replaced? Ahead of what must be written down once it is done. Returns
 * 0, or -1 with one problem added. */
int
state_try(struct diags *diags, const char *path);

/* Sorts the facts and makes the file hold them, in one step, and only if that changes it. Without
 * facts no file is made. Returns 0, or -1 with one problem added. */
int
state_save(struct diags *diags, const char *path, struct facts *facts);

#endif

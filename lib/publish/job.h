/* Job: all that a zone is made by, and what came of it. */
#ifndef PUBLISH_JOB_H
#define PUBLISH_JOB_H

#include "dnssec/sign.h"
#include "dnssec/token.h"
#include "publish/load.h"
#include "publish/publication.h"
#include "rollover/delegation.h"
#include "rollover/keep.h"

struct zone_result {
	size_t n_records; /* written */
	size_t n_signatures;
	size_t n_kept; /* signatures of these that were not made anew */
	size_t n_tlsa;
	uint32_t serial;
	int64_t earliest;    /* expiry of a signature, Unix; 0: unsigned */
	int64_t valid_until; /* the same inputs give the same zone and warnings until then: a
			      * signature, a key or a certificate changes its state */
	bool nears_end;      /* it was told that signatures are near their end, once */
	bool says;           /* there were problems that the next build must look for again, */
	bool each; /* or each build looks what has moved on: sets that are held, children */
	bool changed;
	bool is_first; /* nobody knows of a publication before */
};

/* What a build would make of a zone now: `coming` in place of `published`. Both are sorted; that of
 * a zone that is signed here lacks what signing makes. */
struct zone_plan {
	const struct store *published, *coming;
	bool changes;
	bool signs;
	bool asks_serial;     /* `serial: live`: servers are asked when it is built, and not here */
	struct zone_run *run; /* for zone_plan_safety */
	struct zone_result result; /* n_signatures less n_kept would be made anew */
};

/* Returns 0, or -1 with problems added: the zone would not be published. */
typedef int
zone_plan_sink(void *ctx, const struct zone_plan *plan);

/* May the draft at that path become the zone? Returns 0, or -1 with a problem added. */
typedef int
zone_review(void *ctx, struct diags *diags, const struct project_zone *zone, uint32_t serial,
    const char *draft);

/* Every member stands in a table of settings.c: does it shape the zone? */
struct zone_job {
	const struct project_zone *zone; /* how it is to be published; of no project, made up */
	struct load_options load;
	const struct roots *outputs; /* where the output may lie, and `previous`; NULL: anywhere */
	const struct roots *own;     /* where `mark` and `cache` may */
	const struct key_folder *keys; /* or NULL, */
	const char *const *key_files;  /* then these, NULL-terminated */
	bool keys_unreadable;          /* the folder is; which was told of */
	struct tokens *tokens;         /* on which some of them are (dnssec/token.h) */
	bool anew;                     /* whatever the cache says */
	bool binding;                  /* the lock file binds (source/locked.h) */
	struct project_safety safety;  /* protects nothing where there is no project */
	bool prove;                    /* judge the certificates by the records (check/prove.h) */
	const char *previous;          /* file whose signatures may be kept; NULL: none */
	const char *mark; /* file of the zone's mark (history/mark.h); NULL: there is none */
	const int8_t *severities;   /* for the diags; NULL: the usual ones */
	const char *index;          /* file of the index (dnssec/index.h) that is written, */
	const char *index_previous; /* and of that of `previous`; NULL: none */
	const char *cache;          /* file that remembers the last build, or NULL */
	struct keep *keep;          /* the zone's history; NULL: there is no project */
	int64_t today; /* for zone_check: the time that it is, where `load.now` may be another */
	bool live;     /* PROJECT_SERIAL_LIVE: servers may be asked */
	bool has_hook; /* that is run when the file has changed */
	zone_review *review; /* NULL: nobody is asked */
	void *review_ctx;
	const bool *force; /* by problem: what guards keep from being published may be; NULL */
	delegation_keys *keys_of; /* of children of the project, */
	delegation_keep *keep_of;
	void *keys_ctx;        /* and what both take */
	struct sign_part part; /* of the zone alone, for join.h; n 0: all of it */
	unsigned n_workers;
	bool werror; /* not to be published where there are warnings */
	void (*after)(const struct publication_step *step); /* see build.h */
	zone_plan_sink *plan; /* zone_check tells it of a zone that can be published; or NULL */
	void *plan_ctx;
};

/* Is the zone signed neither here nor elsewhere? */
static inline bool
zone_is_unsigned(const struct project_zone *zone)
{
	return !zone->sign && zone->dnssec == PROJECT_DNSSEC_HERE;
}

#endif

/* Rollover: where the renewal of a certificate stands (RFC 7671 sections 8.1 and 8.4). All of it
 * follows from the facts of the state file, the certificates' files and the clock; nothing is
 * remembered elsewhere.
 *
 * A record is safe to rely on when no cache can hold a record set without it: `wait`, and at least
 * twice the TTL, after it was first published, or with `servers` after the last of them answered
 * with it. That is all that decides; that one waits too long loses nothing. */
#ifndef PROJECT_ROLLOVER_H
#define PROJECT_ROLLOVER_H

#include "project/pins.h"

static const int64_t ROLLOVER_NEVER = INT64_MAX; /* a time that is not known yet */

/* The name, in facts of records that left, of a certificate that the project has no more: it may be
 * any of its certificates under a former name. */
#define ROLLOVER_NAMELESS "-"

/* One record, and what is known of it. */
struct rollover_record {
	const struct fact *published; /* NULL: it is not */
	int64_t wait_s;
	bool servers;      /* they are asked, and */
	int64_t seen_unix; /* then the last of them has it since; ROLLOVER_NEVER: one has not */
};

/* From when on no cache lacks the record; ROLLOVER_NEVER: it is not published, or not seen. */
int64_t
rollover_safe_at(const struct rollover_record *record);

enum rollover_phase {
	ROLLOVER_UNUSED,    /* no zone has its records */
	ROLLOVER_STEADY,    /* there is no other certificate than the current one */
	ROLLOVER_FINISHING, /* likewise, but old records are still published */
	ROLLOVER_NEW,       /* the next one is there, and not all its records are published */
	ROLLOVER_UNSEEN,    /* they are published, but a server does not answer with them yet */
	ROLLOVER_WAITING,   /* until no cache lacks them */
	ROLLOVER_READY,     /* the next certificate may be taken into use */
	ROLLOVER_DEPLOYED,  /* that was done, and it is to become the current one */
	ROLLOVER_EARLY,     /* the current one is in use although caches lack its records */
	N_ROLLOVER_PHASES,
};

/* What the phase follows from, over all record sets of a certificate. */
struct rollover_case {
	bool used;                 /* a zone has its records */
	int64_t left_unix;         /* when the last copies of former ones vanish; NEVER: unknown */
	int64_t current_since;     /* its records are published; NEVER: not all of them */
	int64_t current_safe_unix; /* from when on it may be in use */
	bool has_next;
	bool same;     /* next and current are the same certificate, with the same records */
	bool leftover; /* records are published that are of neither */
	int64_t next_since, next_safe_unix; /* as for `current` */
	int64_t deployed_unix;              /* NEVER: it was not */
	int64_t now_unix;
};

struct rollover {
	enum rollover_phase phase;
	int64_t since_unix; /* NEVER: unknown */
	int64_t safe_unix;  /* when the wait ends, in phases that wait; NEVER: unknown or none */
	bool gate;          /* the next certificate may be taken into use */
	int64_t gate_unix;  /* from when on; NEVER: that is not known yet */
};

struct rollover
rollover_judge(const struct rollover_case *c);

/* "waiting", ... */
const char *
rollover_phase_name(enum rollover_phase phase);

/* A certificate of the project, with all that is known. */
struct roll {
	const struct project_certificate *certificate;
	const struct certs *current, *next; /* NULL: there is none */
	const char *current_id, *next_id;   /* NULL likewise */
	const char *current_chain, *next_chain;
	const char *unseen;    /* a server that lacks records of `next`, or NULL */
	const char *unnoted;   /* a zone with records of it that no fact tells of, or NULL */
	const char *unfit;     /* why clients would refuse `next` in any case, or NULL */
	bool other_chain;      /* `next` is `current` with other CA certificates */
	bool older;            /* `next` was issued before `current` and expires no later */
	bool leaving;          /* servers may still serve records that left */
	int64_t nameless_unix; /* when copies vanish of records that may have been its own; 0: there
				* are none */
	const char *stray;     /* what was deployed last, if its records stay, though it is neither
				* `current` nor `next`: as `next_chain`; or NULL */
	struct rollover_case facts;
	struct rollover rollover;
};

/* Works out where `certificate` stands, of sorted facts; its files are loaded from anywhere. What
 * lives on is in the arena of `diags`. Returns 0, or -1 with problems added where a file cannot
 * be used. */
int
roll_load(struct diags *diags, const struct project_certificate *certificate,
    const struct facts *facts, int64_t now_unix, struct roll *out);

/* The certificate's current file, in the arena of `diags`; NULL, with problems added, where it
 * cannot be used. */
const struct certs *
rollover_current(struct diags *diags, const struct project_certificate *certificate);

/* The fact (LEFT or LEAVING) that `record` left its zone at `now_unix`, or that others came beside
 * it, and that copies of the set live for up to `ttl_s`. */
struct fact
rollover_leave(const struct project_certificate *certificate, const char *zone, const char *owner,
    const char *record, int64_t ttl_s, int64_t now_unix);

/* The fact LEFT that follows a fact LEAVING when no server gives out copies any more. */
struct fact
rollover_gone(
    const struct project_certificate *certificate, const struct fact *leaving, int64_t now_unix);

/* When the last copies vanish that such a fact tells of; ROLLOVER_NEVER: servers may still give out
 * more of them. */
int64_t
rollover_vanish(const struct project_certificate *certificate, const struct fact *fact);

/* Likewise, always LEFT, for a certificate that the project has no more. */
struct fact
rollover_leave_nameless(const struct fact *fact, int64_t ttl_s, int64_t t_unix);

/* Is it such a fact, of copies that have vanished? Then it tells of nothing any more. */
bool
rollover_is_over(const struct fact *fact, int64_t now_unix);

/* Copies of a record set that lack what is published there now, in sorted facts: when the last of
 * those vanish that stand for `certificate` and not for `certs`, or may do; 0: there are none. */
int64_t
rollover_left(const struct facts *facts, const char *zone, const char *owner,
    const struct project_certificate *certificate, const struct certs *certs, int64_t now_unix);

/* What `deploy` took into use last, by facts, if `current` and `next` (or NULL) are others: servers
 * present it, and no file has it any more. NULL: there is no such thing. */
const struct fact *
rollover_strayed(const struct facts *facts, const char *name, const struct certs *current,
    const struct certs *next);

/* May the published record be that of such a certificate? Not once the current certificate came
 * later than the deployment. `facts` are sorted. */
bool
rollover_is_stray(const struct facts *facts, const struct fact *published,
    const struct fact *deployed, const struct certs *current, const struct certs *next);

/* A record of a certificate that the project does not have, as it has another name by now, counts
 * for the one whose current file it stands for: the zone was not built since. */
void
rollover_adopt(const struct project *project, struct facts *facts);

/* Likewise for records that left, which no build finds again otherwise; the facts, in `a`, are
 * sorted anew. Those that stand for none become nameless, here and there. */
void
rollover_adopt_left(struct arena *a, const struct project *project, struct facts *facts);

/* What is known of `record` of `certificate`, of sorted facts, which hold at least those of its
 * record set. * `published` may be NULL. */
struct rollover_record
rollover_record_of(const struct facts *facts, const struct project_certificate *certificate,
    const struct fact *published);

#endif

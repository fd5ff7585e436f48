/* Roll: where the rollover of each certificate stands. All of it is read from the history, the
 * certificates' files and the clock, and kept nowhere. */
#ifndef ROLLOVER_ROLL_H
#define ROLLOVER_ROLL_H

#include "rollover/gate.h"

enum roll_phase {
	ROLL_UNUSED,    /* no zone answers with its records */
	ROLL_STEADY,    /* there is no other certificate than the current one */
	ROLL_FINISHING, /* likewise, but records of a former one are still published */
	ROLL_NEW,       /* the next one is there, and not all its records are published */
	ROLL_UNSEEN,    /* they are, but it is not known when the last older set is forgotten */
	ROLL_WAITING,   /* until no older set is held */
	ROLL_READY,     /* the next certificate may be taken into use */
	ROLL_DEPLOYED,  /* that was done, and it is to become the current one */
	ROLL_EARLY,     /* the current one is in use although sets that are held refuse it */
	N_ROLL_PHASES,
};

struct roll {
	struct certificate certificate;
	enum roll_phase phase;
	int64_t since_unix; /* TIME_NEVER: unknown */
	int64_t
	    safe_unix; /* when the wait ends, in phases that wait; TIME_NEVER: unknown, or none */
	bool gate;     /* the next certificate may be taken into use, */
	int64_t gate_unix;     /* from then on; TIME_NEVER: that is not known yet */
	bool is_same;          /* next and current are the same certificate */
	bool is_older;         /* next was issued before current and expires no later */
	bool is_used;          /* a zone answers with its records */
	bool is_published;     /* a zone does, and none refuses the next one */
	bool has_former;       /* one answers with a record of a certificate that was in use */
	bool has_other_chain;  /* next is current with other CA certificates */
	int64_t deployed_unix; /* next was; TIME_NEVER: it was not */
	const char *stray;     /* the id of the chain that was deployed last, and is neither current
				* nor next; or NULL */
	const struct set *by;  /* refuses next longest, or, in ROLL_EARLY, current; or NULL */
	const char *unknown;   /* as in struct rolls */
	const char *lagging;   /* a server that is waited for; or NULL: see ask.h */
	const char *unfit;     /* why clients would refuse next in any case; or NULL */
	int64_t
	    left_unix; /* ROLL_UNUSED: when the last set with its records is forgotten; 0: none */
};

struct rolls {
	struct roll *items; /* in the order of the project file */
	size_t n;
	struct certificate *certificates; /* of the project */
	size_t n_certificates;
	struct history history;
	const char
	    *unknown; /* a zone of which nothing is known, though it may be published; or NULL */
};

/* The history of the project, sorted, in the arena of `diags`, with the sets that are being
 * published. Returns 0, or -1 with problems added. */
int
roll_history(
    struct diags *diags, const struct project *project, int64_t now_unix, struct history *out);

/* Works out where the certificates `names` (NULL-terminated; none: all) stand. Everything is in the
 * arena of `diags`. Returns 0, or -1 with problems added. */
int
rolls_load(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct rolls *out);

/* Likewise of one certificate, by what `rolls` has loaded. */
int
roll_judge(struct diags *diags, const struct project *project, struct rolls *rolls, size_t number,
    int64_t now_unix, struct roll *out);

/* Is the certificate one of `names`? If there are none, each is. */
bool
roll_is_chosen(const char *const *names, const struct project_certificate *certificate);

/* "waiting", ... */
const char *
roll_phase_name(enum roll_phase phase);

/* The next certificate may be taken into use and is no older one, or it has another chain than the
 * one in use, and the `deploy` command did not do so yet. */
bool
roll_is_due(const struct roll *roll);

/* Is the name one of the certificate's services? */
bool
roll_is_service(const struct rolls *rolls, const struct roll *roll, const struct held *service,
    int64_t now_unix);

/* The file of a zone's mark (history/mark.h); in `a`. */
const char *
roll_mark_path(struct arena *a, const struct project *project, const struct project_zone *zone);

/* A change of the history that others may change meanwhile. */
struct roll_change {
	struct history add;    /* what comes */
	struct history remove; /* sets and notes that go: as they stand in the file */
};

/* Makes the change in the state file, in turn with others. Returns 0, or -1 with a problem added.
 */
int
roll_change(struct diags *diags, const struct project *project, struct roll_change *change,
    int64_t now_unix);

#endif

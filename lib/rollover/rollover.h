/* Rollover: where the rollover of each certificate stands. All of it is read from the history, the
 * certificates' files and the clock, and kept nowhere. */
#ifndef ROLLOVER_ROLLOVER_H
#define ROLLOVER_ROLLOVER_H

#include "rollover/certificate_services.h"

enum rollover_phase {
	ROLLOVER_UNUSED,    /* no zone answers with its records */
	ROLLOVER_STEADY,    /* there is no other certificate than the current one */
	ROLLOVER_FINISHING, /* likewise, but records of a former one are still published */
	ROLLOVER_NEW,       /* the next one is there, and not all its records are published */
	ROLLOVER_UNSEEN,    /* they are, but it is not known when the last older set is forgotten */
	ROLLOVER_WAITING,   /* until no older set is held */
	ROLLOVER_READY,     /* the next certificate may be taken into use */
	ROLLOVER_DEPLOYED,  /* that was done, and it is to become the current one */
	ROLLOVER_EARLY,     /* the current one is in use although sets that are held refuse it */
	N_ROLLOVER_PHASES,
};

struct rollover {
	struct certificate certificate;
	size_t number; /* of that in the project */
	enum rollover_phase phase;
	int64_t since_unix;    /* of the phase; TIME_NEVER: unknown */
	int64_t safe_unix;     /* when the wait of the phase ends; TIME_NEVER: unknown, or none */
	bool gate;             /* the next certificate may be taken into use, */
	int64_t gate_unix;     /* from then on; TIME_NEVER: that is not known yet */
	bool is_same;          /* next and current are the same certificate */
	bool is_older;         /* next was issued before current and expires no later */
	bool is_used;          /* a zone answers with its records */
	bool is_published;     /* a zone does, and none refuses the next one */
	bool has_former;       /* one answers with a record of a certificate that was in use */
	bool has_other_chain;  /* next is current with other CA certificates */
	int64_t deployed_unix; /* when next was; TIME_NEVER: it was not */
	int64_t left_unix;     /* ROLLOVER_UNUSED: until when sets with its records are held; 0:
				* there are none */
	/* Each may be NULL: */
	const char *lost;     /* id of the chain that was deployed last, and is neither current nor
			       * next */
	const struct set *by; /* refuses next longest, or, in ROLLOVER_EARLY, current */
	const char *unknown;  /* as in struct rollovers */
	const char *lagging;  /* server that is waited for: see ask.h */
	const char *refusal;  /* why clients would refuse next in any case */
};

struct rollovers {
	struct rollover *items; /* in the order of the project file */
	size_t n;
	struct certificate *certificates; /* of the project */
	size_t n_certificates;
	struct history history;
	struct history inherited; /* notes in it, of former names, that the file lacks */
	struct certificate_services services;
	/* A zone of which nothing is known, though it may be published; or NULL. */
	const char *unknown;
};

/* Loads what certificates are judged by: history and files, in the arena of `diags`. Returns 0, or
 * -1 with problems added; those of a certificate's files are of it alone. */
int
rollovers_begin(
    struct diags *diags, const struct project *project, int64_t now_unix, struct rollovers *out);

/* Judges certificate number `number` anew, by its files and the history as they are now; of others
 * it takes what `before` has, which must live as long. Returns 0, or -1 with problems added. */
int
rollovers_look_again(struct diags *diags, const struct project *project,
    const struct rollovers *before, size_t number, int64_t now_unix, struct rollovers *out,
    struct rollover *rollover);

/* Works out where the certificates `names` (NULL-terminated; none: all) stand. Everything is in the
 * arena of `diags`. Returns 0, or -1 with problems added. */
int
rollovers_load(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct rollovers *out);

/* Where all would stand by this history in place of the project's, which may be changed. */
int
rollovers_load_from(struct diags *diags, const struct project *project,
    const struct history *history, int64_t now_unix, struct rollovers *out);

/* Likewise of one certificate, by what `rollovers` has loaded. */
int
rollover_judge(struct diags *diags, const struct project *project, struct rollovers *rollovers,
    size_t number, int64_t now_unix, struct rollover *out);

/* Is the certificate one of `names`? If there are none, each is. */
bool
rollover_is_chosen(const char *const *names, const struct project_certificate *certificate);

/* "waiting", ... */
const char *
rollover_phase_name(enum rollover_phase phase);

/* Is `deploy` to be run? It is if the next certificate may be taken into use, and was not yet: a
 * renewal, or the current one with other CA certificates. */
bool
rollover_is_due(const struct rollover *rollover);

#endif

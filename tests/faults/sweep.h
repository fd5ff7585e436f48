/* A sweep: a command in a project, what it leaves and says undisturbed, and the judge (judge.c) of
 * what it leaves and says otherwise. */
#ifndef FAULTS_SWEEP_H
#define FAULTS_SWEEP_H

#include "fault.h"

#include <limits.h>
#include <stdatomic.h>

enum mode { ERRORS, KILL, END, REPLACE, MEMORY };
enum { LOOSE_MOST = 8, TOLD_MOST = 20, LEFT_MOST = 64, NO_TRACE = 4 };

/* What a run left, and said. */
struct outcome {
	struct tree tree;
	char *out, *err;
	int status;
	bool is_outlived, late;
};

struct sweep {
	enum mode mode;
	size_t every, from, only;
	const char *loose[LOOSE_MOST]; /* patterns of files that need not be the same */
	size_t n_loose;
	const char *next_loose[LOOSE_MOST]; /* behind the next run, if they are verified */
	size_t n_next_loose;
	const char *said_next; /* what the next run says where it has to fail; NULL: it has not */
	bool tells_left;
	const char *coming, *replaced; /* files; the former takes the place of the latter */
	const char *project, *work, *preload, *at; /* the time of `zonepp verify` */
	char folder[PATH_MAX], out[PATH_MAX], err[PATH_MAX];
	char *const *argv;

	struct tree old, cur; /* the project; what is in the folder now */
	struct outcome good, again;
	struct outcome other; /* as good, with the file replaced ahead of it */
	struct made *made;
	size_t n_made;
	struct allocations {
		atomic_long at, n;
	} * allocations;

	size_t n_cases, n_missed, n_bad;
	size_t left[LEFT_MOST];
};

/* What happens in a case. */
struct disturbance {
	const char *where; /* for messages */
	const char *path;  /* that is to be named; NULL: none */
	int error;         /* of a call; 0: none failed */
	int ending;        /* a signal that ends it; 0: none */
};

/* Judges a run that was disturbed. */
void
judge_run(struct sweep *sweep, const struct disturbance *is, const struct outcome *now);

/* And the one behind it, that was not. */
void
judge_next(struct sweep *sweep, const struct disturbance *is, const struct outcome *next);

/* Did the run leave anything? */
bool
judge_left_any(const struct sweep *sweep, const struct tree *now);

/* Counts what it left of a publication; tells the sums. */
void
judge_count_left(struct sweep *sweep, const struct tree *now);

void
judge_tell_left(const struct sweep *sweep);

/* The first line of what it said that is not said undisturbed. */
const char *
judge_news(const struct sweep *sweep, const char *said);

#endif

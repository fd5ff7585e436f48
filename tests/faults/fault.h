/* One run of a command in which one call to the system does not go well: which calls there are and
 * how each may fail (calls.c), the run (trace.c), and folders before and behind it (tree.c). */
#ifndef FAULTS_FAULT_H
#define FAULTS_FAULT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum { ERRORS_MOST = 6, SIGNALS_MOST = 5 };

/* Beside errno's numbers. */
enum {
	FAULT_SHORT = -1,  /* half of what is asked for is done */
	FAULT_DONE = 1000, /* added to an error: all is done, and the error is told nonetheless */
};

/* What a call names, by the numbers of its arguments. */
enum operand { OF_NOTHING, OF_PATH, OF_PATH_1, OF_AT, OF_AT_2, OF_FD, OF_FD_4 };

struct call {
	long number;
	const char *name;
	enum operand operand;
	int errors[ERRORS_MOST]; /* none: the call is let alone, and is not counted */
};

extern const struct call calls[];
extern const size_t n_calls;

/* Of an error, as in calls[]. */
const char *
fault_name(int error, char room[64]);

/* A call that a run made. */
struct made {
	size_t call; /* in calls[] */
	char *path;  /* NULL: it names none; what is chance in it is left out */
	size_t n;    /* from 1 */
};

enum what { DO_NOTHING, DO_FAIL, DO_SIGNAL, DO_ACT };

/* What happens at the n-th of the calls of that kind that name this path. Threads change the order
 * of all calls, and seldom that of these. */
struct fault {
	enum what what;
	struct made at;
	int error; /* or the signal */
	void (*act)(void *ctx);
	void *ctx;
};

struct run {
	char *const *argv;
	const char *folder, *out, *err; /* where it works; files that take what it says */
	const char *preload;            /* NULL: none */
	bool lists;                     /* fills `made` */

	struct made *made;
	size_t n_made;
	bool fired, late;
	int status;       /* as of a shell: 128 + the number of a signal */
	bool is_outlived; /* by a process that it started, for more than a moment */
};

/* Returns -1 where that cannot be done here. */
int
trace_run(struct run *run, const struct fault *fault);

void
run_free(struct run *run);

struct file {
	char *path;
	struct stat is;
	size_t len;
	char *data;       /* of a link: where it leads */
	char *attributes; /* "name\0value" of the one that there may be */
	size_t attributes_len;
};

/* All files and folders below one, sorted by path. */
struct tree {
	struct file *files;
	size_t n;
};

/* What is as in `before` (NULL: nothing) is not read. */
int
tree_read(struct tree *tree, const char *folder, const struct tree *before);

/* Makes what is `now` there as `wanted`. */
int
tree_restore(const char *folder, const struct tree *now, const struct tree *wanted);

const struct file *
tree_find(const struct tree *tree, const char *path);

bool
file_same(const struct file *a, const struct file *b);

void
tree_free(struct tree *tree);

#endif

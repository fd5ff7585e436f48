/* Runs a command of zonepp again and again in a copy of a project; each time one call to the
 * system, or one allocation, does not go well, or a signal comes ahead of it. After each run, and
 * after the next one that nothing disturbs, the files are judged. See the usage below; sweep.t has
 * the table.
 *
 * A run with the status of the undisturbed one must leave what that leaves, and say it; another one
 * must tell why, by the path. Whatever happens, each published file is as before or as it is to be,
 * and the next run makes all files what they would have been, and leaves no temporary one. */
#define _GNU_SOURCE
#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char USAGE[] = "usage: sweep -m errors|kill|end|memory [-e EVERY] [-o FROM] [-p "
			    "PRELOAD] [-i LOOSE]... [-n LOOSE]... [-l]\n"
			    "             [-x NUMBER] [-t TIME] PROJECT WORK COMMAND...\n";

enum mode { ERRORS, KILL, END, MEMORY };
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
	bool tells_left;
	const char *project, *work, *preload, *at; /* the time of `zonepp verify` */
	char folder[PATH_MAX], out[PATH_MAX], err[PATH_MAX];
	char *const *argv;

	struct tree old, cur; /* the project; what is in the folder now */
	struct outcome good, again;
	struct made *made;
	size_t n_made;
	struct allocations {
		atomic_long at, n;
	} * allocations;

	size_t n_cases, n_missed, n_bad;
	size_t left[LEFT_MOST];
};

/* --- Runs --- */

static char *
slurp(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t n = file ? getdelim(&text, &room, EOF, file) : -1;

	if (file)
		fclose(file);
	if (n < 0) {
		free(text);
		return strdup("");
	}
	return text;
}

static void
fatal(const char *what)
{
	fprintf(stderr, "sweep: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void
begin_anew(struct sweep *sweep)
{
	struct tree now;

	if (tree_read(&now, sweep->folder, &sweep->cur) < 0 ||
	    tree_restore(sweep->folder, &now, &sweep->old) < 0)
		fatal(sweep->folder);
	tree_free(&now);
	tree_free(&sweep->cur);
	if (tree_read(&sweep->cur, sweep->folder, NULL) < 0)
		fatal(sweep->folder);
}

static void
run_once(struct sweep *sweep, const struct fault *fault, struct run *run, struct outcome *outcome)
{
	run->argv = sweep->argv;
	run->folder = sweep->folder;
	run->out = sweep->out;
	run->err = sweep->err;
	if (trace_run(run, fault) < 0) {
		fputs("sweep: the command cannot be traced\n", stderr);
		exit(NO_TRACE);
	}
	*outcome = (struct outcome){.out = slurp(sweep->out),
	    .err = slurp(sweep->err),
	    .status = run->status,
	    .is_outlived = run->is_outlived,
	    .late = run->late};
	if (tree_read(&outcome->tree, sweep->folder, &sweep->cur) < 0)
		fatal(sweep->folder);
}

static void
outcome_free(struct outcome *outcome)
{
	tree_free(&outcome->tree);
	free(outcome->out);
	free(outcome->err);
}

/* --- The judge --- */

static bool
is_loose(const struct sweep *sweep, const char *path)
{
	for (size_t i = 0; i < sweep->n_loose; i++)
		if (fnmatch(sweep->loose[i], path, 0) == 0)
			return true;
	return strncmp(path, ".zonepp", 7) == 0 || strcmp(path, "ran") == 0;
}

static bool
is_next_loose(const struct sweep *sweep, const char *path)
{
	for (size_t i = 0; i < sweep->n_next_loose; i++)
		if (fnmatch(sweep->next_loose[i], path, 0) == 0)
			return true;
	return false;
}

static bool
is_temporary(const char *path)
{
	return strstr(path, "zonepp-tmp") != NULL;
}

/* The first file in which they differ, of those that count; NULL: none. */
static const char *
differs(const struct sweep *sweep, const struct tree *a, const struct tree *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!is_loose(sweep, a->files[i].path) &&
		    !file_same(&a->files[i], tree_find(b, a->files[i].path)))
			return a->files[i].path;
	for (size_t i = 0; i < b->n; i++)
		if (!is_loose(sweep, b->files[i].path) && !tree_find(a, b->files[i].path))
			return b->files[i].path;
	return NULL;
}

/* A published file, or another one but for the state, that is neither as before nor as it is to
 * be. */
static const char *
is_half(const struct sweep *sweep, const struct tree *tree)
{
	for (size_t i = 0; i < tree->n; i++) {
		const struct file *file = &tree->files[i];

		if (is_loose(sweep, file->path) || is_temporary(file->path) ||
		    S_ISDIR(file->is.st_mode) || strcmp(file->path, "zonepp.state") == 0)
			continue;
		if (!file_same(file, tree_find(&sweep->old, file->path)) &&
		    !file_same(file, tree_find(&sweep->good.tree, file->path)))
			return file->path;
	}
	for (size_t i = 0; i < sweep->old.n; i++) {
		const char *path = sweep->old.files[i].path;

		if (!is_loose(sweep, path) && !tree_find(tree, path) &&
		    tree_find(&sweep->good.tree, path))
			return path;
	}
	return NULL;
}

/* Of a zone file, the lines of the SOA and of its signature; of the state, those of serials. */
static bool
holds_serial(const char *line, size_t len)
{
	return memmem(line, len, "SOA ", 4) || memmem(line, len, "\tSOA", 4) ||
	       (len > 7 && memcmp(line, "serial ", 7) == 0);
}

static const char *
next_line(const char *at, size_t *len)
{
	while (*at && holds_serial(at, strcspn(at, "\n")))
		at += strcspn(at, "\n") + 1;
	*len = strcspn(at, "\n");
	return at;
}

/* A run that ended between what it wrote down of a serial and its publication has used it up. */
static bool
differ_in_serial(const struct file *a, const struct file *b)
{
	const char *i, *k;
	size_t n, m;

	if (!a || !b || !S_ISREG(a->is.st_mode) || !S_ISREG(b->is.st_mode) ||
	    (strncmp(a->path, "public/", 7) != 0 && strcmp(a->path, "zonepp.state") != 0))
		return false;
	for (i = a->data, k = b->data; (i = next_line(i, &n), k = next_line(k, &m), *i && *k);
	     i += n + 1, k += m + 1)
		if (n != m || memcmp(i, k, n) != 0)
			return false;
	return !*i && !*k;
}

static bool
is_verified(const struct sweep *sweep, const char *path)
{
	char line[2 * PATH_MAX];

	snprintf(line, sizeof(line),
	    "cd '%s' && { ! grep -q RRSIG '%s' || zonepp verify --at %s '%s'; } >/dev/null 2>&1",
	    sweep->folder, path, sweep->at ? sweep->at : "now", path);
	return strncmp(path, "public/", 7) != 0 || system(line) == 0;
}

/* The first file that is not as after the undisturbed run, but for serials. */
static const char *
differs_next(const struct sweep *sweep, const struct tree *now)
{
	const struct tree *good = &sweep->good.tree;
	const char *path = differs(sweep, now, good);

	for (size_t i = 0; path && i < now->n; i++) {
		const struct file *file = &now->files[i], *wanted = tree_find(good, file->path);

		if (!is_loose(sweep, file->path) && !file_same(file, wanted) &&
		    !((is_next_loose(sweep, file->path) || differ_in_serial(file, wanted)) &&
			is_verified(sweep, file->path)))
			return file->path;
	}
	for (size_t i = 0; path && i < good->n; i++)
		if (!is_loose(sweep, good->files[i].path) && !tree_find(now, good->files[i].path))
			return good->files[i].path;
	return NULL;
}

/* A key of which one file is there, and not the other one. */
static const char *
half_key(const struct tree *tree)
{
	for (size_t i = 0; i < tree->n; i++) {
		char path[PATH_MAX], *end;

		snprintf(path, sizeof(path), "%s", tree->files[i].path);
		if (fnmatch("keys/K*", path, 0) != 0 || is_temporary(path))
			continue;
		end = strrchr(path, '.');
		strcpy(end, strcmp(end, ".key") == 0 ? ".private" : ".key");
		if (!tree_find(tree, path))
			return tree->files[i].path;
	}
	return NULL;
}

static const char *
temporary_of(const struct tree *tree)
{
	for (size_t i = 0; i < tree->n; i++)
		if (is_temporary(tree->files[i].path))
			return tree->files[i].path;
	return NULL;
}

/* The first line of what hooks ran in `good` that is not in `now`. */
static const char *
not_run(const struct tree *good, const struct tree *now)
{
	static char line[256];
	const struct file *wanted = tree_find(good, "ran"), *ran = tree_find(now, "ran");
	const char *at = wanted ? wanted->data : "";

	for (; *at; at += strcspn(at, "\n") + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n") + 1, at);
		if (!ran || !strstr(ran->data, line))
			return line;
	}
	return NULL;
}

/* The first line of what it said that is not said without the fault. */
static const char *
news(const struct sweep *sweep, const char *said)
{
	static char line[512];

	for (; *said; said += strcspn(said, "\n"), said += *said == '\n') {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(said, "\n"), said);
		if (!strstr(sweep->good.err, line))
			return line;
	}
	return "";
}

static void
bad(struct sweep *sweep, const char *where, const char *what, const char *path,
    const struct outcome *outcome)
{
	if (++sweep->n_bad > TOLD_MOST && !sweep->only)
		return;
	printf("# %s: %s%s%s (status %d)\n", where, what, path ? ": " : "", path ? path : "",
	    outcome->status);
	printf("#    %s\n", news(sweep, outcome->err));
}

/* Does what was said name the path? */
static bool
is_named(const struct sweep *sweep, const char *path, const char *said)
{
	char text[PATH_MAX], *slash;

	if (!*said)
		return path && strcmp(path, sweep->err) == 0;
	if (!path || strcmp(path, sweep->err) == 0 || strncmp(path, "socket:", 7) == 0 ||
	    strncmp(path, "pipe:", 5) == 0)
		return true;
	if (strcmp(path, sweep->out) == 0)
		return strstr(said, "standard ") != NULL;
	if (*path == '/' && strncmp(path, sweep->folder, strlen(sweep->folder)) != 0)
		return true;
	snprintf(text, sizeof(text), "%s", path);
	slash = strrchr(text, '/');
	/* A file without a name, or with a temporary one, is told of by another; "." has none. */
	if (strcmp(text, sweep->folder) == 0 ||
	    (slash && (strcmp(slash, "/#") == 0 || slash[1] == '.')))
		return *news(sweep, said) != '\0';
	return strstr(said, slash ? slash + 1 : text) != NULL;
}

static void
judge_run(struct sweep *sweep, const char *where, const char *path, const struct outcome *now,
    int error, int ending)
{
	const char *file;

	if (now->late)
		bad(sweep, where, "it hangs", NULL, now);
	if ((file = is_half(sweep, &now->tree)))
		bad(sweep, where, "neither old nor new", file, now);
	if (ending != SIGKILL && error <= FAULT_DONE && (file = temporary_of(&now->tree)) &&
	    !strstr(where, "unlink"))
		bad(sweep, where, "left", file, now);
	if (ending != SIGKILL && (file = half_key(&now->tree)))
		bad(sweep, where, "half a key", file, now);
	if (now->is_outlived)
		bad(sweep, where, "a process outlives it", NULL, now);
	if (now->status == sweep->good.status) {
		if ((file = differs(sweep, &now->tree, &sweep->good.tree)))
			bad(sweep, where, "its status is good, and not its file", file, now);
		else if ((file = not_run(&sweep->good.tree, &now->tree)))
			bad(sweep, where, "its status is good, and it did not run", file, now);
		else if (sweep->n_loose == 0 && strcmp(now->out, sweep->good.out) != 0)
			bad(sweep, where, "its status is good, and it said", now->out, now);
		return;
	}
	if (ending) {
		if (now->status != 128 + ending)
			bad(sweep, where, "its status is no signal's", NULL, now);
		return;
	}
	if (error == FAULT_SHORT)
		bad(sweep, where, "half is no fault", NULL, now);
	if (now->status < 1 || now->status > 2)
		bad(sweep, where, "its status is none", NULL, now);
	if (!is_named(sweep, path, now->err))
		bad(sweep, where, "it does not name", path, now);
}

static void
judge_next(struct sweep *sweep, const char *where, const struct outcome *next)
{
	const char *file;

	if (next->status != sweep->good.status && next->status != sweep->again.status)
		bad(sweep, where, "the next run fails", NULL, next);
	else if ((file = differs_next(sweep, &next->tree)) &&
		 differs(sweep, &next->tree, &sweep->again.tree))
		bad(sweep, where, "the next run leaves another", file, next);
	else if ((file = not_run(&sweep->good.tree, &next->tree)))
		bad(sweep, where, "with the next run there did not run", file, next);
	if ((file = temporary_of(&next->tree)))
		bad(sweep, where, "the next run leaves", file, next);
}

/* --- What publication.c calls what is left --- */

static bool
any_changed(const struct tree *now, const struct tree *old, const char *pattern)
{
	for (size_t i = 0; i < now->n; i++)
		if (fnmatch(pattern, now->files[i].path, 0) == 0 &&
		    !file_same(&now->files[i], tree_find(old, now->files[i].path)))
			return true;
	return false;
}

static const char *const lefts[] = {
    ".zonepp/*.hook", "public/*", ".zonepp/*.build", "ran", "zonepp.state"};
static const char *const left_names[] = {"mark", "zone", "cache", "told", "history"};

enum { N_LEFTS = sizeof(lefts) / sizeof(lefts[0]) };

static void
note_left(struct sweep *sweep, const struct tree *now)
{
	unsigned left = 0;

	for (unsigned i = 0; i < N_LEFTS; i++)
		if (any_changed(now, &sweep->old, lefts[i]))
			left |= 1U << i;
	sweep->left[left]++;
}

static void
tell_left(const struct sweep *sweep)
{
	for (unsigned left = 0; left < LEFT_MOST; left++) {
		if (!sweep->left[left])
			continue;
		printf("left");
		for (unsigned i = 0; i < N_LEFTS; i++)
			if (left & 1U << i)
				printf(" %s", left_names[i]);
		printf(": %zu\n", sweep->left[left]);
	}
}

/* --- Cases --- */

static void
one(struct sweep *sweep, const struct fault *fault, long allocation, const char *where,
    const char *path)
{
	struct outcome now, next;
	struct run run = {.preload = allocation ? sweep->preload : NULL};
	int ending = fault->what == DO_SIGNAL ? fault->error : 0;
	bool fired;

	begin_anew(sweep);
	if (allocation) {
		atomic_store(&sweep->allocations->n, 0);
		atomic_store(&sweep->allocations->at, allocation);
	}
	run_once(sweep, fault, &run, &now);
	fired = allocation ? atomic_load(&sweep->allocations->n) >= allocation : run.fired;
	sweep->n_missed += !fired;
	sweep->n_cases += fired;
	if (sweep->only) {
		printf("# status %d, %s\n%s", now.status, news(sweep, now.err), now.err);
		exit(0); /* and the folder is as it was left */
	}
	judge_run(sweep, where, path, &now, fault->what == DO_FAIL ? fault->error : 0, ending);
	if (sweep->tells_left)
		note_left(sweep, &now.tree);
	if (differs(sweep, &now.tree, &sweep->old) || any_changed(&now.tree, &sweep->old, "*")) {
		struct run again = {0};

		run_once(sweep, &(struct fault){0}, &again, &next);
		judge_next(sweep, where, &next);
		outcome_free(&next);
	}
	outcome_free(&now);
}

/* Is the case with this number, from 1, to be tried? */
static bool
is_tried(const struct sweep *sweep, size_t number)
{
	if (sweep->only)
		return number == sweep->only;
	return number % sweep->every == sweep->from % sweep->every;
}

static size_t
of_call(struct sweep *sweep, size_t k, size_t number)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
	const struct made *made = &sweep->made[k];
	const int *errors = sweep->mode == ERRORS ? calls[made->call].errors : signals;
	size_t n = sweep->mode == ERRORS ? ERRORS_MOST : sweep->mode == END ? 3 : 1;

	for (size_t i = 0; i < n && errors[i]; i++) {
		struct fault fault = {sweep->mode == ERRORS ? DO_FAIL : DO_SIGNAL, *made,
		    sweep->mode == KILL ? SIGKILL : errors[i], NULL, NULL};
		char where[PATH_MAX + 128], room[64];

		if (!is_tried(sweep, ++number))
			continue;
		snprintf(where, sizeof(where), "%zu: %s %s (%zu) %s", number,
		    calls[made->call].name, made->path ? made->path : "", made->n,
		    sweep->mode == ERRORS ? fault_name(fault.error, room) : strsignal(fault.error));
		one(sweep, &fault, 0, where, made->path);
	}
	return number;
}

static void
sweep_calls(struct sweep *sweep)
{
	size_t number = 0;

	for (size_t k = 0; k < sweep->n_made; k++)
		number = of_call(sweep, k, number);
}

static void
sweep_memory(struct sweep *sweep)
{
	struct outcome now;
	struct run run = {.preload = sweep->preload};
	long n;

	begin_anew(sweep);
	atomic_store(&sweep->allocations->n, 0);
	atomic_store(&sweep->allocations->at, 0);
	run_once(sweep, &(struct fault){0}, &run, &now);
	outcome_free(&now);
	n = atomic_load(&sweep->allocations->n);
	for (long k = 1; k <= n; k++) {
		char where[64];

		if (!is_tried(sweep, (size_t)k))
			continue;
		snprintf(where, sizeof(where), "allocation %ld", k);
		one(sweep, &(struct fault){0}, k, where, NULL);
	}
	sweep->n_made = (size_t)n;
}

static void
map_allocations(struct sweep *sweep)
{
	char path[PATH_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/allocations", sweep->work);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*sweep->allocations)) < 0)
		fatal(path);
	sweep->allocations =
	    mmap(NULL, sizeof(*sweep->allocations), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	setenv("FAIL_MEMORY", path, 1);
}

static void
prepare(struct sweep *sweep)
{
	struct run first = {.lists = true}, second = {0};

	snprintf(sweep->folder, sizeof(sweep->folder), "%s/project", sweep->work);
	snprintf(sweep->out, sizeof(sweep->out), "%s/out", sweep->work);
	snprintf(sweep->err, sizeof(sweep->err), "%s/err", sweep->work);
	if (mkdir(sweep->folder, 0777) < 0 && errno != EEXIST)
		fatal(sweep->folder);
	if (tree_read(&sweep->old, sweep->project, NULL) < 0)
		fatal(sweep->project);
	if (tree_read(&sweep->cur, sweep->folder, NULL) < 0)
		fatal(sweep->folder);
	map_allocations(sweep);
	begin_anew(sweep);
	run_once(sweep, &(struct fault){0}, &first, &sweep->good);
	sweep->made = first.made;
	sweep->n_made = first.n_made;
	run_once(sweep, &(struct fault){0}, &second, &sweep->again);
}

static void
options(struct sweep *sweep, int argc, char **argv)
{
	static const char *const modes[] = {"errors", "kill", "end", "memory"};
	int option;

	while ((option = getopt(argc, argv, "+m:e:o:p:i:n:lx:t:")) != -1) {
		switch (option) {
		case 'm':
			for (int i = 0; i < 4; i++)
				if (strcmp(optarg, modes[i]) == 0)
					sweep->mode = (enum mode)i;
			break;
		case 'e':
			sweep->every = strtoul(optarg, NULL, 10);
			break;
		case 'o':
			sweep->from = strtoul(optarg, NULL, 10);
			break;
		case 'x':
			sweep->only = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			sweep->preload = optarg;
			break;
		case 'n':
			if (sweep->n_next_loose < LOOSE_MOST)
				sweep->next_loose[sweep->n_next_loose++] = optarg;
			break;
		case 't':
			sweep->at = optarg;
			break;
		case 'l':
			sweep->tells_left = true;
			break;
		case 'i':
			if (sweep->n_loose < LOOSE_MOST)
				sweep->loose[sweep->n_loose++] = optarg;
			break;
		default:
			fputs(USAGE, stderr);
			exit(3);
		}
	}
	if (argc - optind < 3 || sweep->every == 0) {
		fputs(USAGE, stderr);
		exit(3);
	}
	sweep->project = argv[optind];
	sweep->work = realpath(argv[optind + 1], NULL); /* the command works elsewhere */
	if (!sweep->work)
		fatal(argv[optind + 1]);
	sweep->argv = argv + optind + 2;
}

int
main(int argc, char **argv)
{
	struct sweep sweep = {.every = 1};

	setvbuf(stdout, NULL, _IOLBF, 0);

	options(&sweep, argc, argv);
	prepare(&sweep);
	if (sweep.good.status > 1)
		printf("# undisturbed, the status is %d: %s", sweep.good.status, sweep.good.err);
	if (sweep.mode == MEMORY)
		sweep_memory(&sweep);
	else
		sweep_calls(&sweep);
	tell_left(&sweep);
	printf("%zu calls, %zu cases, %zu missed, %zu bad\n", sweep.n_made, sweep.n_cases,
	    sweep.n_missed, sweep.n_bad);
	return sweep.n_bad > 0;
}

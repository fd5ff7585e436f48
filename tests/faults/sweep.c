/* Runs a command of zonepp again and again in a copy of a project; each time one call to the
 * system, or one allocation, does not go well, or a signal comes ahead of it. After each run, and
 * after the next one that nothing disturbs, the files are judged. See the usage below; sweep.t has
 * the table.
 *
 * A run with the status of the undisturbed one must leave what that leaves, and say it; another one
 * must tell why, by the path. Whatever happens, each published file is as before or as it is to be,
 * and the next run makes all files what they would have been, and leaves no temporary one. */
#define _GNU_SOURCE
#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char USAGE[] =
    "usage: sweep -m errors|kill|end|replace|memory [-e EVERY] [-o FROM] [-x NUMBER] [-p PRELOAD]\n"
    "             [-i LOOSE]... [-n LOOSE]... [-s SAID] [-t TIME] [-r COMING:REPLACED] [-l]\n"
    "             PROJECT WORK COMMAND...\n";

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

/* --- Cases --- */

static void
one(struct sweep *sweep, const struct fault *fault, long allocation, const struct disturbance *is)
{
	struct outcome now, next;
	struct run run = {.preload = allocation ? sweep->preload : NULL};
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
		printf("# status %d, %s\n%s", now.status, judge_news(sweep, now.err), now.err);
		exit(0); /* and the folder is as it was left */
	}
	judge_run(sweep, is, &now);
	if (sweep->tells_left)
		judge_count_left(sweep, &now.tree);
	if (judge_left_any(sweep, &now.tree)) {
		struct run again = {0};

		run_once(sweep, &(struct fault){0}, &again, &next);
		judge_next(sweep, is, &next);
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

/* One file takes the place of another, as a renewed certificate does. */
static void
replace(void *ctx)
{
	const struct sweep *sweep = ctx;
	char from[2 * PATH_MAX], to[2 * PATH_MAX];

	snprintf(from, sizeof(from), "%s/%s", sweep->folder, sweep->coming);
	snprintf(to, sizeof(to), "%s/%s", sweep->folder, sweep->replaced);
	if (rename(from, to) < 0)
		fatal(from);
}

static const int END_BY[ERRORS_MOST] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM},
		 KILL_BY[ERRORS_MOST] = {SIGKILL}, ONCE[ERRORS_MOST] = {1};

static const int *
variants(const struct sweep *sweep, const struct made *made)
{
	switch (sweep->mode) {
	case ERRORS:
		return calls[made->call].errors;
	case KILL:
		return KILL_BY;
	case END:
		return END_BY;
	case REPLACE:
		return ONCE;
	case MEMORY:
		break;
	}
	abort();
}

static size_t
of_call(struct sweep *sweep, size_t k, size_t number)
{
	const struct made *made = &sweep->made[k];
	const int *variant = variants(sweep, made);

	for (size_t i = 0; i < ERRORS_MOST && variant[i]; i++) {
		struct fault fault = {.what = DO_SIGNAL, .at = *made, .error = variant[i]};
		char where[PATH_MAX + 128], room[64];
		struct disturbance is = {.where = where, .path = made->path};

		if (!is_tried(sweep, ++number))
			continue;
		if (sweep->mode == ERRORS) {
			fault.what = DO_FAIL;
			is.error = fault.error;
		} else if (sweep->mode == REPLACE) {
			fault = (struct fault){
			    .what = DO_ACT, .at = *made, .act = replace, .ctx = sweep};
		} else {
			is.ending = fault.error;
		}
		snprintf(where, sizeof(where), "%zu: %s %s (%zu) %s", number,
		    calls[made->call].name, made->path ? made->path : "", made->n,
		    is.error    ? fault_name(fault.error, room)
		    : is.ending ? strsignal(fault.error)
				: sweep->coming);
		one(sweep, &fault, 0, &is);
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
		one(sweep, &(struct fault){0}, k, &(struct disturbance){.where = where});
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
	if (sweep->mode == REPLACE) {
		struct run other = {0};

		begin_anew(sweep);
		replace(sweep);
		run_once(sweep, &(struct fault){0}, &other, &sweep->other);
	}
}

static void
options(struct sweep *sweep, int argc, char **argv)
{
	static const char *const modes[] = {"errors", "kill", "end", "replace", "memory"};
	int option;

	while ((option = getopt(argc, argv, "+m:e:o:p:i:n:s:lr:x:t:")) != -1) {
		switch (option) {
		case 'm':
			for (int i = 0; i < 5; i++)
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
		case 's':
			sweep->said_next = optarg;
			break;
		case 'r':
			sweep->coming = strtok(optarg, ":");
			sweep->replaced = strtok(NULL, ":");
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
	judge_tell_left(&sweep);
	printf("%zu calls, %zu cases, %zu missed, %zu bad\n", sweep.n_made, sweep.n_cases,
	    sweep.n_missed, sweep.n_bad);
	return sweep.n_bad > 0;
}

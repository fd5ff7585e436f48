#define _GNU_SOURCE
#include "sweep.h"

#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static bool
is_replaced(const struct sweep *sweep, const char *path)
{
	return sweep->mode == REPLACE &&
	       (strcmp(path, sweep->coming) == 0 || strcmp(path, sweep->replaced) == 0);
}

/* A published file, or another one but for the state and the lock file, that is neither as before
 * nor as it is to be. */
static const char *
is_half(const struct sweep *sweep, const struct tree *tree)
{
	for (size_t i = 0; i < tree->n; i++) {
		const struct file *file = &tree->files[i];

		if (is_loose(sweep, file->path) || is_temporary(file->path) ||
		    is_replaced(sweep, file->path) || S_ISDIR(file->is.st_mode) ||
		    strcmp(file->path, "zonepp.state") == 0 ||
		    strcmp(file->path, "zonepp.lock") == 0)
			continue;
		if (!file_same(file, tree_find(&sweep->old, file->path)) &&
		    !file_same(file, tree_find(&sweep->good.tree, file->path)) &&
		    !file_same(file, tree_find(&sweep->other.tree, file->path)))
			return file->path;
	}
	for (size_t i = 0; i < sweep->old.n; i++) {
		const char *path = sweep->old.files[i].path;

		if (!is_loose(sweep, path) && !is_replaced(sweep, path) && !tree_find(tree, path) &&
		    tree_find(&sweep->good.tree, path))
			return path;
	}
	return NULL;
}

/* Of a zone file, the lines of the SOA and of its signature; of the state, those of serials, and of
 * failures that were told of. */
static bool
may_differ(const char *line, size_t len)
{
	return memmem(line, len, " failed ", 8) || memmem(line, len, "SOA ", 4) ||
	       memmem(line, len, "\tSOA", 4) || (len > 7 && memcmp(line, "serial ", 7) == 0);
}

static const char *
next_line(const char *at, size_t *len)
{
	while (*at && may_differ(at, strcspn(at, "\n")))
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
	const struct tree *good = sweep->mode == REPLACE ? &sweep->other.tree : &sweep->good.tree;
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
const char *
judge_news(const struct sweep *sweep, const char *said)
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
bad(struct sweep *sweep, const struct disturbance *is, const char *what, const char *path,
    const struct outcome *outcome)
{
	if (++sweep->n_bad > TOLD_MOST && !sweep->only)
		return;
	printf("# %s: %s%s%s (status %d)\n", is->where, what, path ? ": " : "", path ? path : "",
	    outcome->status);
	printf("#    %s\n", judge_news(sweep, outcome->err));
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
	if (strcmp(text, sweep->folder) == 0 || strcmp(text, ".") == 0 ||
	    (slash && (strcmp(slash, "/#") == 0 || slash[1] == '.')))
		return *judge_news(sweep, said) != '\0';
	return strstr(said, slash ? slash + 1 : text) != NULL;
}

/* Where the end of a published file cannot be read, another one of the same contents takes its
 * place: it is changed. */
static bool
is_mended(const struct disturbance *is)
{
	return is->error && is->path && strstr(is->path, "/public/");
}

void
judge_run(struct sweep *sweep, const struct disturbance *is, const struct outcome *now)
{
	const char *file;

	if (now->late)
		bad(sweep, is, "it hangs", NULL, now);
	if ((file = is_half(sweep, &now->tree)))
		bad(sweep, is, "neither old nor new", file, now);
	if (is->ending != SIGKILL && is->error <= FAULT_DONE && !strstr(is->where, "unlink") &&
	    (file = temporary_of(&now->tree)))
		bad(sweep, is, "left", file, now);
	if (is->ending != SIGKILL && (file = half_key(&now->tree)))
		bad(sweep, is, "half a key", file, now);
	if (now->is_outlived)
		bad(sweep, is, "a process outlives it", NULL, now);
	if (sweep->mode == REPLACE) {
		if (now->status != sweep->good.status)
			bad(sweep, is, "it fails", NULL, now);
		return;
	}
	if (now->status == sweep->good.status) {
		if ((file = differs(sweep, &now->tree, &sweep->good.tree)))
			bad(sweep, is, "its status is good, and not its file", file, now);
		else if ((file = not_run(&sweep->good.tree, &now->tree)))
			bad(sweep, is, "its status is good, and it did not run", file, now);
		else if (sweep->n_loose == 0 && !is_mended(is) &&
			 strcmp(now->out, sweep->good.out) != 0)
			bad(sweep, is, "its status is good, and it said", now->out, now);
		return;
	}
	if (is->ending) {
		if (now->status != 128 + is->ending)
			bad(sweep, is, "its status is no signal's", NULL, now);
		return;
	}
	if (is->error == FAULT_SHORT)
		bad(sweep, is, "half is no fault", NULL, now);
	if (now->status < 1 || now->status > 2)
		bad(sweep, is, "its status is none", NULL, now);
	if (sweep->mode == MEMORY && now->status == 1)
		bad(sweep, is, "want of memory is no finding", NULL, now);
	if (!is_named(sweep, is->path, now->err))
		bad(sweep, is, "it does not name", is->path, now);
}

void
judge_next(struct sweep *sweep, const struct disturbance *is, const struct outcome *next)
{
	const char *file;

	if ((file = temporary_of(&next->tree)))
		bad(sweep, is, "the next run leaves", file, next);
	if (sweep->said_next && next->status == 2 && strstr(next->err, sweep->said_next))
		return;
	if (next->status != sweep->good.status && next->status != sweep->again.status)
		bad(sweep, is, "the next run fails", NULL, next);
	else if ((file = differs_next(sweep, &next->tree)) &&
		 differs(sweep, &next->tree, &sweep->again.tree))
		bad(sweep, is, "the next run leaves another", file, next);
	else if ((file = not_run(&sweep->good.tree, &next->tree)))
		bad(sweep, is, "with the next run there did not run", file, next);
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

bool
judge_left_any(const struct sweep *sweep, const struct tree *now)
{
	return differs(sweep, now, &sweep->old) || any_changed(now, &sweep->old, "*");
}

static const char *const lefts[] = {
    ".zonepp/[!.]*.hook", "public/[!.]*", ".zonepp/[!.]*.build", NULL, "zonepp.state"};
static const char *const left_names[] = {"mark", "zone", "cache", "told", "history"};

enum { N_LEFTS = sizeof(lefts) / sizeof(lefts[0]) };

/* Did the hook that tells servers run? */
static bool
is_told(const struct tree *now)
{
	const struct file *ran = tree_find(now, "ran");

	return ran && strstr(ran->data, "changed ");
}

void
judge_count_left(struct sweep *sweep, const struct tree *now)
{
	unsigned left = 0;

	for (unsigned i = 0; i < N_LEFTS; i++)
		if (lefts[i] ? any_changed(now, &sweep->old, lefts[i]) : is_told(now))
			left |= 1U << i;
	sweep->left[left]++;
}

void
judge_tell_left(const struct sweep *sweep)
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

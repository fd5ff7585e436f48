#define _GNU_SOURCE
#include "base/access.h"

#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <unistd.h>

static bool
is_open(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & (S_IRWXG | S_IRWXO));
}

void
access_print(struct buf *b, const struct stat *st)
{
	if (is_open(st))
		buf_printf(b, "mode %03o\n", (unsigned)st->st_mode & 0777);
}

/* Returns whether there is no need to tell it again, which counts for `*result`. */
static bool
is_told(const struct diags *diags, const char *path, enum problem problem, int *result)
{
	*result = diag_severity(diags, problem) == SEVERITY_ERROR ? -1 : 0;
	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i].problem == problem && diags->items[i].place.path &&
		    strcmp(diags->items[i].place.path, path) == 0)
			return true;
	return false;
}

int
access_judge(struct diags *diags, const char *path, const char *what, const struct stat *st)
{
	int result;

	if (!is_open(st))
		return 0;
	if (is_told(diags, path, S_KEY_MODE, &result))
		return result;
	return diag_add_path(diags, path, S_KEY_MODE,
	    "%s has mode %03o: others than its owner have access to it", what,
	    (unsigned)st->st_mode & 0777);
}

/* --- Once --- */

static int
by_path(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Was the file told of before? */
static bool
is_again(struct access_told *told, const struct diag *d)
{
	const char *path = d->place.path;

	if (d->problem != S_KEY_MODE || d->severity == SEVERITY_ERROR || !path)
		return false;
	if (tfind(path, &told->paths, by_path))
		return true;
	tsearch(arena_text(&told->a, path, strlen(path)), &told->paths, by_path);
	return false;
}

void
access_tell_once(struct access_told *told, struct diags *diags)
{
	size_t kept = 0;

	for (size_t i = 0; i < diags->n; i++) {
		if (is_again(told, &diags->items[i]))
			diags->n_severity[diags->items[i].severity]--;
		else
			diags->items[kept++] = diags->items[i];
	}
	diags->n = kept;
}

static void
keep(void *path)
{
	(void)path; /* its arena frees it */
}

void
access_told_free(struct access_told *told)
{
	tdestroy(told->paths, keep);
	arena_free(&told->a);
}

/* Found: the files that `from` of the project file finds, which are the templates of zones that it
 * does not list. Called by zone.c. */
#ifndef PROJECT_FOUND_H
#define PROJECT_FOUND_H

#include "base/file.h"

struct found {
	struct arena a;     /* of all of it */
	const char **paths; /* absolute, sorted by their octets */
	size_t n, cap;
	const char **folders; /* that were looked through, absolute */
	size_t n_folders, cap_folders;
};

/* Finds the files of which each name on the path fits that of `pattern`, an absolute path: `*`, `?`
 * and `[...]` stand for what they do in the shell, never for a `/` nor for a dot that a name begins
 * with. Folders are none. Returns 0, or -1 with problems added at `pos`. */
int
found_files(struct diags *diags, struct pos pos, const struct roots *roots, const char *pattern,
    struct found *out);

/* What stands for each {zone} of `template`, which has one at least, in `path`. Returns false where
 * that is not the same text, or the path differs elsewhere. */
bool
found_name(const char *template, const char *path, struct text *name);

#endif

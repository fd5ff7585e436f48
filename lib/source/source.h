/* Sources: from what a directive names to the files that it means. A folder means the files in it
 * whose names end as those of certificates do, a pattern (`*`, `?`, `[...]` in any part of a path)
 * the files that match it. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "base/file.h"

enum { SOURCE_FILES_MOST = 1024 };

struct source_file {
	const char *path;
	const char *label; /* the path as it would be written in the directive */
};

struct source_files {
	struct source_file *items; /* sorted within each folder */
	size_t n;
	bool many; /* a folder or pattern, which may mean any number of files */
};

/* Is there a wildcard in `written`? */
bool
source_is_pattern(const char *written);

/* Does the name end as those of certificates do? */
bool
source_is_certificate_name(const char *name);

/* Finds the files of a source, whose path starts beside the file `base`. `literal`: it is no
 * pattern whatever it looks like. A single file need not exist. Those that the lock file has count
 * where it may stand in for them. Returns 0, or -1 with one problem
 * added at `pos`. */
int
source_find(struct diags *diags, struct pos pos, const struct roots *roots, const char *base,
    const char *written, bool literal, struct source_files *out);

#endif

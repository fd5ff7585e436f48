/* Checking plain template files, which belong to no project, side by side; the zones of a project
 * are checked by build.h. */
#ifndef PUBLISH_CHECK_H
#define PUBLISH_CHECK_H

#include "publish/load.h"

struct check_file {
	struct load_options load;
	struct diags diags; /* the file's own problems; diags_free is due */
};

struct check_options {
	unsigned n_workers;
	bool prove; /* judge the certificates by the records (check/prove.h) */
};

/* Looks at each of the `n` files: as a zone that is neither signed nor known to be unsigned.
 * Returns 0, or -1 where an error was found in one. */
int
check_files(struct check_file *files, size_t n, const struct check_options *options);

#endif

/* New files that appear whole or not at all, and never in the place of another. */
#ifndef BASE_CREATE_H
#define BASE_CREATE_H

#include "base/diag.h"

#include <sys/types.h>

struct new_file {
	const char *name; /* in the folder */
	mode_t mode;      /* whatever the umask; nobody else can read it before it has that mode */
	struct text text;
	bool stands; /* has a temporary name (leftover.h) before any has its own, even if the run
		      * ends: whoever finds it there may give it its name */
};

/* Creates the files in `folder`, and syncs them together. None has its name before all of them are
 * on the disk, and their names are when this returns. Returns -1 with F_WRITE added, also where
 * there is something of such a name, which stays as it is: then none of them is there. Each is open
 * for a while: mind their number. */
int
create_files(struct diags *diags, const char *folder, const struct new_file *files, size_t n);

#endif

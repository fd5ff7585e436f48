/* Confinement: which file a path leads to, where the path or the symbolic links on its way are not
 * the operator's. Templates and repositories come from pull requests. Each step is taken from the
 * folder that is held open, without following links, and each link is read and walked by the same
 * rules: whatever is exchanged meanwhile, the folders that the kernel has opened decide, and no
 * name is looked at twice. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The folders that may be entered, as file_absolute() writes them. NULL pointers to roots: all.
 *
 * What lies in `project` and `beside` is a stranger's: links there must end in these or in an
 * `allowed` folder. What an allowed folder holds is the operator's, and its own links may lead
 * anywhere. One that lies in the project must be reached there without links, or it allows nothing.
 *
 * With `strict`, for files that zonepp writes, the path is the operator's word, and in the project
 * only what it says: links there lead into `allowed` folders alone, and so does a link in the
 * file's own place, unless it stays in the folder, outside the project, that the path names. */
struct roots {
	const char *project; /* or NULL: without another folder, nothing may be entered */
	const char *const *allowed;
	size_t n_allowed;
	const char *beside; /* or NULL */
	bool strict;
	/* What many calls need not ask for again; 0 and NULL: each does. */
	int project_fd;  /* of the folder `project` (O_PATH), whatever bears the name meanwhile */
	const char *cwd; /* the working folder, in which relative paths begin */
};

/* Opens the file at `path`, or the folder with O_DIRECTORY; with O_CREAT, a new file has the mode
 * 0666, and its folders are made. Returns -1 with errno set; EXDEV where the path leads out, and
 * wherever that is all that a stranger may learn. */
int
confine_open(const struct roots *roots, const char *path, int flags);

/* Opens the folder (O_PATH) in which the path, its links resolved, ends, and puts the last name
 * there into `name`: whatever bears it is no link, unless it was put there since. `make` makes
 * folders that are missing. Returns -1 as confine_open. */
int
confine_folder(const struct roots *roots, const char *path, bool make, char name[NAME_MAX + 1]);

/* Is `path`, an absolute one, `folder` or below it, by text alone? */
bool
confine_is_below(const char *path, const char *folder);

#endif

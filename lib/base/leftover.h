/* Leftovers: files of the name .FILE.PID.zonepp-tmp, which hold what is to become FILE where the
 * file system knows no unnamed files, and for a moment wherever a file is replaced. Those of this
 * run vanish with it if a signal ends it; those of runs that were killed, when FILE is written
 * again. One that stands, because another file has changed by then that belongs to FILE, tells that
 * FILE is still to be made of it. Folders that a run makes for itself vanish likewise when a signal
 * ends it. */
#ifndef BASE_LEFTOVER_H
#define BASE_LEFTOVER_H

#include "base/arena.h"

#include <sys/types.h>

/* The temporary name of this run for `file`, the name of a file in its folder; in `a`. */
char *
leftover_name(struct arena *a, const char *file);

/* May `name` be such a name? */
bool
leftover_is(const char *name);

/* Is `name` such a name, of the file called `file`? */
bool
leftover_is_of(const char *name, const char *file);

/* The file that such a name is of; in `a`. NULL: it is no such name, or one that was shortened. */
const char *
leftover_file(struct arena *a, const char *name);

/* The names in that folder that are such, of any file and run; in `a`. Returns their number. */
size_t
leftover_list(struct arena *a, int folder_fd, char ***names);

/* From here on, the signals by which others end programs remove what is announced, give back what
 * was taken of make (jobserver.h), and end the program as without this. One that is ignored stays
 * so. For main(). */
void
leftover_watch(void);

/* Does the same and leaves the end to the caller; async-signal-safe. Returns in one thread of this
 * process alone, and without more in its children. */
void
leftover_end(void);

struct leftover;

/* Announces that the file or folder `name` is made next, in the folder that is open as `folder_fd`:
 * until leftover_made or leftover_gone, signals wait. Returns NULL where too many are announced: it
 * stays if a signal comes. */
struct leftover *
leftover_add(int folder_fd, const char *name);

/* It was made. NULL: no-op. */
void
leftover_made(struct leftover *leftover);

/* It was not made, has another name by now, is removed, or stands whatever comes; ahead of the
 * closing of its folder. NULL: no-op. */
void
leftover_gone(struct leftover *leftover);

/* Removes what earlier runs left of `file` in that folder: regular files that are this user's or
 * `owner`'s, of processes that are no more. What cannot be removed stays. The folder is read once
 * for all its files. */
void
leftover_sweep(int folder_fd, const char *file, uid_t owner);

#endif

/* What the files behind key.h share. */
#ifndef DNSSEC_KEY_PART_H
#define DNSSEC_KEY_PART_H

#include "dnssec/keyfile.h"

#include <sys/types.h>

enum {
	PRIVATE_LONGEST = 16384, /* octets of a .private file; RSA with 4096 bits has 3300 */
};

/* Length of a file name without .key or .private; 0 if it ends in neither. */
size_t
key_stem_len(const char *name);

/* The path without .key or .private, and what its last part says. Returns NULL with S_KEY_FILE
 * added where that is no name of a key. */
const char *
key_base(struct arena *a, struct diags *diags, const char *path, struct keyfile_name *name);

/* What the two files of a key say, at least one of which is there. */
struct key_pair {
	const char *public_path, *private_path;
	bool has_public, has_private;
	struct keyfile_public public_key;
	struct keyfile_private private_key; /* its secrets are in the room */
	/* A run ended between the two files: what is said of the .key file is said by this one,
	 * which is to be renamed to it, in its folder; or NULL. */
	const char *unfinished;
};

/* Reads both files, which must fit their name and each other; dates are not compared. `room` has
 * PRIVATE_LONGEST octets, and is the caller's to cleanse; without it the .private file is looked
 * for, and not read. Returns -1 with a problem added. */
int
key_pair_read(struct arena *a, struct diags *diags, const struct roots *roots, const char *base,
    const struct keyfile_name *name, char *room, struct key_pair *out);

/* Is what the .key file says fit for this file name? Returns 0, or -1 with a problem added. */
int
key_check_public(struct diags *diags, const char *path, const struct keyfile_name *name,
    const struct keyfile_public *public_key);

/* Loads a .key file; `text->data` is NULL where it lacks and may. */
int
key_load_public(struct diags *diags, const struct roots *roots, const char *path, bool may_lack,
    struct text *text);

/* Where a run that wrote both files has ended ahead of the .key file, that is still to come: takes
 * it for what is there. Its dates are those of the .private file, if that was read. */
void
key_pair_take_unfinished(struct arena *a, const struct roots *roots, const char *base,
    const struct keyfile_name *name, bool is_read, struct key_pair *pair);

/* Does the rest: renames `unfinished`; NULL: no-op. Of who holds the lock on keys. Returns 0, or -1
 * with one problem added. */
int
key_pair_finish(
    struct diags *diags, const struct roots *roots, const char *base, const char *unfinished);

/* Adds that the .key file is not there. Returns -1. */
int
key_pair_refuse_lone(struct diags *diags, const struct key_pair *pair, uint16_t tag);

/* Loads a .private file into `room`, with a warning where others may read it; `text->data` is NULL
 * if there is none. Returns -1 with a problem added. */
int
key_load_private(struct diags *diags, const struct roots *roots, const char *path, char *room,
    struct text *text);

/* As key_load_private, without reading it. */
int
key_find_private(struct diags *diags, const struct roots *roots, const char *path, bool *there);

/* Warns where others may read the file of a token's PIN. */
void
key_judge_pin(struct diags *diags, const char *path);

/* Reads all of a .private file, at most `room` octets. Returns their number, or -1 with errno set.
 */
ssize_t
key_read_private(int fd, char *out, size_t room);

/* Is there any but Created? */
bool
key_has_dates(const int64_t time[N_KEY_TIMES]);

/* Compares the dates that count with those of the .key file's comments, which may be without any.
 * Returns -1 with S_KEY_TIMES added at `path`. */
int
key_compare_comments(struct diags *diags, const char *path, uint16_t tag,
    const int64_t time[N_KEY_TIMES], const int64_t comments[N_KEY_TIMES]);

/* Leaves one of each key that came by several files, and sorts the keys. Returns -1 with problems
 * added where the files contradict each other. */
int
keys_settle(struct diags *diags, struct keys *keys);

#endif

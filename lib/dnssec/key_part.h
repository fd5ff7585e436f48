/* What the files behind key.h share. */
#ifndef DNSSEC_KEY_PART_H
#define DNSSEC_KEY_PART_H

#include "dnssec/key.h"

#include <sys/types.h>

enum {
	PRIVATE_LONGEST = 16384, /* octets of a .private file; RSA with 4096 bits has 3300 */
};

/* Length of a file name without .key or .private; 0 if it ends in neither. */
size_t
key_stem_len(const char *name);

/* Reads all of a .private file, at most `room` octets. Returns their number, or -1 with errno set.
 */
ssize_t
key_read_private(int fd, char *out, size_t room);

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

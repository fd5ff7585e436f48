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

#endif

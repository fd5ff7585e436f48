/* OpenPGP keys (RFC 4880, RFC 9580) as files: reads one transferable public key, binary or in ASCII
 * armour, and checks that it is whole and that nothing secret is in it. Its signatures are not
 * verified: clients do that. Nothing of a file gets into messages but numbers of lines. */
#ifndef SOURCE_OPENPGP_H
#define SOURCE_OPENPGP_H

#include "base/diag.h"

enum { OPENPGP_FILE_LARGEST = 1 << 20 };

struct openpgp_key {
	struct bytes data;       /* its packets, as they stand in the file */
	const char *fingerprint; /* hexadecimal */
	struct text *users;      /* its user IDs */
	size_t n_users;
};

/* Does a file look like OpenPGP's at all? */
bool
openpgp_is(struct text contents);

/* Reads the key of a file; `out` lives in `a`. A secret key is refused, and so are several keys.
 * Returns 0, or -1 with one problem added at `pos`. */
int
openpgp_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, struct openpgp_key *out);

/* Has the key a user ID `address` or `name <address>`? Case does not matter. */
bool
openpgp_names(const struct openpgp_key *key, const char *address);

#endif

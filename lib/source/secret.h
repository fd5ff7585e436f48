/* Passwords of encrypted sources, by the option pass=env:NAME or pass=file:PATH. Nobody is ever
 * asked for one, and no message holds one. */
#ifndef SOURCE_SECRET_H
#define SOURCE_SECRET_H

#include "base/file.h"

enum { SECRET_LONGEST = 1000 }; /* octets */

struct secret {
	const char *spec; /* "env:NAME", "file:PATH"; NULL: none is given */
	char *data;       /* not ended by '\0' */
	size_t len;
	bool owned;   /* wiped by secret_end */
	bool missing; /* it is given, and cannot be had here: the lock file must do */
};

/* The environment variables that templates may name: these come from strangers, who could find out
 * what any other holds by guessing. */
struct secrets {
	const char *const *names;
	size_t n;
};

/* Is it what a variable may be called: letters, digits and underscores, no digit first? */
bool
secret_is_name(const char *name);

/* Does `spec` name a password? Returns 0, or -1 with one problem added at `pos`, which does not
 * quote it: it may be the password itself. */
int
secret_check(struct diags *diags, struct pos pos, const char *spec);

/* Reads the password that `spec` names; paths start beside the file `base`. A variable must be one
 * of `secrets`, whether it is set or not; NULL: it may be any, for the operator names it. One
 * newline at the end of a file does not belong to it. Where the lock file may stand in
 * (locked.h), one that cannot be had here is `missing`. Returns 0, or -1 with one problem added at
 * `pos`; either way secret_end is due. */
int
secret_read(struct diags *diags, struct pos pos, const struct secrets *secrets,
    const struct roots *roots, const char *base, const char *spec, struct secret *out);

/* Warns where others may read the file of a secret, which is called `what` (base/access.h); who may
 * becomes an input. Returns -1 where that is an error, else 0. */
int
secret_judge_access(
    struct diags *diags, const struct roots *roots, const char *path, const char *what);

/* Wipes it from memory. */
void
secret_end(struct secret *secret);

#endif

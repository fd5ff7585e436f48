/* Which certificate of a file a record is about, found by who issued whom and never by position.
 * Where the file leaves a choice, nothing is guessed: the message says what to write instead. The
 * choices are those of RFC 6698 section 2.1.1, for TLSA and the record types that took over its
 * usages. */
#ifndef DANE_PICK_H
#define DANE_PICK_H

#include "source/cert.h"

enum pick {
	PICK_LEAF, /* the end entity: issued none of the others, or has its private key in the file;
		    * of several such, the only one that is no CA */
	PICK_LEAF_SAID, /* PICK_LEAF by the author's word: a CA that names a host may be meant */
	PICK_TOP,       /* the topmost CA */
	PICK_ROOT,      /* the topmost CA, which must be self-signed */
	PICK_ISSUER,    /* the CA that issued the end entity */
	PICK_ALL,       /* each CA */
};

/* Does it mean the server's own certificate, and no CA? */
static inline bool
pick_is_leaf(enum pick pick)
{
	return pick == PICK_LEAF || pick == PICK_LEAF_SAID;
}

struct picked {
	const struct cert **items;
	size_t n;
};

/* May certificate `i` be the end entity of the file, by who issued whom, by the private keys in the
 * file, and by what is no CA? */
bool
pick_may_be_end(const struct certs *certs, size_t i);

/* `by_key`: it is about their public keys (selector 1), so that certificates with one key are no
 * choice; the one that ends last stands for them. Returns 0 with at least one certificate in `out`,
 * in the file's order, or -1 with one problem. */
int
pick_certs(struct arena *a, struct diags *diags, struct pos pos, const struct certs *certs,
    enum pick pick, bool by_key, struct picked *out);

#endif

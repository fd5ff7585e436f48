/* Which certificate of a file a record is about, found by who issued whom and never by position.
 * Where the file leaves a choice, nothing is guessed: the message says what to write instead. The
 * choices are those of RFC 6698 section 2.1.1, for TLSA and the record types that took over its
 * usages. */
#ifndef DANE_PICK_H
#define DANE_PICK_H

#include "dane/cert.h"

enum pick {
	PICK_LEAF, /* the end entity: issued none of the others, or has its private key in the file
		    */
	PICK_TOP,  /* the topmost CA */
	PICK_ROOT, /* the topmost CA, which must be self-signed */
	PICK_ISSUER, /* the CA that issued the end entity */
	PICK_ALL,    /* each CA */
};

struct picked {
	const struct cert **items;
	size_t n;
};

/* `by_key`: it is about their public keys (selector 1), so that certificates with one key are no
 * choice; the one that ends last stands for them. Returns 0 with at least one certificate in `out`,
 * in the file's order, or -1 with one problem. */
int
pick_certs(struct arena *a, struct diags *diags, struct pos pos, const struct certs *certs,
    enum pick pick, bool by_key, struct picked *out);

#endif

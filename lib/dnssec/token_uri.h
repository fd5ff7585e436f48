/* Where a key on a token is: a PKCS #11 URI (RFC 7512), as the Label of a .private file has it, or
 * a policy that says where keys are made. BIND writes attributes of the query, pin-source above
 * all, among those of the path, and leaves the scheme or all but the object's name out: that is
 * read, too. No PIN stands in one. */
#ifndef DNSSEC_TOKEN_URI_H
#define DNSSEC_TOKEN_URI_H

#include "base/arena.h"
#include "base/view.h"

enum {
	TOKEN_URI_LONGEST = 2048, /* octets */
};

/* What it tells. */
enum token_uri_of {
	TOKEN_URI_KEY,   /* an object, by its name or id */
	TOKEN_URI_PLACE, /* a token, by name or otherwise, and no object on it */
};

/* All texts are in the arena. */
struct token_uri {
	const char *text;        /* the URI, as RFC 7512 has it */
	void *parsed;            /* P11KitUri */
	const char *token;       /* its name; "" if none is stated */
	const char *object;      /* likewise */
	const char *pin_path;    /* of the file that holds the PIN, absolute; or NULL */
	const char *module_path; /* absolute; NULL: one that p11-kit is configured to load */
	const char *module_name; /* or NULL */
};

/* Reads it in `a`, which frees it. Returns NULL with `*why` set to what is wrong, which quotes
 * nothing of it. */
const struct token_uri *
token_uri_read(struct arena *a, struct text text, enum token_uri_of of, const char **why);

/* The same for the Label of a .private file, which has it in base64. */
const struct token_uri *
token_uri_of_label(struct arena *a, struct text label, const char **why);

/* The URI of an object of that name and id at the place, or at that of another key; in `a`. */
const char *
token_uri_of_key(
    struct arena *a, const struct token_uri *place, const char *object, struct bytes id);

/* The place of a key; in `a`. */
const struct token_uri *
token_uri_place(struct arena *a, const struct token_uri *key);

#endif

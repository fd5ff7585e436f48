/* Pins: the TLSA records that stand for the certificates of a file, as facts write them, and what
 * the certificate is called in facts. */
#ifndef PROJECT_PINS_H
#define PROJECT_PINS_H

#include "dane/naming.h"
#include "dane/tlsa.h"
#include "project/state.h"

struct pins {
	const char **records; /* "3 1 1 0c72...", each once */
	size_t n;
};

/* The records of `certs`, in `a`. Returns 0, or -1 with a problem added at `pos`. */
int
pins_of(struct arena *a, struct diags *diags, struct pos pos, const struct certs *certs,
    struct tlsa_params params, enum pick pick, struct pins *out);

bool
pins_have(const struct pins *pins, const char *record);

/* Would a client that has `record` take a server with the certificates of `certs`? */
bool
pins_match(const struct certs *certs, const char *record);

/* The certificate that the file is about: SHA-256 of the server's own certificate, or
 * of its key where the file holds no certificate; in `a`. */
const char *
pins_id(struct arena *a, const struct certs *certs);

/* The file with all its certificates, of which a server presents the chain: SHA-256 of them in
 * their order; that of pins_id where it holds no further one. */
const char *
pins_chain_id(struct arena *a, const struct certs *certs);

/* The name that the server's own certificate lacks for clients who come by `names`, or NULL. */
const char *
pins_missing(const struct certs *certs, const struct references *names);

/* The first instant at which the server's certificate is valid, and the last one; both 0 where the
 * file holds no certificate. */
void
pins_dates(const struct certs *certs, int64_t *from_unix, int64_t *to_unix);

/* The usage, selector and matching type that a record begins with. */
struct tlsa_params
pins_params(const char *record);

/* A pick as facts write it, and back; what is no word is PICK_LEAF. */
const char *
pick_word(enum pick pick);

enum pick
pick_of_word(const char *word);

#endif

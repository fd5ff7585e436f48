/* Chain: what a server presents, as clients compare it with TLSA records: digests of its own
 * certificate and of the CA certificates that it sends. The history keeps them of what servers were
 * told to present, so that a record can be judged, and made, when the file is gone. */
#ifndef ROLLOVER_CERTCHAIN_H
#define ROLLOVER_CERTCHAIN_H

#include "dane/tlsa.h"
#include "history/history.h"
#include "source/cert.h"

enum { SHA256_LEN = 32, SHA512_LEN = 64, CERTCHAIN_MOST = 256 };

/* Of a certificate; of one that only a key or request tells of, the selector Cert is unknown. */
struct link {
	bool is_ca;
	bool known[2]; /* by selector */
	uint8_t sha256[2][SHA256_LEN];
	uint8_t sha512[2][SHA512_LEN];
};

/* Ids are SHA-256, in hexadecimal digits. */
struct certchain {
	const char *id;           /* of the certificates, one behind the other */
	const char *leaf_id;      /* of the server's own one, or of its key; NULL: read from text */
	const struct link *links; /* the server's own one first */
	size_t n;
};

/* That of a file, in `a`. */
void
certchain_of(struct arena *a, const struct certs *certs, struct certchain *out);

/* As the history keeps it: a word. */
const char *
certchain_print(struct arena *a, const struct certchain *chain);

/* Back, with the `id` that stands beside it. Returns false where the text is none. */
bool
certchain_read(struct arena *a, const char *id, const char *text, struct certchain *out);

/* Does the RDATA match the chain, whatever else is in its set (RFC 6698 section 2.1)? */
bool
certchain_matches(const struct certchain *chain, struct bytes rdata);

/* Does a client of `owner` that holds the set take a server with this chain, as far as records
 * tell? Only usable records count, and only the strongest digest for each usage and selector (RFC
 * 7671 section 9); a set without usable records takes all (RFC 6698 section 4.1, RFC 7672 section
 * 2.2). */
bool
certchain_taken(const struct certchain *chain, const struct set *set);

/* The record that matches as `rdata` does, but with another matching type, which is a digest; in
 * `a`. */
struct bytes
certchain_record(
    struct arena *a, const struct certchain *chain, struct bytes rdata, uint8_t matching);

/* The records of the chain with these parameters, in `a`: that of the server's own certificate, or
 * those of its CA certificates; where a digest is known, which takes the place of the matching type
 * Full. Returns how many they are. */
size_t
certchain_records(
    struct arena *a, const struct certchain *chain, struct tlsa_params params, struct bytes **out);

/* The server's own certificate of a file, or the first one where the file leaves a choice; NULL
 * where it holds a key alone. */
const struct cert *
certchain_leaf(const struct certs *certs);

#endif

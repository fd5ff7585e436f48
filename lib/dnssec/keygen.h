/* Makes keys: a new pair, and its two files in BIND's format, as dnssec-keygen(1) writes them and
 * BIND, ldns and keys_load read them. */
#ifndef DNSSEC_KEYGEN_H
#define DNSSEC_KEYGEN_H

#include "base/buf.h"
#include "dnssec/key.h"
#include "dnssec/token_uri.h"

enum {
	KEYGEN_BITS_LEAST = 2048, /* of an RSA modulus; less is not thought safe */
	KEYGEN_BITS_MOST = 4096,  /* RFC 5702 section 2 */
};

struct keygen {
	struct name zone;
	const struct algorithm *algorithm; /* one for signing */
	unsigned bits;                     /* of an RSA modulus */
	uint16_t flags;
	uint32_t ttl_s;                /* of the record in the .key file; 0: none is stated */
	int64_t time[N_KEY_TIMES];     /* or KEY_NO_TIME; keydates.h says which can be */
	const struct token_uri *place; /* the token on which it is made; NULL: in a file */
};

/* The name of a key's files, without suffix, as BIND has it. */
void
keygen_print_name(struct buf *b, const struct name *zone, uint8_t algorithm, uint16_t tag);

/* Makes a pair for each request, whose key tag, with and without REVOKE bit, no key of the zone in
 * `folder` has, and creates its files there: .private, with mode 600, and .key. What stands there
 * already stays. A key that is made on a token has its URI in the place of the private key: its
 * object is called <zone>-<role>-<time>. Requests of one zone are neighbours, few of them. `bases`
 * gets the file names
 * without suffix, in the arena of `diags`. Returns -1 with a problem added: then the keys of the
 * first `*n_made` requests are made, and no file of the others. */
int
keygen(struct diags *diags, const struct key_folder *folder, const struct keygen *requests,
    size_t n, const char **bases, size_t *n_made);

#endif

/* Public keys as DKIM records hold them (RFC 6376 section 3.6.1, RFC 8463 section 4). */
#ifndef SOURCE_DKIM_KEY_H
#define SOURCE_DKIM_KEY_H

#include "base/view.h"

enum {
	DKIM_RSA_BITS_LEAST = 1024, /* RFC 8301 section 3.2 */
	DKIM_RSA_BITS_GOOD = 2048,
};

/* The bits of an RSA key as SubjectPublicKeyInfo, or as RSAPublicKey alone; 0: it is none. */
int
dkim_rsa_bits(struct bytes der);

/* Is it an Ed25519 key: 32 octets of a point? */
bool
dkim_is_ed25519(struct bytes key);

#endif

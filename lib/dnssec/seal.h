/* Seal: a mark on a signed file by which a holder of one of the zone's private keys knows it again,
 * byte for byte, as what such a holder wrote. It is an HMAC (RFC 2104) of the file's SHA-256 under
 * a key that is made of the private key, and tells nothing about it. Signatures in a sealed file
 * need not be verified ahead of their reuse. */
#ifndef DNSSEC_SEAL_H
#define DNSSEC_SEAL_H

#include "dnssec/key.h"

enum { SEAL_LEN = 64 }; /* hexadecimal digits */

/* Makes the seal of a file with that digest, by the first key whose private half is at hand.
 * Returns false where there is none. */
bool
seal_make(const struct keys *keys, const uint8_t sha256[32], char seal[SEAL_LEN]);

/* Is it the seal of a file with that digest, by any of the keys? */
bool
seal_holds(const struct keys *keys, const uint8_t sha256[32], const char seal[SEAL_LEN]);

#endif

/* Ed25519 keys as bare octets (RFC 8032 section 5.1.5): a private key and a public one are 32
 * octets each, and nothing tells which they are but arithmetic. */
#ifndef SOURCE_ED25519_H
#define SOURCE_ED25519_H

#include <stdbool.h>
#include <stdint.h>

enum { ED25519_LEN = 32 };

/* Can these octets be a public key: a point that is a multiple of the base point, in the only form
 * that keys are written in? All public keys are; of random octets, as a private key is, one in
 * sixteen. */
bool
ed25519_may_be_public(const uint8_t octets[ED25519_LEN]);

#endif

/* Seal: a mark on a file by which it is known again, byte for byte, as what a holder of one of the
 * zone's private keys wrote. It is a signature of the file's SHA-256: keys on a token (token.h)
 * make it as those in files do, and no private octets are needed.
 *
 * What is signed begins with a text whose third octet is 'n', where the data of an RRSIG have the
 * number of their algorithm (RFC 4034 section 3.1.8.1). No algorithm has the number 110 of that
 * letter, so that a seal is never the signature of records, and none of records is a seal. */
#ifndef DNSSEC_SEAL_H
#define DNSSEC_SEAL_H

#include "dnssec/key.h"

/* No octet of it is undefined: it is written as it is. */
struct seal {
	uint64_t len; /* 0: there is none */
	uint8_t octets[SIGNATURE_LONGEST];
};

/* Makes the seal of a file with that digest, by the first key that can sign; one that signs the
 * zone's data comes ahead of those that do not. Returns false where there is none. */
bool
seal_make(const struct keys *keys, const uint8_t sha256[32], struct seal *seal);

/* Is it the seal of a file with that digest, by any of the keys whose private half is here? Others
 * are nobody's word: anyone may have added them. */
bool
seal_holds(const struct keys *keys, const uint8_t sha256[32], const struct seal *seal);

#endif

/* Verifier: checks the signatures of one worker. It owns what OpenSSL needs for each key,
 * initialised once, so that a check costs little more than EVP_PKEY_verify. The counterpart of
 * signer.h; the two share no code but that which makes a public key of a DNSKEY. Workers never
 * share one. */
#ifndef DNSSEC_VERIFIER_H
#define DNSSEC_VERIFIER_H

#include "base/view.h"
#include "dnssec/algorithm.h"

/* The row of an algorithm that can be verified: those for signing, and the two of RSA with SHA-1
 * (RFC 9905: still validated, no longer signed with). NULL: zonepp cannot judge it. */
const struct algorithm *
verifier_algorithm(uint8_t number);

/* Does the algorithm rely on SHA-1? */
bool
verifier_is_old(uint8_t number);

struct verifier;

struct verifier_key {
	const struct algorithm *algorithm; /* verifier_algorithm, or NULL: verifies nothing */
	struct bytes public_key;           /* the DNSKEY's last field */
};

/* The keys' bytes outlive the verifier: each key is made ready when it is first asked for. */
struct verifier *
verifier_new(const struct verifier_key *keys, size_t n);

void
verifier_free(struct verifier *verifier);

/* Is key `key` well-formed, and of an algorithm that can be verified? */
bool
verifier_takes(struct verifier *verifier, size_t key);

/* Is `signature`, as RRSIG RDATA have it (RFC 3110, RFC 6605 section 4, RFC 8080 section 4), that
 * of `data` by key `key`? */
bool
verifier_good(struct verifier *verifier, size_t key, struct bytes data, struct bytes signature);

#endif

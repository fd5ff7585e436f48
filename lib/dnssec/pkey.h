/* OpenSSL keys from what DNSSEC has: a public key from DNSKEY RDATA, a private one from a .private
 * file. The latter is proven to belong to the former. ldns 1.8.3 reads the same files, but leaves
 * private keys behind on the stack; here what was decoded is cleansed. */
#ifndef DNSSEC_PKEY_H
#define DNSSEC_PKEY_H

#include "dnssec/keyfile.h"

/* What OpenSSL calls the parts of an RSA key. */
extern const char *const pkey_rsa_names[N_SECRETS];

/* The private key of `file`, which must be that of `public` (public key field of the DNSKEY), octet
 * by octet in DNSKEY form. Freed with EVP_PKEY_free. Returns -1 with S_KEY_FILE or S_KEY_MISMATCH
 * added at `path`. */
int
pkey_private(struct diags *diags, const char *path, const struct algorithm *algorithm,
    const struct keyfile_private *file, struct bytes public_key, EVP_PKEY **out);

/* The public key of a DNSKEY's public key field (RFC 3110, RFC 6605 section 4, RFC 8080 section 3),
 * for verification. NULL: it is malformed. */
EVP_PKEY *
pkey_public(const struct algorithm *algorithm, struct bytes public_key);

/* Exponent and modulus in an RSA DNSKEY's public key field (RFC 3110 section 2). Returns false if
 * it is malformed. */
bool
pkey_rsa_parts(struct bytes public_key, struct bytes *exponent, struct bytes *modulus);

/* Bits of an RSA modulus in a DNSKEY's public key field; 0: it is malformed. */
unsigned
pkey_rsa_bits(struct bytes public_key);

#endif

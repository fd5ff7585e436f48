/* Signer: makes the signatures of one worker. It owns what OpenSSL needs for each key that has a
 * role, initialised once, so that a signature costs little more than EVP_PKEY_sign and allocates
 * nothing of its own; for a key on a token it has a session (token.h), and a signature costs little
 * more than C_Sign. Workers share keys, never signers. */
#ifndef DNSSEC_SIGNER_H
#define DNSSEC_SIGNER_H

#include "dnssec/key.h"

struct signer;

/* `keys` outlives the signer. Returns NULL with one problem added. */
struct signer *
signer_new(struct diags *diags, const struct keys *keys);

void
signer_free(struct signer *signer);

/* Signs `data` (rrsig.h) with keys->items[key], which has a role. `signature` has room for
 * SIGNATURE_LONGEST octets and takes the form that RRSIG has (RFC 3110, RFC 6605 section 4,
 * RFC 8080 section 4). Returns -1 if OpenSSL or the token fails; diags belong to another thread, so
 * the caller reports it: signer_tell. */
int
signer_sign(struct signer *signer, size_t key, struct bytes data, uint8_t *signature, size_t *len);

/* What went wrong in signer_sign. */
const char *
signer_fault(const struct signer *signer);

/* Adds that: S_SIGN, or S_TOKEN at the key's .private file. Returns -1. */
int
signer_tell(const struct signer *signer, struct diags *diags);

#endif

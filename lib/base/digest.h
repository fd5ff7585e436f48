/* SHA-256, to tell whether files are what they were. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/view.h"

enum { DIGEST_LEN = 32 };

struct digest;

void
digest_sha256(struct bytes data, uint8_t out[DIGEST_LEN]);

/* Piece by piece; digest_end frees it. */
struct digest *
digest_begin(void);

void
digest_add(struct digest *digest, const void *data, size_t len);

void
digest_end(struct digest *digest, uint8_t out[DIGEST_LEN]);

/* As digest_end, and begins anew. */
void
digest_next(struct digest *digest, uint8_t out[DIGEST_LEN]);

/* HMAC (RFC 2104) with SHA-256. */
void
digest_hmac(struct bytes key, struct bytes data, uint8_t mac[DIGEST_LEN]);

#endif

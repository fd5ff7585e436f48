/* What a password locks: PKCS#12 (RFC 7292) and encrypted private keys (RFC 5958). Old algorithms
 * (RC2, single DES) come from OpenSSL's legacy provider, which is loaded where a file needs it, and
 * for that file alone. */
#ifndef SOURCE_UNLOCK_H
#define SOURCE_UNLOCK_H

#include "source/secret.h"

#include <openssl/x509.h>

enum unlock {
	UNLOCK_DONE,
	UNLOCK_NO_PASSWORD,
	UNLOCK_WRONG_PASSWORD,
	UNLOCK_DAMAGED,
	UNLOCK_UNKNOWN,   /* an algorithm that this OpenSSL does not have */
	UNLOCK_NO_LEGACY, /* one that its legacy provider has, which is not installed */
	UNLOCK_COSTLY,    /* more than ITERATIONS_MOST */
	UNLOCK_OVER,      /* more work than the zone may take */
	UNLOCK_TOO_MUCH,  /* more than BUNDLE_MOST */
};

enum {
	BUNDLE_MOST = 256, /* certificates and keys of a bundle */
	/* Of all key derivations of a file, of which it can ask for hours. */
	ITERATIONS_MOST = 10 * 1000 * 1000,
};

/* A certificate or a key. */
struct bundle_item {
	X509 *x509;
	EVP_PKEY *key;
	struct bytes id; /* localKeyID, which a key shares with its certificate; len 0: none */
};

struct bundle {
	struct bundle_item items[BUNDLE_MOST];
	size_t n;
	bool in_clear; /* there is a key that no password locks, or the empty one */
};

/* What is opened takes work from `account`: see lib/base/account.h. */

/* Opens a PKCS#12 bundle. Without a password (data NULL) the empty one is tried. Identifiers lie in
 * `a`; bundle_free is due if it is UNLOCK_DONE. */
enum unlock
unlock_bundle(struct arena *a, struct account *account, struct bytes der,
    const struct secret *secret, struct bundle *out);

void
bundle_free(struct bundle *bundle);

/* Opens an EncryptedPrivateKeyInfo; `*out` is the caller's to free. */
enum unlock
unlock_key(struct account *account, struct bytes der, const struct secret *secret, EVP_PKEY **out);

#endif

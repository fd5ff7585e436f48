/* PEM (RFC 7468): cuts a file into its blocks. More forgiving than OpenSSL's reader about what
 * stands around them (byte order marks, CRLF, indentation, text, bag attributes, a missing line
 * feed between two blocks), because what that passes over in silence would be the wrong
 * certificate; and exact about what is broken. Nothing of a block's contents gets into messages: it
 * may be a key. */
#ifndef SOURCE_PEM_H
#define SOURCE_PEM_H

#include "base/arena.h"
#include "base/view.h"

/* What a file or a block of it can hold. */
enum content {
	CONTENT_OTHER,
	CONTENT_CERTIFICATE,
	CONTENT_TRUSTED, /* OpenSSL's certificate with trust settings behind it */
	CONTENT_OWN,     /* a certificate whose private key is known to be there: locked.h */
	CONTENT_PRIVATE_KEY,
	CONTENT_ENCRYPTED_KEY,
	CONTENT_OPENSSH_KEY,
	CONTENT_PKCS12,
	CONTENT_REQUEST,
	CONTENT_PUBLIC_KEY,
	CONTENT_RSA_PUBLIC_KEY, /* as in PKCS#1, RFC 8017 appendix A.1.1 */
	CONTENT_PKCS7,
	CONTENT_CRL,
	N_CONTENTS,
};

struct pem_block {
	enum content content;
	struct text whole; /* with its BEGIN and END */
	struct text body;  /* between them */
	size_t line;       /* of BEGIN, from 1 */
};

/* What is broken, for the message. */
struct pem_fault {
	size_t line;
	const char *why;
};

struct pem {
	const char *at, *end;
	const char *counted; /* lines are counted up to here */
	size_t line;
	struct pem_fault fault; /* of the last PEM_BAD */
};

enum pem_result {
	PEM_END, /* no further block */
	PEM_BLOCK,
	PEM_BAD, /* see `fault` */
};

void
pem_begin(struct pem *pem, struct text text);

enum pem_result
pem_next(struct pem *pem, struct pem_block *block);

/* Does it say that it is encrypted, in headers of RFC 1421? */
bool
pem_is_encrypted(const struct pem_block *block);

/* Decodes the base64 of a block, in `a`. Returns 0, or -1 with `*fault`. */
int
pem_decode(
    struct arena *a, const struct pem_block *block, struct bytes *out, struct pem_fault *fault);

#endif

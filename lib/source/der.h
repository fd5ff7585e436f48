/* DER (X.690): only what it takes to cut out bytes as they stand. Clients hash what the server
 * sends, so nothing that a record is made of is ever encoded again. */
#ifndef SOURCE_DER_H
#define SOURCE_DER_H

#include "base/view.h"

/* Reads the header of an element with a definite length in its shortest form. Returns the octets of
 * the header, or 0. */
size_t
der_header(struct bytes in, size_t *content_len);

/* Is it an element, by its header, that ends behind the last octet? */
bool
der_is_cut_short(struct bytes in);

/* The SubjectPublicKeyInfo of a certificate (RFC 5280 section 4.1) and of a certificate request
 * (RFC 2986 section 4.1), a part of `der`. Return 0, or -1 if it is none, or has no key in it. */
int
der_certificate_spki(struct bytes der, struct bytes *spki);

int
der_request_spki(struct bytes der, struct bytes *spki);

/* Kinds of SubjectPublicKeyInfo of which one key can have several. */
enum spki_form {
	SPKI_PLAIN,
	SPKI_EXPLICIT_CURVE, /* parameters that spell out the curve, RFC 3279 section 2.3.5 */
	SPKI_COMPRESSED,     /* a compressed point, RFC 5480 section 2.2 */
	SPKI_PSS,            /* id-RSASSA-PSS with or without parameters, RFC 4055 section 3.1 */
};

/* Returns 0, or -1 if `spki` is no SubjectPublicKeyInfo from its first octet to its last, or holds
 * no key. */
int
der_spki_form(struct bytes spki, enum spki_form *form);

/* Is it a key of 112 bits of strength or more for certain (NIST SP 800-57 part 1, table 2): RSA of
 * 2048 bits, P-256, P-384, P-521, Ed25519, Ed448? Others may be. */
bool
der_key_is_strong(struct bytes spki);

#endif

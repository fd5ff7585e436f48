/* DNSSEC algorithms (RFC 8624, RFC 9905): one row each, with what OpenSSL calls their parts and
 * whether zonepp signs with them. */
#ifndef DNSSEC_ALGORITHM_H
#define DNSSEC_ALGORITHM_H

#include "base/view.h"

enum {
	ALGORITHM_RSASHA256 = 8,        /* RFC 5702 */
	ALGORITHM_RSASHA512 = 10,       /* RFC 5702 */
	ALGORITHM_ECDSAP256SHA256 = 13, /* RFC 6605 */
	ALGORITHM_ECDSAP384SHA384 = 14, /* RFC 6605 */
	ALGORITHM_ED25519 = 15,         /* RFC 8080 */
	ALGORITHM_ED448 = 16,           /* RFC 8080 */
};

enum {
	SIGNATURE_LONGEST = 512, /* octets: RSA with 4096 bits, RFC 5702 section 2 */
};

/* How the public key stands in DNSKEY RDATA, and how a signature is made. */
enum algorithm_family {
	ALGORITHM_RSA,   /* RFC 3110; PKCS #1 v1.5 over a digest */
	ALGORITHM_ECDSA, /* RFC 6605: x | y; r | s over a digest */
	ALGORITHM_EDDSA, /* RFC 8080: as it is; over the data themselves */
	ALGORITHM_NONE,  /* not for signing */
};

struct algorithm {
	uint8_t number;
	uint8_t family;      /* enum algorithm_family */
	const char *name;    /* mnemonic */
	const char *type;    /* OpenSSL's key type */
	const char *group;   /* ECDSA: OpenSSL's name of the curve */
	const char *digest;  /* OpenSSL's name; NULL: EdDSA hashes by itself */
	uint8_t private_len; /* octets of an ECDSA or EdDSA private key, and of half a signature */
	uint8_t public_len;  /* octets of an ECDSA or EdDSA public key */
	const char *refused; /* why zonepp does not sign with it; NULL: it does */
};

/* The row of an algorithm; NULL: IANA has assigned none, or it is a private one. */
const struct algorithm *
algorithm_info(uint8_t number);

/* The row with that mnemonic, in any case, or that number; NULL: there is none. */
const struct algorithm *
algorithm_find(struct text text);

#endif

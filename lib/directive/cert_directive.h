/* The directive
 *
 *     $CERT owner [ttl] [class] source... [pick=leaf|issuer|root|all]
 *
 * which stands for CERT records (RFC 4398) of X.509 certificates (type PKIX) and OpenPGP keys (type
 * PGP). The owner is a name or a mail address. Key tag and algorithm are 0: their meaning is that
 * of a DNSSEC key, which the key of a certificate is not. */
#ifndef DIRECTIVE_CERT_DIRECTIVE_H
#define DIRECTIVE_CERT_DIRECTIVE_H

#include "directive/directive.h"

/* Of one zone, for all its $CERT. */
struct cert_context {
	int64_t now_unix;
	int64_t first_expiry_unix; /* the earliest notAfter of the certificates; INT64_MAX: none */
};

/* `ctx` is a struct cert_context. */
int
cert_directive(void *ctx, struct parser *parser, const struct entry *entry);

#endif

/* The directive
 *
 *     $DKIM selector [ttl] [class] keyfile|revoke [key=private|public] [tag=value...]
 *
 * which stands for the TXT record of a DKIM key (RFC 6376 section 3.6.1, RFC 8463) at
 * selector._domainkey and the origin. An owner that has a label _domainkey is taken as it is. The
 * tags are h, n, s and t; the others follow from the key. */
#ifndef DIRECTIVE_DKIM_H
#define DIRECTIVE_DKIM_H

#include "directive/directive.h"

/* `ctx` is not used. */
int
dkim_directive(void *ctx, struct parser *parser, const struct entry *entry);

#endif

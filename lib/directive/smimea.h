/* The directive
 *
 *     $SMIMEA local@[domain] [ttl] [class] [usage selector matching] source... [key=value...]
 *
 * which stands for SMIMEA records (RFC 8162) of the certificates in its sources, as $TLSA does for
 * its own. Where no parameters are written, 3 0 0 is meant: who wants to write an encrypted mail
 * needs the whole certificate, and mostly has no other way to it. */
#ifndef DIRECTIVE_SMIMEA_H
#define DIRECTIVE_SMIMEA_H

#include "directive/tlsa_directive.h"

/* `ctx` is a struct tlsa_context. */
int
smimea_directive(void *ctx, struct parser *parser, const struct entry *entry);

#endif

/* The directive
 *
 *     $SSHFP owner [ttl] [class] keyfile...
 *
 * which stands for SSHFP records (RFC 4255) of the host keys in its files, with SHA-256 alone: RFC
 * 6594 section 4.1 prefers it, and a SHA-1 beside it adds nothing but a weaker way in. */
#ifndef DIRECTIVE_SSHFP_H
#define DIRECTIVE_SSHFP_H

#include "zone/parse.h"

/* `ctx` is not used. */
int
sshfp_directive(void *ctx, struct parser *parser, const struct entry *entry);

#endif

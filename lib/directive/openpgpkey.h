/* The directive
 *
 *     $OPENPGPKEY local@[domain] [ttl] [class] keyfile...
 *
 * which stands for OPENPGPKEY records (RFC 7929) of the keys in its files. */
#ifndef DIRECTIVE_OPENPGPKEY_H
#define DIRECTIVE_OPENPGPKEY_H

#include "directive/directive.h"

/* `ctx` is a bool: check everything, but make no records. */
int
openpgpkey_directive(void *ctx, struct parser *parser, const struct entry *entry);

#endif

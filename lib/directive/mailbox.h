/* Mail addresses (RFC 5321 section 4.1.2, RFC 6531) as owners of records: RFC 8162 section 3 and
 * RFC 7929 section 3 put a digest of the local part in front of the domain, and RFC 4398 section 3
 * the local part itself.
 *
 * `local@domain` is a mail address and no name of the zone file: the domain is absolute with or
 * without its last dot. `local@` is one at the origin. The local part counts as it is written, in
 * upper and lower case; quotes and backslashes are undone.
 *
 * The first two also take the name itself, `digest._smimecert` or `digest._openpgpkey`, relative to
 * the origin like any; with * as the digest it is for all addresses. Then there is no `mail`. */
#ifndef DIRECTIVE_MAILBOX_H
#define DIRECTIVE_MAILBOX_H

#include "directive/directive.h"

enum { LOCAL_PART_LONGEST = 64 }; /* octets, RFC 5321 section 4.5.3.1.1 */

/* Readers of owners. */
directive_owner_reader mailbox_smimea, mailbox_openpgpkey, mailbox_plain;

/* As directive_owners, for addresses, whose local part may be quoted. */
int
mailbox_owners(struct directive *d, directive_owner_reader *read);

#endif

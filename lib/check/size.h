/* Check of the size of RRsets: a message cannot be longer than 65535 octets (RFC 1035
 * section 4.2.2), and an answer holds an RRset whole, with its signatures. BIND takes so many records
 * of a name and type (max-records-per-type), and no more. */
#ifndef CHECK_SIZE_H
#define CHECK_SIZE_H

#include "zone/store.h"

/* Octets of an RRSIG record in an answer, with a signature of so many. */
size_t
size_rrsig(const struct store *store, size_t signature_len);

/* The same with the shortest signature that there is, for zones that another signs. */
size_t
size_rrsig_least(const struct store *store);

/* Looks at the whole sorted store; adds problems to its diags. `signatures_len`: octets of the
 * RRSIG records that each RRset will get; those that it has are counted as they are. */
void
check_sizes(const struct store *store, size_t signatures_len);

#endif

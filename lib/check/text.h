/* Lint of text with a grammar: SPF, DMARC, DKIM keys, SMTP TLS reporting, MTA-STS, and CAA (RFC
 * 7208, 7489, 6376, 8460, 8461, 8659). Every server loads what is wrong with them, and receivers
 * take such a record for none. A zone without text costs one look at each node's flags. */
#ifndef CHECK_TEXT_H
#define CHECK_TEXT_H

#include "zone/store.h"

enum text_kind {
	TEXT_SPF,
	TEXT_DMARC,
	TEXT_DKIM,
	TEXT_TLSRPT,
	TEXT_MTA_STS,
	TEXT_BIMI,
	N_TEXT_KINDS,
};

/* Looks at the whole sorted store; adds problems to its diags. */
void
check_texts(const struct store *store);

/* Has the node a TXT record of this kind that receivers take for one? A CNAME leads to one
 * elsewhere. */
bool
text_has(const struct store *store, const struct node *node, enum text_kind kind);

#endif

/* The last dot that was forgotten: a name without it is relative, and the origin completes it (RFC
 * 1035 section 5.1), so that www.example.org stands for www.example.org.example.org. */
#ifndef CHECK_DOT_H
#define CHECK_DOT_H

#include "zone/written.h"

/* Was it written without its last dot, and would it lie in the zone with one? Never true of the
 * root zone, in which all names lie. */
bool
dot_is_lost(const struct store *store, const struct written *written);

/* Was it written without its last dot, and does it read like a whole name, as web.provider.net
 * does?
 * `*whole` is that name. To be asked of names that lead nowhere. */
bool
dot_may_be_lost(const struct written *written, struct name *whole);

/* Tells of each owner at the node that lacks its last dot. */
void
dot_check_owners(const struct store *store, const struct node *node);

/* Appends the question that ends a message. */
void
dot_ask(struct buf *b, const struct written *written);

#endif

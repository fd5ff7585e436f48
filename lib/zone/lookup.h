/* Lookup of names in a sorted store, as a nameserver looks for them: exact names, empty
 * non-terminals and wildcards (RFC 4592). A name is given by its sort key (name_key), relative to
 * the apex. */
#ifndef ZONE_LOOKUP_H
#define ZONE_LOOKUP_H

#include "zone/store.h"

struct lookup_key {
	uint8_t octets[NAME_KEY_LONGEST];
	size_t len;
};

/* The key of an absolute name. Returns false where it lies outside the zone. */
bool
lookup_key_of(const struct store *store, const uint8_t *wire, struct lookup_key *key);

/* Takes the first label off; the apex has none. */
void
lookup_parent(struct lookup_key *key);

/* Puts a label in front, in lower case and without octets 0 and 1. Returns false where the name
 * would be too long. */
bool
lookup_child(struct lookup_key *key, const char *label);

/* The name's own records, or NULL. */
const struct node *
lookup_node(const struct store *store, const struct lookup_key *key);

/* The same, found sooner if it is not far from node `near`. */
const struct node *
lookup_node_near(const struct store *store, size_t near, const struct lookup_key *key);

/* Is there anything at the name or below it, but for what is at or below `but`, which lies below
 * it (NULL: nothing is left out)? */
bool
lookup_exists(
    const struct store *store, const struct lookup_key *key, const struct lookup_key *but);

/* Whose records answer for the name: its own, or those of the wildcard that covers it (RFC 4592
 * section 3.3.1); or NULL. */
const struct node *
lookup_answer(const struct store *store, const struct lookup_key *key);

/* Where the name leaves the zone: the delegation that it is at or below, or the DNAME that it is
 * below; or NULL. */
const struct node *
lookup_exit(const struct store *store, const struct lookup_key *key);

/* The record that makes the name an alias in this zone: a CNAME, its own or a wildcard's, or the
 * DNAME above it (RFC 6672 section 2.2); or NULL. `out` is then what it stands for; it may be
 * `name`. */
const struct record *
lookup_alias(const struct store *store, const struct name *name, struct name *out);

enum lookup_end {
	LOOKUP_HERE,   /* in the zone, and no alias */
	LOOKUP_AWAY,   /* outside the zone, or in one that it delegates */
	LOOKUP_CIRCLE, /* nowhere, or too far */
};

/* Follows the aliases that begin at the name, which becomes their end. */
enum lookup_end
lookup_follow(const struct store *store, struct name *name);

/* May records be lost (store_lose) that would answer for the name, or lead it out of the zone? */
bool
lookup_is_lost(const struct store *store, const struct lookup_key *key);

/* Has the node an RRset of this type? */
bool
lookup_has(const struct store *store, const struct node *node, uint16_t type);

/* Has the node an A or AAAA record? */
bool
lookup_has_address(const struct store *store, const struct node *node);

/* A name for messages, in the arena of the store's diags: absolute, without its last dot. */
const char *
lookup_text(const struct store *store, const uint8_t *wire);

#endif

#include "zone/lookup.h"

enum { ALIASES_MOST = 16 };

bool
lookup_key_of(const struct store *store, const uint8_t *wire, struct lookup_key *key)
{
	size_t relative;

	if (!name_in_zone(wire, name_length(wire, NAME_LONGEST), store->apex.wire, store->apex.len,
		&relative))
		return false;
	key->len = name_key(wire, relative, key->octets);
	return true;
}

/* In a key each label ends in an octet 0, which is not in any label (name_key). */
void
lookup_parent(struct lookup_key *key)
{
	if (key->len > 0)
		key->len--;
	while (key->len > 0 && key->octets[key->len - 1] != 0)
		key->len--;
}

bool
lookup_child(struct lookup_key *key, const char *label)
{
	size_t len = strlen(label) + 1;

	if (len > sizeof(key->octets) - key->len)
		return false;
	memcpy(key->octets + key->len, label, len);
	key->len += len;
	return true;
}

static size_t
lower_bound(const struct store *store, size_t near, const struct lookup_key *key)
{
	return store_find(store, near, key->octets, key->len);
}

static bool
is_at_or_below(const struct store *store, size_t i, const struct lookup_key *key)
{
	return i < store->n_nodes && store->nodes[i].key_len >= key->len &&
	       memcmp(store->nodes[i].key, key->octets, key->len) == 0;
}

const struct node *
lookup_node_near(const struct store *store, size_t near, const struct lookup_key *key)
{
	size_t i = lower_bound(store, near, key);

	return is_at_or_below(store, i, key) && store->nodes[i].key_len == key->len
		   ? &store->nodes[i]
		   : NULL;
}

const struct node *
lookup_node(const struct store *store, const struct lookup_key *key)
{
	return lookup_node_near(store, store->n_nodes, key);
}

/* The first node behind all that is at or below the name: the octet that ends its last label is
 * raised. */
static size_t
upper_bound(const struct store *store, const struct lookup_key *key)
{
	struct lookup_key behind = *key;

	if (key->len == 0)
		return store->n_nodes;
	behind.octets[behind.len - 1] = 1;
	return lower_bound(store, store->n_nodes, &behind);
}

bool
lookup_exists(const struct store *store, const struct lookup_key *key, const struct lookup_key *but)
{
	size_t i = lower_bound(store, store->n_nodes, key);

	if (!is_at_or_below(store, i, key))
		return false;
	return !but || !is_at_or_below(store, i, but) ||
	       is_at_or_below(store, upper_bound(store, but), key);
}

const struct node *
lookup_answer(const struct store *store, const struct lookup_key *key)
{
	const struct node *node = lookup_node(store, key);
	struct lookup_key encloser = *key;

	if (node || lookup_exists(store, key, NULL))
		return node;
	while (encloser.len > 0 && !lookup_exists(store, &encloser, NULL))
		lookup_parent(&encloser);
	return lookup_child(&encloser, "*") ? lookup_node(store, &encloser) : NULL;
}

/* The topmost: what lies below it is occluded. */
const struct node *
lookup_exit(const struct store *store, const struct lookup_key *key)
{
	const struct node *exit = NULL;
	struct lookup_key at = *key;

	for (;; lookup_parent(&at)) {
		const struct node *node = lookup_node(store, &at);

		if (node &&
		    ((node->flags & NODE_CUT) || ((node->flags & NODE_DNAME) && at.len < key->len)))
			exit = node;
		if (at.len == 0)
			return exit;
	}
}

/* RFC 6672 section 2.2: the labels ahead of the DNAME's owner stand ahead of its target. */
static const struct record *
substitute(
    const struct store *store, const struct node *dname, const struct name *name, struct name *out)
{
	const struct record *record = node_rrset(store, dname, TYPE_DNAME).records;
	size_t kept = (size_t)name->len - dname->wire_len - store->apex.len;

	if (kept + record->rdlen > NAME_LONGEST)
		return NULL;
	memmove(out->wire, name->wire, kept);
	memcpy(out->wire + kept, record->rdata, record->rdlen);
	out->len = (uint8_t)(kept + record->rdlen);
	return record;
}

const struct record *
lookup_alias(const struct store *store, const struct name *name, struct name *out)
{
	const struct record *record;
	struct lookup_key key;
	const struct node *node;

	if (!lookup_key_of(store, name->wire, &key))
		return NULL;
	node = lookup_exit(store, &key);
	if (node)
		return node->flags & NODE_CUT ? NULL : substitute(store, node, name, out);
	node = lookup_answer(store, &key);
	if (!node || !(node->flags & NODE_CNAME))
		return NULL;
	record = node_rrset(store, node, TYPE_CNAME).records;
	memcpy(out->wire, record->rdata, record->rdlen);
	out->len = (uint8_t)record->rdlen;
	return record;
}

enum lookup_end
lookup_follow(const struct store *store, struct name *name)
{
	struct lookup_key key;
	const struct node *exit;

	for (int i = 0; i <= ALIASES_MOST; i++) {
		if (!lookup_key_of(store, name->wire, &key))
			return LOOKUP_AWAY;
		exit = lookup_exit(store, &key);
		if (exit && (exit->flags & NODE_CUT))
			return LOOKUP_AWAY;
		if (!lookup_alias(store, name, name))
			return exit ? LOOKUP_CIRCLE : LOOKUP_HERE;
	}
	return LOOKUP_CIRCLE;
}

/* Is a record lost at the name, or, for `below`, at one below it? */
static bool
lost_at(const struct store *store, const struct lookup_key *key, bool below)
{
	size_t low = 0, high = store->n_lost;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct node *node = &store->lost[middle];
		size_t n = node->key_len < key->len ? node->key_len : key->len;
		int order = memcmp(node->key, key->octets, n);

		if (order < 0 || (order == 0 && node->key_len < key->len))
			low = middle + 1;
		else
			high = middle;
	}
	return low < store->n_lost && store->lost[low].key_len >= key->len &&
	       memcmp(store->lost[low].key, key->octets, key->len) == 0 &&
	       (below || store->lost[low].key_len == key->len);
}

/* Of the names above, those may matter that had NS or DNAME; that the apex had a DNAME is passed
 * over. */
bool
lookup_is_lost(const struct store *store, const struct lookup_key *key)
{
	struct lookup_key at = *key;

	if (store->lost_any || lost_at(store, key, true))
		return true;
	if (store->n_lost == 0)
		return false;
	while (at.len > 0) {
		struct lookup_key wildcard;

		lookup_parent(&at);
		wildcard = at;
		if (at.len > 0 && lost_at(store, &at, false))
			return true;
		if (lookup_child(&wildcard, "*") && lost_at(store, &wildcard, false))
			return true;
	}
	return false;
}

bool
lookup_has(const struct store *store, const struct node *node, uint16_t type)
{
	return node && node_rrset(store, node, type).n > 0;
}

bool
lookup_has_address(const struct store *store, const struct node *node)
{
	return lookup_has(store, node, TYPE_A) || lookup_has(store, node, TYPE_AAAA);
}

const char *
lookup_text(const struct store *store, const uint8_t *wire)
{
	return name_text(&store->diags->arena, wire);
}

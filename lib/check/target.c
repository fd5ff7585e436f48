#include "check/target.h"

/* What is at a name of the zone. */
enum found {
	FOUND_ADDRESS,
	FOUND_NO_ADDRESS,
	FOUND_ALIAS, /* of a CNAME, or below a DNAME */
	FOUND_CHILD, /* at or below a delegation, without an address */
};

/* Whose records name it. */
enum naming {
	NAMING_APEX, /* NS of the zone itself */
	NAMING_CUT,  /* NS of a delegation */
	NAMING_HOST, /* MX, SRV */
	N_NAMINGS,
};

/* BIND does not load a zone whose own NS are wrong; all else hurts one name of it, and is served.
 * The zone cannot know of addresses below a delegation unless they are glue, which is needed for
 * the servers that only the delegation itself leads to (RFC 9471 section 2.1). */
static const enum problem no_address[N_NAMINGS] = {
    [NAMING_APEX] = Z_NS_ADDRESS, [NAMING_CUT] = Z_TARGET, [NAMING_HOST] = Z_TARGET};
static const enum problem alias[N_NAMINGS] = {
    [NAMING_APEX] = Z_NS_ALIAS, [NAMING_CUT] = Z_TARGET_ALIAS, [NAMING_HOST] = Z_TARGET_ALIAS};

/* A name at or below the apex. */
struct target {
	const uint8_t *wire;
	uint8_t key[NAME_KEY_LONGEST];
	size_t key_len;
};

static bool
has_address(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);

	for (size_t i = 0; i < node->n; i++)
		if (records[i].type == TYPE_A || records[i].type == TYPE_AAAA)
			return true;
	return false;
}

static enum found
found_at(const struct store *store, const struct node *node)
{
	if ((node->flags & NODE_OCCLUDED) && !(node->flags & NODE_BELOW_CUT))
		return FOUND_ALIAS;
	if (has_address(store, node))
		return FOUND_ADDRESS;
	if (node->flags & (NODE_BELOW_CUT | NODE_CUT))
		return FOUND_CHILD;
	return node->flags & NODE_CNAME ? FOUND_ALIAS : FOUND_NO_ADDRESS;
}

/* The node with this key, or if there is none, and `below`, the first one below that name. */
static const struct node *
find(const struct store *store, size_t near, const uint8_t *key, size_t key_len, bool below)
{
	size_t i = store_find(store, near, key, key_len);
	const struct node *node = &store->nodes[i];

	if (i == store->n_nodes || node->key_len < key_len || memcmp(node->key, key, key_len) != 0)
		return NULL;
	return below || node->key_len == key_len ? node : NULL;
}

/* What a wildcard makes of a name that is not there (RFC 4592 section 3.3.1). */
static enum found
found_by_wildcard(const struct store *store, struct target *t, size_t encloser_len)
{
	const struct node *node;

	memcpy(t->key + encloser_len, "*", 2);
	node = find(store, 0, t->key, encloser_len + 2, false);
	return node ? found_at(store, node) : FOUND_NO_ADDRESS;
}

/* The closest name that is there above one that is not decides. Writes over the key. */
static enum found
found_above(const struct store *store, struct target *t)
{
	const struct node *node = NULL;
	size_t len = t->key_len;

	while (!node && len > 0) {
		for (len--; len > 0 && t->key[len - 1] != 0;)
			len--;
		node = find(store, 0, t->key, len, true);
	}
	if (!node)
		return FOUND_NO_ADDRESS;
	if (node->flags & NODE_BELOW_CUT || (node->key_len == len && node->flags & NODE_CUT))
		return FOUND_CHILD;
	if (node->flags & NODE_OCCLUDED || (node->key_len == len && node->flags & NODE_DNAME))
		return FOUND_ALIAS;
	return found_by_wildcard(store, t, len);
}

static void
tell(const struct store *store, const struct node *node, const struct record *record,
    const struct target *t, enum problem problem)
{
	static const char *const whys[N_PROBLEMS] = {
	    [Z_NS_ADDRESS] = "has neither A nor AAAA records",
	    [Z_NS_ALIAS] = "is an alias, of CNAME or DNAME",
	    [Z_GLUE] = "is below the delegation and has no glue",
	    [Z_TARGET] = "has neither A nor AAAA records",
	    [Z_TARGET_ALIAS] = "is an alias, of CNAME or DNAME",
	};
	uint8_t owner[NAME_LONGEST];
	struct buf b = {0};

	node_wire(store, node, owner);
	buf_puts(&b, "the ");
	type_print(&b, record->type);
	buf_puts(&b, " record of ");
	name_print(&b, owner);
	buf_puts(&b, " names ");
	name_print(&b, t->wire);
	buf_printf(&b, ", which %s", whys[problem]);
	diag_add(store->diags, record->pos, problem, "%.*s", (int)b.len, b.data);
	buf_free(&b);
}

static void
check_target(const struct store *store, size_t i, const struct record *record, struct target *t)
{
	const struct node *node = &store->nodes[i], *there;
	enum naming naming = record->type != TYPE_NS ? NAMING_HOST
			     : node->key_len > 0     ? NAMING_CUT
						     : NAMING_APEX;
	bool own = t->key_len >= node->key_len && memcmp(t->key, node->key, node->key_len) == 0;

	there = find(store, i, t->key, t->key_len, false); /* glue stands behind its delegation */
	switch (there ? found_at(store, there) : found_above(store, t)) {
	case FOUND_ADDRESS:
		return;
	case FOUND_NO_ADDRESS:
		tell(store, node, record, t, no_address[naming]);
		return;
	case FOUND_ALIAS:
		tell(store, node, record, t, alias[naming]);
		return;
	case FOUND_CHILD:
		if (naming == NAMING_CUT && own)
			tell(store, node, record, t, Z_GLUE);
	}
}

/* A root label alone means that there is no server (RFC 2782, RFC 7505). */
static void
check_record(const struct store *store, size_t i, const struct record *record)
{
	struct target t; /* large, and all set below */
	size_t relative;

	t.wire = record_target(record);
	if (!t.wire || *t.wire == 0 ||
	    !name_in_zone(t.wire, (size_t)(record->rdata + record->rdlen - t.wire),
		store->apex.wire, store->apex.len, &relative))
		return;
	t.key_len = name_key(t.wire, relative, t.key);
	check_target(store, i, record, &t);
}

void
check_targets(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];

		store_prefetch(store, i);
		if ((node->flags & (NODE_TARGETS | NODE_OCCLUDED)) == NODE_TARGETS)
			for (size_t r = 0; r < node->n; r++)
				check_record(store, i, &node_records(store, node)[r]);
	}
}

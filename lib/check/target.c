#include "check/target.h"

#include "zone/lookup.h"

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
	struct lookup_key key;
};

static enum found
found_at(const struct store *store, const struct node *node)
{
	if ((node->flags & NODE_OCCLUDED) && !(node->flags & NODE_BELOW_CUT))
		return FOUND_ALIAS;
	if (lookup_has_address(store, node))
		return FOUND_ADDRESS;
	if (node->flags & (NODE_BELOW_CUT | NODE_CUT))
		return FOUND_CHILD;
	return node->flags & NODE_CNAME ? FOUND_ALIAS : FOUND_NO_ADDRESS;
}

/* `near`: glue stands behind its delegation. */
static enum found
found_of(const struct store *store, size_t near, const struct lookup_key *key)
{
	const struct node *node = lookup_node_near(store, near, key), *exit;

	if (node)
		return found_at(store, node);
	exit = lookup_exit(store, key);
	if (exit)
		return exit->flags & NODE_CUT ? FOUND_CHILD : FOUND_ALIAS;
	node = lookup_answer(store, key);
	return node ? found_at(store, node) : FOUND_NO_ADDRESS;
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
check_target(
    const struct store *store, size_t i, const struct record *record, const struct target *t)
{
	const struct node *node = &store->nodes[i];
	enum naming naming = record->type != TYPE_NS ? NAMING_HOST
			     : node->key_len > 0     ? NAMING_CUT
						     : NAMING_APEX;
	bool own =
	    t->key.len >= node->key_len && memcmp(t->key.octets, node->key, node->key_len) == 0;

	switch (found_of(store, i, &t->key)) {
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

	t.wire = record_target(record);
	if (t.wire && *t.wire != 0 && lookup_key_of(store, t.wire, &t.key))
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

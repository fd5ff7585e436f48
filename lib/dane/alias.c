#include "dane/alias.h"

#include "base/mem.h"
#include "zone/lookup.h"

#include <stdlib.h>

/* The name whose records answer at the end: that of a wildcard, if one does. */
static void
set_end(struct dane_aliases *aliases, const struct store *store, const struct name *end,
    struct dane_alias *alias)
{
	uint8_t wire[NAME_LONGEST], *kept;
	struct lookup_key key;
	const struct node *node = NULL;

	if (lookup_key_of(store, end->wire, &key))
		node = lookup_answer(store, &key);
	alias->end_len = node ? node_wire(store, node, wire) : end->len;
	kept = arena_bytes(&aliases->a, alias->end_len);
	name_lower(kept, node ? wire : end->wire, alias->end_len);
	alias->end = kept;
}

/* *.mail answers for _25._tcp.mail, too; but one that leads to a host is for that. */
static bool
leads_to_host(const struct store *store, const struct name *end)
{
	struct lookup_key key;

	return lookup_key_of(store, end->wire, &key) &&
	       lookup_has_address(store, lookup_answer(store, &key));
}

/* What leads out of the zone is not known here. */
static void
add(struct dane_aliases *aliases, const struct store *store, const struct name *from,
    const struct node *at)
{
	struct dane_alias alias = {.at = at};
	struct name end = *from;
	struct dane_owner owner;
	bool has_form = dane_owner_read(from->wire, &owner);

	if ((!has_form && !(at->flags & NODE_WILDCARD)) ||
	    lookup_follow(store, &end) != LOOKUP_HERE || (!has_form && leads_to_host(store, &end)))
		return;
	set_end(aliases, store, &end, &alias);
	alias.wire = arena_copy(&aliases->a, from->wire, from->len);
	aliases->items =
	    mem_grow(aliases->items, aliases->n, &aliases->cap, sizeof(*aliases->items));
	aliases->items[aliases->n++] = alias;
}

static void
name_of(const struct store *store, const struct node *node, struct name *out)
{
	out->len = (uint8_t)node_wire(store, node, out->wire);
}

/* Puts a label in front. Returns false where the name would be too long. */
static bool
prepend(struct name *name, const uint8_t *label)
{
	size_t len = 1 + (size_t)*label;

	if (name->len + len > NAME_LONGEST)
		return false;
	memmove(name->wire + len, name->wire, name->len);
	memcpy(name->wire, label, len);
	name->len = (uint8_t)(name->len + len);
	return true;
}

/* Has the node one label more than the name? */
static bool
is_child(const struct node *node, const struct lookup_key *key)
{
	size_t more = node->key_len - key->len;

	return more > 0 && memchr(node->key + key->len, 0, more) == node->key + node->key_len - 1;
}

/* Many DNAMEs of one target with many ports make more aliases than there are records. */
static bool
charge(const struct store *store, const struct node *dname)
{
	enum { ALIAS_COST = 32 };

	if (account_take(&store->diags->account, LIMIT_WORK, ALIAS_COST))
		return true;
	diag_over(store->diags, node_rrset(store, dname, TYPE_DNAME).records[0].pos);
	return false;
}

/* _tcp.mx2 DNAME _tcp.mx1: each port below the target is one below `from`, too. */
static void
add_ports(struct dane_aliases *aliases, const struct store *store, const struct node *dname,
    const struct name *from, const struct lookup_key *target)
{
	for (size_t i = store_find(store, store->n_nodes, target->octets, target->len);
	     i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		struct name name = *from;

		if (node->key_len < target->len ||
		    memcmp(node->key, target->octets, target->len) != 0 || !charge(store, dname))
			return;
		if ((node->flags & (NODE_TLSA | NODE_CNAME)) && is_child(node, target) &&
		    prepend(&name, node->key + node->key_len))
			add(aliases, store, &name, dname);
	}
}

/* A DNAME at a protocol, or at a host, which stays what it is: only names below are redirected (RFC
 * 6672 section 2.3). Hosts below one are aliases themselves, as www CNAME web makes one. */
static void
add_dname(struct dane_aliases *aliases, const struct store *store, const struct node *dname)
{
	static const uint8_t protocols[][6] = {"\4_tcp", "\4_udp", "\5_sctp"};
	const uint8_t *target = node_rrset(store, dname, TYPE_DNAME).records[0].rdata;
	struct lookup_key key;
	struct name from;

	name_of(store, dname, &from);
	if (!lookup_key_of(store, target, &key) || lookup_exit(store, &key))
		return;
	if (dane_owner_is_protocol(from.wire))
		add_ports(aliases, store, dname, &from, &key);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		struct lookup_key at = key;
		struct name below = from;
		char label[6] = "";

		memcpy(label, protocols[i] + 1, protocols[i][0]);
		if (lookup_child(&at, label) && prepend(&below, protocols[i]))
			add_ports(aliases, store, dname, &below, &at);
	}
}

static int
ends_compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int
by_end(const void *a, const void *b)
{
	const struct dane_alias *x = a, *y = b;
	int order = ends_compare(x->end, x->end_len, y->end, y->end_len);

	if (order == 0)
		order = (x->at > y->at) - (x->at < y->at);
	return order ? order
		     : ends_compare(x->wire, name_length(x->wire, NAME_LONGEST), y->wire,
			   name_length(y->wire, NAME_LONGEST));
}

void
dane_aliases_begin(struct dane_aliases *aliases, const struct store *store)
{
	*aliases = (struct dane_aliases){0};
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		struct name name;

		if (node->flags & NODE_OCCLUDED || !(node->flags & (NODE_CNAME | NODE_DNAME)))
			continue;
		name_of(store, node, &name);
		if (node->flags & NODE_DNAME)
			add_dname(aliases, store, node);
		else
			add(aliases, store, &name, node);
	}
	if (aliases->n > 0)
		qsort(aliases->items, aliases->n, sizeof(*aliases->items), by_end);
}

void
dane_aliases_end(struct dane_aliases *aliases)
{
	free(aliases->items);
	arena_free(&aliases->a);
	*aliases = (struct dane_aliases){0};
}

const struct dane_alias *
dane_aliases_of(const struct dane_aliases *aliases, const uint8_t *wire, size_t *n)
{
	size_t len = name_length(wire, NAME_LONGEST), low = 0, high = aliases->n;
	uint8_t end[NAME_LONGEST];

	name_lower(end, wire, len);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct dane_alias *at = &aliases->items[middle];

		if (ends_compare(at->end, at->end_len, end, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (high < aliases->n &&
	       ends_compare(aliases->items[high].end, aliases->items[high].end_len, end, len) == 0)
		high++;
	*n = high - low;
	return aliases->items + low;
}

int
dane_aliases_judge(const struct store *store, const struct tlsa_doubt *doubts)
{
	struct dane_aliases aliases;
	int result = 0;
	size_t n;

	if (!doubts)
		return 0;
	dane_aliases_begin(&aliases, store);
	for (; doubts; doubts = doubts->next) {
		dane_aliases_of(&aliases, doubts->owner.wire, &n);
		if (n == 0 && !dane_owner_is_shared(doubts->owner.wire) &&
		    !pos_is_concealed(store->diags, doubts->fault.pos))
			result = diag_error(
			    store->diags, doubts->fault.pos, D_OWNER, "%s", doubts->fault.why);
	}
	dane_aliases_end(&aliases);
	return result;
}

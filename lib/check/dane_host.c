#include "check/dane_run.h"

/* Types by which a name leads to a server. */
static const uint16_t leading[] = {TYPE_A, TYPE_AAAA, TYPE_CNAME, TYPE_HTTPS, TYPE_SVCB};

static bool
leads(const struct store *store, const struct node *node)
{
	for (size_t i = 0; node && i < sizeof(leading) / sizeof(leading[0]); i++)
		if (lookup_has(store, node, leading[i]))
			return true;
	return false;
}

static void
add(const struct dane_run *run, const struct dane_set *set, enum problem problem, const char *what)
{
	diag_add(run->diags, set->set.records[0].pos, problem, "%s: %s %s", set->text,
	    lookup_text(run->store, set->owner.host), what);
}

/* Has the owner a host of which this zone tells? */
static bool
host_key(const struct dane_run *run, const struct dane_set *set, struct lookup_key *out)
{
	return set->owner.host && set->owner.host[1] != '_' &&
	       lookup_key_of(run->store, set->owner.host, out);
}

/* --- Addresses --- */

/* The wildcard that would answer for `host` if nothing were below it. */
static const struct node *
hidden_wildcard(const struct store *store, const struct lookup_key *host)
{
	struct lookup_key at = *host;

	do
		lookup_parent(&at);
	while (at.len > 0 && !lookup_exists(store, &at, host));
	return lookup_child(&at, "*") ? lookup_node(store, &at) : NULL;
}

static void
check_address(const struct dane_run *run, const struct dane_set *set, const struct lookup_key *host,
    const struct node *node)
{
	const struct node *wildcard = node ? NULL : hidden_wildcard(run->store, host);

	if (leads(run->store, wildcard))
		add(run, set, Z_WILDCARD_HIDDEN,
		    "exists through these TLSA records alone, so the wildcard does not answer for "
		    "it");
	else if (!leads(run->store, node) && !namings_any(&run->namings, set->wire, NAMING_CNAME))
		add(run, set, D_NO_HOST, "has no address");
}

/* --- Aliases --- */

/* `host` is an alias: do its target's own TLSA records for the port shadow these? */
static bool
is_shadowed(const struct dane_run *run, const struct dane_set *set, const struct node *host)
{
	const uint8_t *target = node_rrset(run->store, host, TYPE_CNAME).records[0].rdata;
	size_t labels = (size_t)(set->owner.host - set->wire), len = name_length(target, 255);
	uint8_t wire[NAME_LONGEST];
	struct lookup_key key;
	const struct node *node;

	if (labels + len > NAME_LONGEST)
		return false;
	memcpy(wire, set->wire, labels);
	memcpy(wire + labels, target, len);
	if (!lookup_key_of(run->store, wire, &key) || lookup_exit(run->store, &key))
		return false;
	node = lookup_answer(run->store, &key);
	return node && (node->flags & NODE_TLSA);
}

/* An alias for TLSA records makes its host exist, as such records do. */
static void
check_alias_host(const struct dane_run *run, const struct node *node)
{
	struct dane_set set;
	struct lookup_key key;

	dane_set_read(run->store, node, &set);
	set.set = node_rrset(run->store, node, TYPE_CNAME);
	if (host_key(run, &set, &key) && !lookup_node(run->store, &key) &&
	    leads(run->store, hidden_wildcard(run->store, &key)))
		add(run, &set, Z_WILDCARD_HIDDEN,
		    "exists through this alias alone, so the wildcard does not answer for it");
}

void
dane_check_alias(const struct dane_run *run, const struct node *node)
{
	const struct record *cname = node_rrset(run->store, node, TYPE_CNAME).records;
	uint8_t wire[NAME_LONGEST];
	struct dane_owner owner;
	struct lookup_key key;
	const struct node *target;

	if (node->key[node->key_len] < 2 || !strchr("_*", node->key[node->key_len + 1]))
		return;
	node_wire(run->store, node, wire);
	if (!dane_owner_read(wire, &owner))
		return;
	check_alias_host(run, node);
	if (!lookup_key_of(run->store, cname->rdata, &key) || lookup_exit(run->store, &key))
		return;
	target = lookup_answer(run->store, &key);
	if (!target || !(target->flags & (NODE_TLSA | NODE_CNAME)))
		diag_add(run->diags, cname->pos, D_ALIAS_LOST,
		    "%s is an alias of %s, which has no TLSA records",
		    lookup_text(run->store, wire), lookup_text(run->store, cname->rdata));
}

/* --- The host --- */

void
dane_check_host(const struct dane_run *run, const struct dane_set *set)
{
	struct lookup_key key;
	const struct node *node;

	if (!host_key(run, set, &key))
		return;
	node = lookup_node(run->store, &key);
	if (node && (node->flags & NODE_CNAME))
		add(run, set, is_shadowed(run, set, node) ? D_ALIAS_SHADOW : D_ALIAS,
		    "is an alias");
	else
		check_address(run, set, &key, node);
	if (dane_owner_is_smtp(&set->owner) && lookup_has(run->store, node, TYPE_MX) &&
	    !namings_any(&run->namings, set->owner.host, NAMING_MX))
		add(run, set, D_MX_MEANT, "has MX records that name other hosts");
}

#include "check/dane_part.h"

#include "zone/written.h"

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

	if (dane_host_leads(run->store, wildcard))
		add(run, set, Z_WILDCARD_HIDDEN,
		    "exists through these TLSA records alone, so the wildcard does not answer for "
		    "it");
	else if (!dane_host_leads(run->store, node) && /* the owner is none that was meant */
		 !diag_is_told(run->diags, set->set.records[0].pos, Z_LAST_DOT))
		add(run, set, D_NO_HOST, "has no address");
}

/* --- Aliases --- */

/* Where the aliases of `host`, put behind the owner's port and protocol, and then those of that
 * name end. Returns NULL where this zone has no TLSA records there. */
static const struct node *
target_set(const struct dane_run *run, const struct dane_set *set, struct name *host)
{
	size_t labels = (size_t)(set->owner.host - set->wire);
	struct lookup_key key;
	struct name name;
	const struct node *node;

	if (lookup_follow(run->store, host) != LOOKUP_HERE || labels + host->len > NAME_LONGEST)
		return NULL;
	memcpy(name.wire, set->wire, labels);
	memcpy(name.wire + labels, host->wire, host->len);
	name.len = (uint8_t)(labels + host->len);
	if (lookup_follow(run->store, &name) != LOOKUP_HERE ||
	    !lookup_key_of(run->store, name.wire, &key))
		return NULL;
	node = lookup_answer(run->store, &key);
	return node && (node->flags & NODE_TLSA) ? node : NULL;
}

/* `set->node` is the one that answers: the same answer shadows nothing. */
static void
check_alias(const struct dane_run *run, const struct dane_set *set)
{
	struct name host = {.len = (uint8_t)name_length(set->owner.host, NAME_LONGEST)};
	const struct node *target;

	memcpy(host.wire, set->owner.host, host.len);
	target = target_set(run, set, &host);
	if (target != set->node)
		add(run, set, target ? D_ALIAS_SHADOW : D_ALIAS, "is an alias");
}

/* --- The host --- */

static void
check_host(const struct dane_run *run, const struct dane_set *set)
{
	struct lookup_key key;
	const struct node *node;

	if (!host_key(run, set, &key))
		return;
	node = lookup_node(run->store, &key);
	if (node && (node->flags & NODE_CNAME))
		check_alias(run, set);
	else
		check_address(run, set, &key, node);
	if (dane_owner_is_smtp(&set->owner) && lookup_has(run->store, node, TYPE_MX) &&
	    !namings_any(&run->services.namings, set->owner.host, NAMING_MX))
		add(run, set, D_MX_MEANT, "has MX records that name other hosts");
}

static bool
is_own(const struct dane_set *set)
{
	return set->n_services > 0 && !set->services[0].alias;
}

void
dane_check_host(const struct dane_run *run, const struct dane_set *set)
{
	if (is_own(set))
		check_host(run, set);
	for (size_t i = is_own(set); i < set->n_services; i++) {
		const struct dane_service *service = &set->services[i];
		const struct node *at = service->alias->at;
		struct dane_set alias = *set;

		if (!(at->flags & NODE_CNAME))
			continue; /* DNAME says nothing of single hosts */
		memcpy(alias.wire, service->owner.wire, name_length(service->owner.wire, 255));
		dane_owner_read(alias.wire, &alias.owner);
		alias.text = lookup_text(run->store, alias.wire);
		alias.set = node_rrset(run->store, at, TYPE_CNAME);
		check_host(run, &alias);
	}
}

/* --- Aliases of records --- */

static enum lookup_end
alias_end(const struct dane_run *run, const uint8_t *wire, const struct node **out)
{
	struct name name = {.len = (uint8_t)name_length(wire, NAME_LONGEST)};
	struct lookup_key key;
	enum lookup_end end;

	memcpy(name.wire, wire, name.len);
	end = lookup_follow(run->store, &name);
	*out = end == LOOKUP_HERE && lookup_key_of(run->store, name.wire, &key)
		   ? lookup_answer(run->store, &key)
		   : NULL;
	return end;
}

/* An alias for TLSA records makes its host exist, as such records do. */
static void
check_alias_host(const struct dane_run *run, const struct node *node)
{
	struct dane_set set;
	struct lookup_key key;

	dane_set_read(run, node, &set);
	set.set = node_rrset(run->store, node, TYPE_CNAME);
	if (host_key(run, &set, &key) && !lookup_node(run->store, &key) &&
	    dane_host_leads(run->store, hidden_wildcard(run->store, &key)))
		add(run, &set, Z_WILDCARD_HIDDEN,
		    "exists through this alias alone, so the wildcard does not answer for it");
}

void
dane_check_alias(const struct dane_run *run, const struct node *node)
{
	const struct record *cname = node_rrset(run->store, node, TYPE_CNAME).records;
	uint8_t wire[NAME_LONGEST];
	struct dane_owner owner;
	const struct node *end;
	struct written written;

	if (node->key[node->key_len] < 2 || !strchr("_*", node->key[node->key_len + 1]))
		return;
	node_wire(run->store, node, wire);
	if (!dane_owner_read(wire, &owner))
		return;
	if (alias_end(run, wire, &end) == LOOKUP_AWAY) {
		check_alias_host(run, node);
		return;
	}
	if (end && (end->flags & NODE_TLSA))
		return; /* dane_check_host */
	check_alias_host(run, node);
	written_name(run->store, cname, 0, &written);
	if (diag_is_told(run->diags, written.pos, Z_TARGET_LOST) ||
	    diag_is_told(run->diags, written.pos, Z_LAST_DOT))
		return; /* check_targets */
	diag_add(run->diags, cname->pos, D_ALIAS_LOST,
	    "%s is an alias of %s, which has no TLSA records", lookup_text(run->store, wire),
	    lookup_text(run->store, cname->rdata));
}

#include "check/target.h"

#include "check/alias.h"
#include "check/dot.h"
#include "check/host.h"
#include "dns/hostname.h"
#include "zone/lookup.h"

/* What is at a name of the zone. */
enum found {
	FOUND_ADDRESS,
	FOUND_NO_ADDRESS, /* other records alone */
	FOUND_NOTHING,
	FOUND_ALIAS, /* of a CNAME, or below a DNAME */
	FOUND_CHILD, /* at or below a delegation, without an address */
	FOUND_LOST,  /* nothing or too little, but it may be what could not be read */
};

/* Whose records name a server. */
enum naming {
	NAMING_APEX, /* NS of the zone itself */
	NAMING_CUT,  /* NS of a delegation */
	NAMING_HOST, /* others */
	N_NAMINGS,
};

/* BIND does not load a zone whose own NS are wrong; all else hurts one name of it, and is served.
 * The zone cannot know of addresses below a delegation unless they are glue, which is needed for
 * the servers that only the delegation itself leads to (RFC 9471 section 2.1). */
static const enum problem no_address[N_NAMINGS] = {
    [NAMING_APEX] = Z_NS_ADDRESS, [NAMING_CUT] = Z_TARGET, [NAMING_HOST] = Z_TARGET};
static const enum problem alias[N_NAMINGS] = {
    [NAMING_APEX] = Z_NS_ALIAS, [NAMING_CUT] = Z_TARGET_ALIAS, [NAMING_HOST] = Z_TARGET_ALIAS};

static const enum problem none = N_PROBLEMS;

/* A name in RDATA that is at or below the apex. */
struct target {
	const struct store *store;
	size_t node; /* whose record names it */
	const struct record *record;
	const uint8_t *wire;
	unsigned number; /* among the names of the RDATA */
	enum name_use use;
	enum found found;
	struct lookup_key key;
};

static const struct node *
node_of(const struct target *t)
{
	return &t->store->nodes[t->node];
}

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
	return node ? found_at(store, node) : FOUND_NOTHING;
}

/* --- What is asked of it --- */

static enum problem
server_problem(const struct target *t)
{
	const struct node *node = node_of(t);
	enum naming naming = t->record->type != TYPE_NS ? NAMING_HOST
			     : node->key_len > 0        ? NAMING_CUT
							: NAMING_APEX;
	bool own =
	    t->key.len >= node->key_len && memcmp(t->key.octets, node->key, node->key_len) == 0;

	switch (t->found) {
	case FOUND_NO_ADDRESS:
	case FOUND_NOTHING:
		return no_address[naming];
	case FOUND_ALIAS:
		return alias[naming];
	case FOUND_CHILD:
		return naming == NAMING_CUT && own ? Z_GLUE : none;
	default:
		return none;
	}
}

static bool
lacks_address(const struct target *t)
{
	return t->found == FOUND_NO_ADDRESS || t->found == FOUND_NOTHING;
}

/* Has the record ipv4hint or ipv6hint (RFC 9460 section 7.3), with which clients begin? */
static bool
has_hints(const struct record *record)
{
	enum { PRIORITY = 2, KEY_AND_LENGTH = 4, IPV4HINT = 4, IPV6HINT = 6 };
	const uint8_t *p = record->rdata + PRIORITY, *end = record->rdata + record->rdlen;

	for (p += name_length(p, NAME_LONGEST); p < end; p += KEY_AND_LENGTH + read_u16(p + 2))
		if (p[0] == 0 && (p[1] == IPV4HINT || p[1] == IPV6HINT))
			return true;
	return false;
}

/* An alias may also lead to records of its own type (RFC 9460 section 2.4.2). */
static enum problem
service_problem(const struct target *t)
{
	bool is_alias = t->record->rdata[0] == 0 && t->record->rdata[1] == 0;

	if (!lacks_address(t))
		return none;
	if (is_alias ? lookup_has(t->store, lookup_answer(t->store, &t->key), t->record->type)
		     : has_hints(t->record))
		return none;
	return Z_TARGET;
}

/* The first label is no part of the host's name. A zone of one label may be a host. */
static enum problem
mailbox_problem(const struct target *t)
{
	struct lookup_key host = t->key;

	if (t->key.len == 0)
		return name_labels(t->store->apex.wire) > 1 ? Z_MAILBOX : none;
	lookup_parent(&host);
	return !lookup_exit(t->store, &host) && !lookup_answer(t->store, &host) &&
		       !lookup_exists(t->store, &host, NULL) && !lookup_is_lost(t->store, &host)
		   ? Z_MAILBOX
		   : none;
}

static enum problem
problem_of(const struct target *t)
{
	bool nothing = t->found == FOUND_NOTHING;

	switch (t->use) {
	case NAME_SERVER:
		return server_problem(t);
	case NAME_HOST: /* hosts of RT may have addresses of other networks: RFC 1183 section 3 */
		return nothing || (t->found == FOUND_NO_ADDRESS && t->record->type != TYPE_RT)
			   ? Z_TARGET
			   : none;
	case NAME_SERVICE:
		return service_problem(t);
	case NAME_DATA:
		return nothing ? Z_TARGET_LOST : none;
	case NAME_TREE:
		return nothing && !lookup_exists(t->store, &t->key, NULL) ? Z_TARGET_LOST : none;
	case NAME_MAILBOX:
		return mailbox_problem(t);
	case NAME_LOOSE:
		return nothing ? Z_LAST_DOT : none;
	default:
		return none;
	}
}

/* --- Messages --- */

/* Is there anything else at or below the name's last label that was written? Then the name is
 * rather one that was meant to be in the zone. */
static bool
has_siblings(const struct target *t, unsigned n_written)
{
	struct lookup_key key = t->key;

	for (; n_written > 1; n_written--)
		lookup_parent(&key);
	return lookup_exists(t->store, &key, NULL);
}

/* A mailbox of two labels is rather one whose local part has a dot. */
static bool
reads_whole(const struct target *t, const struct written *written)
{
	struct name name;
	unsigned n;

	if (!dot_may_be_lost(written, &name) || name_equal(name.wire, t->wire))
		return false;
	n = name_labels(name.wire);
	return !has_siblings(t, n) && (t->use != NAME_MAILBOX || n > 2);
}

/* Nothing but the missing dot is said where that is the whole trouble. */
static enum problem
with_dot_lost(enum problem problem)
{
	switch (problem) {
	case N_PROBLEMS: /* none */
	case Z_TARGET_LOST:
	case Z_MAILBOX:
		return Z_LAST_DOT;
	default:
		return problem;
	}
}

static const char *
why(const struct target *t, enum problem problem)
{
	switch (problem) {
	case Z_NS_ADDRESS:
	case Z_TARGET:
		return ", which has neither A nor AAAA records";
	case Z_NS_ALIAS:
	case Z_TARGET_ALIAS:
		return ", which is an alias, of CNAME or DNAME";
	case Z_GLUE:
		return ", which is below the delegation and has no glue";
	case Z_MAILBOX:
		return t->key.len == 0 ? ", the zone itself, where a mailbox belongs"
				       : ", a mailbox at a name that does not exist";
	default:
		if (t->found != FOUND_NOTHING || t->use == NAME_MAILBOX)
			return "";
		return lookup_exists(t->store, &t->key, NULL) ? ", which has no records"
							      : ", which does not exist";
	}
}

static void
tell(const struct target *t, enum problem problem, const struct written *written, bool dot)
{
	uint8_t owner[NAME_LONGEST];
	struct buf b = {0};

	if (diag_is_told(t->store->diags, written->pos, problem))
		return;
	node_wire(t->store, node_of(t), owner);
	buf_puts(&b, "the ");
	type_print(&b, t->record->type);
	buf_puts(&b, " record of ");
	name_print(&b, owner);
	buf_puts(&b, " names ");
	name_print(&b, t->wire);
	buf_puts(&b, why(t, problem));
	if (dot)
		dot_ask(&b, written);
	diag_add(t->store->diags, written->pos, problem, "%.*s", (int)b.len, b.data);
	buf_free(&b);
}

/* --- */

/* Does the name end in the zone's own name twice? Few do, so that others need not be read again. */
static bool
is_twice(const struct target *t)
{
	const struct name *apex = &t->store->apex;
	size_t relative;

	return apex->len > 1 &&
	       name_in_zone(
		   t->wire, name_length(t->wire, NAME_LONGEST), apex->wire, apex->len, &relative) &&
	       name_in_zone(t->wire, relative, apex->wire, apex->len - 1u, &relative);
}

/* In a zone of one label, as a registry's, names may well end in it twice, and then exist. */
static bool
is_lost(const struct target *t, const struct written *written)
{
	return dot_is_lost(t->store, written) &&
	       (name_labels(t->store->apex.wire) > 1 || lacks_address(t));
}

/* By host_check? */
static bool
is_told(const struct target *t)
{
	struct written written;

	return host_is_address(t->store, t->record, t->number, t->wire, &written) ||
	       (t->use == NAME_MAILBOX && hostname_has_at(t->wire));
}

/* Does it make no difference how the name was written? A dot may be lost where that has two labels
 * at least. */
static bool
is_plain(const struct target *t, enum problem problem)
{
	return problem != none && !is_twice(t) &&
	       (with_dot_lost(problem) == problem ||
		   name_labels(t->wire) <= name_labels(t->store->apex.wire) + 1);
}

/* The names of a record are told apart by octets of it, of which it has more than names. */
static void
count(const struct target *t, enum problem problem)
{
	struct pos pos = {t->record->pos.at + t->number};

	if (!diag_is_told(t->store->diags, pos, problem))
		diag_count(t->store->diags, pos, problem);
}

static void
check_target(const struct target *t)
{
	struct diags *diags = t->store->diags;
	enum problem problem = problem_of(t);
	struct written written;
	bool dot;

	if (problem == none && !is_twice(t))
		return;
	if (is_told(t))
		return;
	if (is_plain(t, problem) && diag_is_full(diags, problem)) {
		count(t, problem);
		return;
	}
	written_name(t->store, t->record, t->number, &written);
	dot = is_lost(t, &written) || (problem != none && reads_whole(t, &written));
	if (dot)
		problem = with_dot_lost(problem);
	if (problem != none && (dot || problem != Z_LAST_DOT))
		tell(t, problem, &written, dot);
}

/* A root label alone means that there is no server (RFC 2782, RFC 7505), no alias or no mailbox;
 * with SVCB and HTTPS it may stand for the owner (RFC 9460 section 2.5). */
static bool
is_none(const struct target *t)
{
	return *t->wire == 0 &&
	       (t->use != NAME_SERVICE || (t->record->rdata[0] == 0 && t->record->rdata[1] == 0));
}

static void
check_record(const struct store *store, size_t i, const struct record *record)
{
	struct rdata_walk walk = rdata_walk(record->type, record_rdata(record));
	uint8_t owner[NAME_LONGEST];
	struct target t;

	t.store = store;
	t.node = i;
	t.record = record;
	while (walk.n < WRITTEN_MOST && (t.wire = rdata_walk_next(&walk, &t.use))) {
		t.number = walk.n - 1;
		if (is_none(&t))
			continue;
		if (*t.wire == 0) {
			node_wire(store, node_of(&t), owner);
			t.wire = owner;
		}
		if (!lookup_key_of(store, t.wire, &t.key))
			continue;
		t.found = found_of(store, i, &t.key);
		if (t.found != FOUND_ADDRESS && lookup_is_lost(store, &t.key))
			t.found = FOUND_LOST;
		check_target(&t);
		if (t.found == FOUND_ALIAS || t.use == NAME_TREE || t.use == NAME_SERVICE)
			check_alias(store, node_of(&t), record);
	}
}

void
check_targets(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];

		if ((node->flags & (NODE_TARGETS | NODE_OCCLUDED)) != NODE_TARGETS)
			continue;
		store_prefetch(store, i);
		for (size_t r = 0; r < node->n; r++)
			check_record(store, i, &node_records(store, node)[r]);
	}
}

#include "history/answer.h"

#include "dane/owner.h"
#include "history/state.h"
#include "zone/lookup.h"

#include <stdlib.h>

/* --- Names --- */

static void
add_name(struct answer_names *names, const char *name)
{
	names->items =
	    arena_grow(names->a, names->items, names->n, &names->cap, sizeof(*names->items));
	names->items[names->n++] = name;
}

/* A service whose alias leads out of the zone: what is there, the history of another zone tells. */
static bool
leads_away(const struct store *store, const struct name *name)
{
	struct name end = *name;
	struct dane_owner owner;

	return dane_owner_read(name->wire, &owner) && lookup_follow(store, &end) == LOOKUP_AWAY;
}

void
answer_names_add(struct answer_names *names, const struct store *store)
{
	struct dane_aliases aliases;

	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		struct name name;

		if (node->flags & NODE_OCCLUDED || !(node->flags & (NODE_TLSA | NODE_CNAME)))
			continue;
		name.len = (uint8_t)node_wire(store, node, name.wire);
		if ((node->flags & NODE_TLSA) || leads_away(store, &name))
			add_name(names, history_name(names->a, name.wire));
	}
	dane_aliases_begin(&aliases, store);
	for (size_t i = 0; i < aliases.n; i++)
		add_name(names, history_name(names->a, aliases.items[i].wire));
	dane_aliases_end(&aliases);
}

void
answer_names_add_sets(struct answer_names *names, struct sets sets)
{
	for (size_t i = 0; i < sets.n; i++)
		if (set_is_of_service(&sets.items[i]))
			add_name(names, sets.items[i].owner);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
answer_names_sort(struct answer_names *names)
{
	size_t kept = 0;

	if (names->n == 0)
		return;
	qsort(names->items, names->n, sizeof(*names->items), by_text);
	for (size_t i = 1; i < names->n; i++)
		if (strcmp(names->items[kept], names->items[i]) != 0)
			names->items[++kept] = names->items[i];
	names->n = kept + 1;
}

bool
answer_names_have(const struct answer_names *names, const char *name)
{
	return names->n > 0 &&
	       bsearch(&name, names->items, names->n, sizeof(*names->items), by_text);
}

/* --- Answers --- */

enum { STEPS_MOST = 16 }; /* along aliases, as resolvers go */

static void
longer_ttl(struct set *set, const struct record *record)
{
	if (record->ttl_s > set->ttl_s)
		set->ttl_s = record->ttl_s;
}

static void
take_records(struct arena *a, const struct store *store, const struct name *end, struct set *out,
    const char **from)
{
	struct lookup_key key;
	const struct node *node =
	    lookup_key_of(store, end->wire, &key) ? lookup_answer(store, &key) : NULL;
	struct rrset set = node ? node_rrset(store, node, TYPE_TLSA) : (struct rrset){0};
	struct bytes *rdata = arena_alloc(a, set.n * sizeof(*rdata) + 1);
	uint8_t wire[NAME_LONGEST];

	for (size_t i = 0; i < set.n; i++) {
		rdata[i] = record_rdata(&set.records[i]);
		longer_ttl(out, &set.records[i]);
	}
	set_records(a, out, rdata, set.n);
	if (set.n == 0)
		return;
	node_wire(store, node, wire);
	*from = history_name(a, wire);
}

/* Does the name lie outside the zone, or in one that it delegates? */
static bool
is_away(const struct store *store, const struct name *name)
{
	struct lookup_key key;
	const struct node *exit;

	if (!lookup_key_of(store, name->wire, &key))
		return true;
	exit = lookup_exit(store, &key);
	return exit && (exit->flags & NODE_CUT);
}

/* Follows the aliases from `at`, and returns how many they were. */
static int
follow(const struct store *store, struct name *at, struct set *out)
{
	const struct record *alias;
	int steps = 0;

	while (steps < STEPS_MOST && !is_away(store, at) &&
	       (alias = lookup_alias(store, at, at)) != NULL) {
		longer_ttl(out, alias);
		steps++;
	}
	return steps;
}

void
answer_of(struct arena *a, const struct store *store, const char *zone, const char *owner,
    struct set *out, const char **from)
{
	static const struct name root = {.len = 1};
	const char *ignored;
	struct name_fault fault;
	struct name at;
	int steps;

	from = from ? from : &ignored;
	*from = NULL;
	*out = (struct set){.zone = zone,
	    .owner = owner,
	    .type = TYPE_TLSA,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};
	if (name_parse(text_of(owner), &root, &at, &fault) < 0)
		return;
	steps = follow(store, &at, out);
	if (!is_away(store, &at)) {
		take_records(a, store, &at, out, from);
	} else if (steps > 0) { /* else the name itself is another zone's by now */
		out->type = TYPE_CNAME;
		set_records(a, out, &(struct bytes){at.wire, at.len}, 1);
	}
}

#include "publish/rolling_run.h"

struct rrset
rolling_published(const struct rolling_run *r, const char *owner)
{
	static const struct name root = {.len = 1};
	const struct store *store = &r->previous->store;
	const struct node *node = NULL;
	struct name name;
	struct name_fault fault;

	if (r->previous->there && name_parse(text_of(owner), &root, &name, &fault) == 0)
		node = store_node(store, &name);
	return node ? node_rrset(store, node, TYPE_TLSA) : (struct rrset){0};
}

bool
rolling_is_published(struct rolling_run *r, const char *owner, const char *record)
{
	struct rrset set = rolling_published(r, owner);

	for (size_t i = 0; i < set.n; i++)
		if (strcmp(fact_record(r->a, record_rdata(&set.records[i])), record) == 0)
			return true;
	return false;
}

void
rolling_find_valid(struct rolling_run *r)
{
	const struct facts *facts = &r->rolling->facts;

	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (fact->kind == FACT_PUBLISHED &&
		    (!r->previous->there || rolling_is_published(r, fact->owner, fact->record)))
			facts_add(r->a, &r->valid, *fact);
	}
}

const struct fact *
rolling_valid(const struct rolling_run *r, const char *owner, size_t *n)
{
	return facts_of_owner(&r->valid, FACT_PUBLISHED, r->rolling->zone, owner, n);
}

bool
rolling_is_known(const struct rolling_run *r, const char *owner)
{
	size_t n;

	rolling_valid(r, owner, &n);
	return n > 0;
}

int64_t
rolling_longest_ttl(const struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);
	int64_t ttl_s = use->is->ttl_s;
	size_t n;
	const struct fact *ttl =
	    facts_of_owner(&r->rolling->facts, FACT_TTL, r->rolling->zone, use->owner, &n);

	if (set.n)
		ttl_s = instant_later(ttl_s, set.records[0].ttl_s);
	for (size_t i = 0; i < n; i++)
		if (ttl[i].t_unix > r->now)
			ttl_s = instant_later(ttl_s, ttl[i].ttl_s);
	return ttl_s;
}

bool
rolling_is_wanted(const struct rolling_run *r, const struct node *node, const struct record *record)
{
	const struct store *store = &r->loaded->store;

	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *other = &store->nodes[i];

		if (other->key_len != node->key_len ||
		    memcmp(other->key, node->key, node->key_len) != 0)
			continue;
		for (size_t k = 0; k < other->n; k++) {
			const struct record *at = &store->records[other->first + k];

			if (at->type == TYPE_TLSA && at->rdlen == record->rdlen &&
			    memcmp(at->rdata, record->rdata, at->rdlen) == 0)
				return true;
		}
	}
	return false;
}

/* The records that a cache may have of a set of which no fact tells that it is published. */
struct copies {
	const struct rolling_use *use;
	size_t n;
	bool match;   /* one stands for the current certificate */
	bool strange; /* one stands for none that is known */
};

static void
see_copy(struct copies *copies, const char *record, bool known)
{
	bool match = pins_match(copies->use->is->current, record);

	copies->n++;
	copies->match = copies->match || match;
	copies->strange = copies->strange || (!match && !known);
}

static void
see_left(const struct rolling_run *r, struct copies *copies, enum fact_kind kind)
{
	const struct rolling_use *use = copies->use;
	size_t n;
	const struct fact *left =
	    facts_of_owner(&r->rolling->facts, kind, r->rolling->zone, use->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (rollover_vanish(use->certificate, &left[i]) > r->now)
			see_copy(copies, left[i].record, false);
}

/* There was no set before, and whoever has no record asks nothing of the server. Or there was one
 * by other means, or until a while ago, and then the current certificate has been in use if a
 * record stands for it and each is still accounted for. One that is not may mean that a rollover
 * was under way when the state file was lost. */
bool
rolling_begins_well(struct rolling_run *r, const struct rolling_use *use)
{
	struct copies copies = {.use = use};
	struct rrset set = rolling_published(r, use->owner);
	const struct node *node = set.n ? store_node(&r->previous->store, &use->is->owner) : NULL;

	for (size_t i = 0; i < set.n; i++) {
		const char *record = fact_record(r->a, record_rdata(&set.records[i]));
		bool is_next = use->is->next && pins_match(use->is->next, record);

		see_copy(&copies, record, is_next || rolling_is_wanted(r, node, &set.records[i]));
	}
	see_left(r, &copies, FACT_LEAVING);
	see_left(r, &copies, FACT_LEFT);
	return copies.n == 0 || (copies.match && !copies.strange);
}

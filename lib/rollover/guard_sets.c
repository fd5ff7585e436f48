#include "dnssec/offline.h"
#include "dnssec/rrsig.h"
#include "rollover/guard_part.h"

enum {
	FOREIGN_MOST = 64, /* DNSKEY records of other signers */
	WAYS_MOST = 32,    /* in which RRsets are signed */
	TAGS_MOST = 64,    /* keys that sign */
};

static struct set
set_of(const char *zone, uint16_t type, uint32_t ttl_s)
{
	return (struct set){.zone = zone,
	    .owner = zone,
	    .type = type,
	    .ttl_s = ttl_s,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};
}

static uint32_t
longest_ttl(const struct store *store)
{
	uint32_t longest = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t k = 0; k < store->nodes[i].n; k++)
			if (node_records(store, &store->nodes[i])[k].ttl_s > longest)
				longest = node_records(store, &store->nodes[i])[k].ttl_s;
	return longest;
}

/* --- Who signs --- */

/* Each way is a set of bits, one for each key that signs. */
struct ways {
	struct tag {
		uint8_t algorithm;
		uint16_t tag;
	} tags[TAGS_MOST];
	size_t n_tags;
	uint64_t items[WAYS_MOST];
	size_t n;
};

/* A key beyond the most is none that counts: that errs on the safe side. */
static uint64_t
bit_of(struct ways *w, const uint8_t *rrsig)
{
	struct tag tag = {
	    rrsig[RRSIG_ALGORITHM], (uint16_t)(rrsig[RRSIG_TAG] << 8 | rrsig[RRSIG_TAG + 1])};
	size_t i = 0;

	while (
	    i < w->n_tags && (w->tags[i].algorithm != tag.algorithm || w->tags[i].tag != tag.tag))
		i++;
	if (i == TAGS_MOST)
		return 0;
	if (i == w->n_tags)
		w->tags[w->n_tags++] = tag;
	return (uint64_t)1 << i;
}

static bool
has_bit(const struct ways *w, uint64_t way, const struct record_key *key)
{
	for (size_t i = 0; i < w->n_tags; i++)
		if ((way >> i & 1) != 0 && w->tags[i].algorithm == key->algorithm &&
		    w->tags[i].tag == key->tag)
			return true;
	return false;
}

static void
add_way(struct ways *w, uint64_t way)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if ((w->items[i] & way) == w->items[i])
			return; /* whoever takes that one takes this one */
	for (size_t i = 0; i < w->n; i++)
		if ((w->items[i] & way) != way)
			w->items[n++] = w->items[i];
	w->n = n;
	if (n < WAYS_MOST)
		w->items[w->n++] = way;
	else
		w->items[0] &= way;
}

static uint16_t
covered_type(const struct record *rrsig)
{
	return rrsig->rdlen > RRSIG_SIGNER ? (uint16_t)(rrsig->rdata[0] << 8 | rrsig->rdata[1]) : 0;
}

/* Of the DNSKEY set each key tells whether it signs that; CDS and CDNSKEY are for the parent. */
static bool
is_data(uint16_t type)
{
	return type != 0 && type != TYPE_DNSKEY && type != TYPE_CDS && type != TYPE_CDNSKEY;
}

/* Signatures over one type are neighbours. */
static void
add_ways_of_node(struct ways *w, struct rrset rrsigs)
{
	for (size_t i = 0, k; i < rrsigs.n; i = k) {
		uint16_t type = covered_type(&rrsigs.records[i]);
		uint64_t way = 0;

		for (k = i; k < rrsigs.n && covered_type(&rrsigs.records[k]) == type; k++)
			way |= type ? bit_of(w, rrsigs.records[k].rdata) : 0;
		if (is_data(type))
			add_way(w, way);
	}
}

/* Has the apex a signature over the DNSKEY set by the key? */
static bool
signs_set(struct rrset rrsigs, const struct record_key *key)
{
	for (size_t i = 0; i < rrsigs.n; i++) {
		const uint8_t *data = rrsigs.records[i].rdata;

		if (covered_type(&rrsigs.records[i]) == TYPE_DNSKEY &&
		    data[RRSIG_ALGORITHM] == key->algorithm &&
		    (data[RRSIG_TAG] << 8 | data[RRSIG_TAG + 1]) == key->tag)
			return true;
	}
	return false;
}

/* Keys that may have signed: those of the DNSKEY set, and those that the history knows: they sign
 * ahead of their publication. */
struct signer_keys {
	struct record_key *items;
	size_t n;
};

static struct signer_keys
find_signer_keys(struct arena *a, const struct store *store, struct rrset dnskey, struct sets known)
{
	struct signer_keys keys = {0};
	size_t n = dnskey.n;

	for (size_t i = 0; i < known.n; i++)
		n += known.items[i].n;
	keys.items = arena_alloc(a, n * sizeof(*keys.items) + 1);
	for (size_t i = 0; i < dnskey.n; i++)
		keys.items[keys.n++] =
		    record_key_of(&store->apex, record_rdata(&dnskey.records[i]));
	for (size_t i = 0; i < known.n; i++)
		for (size_t k = 0; known.items[i].type == TYPE_RRSIG &&
				   set_is_open(&known.items[i]) && k < known.items[i].n;
		     k++)
			keys.items[keys.n++] = record_read_key(TYPE_RRSIG, known.items[i].rdata[k]);
	return keys;
}

static struct set
set_of_way(struct arena *a, const struct ways *w, uint64_t way, const struct signer_keys *keys,
    const struct set *like)
{
	struct bytes *sign = arena_alloc(a, keys->n * sizeof(*sign) + 1);
	struct set set = *like;
	size_t n = 0;

	for (size_t i = 0; i < keys->n; i++)
		if (has_bit(w, way, &keys->items[i]))
			sign[n++] = record_of_key(a, TYPE_RRSIG, &keys->items[i]);
	set_records(a, &set, sign, n);
	return set;
}

static struct sets
signers_of_store(struct arena *a, const struct store *store, const char *zone, struct rrset dnskey,
    struct sets known)
{
	struct signer_keys keys = find_signer_keys(a, store, dnskey, known);
	struct set like = set_of(zone, TYPE_RRSIG, longest_ttl(store)), *items;
	struct ways ways = {0};

	for (size_t i = 0; i < store->n_nodes; i++)
		add_ways_of_node(&ways, node_rrset(store, &store->nodes[i], TYPE_RRSIG));
	if (ways.n == 0)
		add_way(&ways, 0);
	items = arena_alloc(a, ways.n * sizeof(*items));
	for (size_t i = 0; i < ways.n; i++)
		items[i] = set_of_way(a, &ways, ways.items[i], &keys, &like);
	return (struct sets){items, ways.n};
}

void
guard_sets_of_store(struct arena *a, const struct store *store, const char *zone, struct sets known,
    struct guard_sets *out)
{
	const struct node *apex = store_apex(store);
	struct rrset keys = apex ? node_rrset(store, apex, TYPE_DNSKEY) : (struct rrset){0};
	struct rrset rrsigs = apex ? node_rrset(store, apex, TYPE_RRSIG) : (struct rrset){0};
	struct bytes *in_set = arena_alloc(a, keys.n * sizeof(*in_set) + 1);

	out->dnskey = set_of(zone, TYPE_DNSKEY, keys.n ? keys.records[0].ttl_s : 0);
	for (size_t i = 0; i < keys.n; i++) {
		struct record_key key = record_key_of(&store->apex, record_rdata(&keys.records[i]));

		key.signs = signs_set(rrsigs, &key);
		in_set[i] = record_of_key(a, TYPE_DNSKEY, &key);
	}
	set_records(a, &out->dnskey, in_set, keys.n);
	out->signers = signers_of_store(a, store, zone, keys, known);
}

void
guard_sets_of_published(struct arena *a, const struct published *published, const char *zone,
    struct sets known, struct guard_sets *out)
{
	struct set *unsigned_data;

	if (published->there) {
		guard_sets_of_store(a, &published->store, zone, known, out);
		return;
	}
	unsigned_data = arena_zalloc(a, sizeof(*unsigned_data));
	*unsigned_data = set_of(zone, TYPE_RRSIG, 0);
	*out = (struct guard_sets){set_of(zone, TYPE_DNSKEY, 0), {unsigned_data, 1}};
}

/* --- What the keys make --- */

/* Is it a key of ours, whatever its dates say? */
static bool
is_ours(const struct guard *g, struct bytes dnskey)
{
	for (size_t i = 0; g->keys && i < g->keys->n; i++)
		if (bytes_equal(g->keys->items[i].dnskey, dnskey))
			return true;
	return false;
}

/* DNSKEY records of the template are those of other signers (RFC 8901). They may stand at several
 * nodes of the apex, as the store is not sorted yet. */
static size_t
take_foreign(struct guard *g, struct bytes *in_set, size_t most)
{
	const struct store *store = g->store;
	size_t n = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t k = 0; store->nodes[i].key_len == 0 && k < store->nodes[i].n; k++) {
			const struct record *record = &node_records(store, &store->nodes[i])[k];
			struct record_key key;

			if (record->type != TYPE_DNSKEY || n == most ||
			    is_ours(g, record_rdata(record)))
				continue;
			key = record_key_of(&store->apex, record_rdata(record));
			in_set[n++] = record_of_key(&g->diags->arena, TYPE_DNSKEY, &key);
		}
	return n;
}

void
guard_sets_of_keys(struct guard *g)
{
	struct arena *a = g->keep->a;
	const struct keys *keys = g->keys;
	size_t n_keys, n_signers = 0, n = keys ? keys->n : 0;
	struct arena *own = &g->diags->arena; /* of what the zone leaves nothing */
	struct bytes *in_set = arena_alloc(own, (n + FOREIGN_MOST) * sizeof(*in_set));
	struct bytes *sign = arena_alloc(own, n * sizeof(*sign) + 1);
	struct set *signers = arena_alloc(a, sizeof(*signers));

	g->dnskey = set_of(g->keep->name, TYPE_DNSKEY, 0);
	*signers = set_of(g->keep->name, TYPE_RRSIG, longest_ttl(g->store));
	n_keys = take_foreign(g, in_set, FOREIGN_MOST);
	for (size_t i = 0; i < n; i++) {
		const struct key *at = &keys->items[i];
		struct record_key key = record_key_of(&g->store->apex, at->dnskey);

		key.signs = at->signs_keys;
		g->dnskey.ttl_s = at->ttl_s > g->dnskey.ttl_s ? at->ttl_s : g->dnskey.ttl_s;
		if (at->published)
			in_set[n_keys++] = record_of_key(own, TYPE_DNSKEY, &key);
		if (at->signs_zone)
			sign[n_signers++] = record_of_key(own, TYPE_RRSIG, &key);
	}
	set_records(a, &g->dnskey, in_set, n_keys);
	set_records(a, signers, sign, n_signers);
	g->signers = (struct sets){signers, 1};
}

/* --- Keys whose private half is elsewhere --- */

bool
guard_is_in(const struct set *dnskey, const struct record_key *key)
{
	for (size_t i = 0; i < dnskey->n; i++) {
		struct record_key at = record_read_key(TYPE_DNSKEY, dnskey->rdata[i]);

		if (at.flags == key->flags && at.algorithm == key->algorithm &&
		    memcmp(at.digest, key->digest, sizeof(key->digest)) == 0)
			return true;
	}
	return false;
}

static struct sign_options
kept_signatures(const struct guard *g)
{
	return (struct sign_options){.keys = g->keys,
	    .now = g->now_unix,
	    .previous = g->published->there ? &g->published->store : NULL,
	    .ceremonies = g->ceremonies};
}

bool
guard_has_signed(const struct guard *g, const struct key *key)
{
	struct sign_options options = kept_signatures(g);
	struct store apex;
	bool has;

	if (!key->is_ksk || !key->published)
		return false;
	sign_find_keys(&apex, g->store, g->keys);
	has = offline_signs_keys(&apex, &options, key);
	store_free(&apex);
	return has;
}

/* Which of the keys, by their places, sign the coming DNSKEY set, here or by what they signed while
 * their private halves were at hand. Returns whether any does. */
static bool
find_signers(const struct guard *g, bool *signs)
{
	struct sign_options options = kept_signatures(g);
	struct store apex;
	bool any = false;

	sign_find_keys(&apex, g->store, g->keys);
	for (size_t i = 0; i < g->keys->n; i++) {
		const struct key *key = &g->keys->items[i];

		signs[i] =
		    key->signs_keys && (key->at_hand || offline_signs_keys(&apex, &options, key));
		any = any || signs[i];
	}
	store_free(&apex);
	return any;
}

static bool
has_offline(const struct guard *g)
{
	for (size_t i = 0; i < g->keys->n; i++)
		if (g->keys->items[i].signs_keys && !g->keys->items[i].at_hand)
			return true;
	return false;
}

/* A key whose private half is elsewhere signs no DNSKEY set but those over which there is a
 * signature of it that is good now. Where no other key signs, dnssec/offline.h tells what is amiss.
 */
void
guard_drop_offline(struct guard *g)
{
	size_t n = g->dnskey.n;
	struct bytes *in_set;
	bool *signs;

	if (!has_offline(g))
		return;
	signs = arena_alloc(g->keep->a, g->keys->n * sizeof(*signs));
	if (!find_signers(g, signs))
		return;
	in_set = arena_alloc(g->keep->a, n * sizeof(*in_set) + 1);
	for (size_t i = 0; i < n; i++) {
		struct record_key record = record_read_key(TYPE_DNSKEY, g->dnskey.rdata[i]);
		const struct key *key = guard_find_key(g, &record);

		if (key && !key->at_hand && !signs[key - g->keys->items])
			record.signs = false;
		in_set[i] = record_of_key(g->keep->a, TYPE_DNSKEY, &record);
	}
	set_records(g->keep->a, &g->dnskey, in_set, n);
}

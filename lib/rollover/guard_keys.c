#include "dnssec/cds.h"
#include "rollover/guard_part.h"

/* --- Which key is meant --- */

/* What the key is without the REVOKE bit, which makes another one of it. */
static struct bytes
unrevoked(struct arena *a, const struct key *key)
{
	uint8_t *dnskey;

	if (!key->revoked)
		return key->dnskey;
	dnskey = arena_copy(a, key->dnskey.data, key->dnskey.len);
	dnskey[1] &= (uint8_t)~KEY_FLAG_REVOKE;
	return (struct bytes){dnskey, key->dnskey.len};
}

static struct record_key
record_of(const struct guard *g, const struct key *key)
{
	return record_key_of(&g->store->apex, unrevoked(g->keep->a, key));
}

static bool
is_key(const struct guard *g, struct bytes dnskey, const struct record_key *wanted)
{
	struct record_key at;

	if (key_tag(dnskey) != wanted->tag) /* which costs next to nothing beside the digest */
		return false;
	at = record_key_of(&g->store->apex, dnskey);
	return at.algorithm == wanted->algorithm &&
	       memcmp(at.digest, wanted->digest, sizeof(at.digest)) == 0;
}

struct key *
guard_find_key(const struct guard *g, const struct record_key *wanted)
{
	for (size_t i = 0; g->keys && i < g->keys->n; i++) {
		struct key *key = &g->keys->items[i];

		if ((key->tag == wanted->tag && is_key(g, key->dnskey, wanted)) ||
		    (key->revoked && is_key(g, unrevoked(g->keep->a, key), wanted)))
			return key;
	}
	return NULL;
}

static bool
is_of_key(const struct guard *g, const struct key *key, struct bytes ds)
{
	struct record_key record = record_of(g, key);
	uint8_t digest[CDS_LONGEST];

	if (!trust_is_of_key(ds, &record))
		return false;
	if (ds.data[3] != DS_SHA384)
		return true;
	return ds_rdata(&g->store->apex, unrevoked(g->keep->a, key), ds.data[3], digest) ==
		   ds.len &&
	       memcmp(digest, ds.data, ds.len) == 0;
}

struct key *
guard_find_key_of_ds(const struct guard *g, struct bytes ds)
{
	for (size_t i = 0; g->keys && i < g->keys->n; i++)
		if (is_of_key(g, &g->keys->items[i], ds))
			return &g->keys->items[i];
	return NULL;
}

/* --- Keys that come back --- */

void
guard_bring_back(struct guard *g, struct key *key)
{
	key->published = true;
	if (!key->revoked)
		return;
	key->dnskey = unrevoked(g->keep->a, key);
	key->flags &= (uint16_t)~KEY_FLAG_REVOKE;
	key->tag = key_tag(key->dnskey);
	key->revoked = false;
}

/* Keys stand by algorithm, which tells groups of them apart. */
static struct key *
insert(struct guard *g, const struct key *key)
{
	struct keys *keys = g->keys;
	struct key *items = arena_alloc(g->keep->a, (keys->n + 1) * sizeof(*items));
	size_t at = 0;

	while (at < keys->n && keys->items[at].algorithm->number <= key->algorithm->number)
		at++;
	if (at > 0)
		memcpy(items, keys->items, at * sizeof(*items));
	items[at] = *key;
	if (at < keys->n)
		memcpy(items + at + 1, keys->items + at, (keys->n - at) * sizeof(*items));
	keys->items = items;
	keys->n++;
	return &items[at];
}

struct key *
guard_adopt(struct guard *g, const struct record_key *wanted)
{
	const struct store *store = &g->published->store;
	const struct node *apex = g->published->there ? store_apex(store) : NULL;
	struct rrset set = apex ? node_rrset(store, apex, TYPE_DNSKEY) : (struct rrset){0};
	struct key key = {.path = g->where, .next_event = KEY_NO_TIME, .published = true};

	for (size_t i = 0; g->keys && i < set.n; i++) {
		struct bytes dnskey = record_rdata(&set.records[i]);

		if (!is_key(g, dnskey, wanted) || !algorithm_info(dnskey.data[3]))
			continue;
		key.dnskey =
		    (struct bytes){arena_copy(g->keep->a, dnskey.data, dnskey.len), dnskey.len};
		key.algorithm = algorithm_info(dnskey.data[3]);
		key.ttl_s = set.records[i].ttl_s;
		key.flags = (uint16_t)(dnskey.data[0] << 8 | dnskey.data[1]);
		key.tag = key.file_tag = key_tag(dnskey);
		key.is_ksk = key.flags & KEY_FLAG_SEP;
		key.revoked = key.flags & KEY_FLAG_REVOKE;
		key.offline = key.is_ksk && !key.revoked;
		for (size_t t = 0; t < N_KEY_TIMES; t++)
			key.time[t] = KEY_NO_TIME;
		return insert(g, &key);
	}
	return NULL;
}

bool
guard_is_adopted(const struct guard *g, const struct key *key)
{
	return key->path == g->where;
}

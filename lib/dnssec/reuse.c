#include "dnssec/reuse.h"

#include "dns/serial.h"

static bool
has_dnskey(const struct store *old, struct bytes dnskey)
{
	const struct node *apex = store_apex(old);
	struct rrset set = apex ? node_rrset(old, apex, TYPE_DNSKEY) : (struct rrset){0};

	for (size_t i = 0; i < set.n; i++)
		if (set.records[i].rdlen == dnskey.len &&
		    memcmp(set.records[i].rdata, dnskey.data, dnskey.len) == 0)
			return true;
	return false;
}

/* Another key of the zone that `old` was. */
static bool
is_namesake(const struct record *dnskey, const struct key *key)
{
	enum { ALGORITHM = 3 }; /* in DNSKEY RDATA: RFC 4034 section 2.1 */
	struct bytes rdata = record_rdata(dnskey);

	return key_tag(rdata) == key->tag && rdata.data[ALGORITHM] == key->dnskey.data[ALGORITHM] &&
	       (rdata.len != key->dnskey.len ||
		   memcmp(rdata.data, key->dnskey.data, rdata.len) != 0);
}

/* Then a signature does not tell by itself which of them made it. */
static bool
tags_collide(const struct store *old, const struct keys *keys)
{
	const struct node *apex = old ? store_apex(old) : NULL;
	struct rrset set = apex ? node_rrset(old, apex, TYPE_DNSKEY) : (struct rrset){0};

	for (size_t i = 0; i < keys->n; i++) {
		for (size_t j = 0; j < i; j++)
			if (keys->items[i].tag == keys->items[j].tag &&
			    keys->items[i].algorithm == keys->items[j].algorithm)
				return true;
		for (size_t j = 0; j < set.n; j++)
			if (is_namesake(&set.records[j], &keys->items[i]))
				return true;
	}
	return false;
}

void
reuse_begin(struct arena *a, struct reuse *reuse, const struct store *old, const struct keys *keys,
    int64_t now, uint64_t refresh_s, bool trusted)
{
	bool *known = arena_alloc(a, keys->n * sizeof(*known) + 1);

	for (size_t i = 0; i < keys->n; i++)
		known[i] = old && has_dnskey(old, keys->items[i].dnskey);
	*reuse = (struct reuse){.old = old,
	    .trusted = trusted && !tags_collide(old, keys),
	    .now = (uint32_t)now,
	    .refresh_s = refresh_s > INT32_MAX ? INT32_MAX : (uint32_t)refresh_s,
	    .known = known};
}

static int
compare_keys(const struct node *node, const uint8_t *key, size_t key_len)
{
	size_t n = node->key_len < key_len ? node->key_len : key_len;
	int order = memcmp(node->key, key, n);

	return order ? order : (node->key_len > key_len) - (node->key_len < key_len);
}

/* Doubles its steps until it is past the key, then halves them. */
const struct node *
reuse_find(const struct reuse *reuse, const uint8_t *key, size_t key_len, size_t *cursor)
{
	const struct node *nodes = reuse->old ? reuse->old->nodes : NULL;
	size_t n = reuse->old ? reuse->old->n_nodes : 0, low = *cursor, step = 1, high;

	if (low > n || (low > 0 && compare_keys(&nodes[low - 1], key, key_len) >= 0))
		low = 0;
	for (high = low; high < n && compare_keys(&nodes[high], key, key_len) < 0; step *= 2) {
		low = high + 1;
		high += step;
	}
	if (high > n)
		high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_keys(&nodes[middle], key, key_len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*cursor = low;
	return low < n && compare_keys(&nodes[low], key, key_len) == 0 ? &nodes[low] : NULL;
}

bool
reuse_same_set(const struct reuse *reuse, const struct node *old, const struct rrsig_set *set)
{
	struct rrset was = node_find_rrset(reuse->old, old, set->type);

	if (was.n != set->n || was.records[0].ttl_s != set->ttl_s)
		return false;
	for (size_t i = 0; i < was.n; i++) {
		struct bytes rdata = record_rdata(&was.records[i]);

		if (rdata.len != set->rdata[i].len || was.records[i].ttl_s != set->ttl_s)
			return false;
		if (memcmp(rdata.data, set->rdata[i].data, rdata.len) != 0 &&
		    rdata_compare(set->type, rdata, set->rdata[i]) != 0)
			return false;
	}
	return true;
}

/* Everything but the times and the signature is as a new one would have it. */
static bool
same_head(const struct record *record, struct bytes fresh)
{
	const uint8_t *was = record->rdata;

	return record->rdlen > fresh.len && memcmp(was, fresh.data, RRSIG_EXPIRATION) == 0 &&
	       memcmp(was + RRSIG_TAG, fresh.data + RRSIG_TAG, RRSIG_SIGNER - RRSIG_TAG) == 0 &&
	       memcmp(was + RRSIG_SIGNER, fresh.data + RRSIG_SIGNER, fresh.len - RRSIG_SIGNER) == 0;
}

static uint32_t
period_of(const uint8_t *rdata)
{
	return read_u32(rdata + RRSIG_EXPIRATION) - read_u32(rdata + RRSIG_INCEPTION);
}

/* Was it made for as long as a new one would be? A policy of longer validity takes effect at once;
 * after that all are equal, as the jitter is the same each time. */
static bool
is_long_enough(const uint8_t *rdata, const uint8_t *fresh)
{
	enum { NO_MATTER = 3600 }; /* as a clock or an offset may differ */
	uint32_t was = period_of(rdata), is = period_of(fresh);

	return is <= NO_MATTER || was >= is - NO_MATTER;
}

static bool
is_current(const struct reuse *reuse, const uint8_t *rdata)
{
	uint32_t inception = read_u32(rdata + RRSIG_INCEPTION);
	uint32_t expiration = read_u32(rdata + RRSIG_EXPIRATION);

	return !serial_later(inception, reuse->now) &&
	       serial_later(expiration, reuse->now + reuse->refresh_s);
}

static bool
takes_any_validity(const struct reuse *reuse, uint16_t type)
{
	return rrsig_is_of_keys(type) ? reuse->any_keys_validity : reuse->any_validity;
}

const struct record *
reuse_signature(const struct reuse *reuse, const struct node *old, const struct rrsig *fresh)
{
	struct bytes head = rrsig_rdata(fresh);
	uint16_t type = read_u16(head.data + RRSIG_TYPE);
	struct rrset signatures = rrset_covering(node_rrset(reuse->old, old, TYPE_RRSIG), type);

	for (size_t i = 0; i < signatures.n; i++)
		if (same_head(&signatures.records[i], head) &&
		    signatures.records[i].ttl_s == read_u32(head.data + RRSIG_TTL) &&
		    is_current(reuse, signatures.records[i].rdata) &&
		    (takes_any_validity(reuse, type) ||
			is_long_enough(signatures.records[i].rdata, head.data)))
			return &signatures.records[i];
	return NULL;
}

#include "dnssec/lifetime.h"

enum {
	DAY = 86400,
	VALIDITY = 14 * DAY,
	COPIES_LONGEST = 60 * DAY,
	KEPT_LEAST = 4 * DAY, /* for which a signature is kept before it is made anew */
	EXPIRE_FROM_END = 8,  /* expire, minimum: RFC 1035 section 3.3.13 */
};

static const struct record *
soa_of(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++)
		for (uint32_t r = 0; r < store->nodes[i].n && store->nodes[i].key_len == 0; r++)
			if (node_records(store, &store->nodes[i])[r].type == TYPE_SOA)
				return &node_records(store, &store->nodes[i])[r];
	return NULL;
}

/* TTLs up to a day count as a day, so that the first record with a longer TTL than others is no
 * reason to sign the zone anew. */
static uint64_t
largest_ttl(const struct store *store)
{
	uint64_t ttl_s = DAY;

	for (size_t i = 0; i < store->n_nodes; i++)
		for (uint32_t r = 0; r < store->nodes[i].n; r++)
			if (node_records(store, &store->nodes[i])[r].ttl_s > ttl_s)
				ttl_s = node_records(store, &store->nodes[i])[r].ttl_s;
	return ttl_s;
}

/* How much must be left of a signature so that it outlives copies that are made within a day; 0
 * where that cannot be had. */
static uint64_t
copies_s(const struct store *store)
{
	const struct record *soa = soa_of(store);
	uint64_t s;

	if (!soa)
		return 0;
	s = read_u32(soa->rdata + soa->rdlen - EXPIRE_FROM_END) + largest_ttl(store) + DAY;
	return s <= COPIES_LONGEST ? s : 0;
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

struct lifetime
lifetime_of(const struct store *store, const struct lifetime *policy)
{
	struct lifetime is = *policy;
	bool open = is.validity_s == LIFETIME_BY_SOA;

	if (is.refresh_s == LIFETIME_BY_SOA) {
		uint64_t needed_s = copies_s(store);

		is.refresh_s = (open ? VALIDITY : is.validity_s) * 5 / 14;
		if (needed_s > is.refresh_s && (open || needed_s + is.jitter_s < is.validity_s))
			is.refresh_s = needed_s;
	}
	if (open)
		is.validity_s = later(VALIDITY, is.refresh_s + is.jitter_s + KEPT_LEAST);
	return is;
}

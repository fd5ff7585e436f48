#include "dnssec/lifetime.h"

#include "zone/soa.h"

enum {
	DAY = 86400,
	VALIDITY = 14 * DAY,
	COPIES_LONGEST = 60 * DAY,
	KEPT_LEAST = 4 * DAY, /* for which a signature is kept before it is made anew */
};

/* TTLs up to a day count as a day, so that the first record with a longer TTL than others is no
 * reason to sign the zone anew. */
static uint64_t
largest_ttl(const struct store *store)
{
	uint32_t ttl_s = store_largest_ttl(store);

	return ttl_s > DAY ? ttl_s : DAY;
}

/* How much must be left of a signature so that it outlives copies that are made within a day; 0
 * where that cannot be had. */
static uint64_t
copies_s(const struct store *store)
{
	const struct record *soa = store_soa(store);
	uint64_t s;

	if (!soa)
		return 0;
	s = soa_number(soa, SOA_EXPIRE) + largest_ttl(store) + DAY;
	return s <= COPIES_LONGEST ? s : 0;
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static bool
is_stated(uint32_t validity_s)
{
	return validity_s != 0 && validity_s != LIFETIME_BY_SOA;
}

/* A refresh that the zone asks for leaves none for which every run would sign the keys anew. */
static uint64_t
keys_validity_s(const struct lifetime_policy *policy, const struct lifetime *is)
{
	if (!is_stated(policy->keys_validity_s))
		return is->validity_s;
	if (policy->refresh_s != LIFETIME_BY_SOA)
		return policy->keys_validity_s;
	return later(policy->keys_validity_s, is->refresh_s + is->jitter_s + KEPT_LEAST);
}

struct lifetime
lifetime_of(const struct store *store, const struct lifetime_policy *policy)
{
	struct lifetime is = {policy->validity_s, policy->refresh_s, policy->jitter_s, 0};
	bool open = policy->validity_s == LIFETIME_BY_SOA;

	if (policy->refresh_s == LIFETIME_BY_SOA) {
		uint64_t needed_s = copies_s(store);

		is.refresh_s = (open ? VALIDITY : is.validity_s) * 5 / 14;
		if (needed_s > is.refresh_s && (open || needed_s + is.jitter_s < is.validity_s))
			is.refresh_s = needed_s;
	}
	if (open)
		is.validity_s = later(VALIDITY, is.refresh_s + is.jitter_s + KEPT_LEAST);
	is.keys_validity_s = keys_validity_s(policy, &is);
	return is;
}

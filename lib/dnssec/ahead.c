#include "dnssec/ahead.h"

#include "dns/type.h"
#include "dnssec/rrsig_good.h"

bool
ahead_is_by_key(const struct ahead *ahead, const struct record *rrsig)
{
	const uint8_t *p = rrsig->rdata;

	return read_u16(p + RRSIG_TYPE) == ahead->type &&
	       p[RRSIG_ALGORITHM] == ahead->key->algorithm->number &&
	       read_u16(p + RRSIG_TAG) == ahead->key->tag;
}

static bool
has_signed(const struct ahead *ahead, const struct name *zone, const struct ceremony_span *span)
{
	struct rrset rrsigs = ceremony_rrset(span, TYPE_RRSIG);
	struct arena_mark mark = arena_mark(ahead->scratch);
	uint8_t owner[NAME_LONGEST];
	struct rrsig_set set =
	    ceremony_set(ahead->scratch, zone, ceremony_rrset(span, ahead->type), owner);
	bool has = false;

	for (size_t i = 0; i < rrsigs.n && !has; i++)
		has = ahead_is_by_key(ahead, &rrsigs.records[i]) &&
		      rrsig_good(zone, &set, ahead->key->algorithm, ahead->key->dnskey,
			  record_rdata(&rrsigs.records[i]));
	arena_reset(ahead->scratch, mark);
	return has;
}

const struct ceremony_span *
ahead_at(const struct ahead *ahead, int64_t t_unix)
{
	const struct ceremonies *all = ahead->all;

	for (size_t i = 0; all && i < all->n; i++) {
		const struct ceremony_span *span = ceremony_at(&all->items[i], t_unix);

		if (span && has_signed(ahead, &all->items[i].zone, span))
			return span;
	}
	return NULL;
}

/* A set without the key, which has left by then: others sign that. */
static const struct ceremony_span *
left_at(const struct ahead *ahead, int64_t t_unix)
{
	const struct ceremonies *all = ahead->all;
	struct record key = {
	    .rdata = ahead->key->dnskey.data, .rdlen = (uint16_t)ahead->key->dnskey.len};

	for (size_t i = 0; all && i < all->n; i++) {
		const struct ceremony_span *span = ceremony_at(&all->items[i], t_unix);

		if (span && !rrset_has(ceremony_rrset(span, TYPE_DNSKEY), &key))
			return span;
	}
	return NULL;
}

/* When the last one that is over ended. */
static int64_t
ended(const struct ahead *ahead, int64_t now)
{
	const struct ceremonies *all = ahead->all;
	int64_t last = KEY_NO_TIME;

	for (size_t i = 0; all && i < all->n; i++)
		for (size_t k = all->items[i].n; k > 0; k--) {
			const struct ceremony_span *span = &all->items[i].spans[k - 1];

			if (span->until_unix > now)
				continue;
			if (last != KEY_NO_TIME && span->until_unix <= last)
				break;
			if (has_signed(ahead, &all->items[i].zone, span))
				last = span->until_unix;
		}
	return last;
}

int64_t
ahead_until(const struct ahead *ahead, int64_t now)
{
	const struct ceremony_span *span = ahead_at(ahead, now);
	int64_t t_unix = now;

	if (!span)
		return ended(ahead, now);
	while (span) {
		t_unix = span->until_unix;
		span = ahead_at(ahead, t_unix);
		if (!span)
			span = left_at(ahead, t_unix);
	}
	return t_unix;
}

int64_t
ahead_of_key(
    struct arena *scratch, const struct ceremonies *all, const struct key *key, int64_t now)
{
	struct ahead ahead = {scratch, all, key, TYPE_DNSKEY};

	return key->is_ksk && key->offline ? ahead_until(&ahead, now) : KEY_NO_TIME;
}

int64_t
ahead_of_keys(
    struct arena *scratch, const struct ceremonies *all, const struct keys *keys, int64_t now)
{
	int64_t first = KEY_NO_TIME;

	for (size_t i = 0; i < keys->n; i++) {
		int64_t until = ahead_of_key(scratch, all, &keys->items[i], now);

		first = until < first ? until : first;
	}
	return first;
}

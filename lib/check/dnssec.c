#include "check/dnssec.h"

#include "base/duration.h"
#include "check/size.h"
#include "dnssec/pkey.h"
#include "dnssec/rrsig.h"
#include "zone/soa.h"

/* --- The template's keys --- */

static bool
signs_with(const struct keys *keys, uint8_t algorithm)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].signs_zone && keys->items[i].algorithm->number == algorithm)
			return true;
	return false;
}

int
check_foreign_keys(const struct store *store, const struct keys *keys)
{
	const struct node *apex = store_apex(store);
	struct rrset set = {0};
	int result = 0;

	if (apex)
		set = node_rrset(store, apex, TYPE_DNSKEY);
	for (size_t i = 0; i < set.n; i++) {
		const struct record *record = &set.records[i];
		bool zone_key = record->rdata[0] & KEY_FLAG_ZONE >> 8;

		if (!record->pos.at || !zone_key || signs_with(keys, record->rdata[3]))
			continue;
		result = diag_error(store->diags, record->pos, S_ALGORITHM_FOREIGN,
		    "DNSKEY of algorithm %u, with which no key signs here", record->rdata[3]);
	}
	return result;
}

/* --- Sizes --- */

static size_t
signature_len(const struct key *key)
{
	enum { KEY_AT = 4 }; /* in DNSKEY RDATA: RFC 4034 section 2.1 */
	struct bytes octets = {key->dnskey.data + KEY_AT, key->dnskey.len - KEY_AT};

	return key->algorithm->family == ALGORITHM_RSA ? (pkey_rsa_bits(octets) + 7) / 8
						       : 2u * key->algorithm->private_len;
}

size_t
check_signatures_len(const struct store *store, const struct keys *keys)
{
	size_t len = 0;

	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].signs_zone)
			len += size_rrsig(store, signature_len(&keys->items[i]));
	return len;
}

/* --- Times --- */

void
check_refresh(struct diags *diags, const struct lifetime *lifetime)
{
	uint64_t both_s = lifetime->refresh_s + lifetime->jitter_s;

	if (both_s < lifetime->validity_s && both_s >= lifetime->keys_validity_s)
		diag_add(diags, pos_none(), S_REFRESH,
		    "every run signs the keys anew: refresh and jitter together (%s) are not "
		    "shorter than the validity of DNSKEY (%s)",
		    duration_text(&diags->arena, both_s),
		    duration_text(&diags->arena, lifetime->keys_validity_s));
	if (both_s >= lifetime->validity_s)
		diag_add(diags, pos_none(), S_REFRESH,
		    "every run makes all signatures anew: refresh and jitter together (%s) are not "
		    "shorter than the validity (%s)",
		    duration_text(&diags->arena, both_s),
		    duration_text(&diags->arena, lifetime->validity_s));
}

bool
check_first_end(const struct store *store, int64_t now, int64_t *end_unix)
{
	bool any = false;

	for (size_t i = 0; i < store->n_nodes; i++) {
		struct rrset set = node_rrset(store, &store->nodes[i], TYPE_RRSIG);

		for (size_t r = 0; r < set.n; r++) {
			uint32_t end = read_u32(set.records[r].rdata + RRSIG_EXPIRATION);
			/* RFC 4034 section 3.1.5: serial number arithmetic */
			int64_t end_near = now + (int32_t)(end - (uint32_t)now);

			if (!any || end_near < *end_unix)
				*end_unix = end_near;
			any = true;
		}
	}
	return any;
}

struct copies
copies_of(const struct store *store)
{
	const struct record *soa = node_records(store, store_apex(store));

	return (struct copies){.soa = soa->pos,
	    .expire_s = soa_number(soa, SOA_EXPIRE),
	    .ttl_s = store_largest_ttl(store)};
}

int64_t
check_end(struct diags *diags, const struct copies *copies, int64_t now, int64_t earliest)
{
	int64_t left_s = earliest - now, needed_s = copies->expire_s + copies->ttl_s;

	if (left_s >= needed_s)
		return earliest - needed_s + 1;
	diag_add(diags, copies->soa, S_END_NEAR,
	    "a signature ends in %s, ahead of SOA expire (%s) plus the largest TTL (%s)",
	    duration_text(&diags->arena, (uint64_t)(left_s > 0 ? left_s : 0)),
	    duration_text(&diags->arena, (uint64_t)copies->expire_s),
	    duration_text(&diags->arena, (uint64_t)copies->ttl_s));
	return INT64_MAX;
}

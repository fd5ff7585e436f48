/* A request by the keys of zone_keys.h for the tests of ceremonies: three sets of ten days each, in
 * which one ZSK takes over from another. */
#ifndef CEREMONY_FIXTURE_H
#define CEREMONY_FIXTURE_H

#include "zone_keys.h"

#include "dns/type.h"
#include "dnssec/ceremony_sign.h"
#include "dnssec/signer.h"

enum { DAY = 86400, N_SPANS = 3 };

/* Keys by their seeds: the KSK, and ZSKs, the second of which takes over. */
enum { KSK = 1, ZSK = 2, NEXT = 3, STRANGE = 4 };

static const int ceremony_sets[N_SPANS][4] = {{KSK, ZSK}, {KSK, ZSK, NEXT}, {KSK, NEXT}};

static inline void
ceremony_keys(void)
{
	char base[128];

	mkdir("all", 0755);
	mkdir("safe", 0755);
	mkdir("strange", 0755);
	zone_key("safe", KSK, 257, "", base);
	zone_key("strange", STRANGE, 257, "", base);
	zone_key("all", KSK, 257, "", base);
	zone_key("all", ZSK, 256, "", base);
	zone_key("all", NEXT, 256, "", base);
}

static inline int
ceremony_setup(void **state)
{
	int result = zone_setup(state);

	ceremony_keys();
	return result;
}

/* The key of that seed: its public key is that of 32 such octets. */
static inline size_t
ceremony_key(const struct keys *keys, int seed)
{
	uint8_t private[32], public[32];
	size_t len = sizeof(public), i;
	EVP_PKEY *pkey;

	memset(private, seed, sizeof(private));
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, sizeof(private));
	assert_int_equal(EVP_PKEY_get_raw_public_key(pkey, public, &len), 1);
	EVP_PKEY_free(pkey);
	for (i = 0; i < keys->n; i++)
		if (memcmp(keys->items[i].dnskey.data + 4, public, len) == 0)
			return i;
	fail_msg("no key of seed %d", seed);
	return 0;
}

static inline void
ceremony_prove(struct diags *diags, struct ceremony_span *span, struct signer *signer,
    const struct keys *keys, size_t key, const struct name *zone, uint16_t type)
{
	struct rrsig_period period = {.inception = (uint32_t)(span->from_unix - 3600),
	    .expiration = (uint32_t)(span->until_unix + 5 * DAY)};
	uint8_t owner[NAME_LONGEST], rdata[200];
	struct rrsig_set set = ceremony_set(&diags->arena, zone, ceremony_rrset(span, type), owner);
	struct rrsig rrsig = {0};
	size_t len;
	struct bytes head;

	rrsig_begin(&rrsig, zone, &period, &set);
	rrsig_key(&rrsig, 15, keys->items[key].tag);
	head = rrsig_rdata(&rrsig);
	memcpy(rdata, head.data, head.len);
	assert_int_equal(signer_sign(signer, key, rrsig_data(&rrsig), rdata + head.len, &len), 0);
	span->records[span->n++] =
	    (struct record){.rdata = arena_copy(&diags->arena, rdata, head.len + len),
		.ttl_s = 3600,
		.type = TYPE_RRSIG,
		.rdlen = (uint16_t)(head.len + len)};
	rrsig_free(&rrsig);
}

/* A request for ten days each of the sets. */
static inline void
ceremony_request(struct diags *diags, struct keys *keys, struct ceremony *out)
{
	struct name zone = name_of("example.org.");
	struct signer *signer;

	assert_int_equal(keys_load_folder(&diags->arena, diags, "all", &zone, ZONE_NOW, keys), 0);
	for (size_t i = 0; i < keys->n; i++)
		keys->items[i].signs_zone = true;
	signer = signer_new(diags, keys);
	*out = (struct ceremony){.kind = CEREMONY_REQUEST, .zone = zone, .n = N_SPANS};
	out->spans = arena_zalloc(&diags->arena, N_SPANS * sizeof(*out->spans));
	for (int i = 0; i < N_SPANS; i++) {
		struct ceremony_span *span = &out->spans[i];

		span->from_unix = ZONE_NOW + i * 10 * DAY;
		span->until_unix = span->from_unix + 10 * DAY;
		span->records = arena_alloc(&diags->arena, 20 * sizeof(*span->records));
		for (int k = 0; ceremony_sets[i][k]; k++) {
			struct bytes dnskey =
			    keys->items[ceremony_key(keys, ceremony_sets[i][k])].dnskey;

			span->records[span->n++] = (struct record){.rdata = dnskey.data,
			    .ttl_s = 3600,
			    .type = TYPE_DNSKEY,
			    .rdlen = (uint16_t)dnskey.len};
			if (ceremony_sets[i][k] == KSK)
				span->records[span->n++] = (struct record){.rdata = dnskey.data,
				    .ttl_s = 3600,
				    .type = TYPE_CDNSKEY,
				    .rdlen = (uint16_t)dnskey.len};
		}
		ceremony_sort(span);
		for (int k = 0; ceremony_sets[i][k]; k++)
			for (size_t t = 0; t < 2 && ceremony_sets[i][k] != KSK; t++)
				ceremony_prove(diags, span, signer, keys,
				    ceremony_key(keys, ceremony_sets[i][k]), &zone,
				    t == 0 ? TYPE_DNSKEY : TYPE_CDNSKEY);
		ceremony_sort(span);
	}
	signer_free(signer);
}

#endif

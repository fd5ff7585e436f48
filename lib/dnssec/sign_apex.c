/* What signing adds to a zone's apex and takes from its template. */
#include "dnssec/sign.h"

#include "base/mem.h"
#include "dnssec/zonemd.h"

#include <stdlib.h>

/* The TTL of the template's records of `type` at the apex, else `otherwise_s`. Ahead of store_sort
 * the apex can be several nodes. */
static uint32_t
ttl_of_type(const struct store *store, uint16_t type, uint32_t otherwise_s)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		struct rrset set = {0};

		if (store->nodes[i].key_len == 0)
			set = node_rrset(store, &store->nodes[i], type);
		if (set.n > 0)
			return set.records[0].ttl_s;
	}
	return otherwise_s;
}

/* Is the record the DNSKEY of one of the keys, in whatever state? */
static bool
is_of_key(const struct record *record, const struct keys *keys)
{
	enum { BEHIND_FLAGS = 2 };

	for (size_t i = 0; record->type == TYPE_DNSKEY && i < keys->n; i++) {
		struct bytes dnskey = keys->items[i].dnskey;

		if (record->rdlen == dnskey.len &&
		    memcmp(record->rdata + BEHIND_FLAGS, dnskey.data + BEHIND_FLAGS,
			dnskey.len - BEHIND_FLAGS) == 0)
			return true;
	}
	return false;
}

static bool
is_at_apex(const struct node *node)
{
	return node->key_len == 0;
}

/* The key's own state says whether it is in the zone. */
static bool
is_own_dnskey(const struct node *node, const struct record *record, const void *ctx)
{
	return is_at_apex(node) && is_of_key(record, ctx);
}

static void
add_keys(struct store *store, const struct keys *keys, uint32_t soa_ttl_s)
{
	uint32_t ttl_s = ttl_of_type(store, TYPE_DNSKEY, 0);

	store_remove(store, is_own_dnskey, keys);
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (ttl_s == 0)
			ttl_s = key->ttl_s ? key->ttl_s : soa_ttl_s;
		if (key->published)
			store_add_apex(store, TYPE_DNSKEY, ttl_s, key->dnskey);
	}
}

void
sign_find_keys(struct store *apex, const struct store *store, const struct keys *keys)
{
	static const uint16_t types[] = {TYPE_SOA, TYPE_DNSKEY};

	store_begin(apex, store->diags, &store->apex);
	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t k = 0; is_at_apex(&store->nodes[i]) && k < store->nodes[i].n; k++) {
			const struct record *record = &node_records(store, &store->nodes[i])[k];

			if (record->type == types[0] || record->type == types[1])
				store_add_apex(
				    apex, record->type, record->ttl_s, record_rdata(record));
		}
	add_keys(apex, keys, ttl_of_type(apex, TYPE_SOA, 3600));
	store_sort(apex);
}

/* --- CDS and CDNSKEY of other signers (RFC 8901) --- */

/* A DNSKEY record of the template that is another signer's. */
struct foreign {
	struct bytes dnskey;
	struct pos pos;
	bool is_named; /* by a CDS or CDNSKEY record */
};

/* Records that go, and of which a note tells so. */
struct told {
	size_t n;
	size_t n_waiting; /* of them those that wait for ours */
	struct pos waiting;
};

/* What sign_clean looks at. */
struct cleaning {
	const struct store *store;
	const struct sign_options *options;
	struct foreign *foreign;
	size_t n_foreign, cap;
	bool waits; /* no CDS record of ours is made now */
	struct told *told;
};

static void
take_foreign(struct cleaning *c, const struct record *record)
{
	if (record->type != TYPE_DNSKEY || is_of_key(record, c->options->keys))
		return;
	c->foreign = mem_grow(c->foreign, c->n_foreign, &c->cap, sizeof(*c->foreign));
	c->foreign[c->n_foreign++] =
	    (struct foreign){.dnskey = record_rdata(record), .pos = record->pos};
}

static void
find_foreign(struct cleaning *c)
{
	for (size_t i = 0; i < c->store->n_nodes; i++) {
		const struct node *node = &c->store->nodes[i];

		for (uint32_t j = 0; is_at_apex(node) && j < node->n; j++)
			take_foreign(c, c->store->records + node->first + j);
	}
}

static bool
names_foreign(const struct cleaning *c, const struct record *record)
{
	bool any = false;

	for (size_t i = 0; i < c->n_foreign; i++) {
		struct foreign *foreign = &c->foreign[i];

		if (!cds_names_key(
			&c->store->apex, record->type, record_rdata(record), foreign->dnskey))
			continue;
		foreign->is_named = true;
		any = true;
	}
	return any;
}

/* Is it made here again, or asks to delete? */
static bool
is_ours(const struct cleaning *c, const struct record *record)
{
	const struct keys *keys = c->options->keys;

	for (size_t i = 0; i < keys->n; i++)
		if (cds_names_key(
			&c->store->apex, record->type, record_rdata(record), keys->items[i].dnskey))
			return true;
	return cds_is_delete(record->type, record_rdata(record));
}

/* CDS is the whole of the DS set that is wanted (RFC 7344 section 4.1): other signers' records
 * alone ask to drop ours, and the other signer's key signs none of our DNSKEY sets (RFC 8901
 * section 2.1.2). Without any, the parent changes nothing. */
static bool
is_waiting(const struct cleaning *c, const struct record *record)
{
	if (!c->waits)
		return false;
	if (c->told->n_waiting++ == 0)
		c->told->waiting = record->pos;
	c->told->n++;
	return true;
}

/* Does the record go? Those of other signers' keys stay beside what is made here: a parent that
 * follows CDS drops the DS records of all keys that it does not name. */
static bool
is_old_cds(const struct node *node, const struct record *record, const void *ctx)
{
	const struct cleaning *c = ctx;

	if (record->type != TYPE_CDS && record->type != TYPE_CDNSKEY)
		return false;
	if (c->options->cds != CDS_KEYS)
		return true;
	if (is_at_apex(node) && names_foreign(c, record))
		return is_waiting(c, record);
	if (!is_at_apex(node) || is_ours(c, record))
		return true;
	diag_add(c->store->diags, record->pos, S_CDS_LEFT,
	    "the %s record is left out: it names no DNSKEY record of the zone",
	    type_info(record->type)->name);
	c->told->n++;
	return true;
}

static void
advise_foreign(const struct cleaning *c)
{
	for (size_t i = 0; i < c->n_foreign; i++) {
		const struct foreign *foreign = &c->foreign[i];
		unsigned flags = read_u16(foreign->dnskey.data);

		if ((flags & KEY_FLAG_SEP) && !(flags & KEY_FLAG_REVOKE) && !foreign->is_named)
			diag_add(c->store->diags, foreign->pos, S_CDS_CUTS,
			    "no CDS record of the template names key %u, and CDS of other keys is "
			    "published",
			    key_tag(foreign->dnskey));
	}
}

static bool
is_any_due(const struct sign_options *options)
{
	for (size_t i = 0; i < options->keys->n; i++)
		if (cds_is_due(&options->keys->items[i], options->now))
			return true;
	return false;
}

/* Returns how many records went without a note. */
static size_t
clean_cds(struct store *store, const struct sign_options *options)
{
	struct told told = {0};
	struct cleaning c = {.store = store, .options = options, .told = &told};
	size_t n;

	if (!options->cds)
		return 0;
	if (options->cds == CDS_KEYS) {
		c.waits = !is_any_due(options);
		find_foreign(&c);
	}
	n = store_remove(store, is_old_cds, &c);
	if (told.n_waiting > 0)
		diag_add(store->diags, told.waiting, S_CDS_WAIT,
		    "CDS and CDNSKEY records of other signers' keys are left out as long as there "
		    "are none of our own");
	else if (options->cds == CDS_KEYS && !c.waits)
		advise_foreign(&c);
	free(c.foreign);
	return n - told.n;
}

/* --- CDS and CDNSKEY of our keys --- */

/* Their TTLs are those of other signers' records, where there are some. */
static bool
add_cds_of_keys(struct store *store, const struct sign_options *options, uint32_t ttl_s)
{
	uint32_t cds_ttl_s = ttl_of_type(store, TYPE_CDS, ttl_s);
	uint32_t cdnskey_ttl_s = ttl_of_type(store, TYPE_CDNSKEY, ttl_s);
	bool any = false;

	for (size_t i = 0; i < options->keys->n; i++) {
		const struct key *key = &options->keys->items[i];
		uint8_t digest[CDS_LONGEST];

		any = any || key->ds_early || cds_is_due(key, options->now);
		if (!cds_is_due(key, options->now))
			continue;
		store_add_apex(store, TYPE_CDS, cds_ttl_s,
		    (struct bytes){digest, ds_rdata(&store->apex, key->dnskey, DS_SHA256, digest)});
		store_add_apex(store, TYPE_CDNSKEY, cdnskey_ttl_s, key->dnskey);
	}
	return any;
}

static void
add_cds(struct store *store, const struct sign_options *options, uint32_t ttl_s)
{
	/* CDS 0 0 0 00, CDNSKEY 0 3 0 AA== */
	static const uint8_t no_ds[] = {0, 0, 0, 0, 0}, no_key[] = {0, 0, 3, 0, 0};

	if (options->cds == CDS_DELETE) {
		store_add_apex(store, TYPE_CDS, ttl_s, (struct bytes){no_ds, sizeof(no_ds)});
		store_add_apex(store, TYPE_CDNSKEY, ttl_s, (struct bytes){no_key, sizeof(no_key)});
	} else if (options->cds == CDS_KEYS && !add_cds_of_keys(store, options, ttl_s))
		diag_add(store->diags, pos_none(), S_CDS_NO_KEY,
		    "no CDS or CDNSKEY record is made: no published KSK signs now, within its "
		    "SyncPublish and SyncDelete dates");
}

void
sign_add(struct store *store, const struct sign_options *options)
{
	uint8_t rdata[ZONEMD_HEAD + ZONEMD_DIGEST_LONGEST], params[5 + NSEC3_SALT_LONGEST];
	uint32_t soa_ttl_s = ttl_of_type(store, TYPE_SOA, 3600);

	if (store->apex.len == 0)
		return;
	add_keys(store, options->keys, soa_ttl_s);
	add_cds(store, options, ttl_of_type(store, TYPE_DNSKEY, soa_ttl_s));
	if (options->nsec3)
		store_add_apex(store, TYPE_NSEC3PARAM, 0,
		    (struct bytes){params, nsec3_param_rdata(options->nsec3, params)});
	if (options->zonemd)
		store_add_apex(store, TYPE_ZONEMD, soa_ttl_s,
		    (struct bytes){rdata, zonemd_placeholder(0, options->zonemd, rdata)});
}

void
sign_clean(struct store *store, const struct sign_options *options)
{
	static const uint16_t zonemd[] = {TYPE_ZONEMD};
	static const uint16_t types[] = {TYPE_RRSIG, TYPE_NSEC, TYPE_NSEC3, TYPE_NSEC3PARAM};
	size_t n_zonemd = store_remove_types(store, zonemd, 1);
	size_t n = store_remove_types(store, types, sizeof(types) / sizeof(types[0]));

	n += clean_cds(store, options);
	if (options->zonemd)
		n += n_zonemd;
	else if (n_zonemd > 0)
		diag_add(store->diags, pos_none(), S_ZONEMD_OLD,
		    "the template's ZONEMD record is left out: it is not the digest of the signed "
		    "zone");
	if (n > 0)
		diag_add(store->diags, pos_none(), Z_SIGNED,
		    "%zu records of an earlier signing are replaced", n);
}

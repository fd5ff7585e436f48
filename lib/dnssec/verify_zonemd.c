/* The zone's digest (RFC 8976 section 3) for the SIMPLE scheme: all records in canonical order,
 * those that nobody is answered with too, but neither ZONEMD at the apex nor its signatures. */
#include "dnssec/verify_part.h"

#include "base/codec.h"
#include "zone/soa.h"

#include <openssl/evp.h>

/* Offsets in ZONEMD RDATA, RFC 8976 section 2.2. */
enum { MD_SERIAL = 0, MD_SCHEME = 4, MD_HASH = 5, MD_DIGEST = 6 };

enum { SCHEME_SIMPLE = 1, FLUSH = 1 << 16 };

/* RFC 8976 section 5.3. */
static const struct {
	uint8_t number;
	const char *name;
} md_hashes[] = {{1, "SHA384"}, {2, "SHA512"}};

enum { N_HASHES = sizeof(md_hashes) / sizeof(md_hashes[0]) };

struct digesting {
	const struct verify_run *run;
	EVP_MD_CTX *ctx[N_HASHES]; /* NULL: not asked for */
	struct buf data;           /* not hashed yet */
	bool failed;
};

static void
flush(struct digesting *d)
{
	for (size_t i = 0; i < N_HASHES; i++)
		if (d->ctx[i] && EVP_DigestUpdate(d->ctx[i], d->data.data, d->data.len) <= 0)
			d->failed = true;
	buf_clear(&d->data);
}

/* owner | type | class | TTL | RDATA length | RDATA, RFC 8976 section 3.3.1 */
static void
put_record(struct digesting *d, struct bytes owner, const struct record *record)
{
	uint8_t *p = (uint8_t *)buf_reserve(&d->data, owner.len + 10 + record->rdlen);
	uint32_t ttl_s = record->ttl_s;
	const uint8_t head[10] = {(uint8_t)(record->type >> 8), (uint8_t)record->type, 0, CLASS_IN,
	    (uint8_t)(ttl_s >> 24), (uint8_t)(ttl_s >> 16), (uint8_t)(ttl_s >> 8), (uint8_t)ttl_s,
	    (uint8_t)(record->rdlen >> 8), (uint8_t)record->rdlen};

	memcpy(p, owner.data, owner.len);
	memcpy(p + owner.len, head, sizeof(head));
	rdata_canonical(record->type, record_rdata(record), p + owner.len + sizeof(head));
	d->data.len += owner.len + sizeof(head) + record->rdlen;
}

static bool
is_excluded(const struct verify_run *run, const struct node *node, const struct record *record)
{
	if (node != run->apex)
		return false;
	return record->type == TYPE_ZONEMD ||
	       (record->type == TYPE_RRSIG && read_u16(record->rdata) == TYPE_ZONEMD);
}

/* Equal RDATA under two TTLs: a fault that the checks of zones tell of; one counts. */
static bool
is_duplicate(const struct record *record, const struct record *ahead)
{
	return ahead->type == record->type &&
	       rdata_compare(record->type, record_rdata(ahead), record_rdata(record)) == 0;
}

/* Types `from` to `to`; the store has SOA ahead of all others. */
static void
put_types(
    struct digesting *d, const struct node *node, struct bytes owner, uint16_t from, uint16_t to)
{
	const struct record *records = node_records(d->run->store, node);

	for (size_t i = 0; i < node->n; i++)
		if (records[i].type >= from && records[i].type <= to &&
		    !is_excluded(d->run, node, &records[i]) &&
		    (i == 0 || !is_duplicate(&records[i], &records[i - 1])))
			put_record(d, owner, &records[i]);
}

static void
put_node(struct digesting *d, const struct node *node)
{
	uint8_t name[NAME_LONGEST];
	size_t len = node_wire(d->run->store, node, name);
	struct bytes owner = {name, len};

	name_lower(name, name, len);
	if (node->flags & NODE_SOA) {
		put_types(d, node, owner, 0, TYPE_SOA - 1);
		put_types(d, node, owner, TYPE_SOA, TYPE_SOA);
		put_types(d, node, owner, TYPE_SOA + 1, UINT16_MAX);
	} else {
		put_types(d, node, owner, 0, UINT16_MAX);
	}
}

static void
put_zone(struct digesting *d)
{
	const struct store *store = d->run->store;

	for (size_t i = 0; i < store->n_nodes; i++) {
		store_prefetch(store, i);
		put_node(d, &store->nodes[i]);
		if (d->data.len >= FLUSH)
			flush(d);
	}
	flush(d);
}

static EVP_MD_CTX *
context_of(const char *name)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (md && ctx && EVP_DigestInit_ex2(ctx, md, NULL) <= 0) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MD_free(md);
	return ctx;
}

static size_t
hash_index(const struct record *zonemd)
{
	size_t i = 0;

	while (i < N_HASHES && md_hashes[i].number != zonemd->rdata[MD_HASH])
		i++;
	return zonemd->rdata[MD_SCHEME] == SCHEME_SIMPLE ? i : N_HASHES;
}

/* Serial, scheme and algorithm; true: the digest can be compared. */
static bool
check_fields(const struct verify_run *run, const struct rrset *set, const struct record *zonemd)
{
	uint32_t serial = read_u32(zonemd->rdata + MD_SERIAL),
		 soa = soa_number(run->soa, SOA_SERIAL);

	for (const struct record *other = set->records; other < zonemd; other++)
		if (memcmp(other->rdata + MD_SCHEME, zonemd->rdata + MD_SCHEME, 2) == 0)
			diag_add(run->diags, zonemd->pos, S_ZONEMD_TWICE,
			    "a second ZONEMD record of scheme %u and hash algorithm %u",
			    zonemd->rdata[MD_SCHEME], zonemd->rdata[MD_HASH]);
	if (serial != soa) { /* whatever the scheme: RFC 8976 section 4, step 4 */
		diag_add(run->diags, zonemd->pos, S_ZONEMD_SERIAL,
		    "the ZONEMD record is of serial %u, the zone has %u", (unsigned)serial,
		    (unsigned)soa);
		return false;
	}
	if (hash_index(zonemd) < N_HASHES)
		return true;
	diag_add(run->diags, zonemd->pos, S_ZONEMD_OTHER,
	    "ZONEMD scheme %u with hash algorithm %u is passed over", zonemd->rdata[MD_SCHEME],
	    zonemd->rdata[MD_HASH]);
	return false;
}

static bool
check_digest(const struct digesting *d, const struct record *zonemd)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	EVP_MD_CTX *ctx = d->ctx[hash_index(zonemd)];
	bool computed = copy && ctx && EVP_MD_CTX_copy_ex(copy, ctx) > 0 &&
			EVP_DigestFinal_ex(copy, digest, &len) > 0;
	struct buf hex = {0};

	EVP_MD_CTX_free(copy);
	if (!computed || d->failed) {
		diag_add(d->run->diags, zonemd->pos, F_SYSTEM, "OpenSSL cannot hash the zone");
		return false;
	}
	if (zonemd->rdlen == MD_DIGEST + len && memcmp(zonemd->rdata + MD_DIGEST, digest, len) == 0)
		return true;
	hex_encode(&hex, (struct bytes){digest, len});
	diag_add(d->run->diags, zonemd->pos, S_ZONEMD, "the zone has the digest %.*s", (int)hex.len,
	    hex.data);
	buf_free(&hex);
	return false;
}

bool
verify_zonemd(const struct verify_run *run)
{
	struct rrset set = node_rrset(run->store, run->apex, TYPE_ZONEMD);
	struct digesting d = {.run = run};
	bool any = false, good = true;

	for (size_t i = 0; i < set.n; i++)
		if (check_fields(run, &set, &set.records[i])) {
			size_t h = hash_index(&set.records[i]);

			if (!d.ctx[h])
				d.ctx[h] = context_of(md_hashes[h].name);
			any = true;
		}
	if (any)
		put_zone(&d);
	for (size_t i = 0; i < set.n && any; i++)
		if (hash_index(&set.records[i]) < N_HASHES && d.ctx[hash_index(&set.records[i])] &&
		    read_u32(set.records[i].rdata) == soa_number(run->soa, SOA_SERIAL))
			good &= check_digest(&d, &set.records[i]);
	for (size_t i = 0; i < N_HASHES; i++)
		EVP_MD_CTX_free(d.ctx[i]);
	buf_free(&d.data);
	return any && good;
}

/* Who signs the DNSKEY RRset, and whether trust anchors lead there (RFC 4035 sections 5 and 5.2,
 * RFC 5011 section 2.1). */
#include "dnssec/verify_part.h"

#include <openssl/evp.h>

/* Offsets in DS and CDS RDATA, RFC 4034 section 5.1. */
enum { DS_TAG = 0, DS_ALGORITHM = 2, DS_DIGEST_TYPE = 3, DS_DIGEST = 4 };

/* RFC 4034 section 5.1.3, RFC 4509, RFC 6605 section 2; RFC 9905 deprecates the first. */
static const struct {
	uint8_t type;
	const char *name;
} ds_digests[] = {{1, "SHA1"}, {2, "SHA256"}, {4, "SHA384"}};

static const char *
digest_name(uint8_t type)
{
	for (size_t i = 0; i < sizeof(ds_digests) / sizeof(ds_digests[0]); i++)
		if (ds_digests[i].type == type)
			return ds_digests[i].name;
	return NULL;
}

/* RFC 4034 section 5.1.4: the digest of the owner in lower case and the DNSKEY RDATA. */
static bool
digest_matches(
    const struct verify_run *run, struct bytes ds, const struct verify_key *key, const char *name)
{
	const struct name *apex = &run->store->apex;
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t owner[NAME_LONGEST], digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool matches;

	name_lower(owner, apex->wire, apex->len);
	matches = md && ctx && EVP_DigestInit_ex2(ctx, md, NULL) > 0 &&
		  EVP_DigestUpdate(ctx, owner, apex->len) > 0 &&
		  EVP_DigestUpdate(ctx, key->record->rdata, key->record->rdlen) > 0 &&
		  EVP_DigestFinal_ex(ctx, digest, &len) > 0 && ds.len == DS_DIGEST + len &&
		  memcmp(ds.data + DS_DIGEST, digest, len) == 0;
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	return matches;
}

/* Whether or not it is a zone key. */
static bool
ds_names(const struct verify_run *run, struct bytes ds, const struct verify_key *key, bool *known)
{
	const char *name = digest_name(ds.data[DS_DIGEST_TYPE]);

	*known = name != NULL;
	if (read_u16(ds.data + DS_TAG) != key->tag || ds.data[DS_ALGORITHM] != key->number)
		return false;
	return !name || digest_matches(run, ds, key, name);
}

bool
verify_ds_matches(
    const struct verify_run *run, struct bytes ds, const struct verify_key *key, bool *known)
{
	return ds_names(run, ds, key, known) && key->zone;
}

/* --- Without anchors --- */

static void
check_self(const struct verify_run *run)
{
	bool any_sep = false, any = false;

	for (size_t i = 0; i < run->n_keys; i++)
		any_sep |= run->keys[i].zone && !run->keys[i].revoked && key_is_sep(&run->keys[i]);
	for (size_t i = 0; i < run->n_keys; i++) {
		const struct verify_key *key = &run->keys[i];

		any |= key->signs[SET_DNSKEY] && !key->revoked && (!any_sep || key_is_sep(key));
		if (key->zone && key->revoked && !key->signs[SET_DNSKEY])
			diag_add(run->diags, key->record->pos, S_REVOKED,
			    "key %u is revoked, but does not sign the DNSKEY RRset",
			    (unsigned)key->tag);
	}
	if (!any)
		diag_add(run->diags, run->keys[0].record->pos, S_DNSKEY_SELF,
		    any_sep ? "no key with the SEP flag signs the DNSKEY RRset"
			    : "no key of the zone signs the DNSKEY RRset");
}

/* --- With anchors --- */

static bool
anchor_matches(
    const struct verify_run *run, const struct anchor *anchor, const struct verify_key *key)
{
	bool known;

	if (anchor->type == TYPE_DNSKEY)
		return key->zone && anchor->rdata.len == key->record->rdlen &&
		       memcmp(anchor->rdata.data, key->record->rdata, anchor->rdata.len) == 0;
	return verify_ds_matches(run, anchor->rdata, key, &known) && known;
}

/* RFC 4034 section 5.2: a DS record must refer to a zone key. */
static void
check_anchored_key(const struct verify_run *run, const struct anchor *anchor)
{
	bool known;

	for (size_t i = 0; i < run->n_keys && anchor->type == TYPE_DS; i++)
		if (!run->keys[i].zone && ds_names(run, anchor->rdata, &run->keys[i], &known))
			diag_add(run->diags, anchor->pos, S_NO_ZONE_KEY,
			    "the trust anchor is of key %u, which is no zone key",
			    (unsigned)run->keys[i].tag);
}

static uint8_t
anchor_algorithm(const struct anchor *anchor)
{
	return anchor->rdata.data[anchor->type == TYPE_DS ? DS_ALGORITHM : DNSKEY_ALGORITHM];
}

/* Notes what the anchors know. Does one of them lead to a signature of the DNSKEY RRset? */
static bool
follow_anchors(struct verify_run *run)
{
	const struct anchors *anchors = run->options->anchors;
	bool any = false;

	for (size_t a = 0; a < anchors->n; a++)
		for (size_t i = 0; i < run->n_keys; i++) {
			struct verify_key *key = &run->keys[i];

			if (!anchor_matches(run, &anchors->items[a], key))
				continue;
			key->anchored = true;
			any |= key->signs[SET_DNSKEY] && !key->revoked;
		}
	return any;
}

/* Every algorithm of the DS RRset must sign the DNSKEY RRset (RFC 4035 section 2.2). */
static void
check_anchor(const struct verify_run *run, const struct anchor *anchor)
{
	uint8_t number = anchor_algorithm(anchor);

	if (anchor->type == TYPE_DS && anchor->rdata.data[DS_DIGEST_TYPE] == 1)
		diag_add(run->diags, anchor->pos, S_OLD, "the DS digest is SHA-1");
	for (size_t i = 0; i < run->n_keys; i++)
		if (run->keys[i].number == number && run->keys[i].signs[SET_DNSKEY])
			return;
	diag_add(run->diags, anchor->pos, S_ANCHOR,
	    "the trust anchor has algorithm %u, which does not sign the DNSKEY RRset", number);
}

static void
check_anchors(struct verify_run *run)
{
	const struct anchors *anchors = run->options->anchors;
	bool leads = follow_anchors(run);

	if (!leads)
		diag_add(run->diags, anchors->items[0].pos, S_ANCHOR,
		    "no trust anchor matches a key that signs the DNSKEY RRset");
	for (size_t i = 0; i < anchors->n; i++)
		check_anchored_key(run, &anchors->items[i]);
	for (size_t i = 0; i < anchors->n && leads; i++)
		check_anchor(run, &anchors->items[i]);
	for (size_t i = 0; i < run->n_keys && leads; i++) {
		const struct verify_key *key = &run->keys[i];

		if (key_is_sep(key) && key->signs[SET_DNSKEY] && !key->revoked && !key->anchored)
			diag_add(run->diags, key->record->pos, S_ANCHOR_LESS,
			    "key %u signs the DNSKEY RRset, but no trust anchor knows it",
			    (unsigned)key->tag);
	}
}

void
verify_apex(struct verify_run *run)
{
	check_self(run);
	if (run->options->anchors && run->options->anchors->n > 0)
		check_anchors(run);
}

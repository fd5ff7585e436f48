/* CDS and CDNSKEY (RFC 7344 section 4.1, RFC 8078 section 4): what the zone asks its parent for. */
#include "dnssec/verify_part.h"

/* One of the two RRsets. */
struct wish {
	uint16_t type;
	enum key_set set;
	const char *name;
	size_t algorithm; /* offset of that field; 0 in the form that deletes, of which RDATA are
			   * read in no other form (RFC 8078 section 4) */
};

static const struct wish wishes[] = {
    {TYPE_CDS, SET_CDS, "CDS", 2},
    {TYPE_CDNSKEY, SET_CDNSKEY, "CDNSKEY", DNSKEY_ALGORITHM},
};

static bool
is_delete(const struct wish *wish, const struct record *record)
{
	return record->rdata[wish->algorithm] == 0;
}

static bool
names_key(const struct verify_run *run, const struct wish *wish, const struct record *record,
    const struct verify_key *key)
{
	bool known;

	if (wish->type == TYPE_CDS)
		return verify_ds_matches(run, record_rdata(record), key, &known);
	return key->zone && record->rdlen == key->record->rdlen &&
	       memcmp(record->rdata, key->record->rdata, record->rdlen) == 0;
}

/* Does the RRset name the key? */
static bool
wishes_key(const struct verify_run *run, const struct wish *wish, const struct rrset *set,
    const struct verify_key *key)
{
	for (size_t i = 0; i < set->n; i++)
		if (names_key(run, wish, &set->records[i], key))
			return true;
	return false;
}

static void
check_delete(const struct verify_run *run, const struct wish *wish, const struct rrset *set)
{
	const struct record *record = &set->records[0];

	if (set->n > 1)
		diag_add(run->diags, record->pos, S_CDS_DELETE,
		    "the %s record that asks to delete stands beside %zu others", wish->name,
		    set->n - 1);
}

static void
check_record(const struct verify_run *run, const struct wish *wish, const struct record *record)
{
	if (wish->type == TYPE_CDS && record->rdata[3] == 1)
		diag_add(run->diags, record->pos, S_OLD, "the CDS digest is SHA-1");
	for (size_t i = 0; i < run->n_keys; i++)
		if (names_key(run, wish, record, &run->keys[i]))
			return;
	diag_add(run->diags, record->pos, S_CDS_KEY,
	    "the %s record matches no DNSKEY record that is a zone key", wish->name);
}

/* RFC 7344 section 4.1: by a key that is represented in the DNSKEY and the DS RRset. */
static void
check_signer(const struct verify_run *run, const struct wish *wish, const struct rrset *set)
{
	for (size_t i = 0; i < run->n_keys; i++) {
		const struct verify_key *key = &run->keys[i];

		if (key->signs[wish->set] && key->signs[SET_DNSKEY] && !key->revoked)
			return;
	}
	diag_add(run->diags, set->records[0].pos, S_CDS_SIGNER,
	    "no key that signs the DNSKEY RRset signs the %s RRset", wish->name);
}

/* RFC 7344 section 4.1: once the parent has done as it is asked, the zone must validate. */
static void
check_continuity(const struct verify_run *run, const struct wish *wish, const struct rrset *set)
{
	bool any = false;

	for (size_t i = 0; i < run->n_keys; i++) {
		const struct verify_key *key = &run->keys[i];

		if (!wishes_key(run, wish, set, key))
			continue;
		any = true;
		if (key->signs[SET_DNSKEY] && !key->revoked)
			return;
	}
	if (any)
		diag_add(run->diags, set->records[0].pos, S_CDS_BREAK,
		    "no key that the %s RRset names signs the DNSKEY RRset", wish->name);
}

static void
check_wish(const struct verify_run *run, const struct wish *wish, const struct rrset *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (is_delete(wish, &set->records[i])) {
			check_delete(run, wish, set);
			check_signer(run, wish, set);
			return;
		}
	for (size_t i = 0; i < set->n; i++)
		check_record(run, wish, &set->records[i]);
	check_signer(run, wish, set);
	check_continuity(run, wish, set);
}

static void
check_agreement(const struct verify_run *run, const struct rrset sets[2])
{
	bool delete_cds = is_delete(&wishes[0], &sets[0].records[0]),
	     delete_cdnskey = is_delete(&wishes[1], &sets[1].records[0]);

	if (delete_cds != delete_cdnskey) {
		diag_add(run->diags, sets[1].records[0].pos, S_CDS_DIFFER,
		    "%s asks to delete, and %s does not", wishes[delete_cds ? 0 : 1].name,
		    wishes[delete_cds ? 1 : 0].name);
		return;
	}
	for (size_t i = 0; i < run->n_keys; i++) {
		const struct verify_key *key = &run->keys[i];
		bool cds = wishes_key(run, &wishes[0], &sets[0], key),
		     cdnskey = wishes_key(run, &wishes[1], &sets[1], key);

		if (cds != cdnskey)
			diag_add(run->diags, key->record->pos, S_CDS_DIFFER,
			    "key %u has a %s record and no %s record", (unsigned)key->tag,
			    wishes[cds ? 0 : 1].name, wishes[cds ? 1 : 0].name);
	}
}

/* Parents read one of the two as they like; BIND and Knot publish both. */
static void
check_other(const struct verify_run *run, const struct rrset sets[2])
{
	size_t there = sets[0].n > 0 ? 0 : 1;

	diag_add(run->diags, sets[there].records[0].pos, S_CDS_ALONE,
	    "the zone has %s records and no %s records", wishes[there].name,
	    wishes[1 - there].name);
}

void
verify_cds(struct verify_run *run)
{
	struct rrset sets[2];

	for (size_t i = 0; i < 2; i++) {
		sets[i] = node_rrset(run->store, run->apex, wishes[i].type);
		if (!verify_fits_message(run, &sets[i]))
			return;
		if (sets[i].n > 0)
			check_wish(run, &wishes[i], &sets[i]);
	}
	if (sets[0].n > 0 && sets[1].n > 0)
		check_agreement(run, sets);
	else if (sets[0].n > 0 || sets[1].n > 0)
		check_other(run, sets);
}

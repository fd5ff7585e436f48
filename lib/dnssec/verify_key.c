/* The DNSKEY RRset as a judge sees it. */
#include "dnssec/verify_part.h"

#include "dnssec/pkey.h"

enum { FLAG_REVOKE = 0x0080, PROTOCOL = 3, RSA_BITS_LEAST = 2048 };

/* RFC 4034 appendix B: the sum of the RDATA as 16-bit numbers, its carry added once. */
static uint16_t
tag_of(struct bytes rdata)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < rdata.len; i++)
		sum += i % 2 ? rdata.data[i] : (uint32_t)rdata.data[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

static void
key_read(const struct record *record, struct verify_key *out)
{
	const uint8_t *rdata = record->rdata;

	*out = (struct verify_key){.record = record,
	    .number = rdata[DNSKEY_ALGORITHM],
	    .algorithm = verifier_algorithm(rdata[DNSKEY_ALGORITHM]),
	    .flags = read_u16(rdata),
	    .tag = tag_of(record_rdata(record))};
	out->zone = key_is_of_zone(out) && rdata[DNSKEY_PROTOCOL] == PROTOCOL;
	out->revoked = out->flags & FLAG_REVOKE;
}

static void
check_octets(struct verify_run *run, const struct verify_key *key)
{
	struct verifier_key octets = {
	    key->algorithm, {key->record->rdata + DNSKEY_KEY, key->record->rdlen - DNSKEY_KEY}};
	struct verifier *verifier = verifier_new(&octets, 1);

	if (!verifier_takes(verifier, 0))
		diag_add(run->diags, key->record->pos, S_DNSKEY,
		    "the public key of key %u is no %s key", (unsigned)key->tag,
		    key->algorithm->name);
	else if (key->algorithm->family == ALGORITHM_RSA &&
		 pkey_rsa_bits(octets.public_key) < RSA_BITS_LEAST)
		diag_add(run->diags, key->record->pos, S_RSA_SHORT,
		    "key %u has an RSA modulus of %u bits", (unsigned)key->tag,
		    pkey_rsa_bits(octets.public_key));
	verifier_free(verifier);
}

static void
check_key(struct verify_run *run, const struct verify_key *key)
{
	struct pos pos = key->record->pos;

	if (key->record->rdata[DNSKEY_PROTOCOL] != PROTOCOL)
		diag_add(run->diags, pos, S_DNSKEY, "the protocol of key %u is %u, not 3",
		    (unsigned)key->tag, key->record->rdata[DNSKEY_PROTOCOL]);
	if (!key->zone)
		return;
	if (!key->algorithm)
		diag_add(run->diags, pos, S_UNKNOWN,
		    "key %u has algorithm %u: its signatures cannot be judged", (unsigned)key->tag,
		    key->number);
	else
		check_octets(run, key);
}

/* Notes the algorithms that must sign everything (RFC 6840 section 5.11). */
static void
note_algorithm(struct verify_run *run, const struct verify_key *key)
{
	if (!key->zone || key->revoked || memchr(run->algorithms, key->number, run->n_algorithms))
		return;
	run->algorithms[run->n_algorithms++] = key->number;
	if (verifier_is_old(key->number))
		diag_add(run->diags, key->record->pos, S_OLD,
		    "the zone is signed with %s (%u), which relies on SHA-1", key->algorithm->name,
		    key->number);
}

/* Each key is held against signatures and wishes: so many as fit a message are few enough. */
bool
verify_fits_message(const struct verify_run *run, const struct rrset *set)
{
	enum { MESSAGE_LONGEST = 65535, HEAD = 12 };
	size_t size = 0;

	for (size_t i = 0; i < set->n; i++)
		size += HEAD + set->records[i].rdlen;
	if (size <= MESSAGE_LONGEST)
		return true;
	diag_add(run->diags, set->records[0].pos, S_KEYS_LARGE,
	    "the zone has %zu %s records of %zu octets: they are not judged", set->n,
	    verify_type_text(&run->diags->arena, set->records[0].type), size);
	return false;
}

void
verify_keys(struct verify_run *run)
{
	struct rrset set = {0};

	if (run->apex)
		set = node_rrset(run->store, run->apex, TYPE_DNSKEY);
	if (!verify_fits_message(run, &set)) {
		run->keys_lost = true;
		return;
	}
	run->keys = arena_alloc(&run->diags->arena, (set.n + 1) * sizeof(*run->keys));
	for (; run->n_keys < set.n; run->n_keys++) {
		struct verify_key *key = &run->keys[run->n_keys];

		key_read(&set.records[run->n_keys], key);
		check_key(run, key);
		note_algorithm(run, key);
	}
}

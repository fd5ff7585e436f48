/* Fields of digests, whose length depends on the octet ahead of them. */
#include "dns/field_part.h"

/* What an octet that names a digest asks for; a table ends with a NULL name. */
struct digest_rule {
	uint8_t type;
	uint8_t len;
	const char *name;
};

/* RFC 8078 section 4: type 0 stands in CDS only, for the deletion `0 0 0 00`. */
static const struct digest_rule ds_rules[] = {
    {0, 1, "the form that deletes"},
    {1, 20, "SHA-1"},
    {2, 32, "SHA-256"},
    {3, 32, "GOST R 34.11-94"},
    {4, 48, "SHA-384"},
    {5, 32, "GOST R 34.11-2012"},
    {6, 32, "SM3"},
    {0, 0, NULL},
};

/* RFC 4255 section 3.1.2, RFC 6594 section 4.2. */
static const struct digest_rule sshfp_rules[] = {
    {1, 20, "SHA-1"},
    {2, 32, "SHA-256"},
    {0, 0, NULL},
};

/* RFC 8976 sections 2.2.3 and 2.2.4: never truncated, whatever the scheme. */
static const struct digest_rule zonemd_rules[] = {
    {1, 48, "SHA-384"},
    {2, 64, "SHA-512"},
    {0, 0, NULL},
};

/* RFC 4701 section 3.4. */
static const struct digest_rule dhcid_rules[] = {
    {1, 32, "SHA-256"},
    {0, 0, NULL},
};

/* RFC 6698 section 2.1.3. */
static const struct digest_rule tlsa_rules[] = {
    {1, 32, "SHA2-256"},
    {2, 64, "SHA2-512"},
    {0, 0, NULL},
};

enum { ZONEMD_SHORTEST = 12 }; /* RFC 8976 section 2.2.4 */

static const struct digest_rule *
rule_of(const struct digest_rule *rules, uint8_t type)
{
	for (; rules->name; rules++)
		if (rules->type == type)
			return rules;
	return NULL;
}

/* The digest from `begin` to where the reader is must be as long as the rule of the octet ahead
 * says. */
static int
length_check(const struct reader *r, const struct token *t, const uint8_t *begin,
    const struct digest_rule *rules)
{
	const struct digest_rule *rule = rule_of(rules, begin[-1]);

	if (rule && r->out - begin != rule->len)
		return field_error(r, t->text, "%td octets; %s (%d) has %d", r->out - begin,
		    rule->name, rule->type, rule->len);
	return 0;
}

/* Reads hex to the end. */
static int
digest_parse(struct reader *r, const struct digest_rule *rules)
{
	const struct token *t = r->at;
	const uint8_t *begin = r->out;

	return hex_words_parse(r) < 0 ? -1 : length_check(r, t, begin, rules);
}

static int
digest_skip(struct wire *w, const struct digest_rule *rules)
{
	const struct digest_rule *rule = rule_of(rules, w->at[-1]);

	if (w->at == w->end || (rule && wire_left(w) != rule->len))
		return -1;
	w->at = w->end;
	return 0;
}

static int
digest_print(struct buf *b, struct wire *w)
{
	hex_encode(b, (struct bytes){w->at, wire_left(w)});
	w->at = w->end;
	return 0;
}

static int
ds_parse(struct reader *r)
{
	return digest_parse(r, ds_rules);
}

static int
ds_skip(struct wire *w)
{
	return digest_skip(w, ds_rules);
}

/* RFC 8078 section 4: algorithm 0 asks to delete, and that record is exactly so. */
static const uint8_t cds_delete[] = {0, 0, 0, 0, 0}, cdnskey_delete[] = {0, 0, 3, 0, 0};

enum { CDS_ALGORITHM = 2, CDNSKEY_ALGORITHM = 3 };

static bool
is_exact(const uint8_t *begin, const uint8_t *end, const uint8_t exact[5])
{
	return end - begin == 5 && memcmp(begin, exact, 5) == 0;
}

static int
deletion_error(const struct reader *r, const struct token *t, const char *exact)
{
	return field_error(r, t->text,
	    "algorithm 0 asks to delete, and the record for that is %s (RFC 8078 section 4)",
	    exact);
}

static int
cds_parse(struct reader *r)
{
	const struct token *t = r->at;

	if (ds_parse(r) < 0)
		return -1;
	if (r->begin[CDS_ALGORITHM] == 0 && !is_exact(r->begin, r->out, cds_delete))
		return deletion_error(r, t, "CDS 0 0 0 00");
	return 0;
}

static int
cds_skip(struct wire *w)
{
	if (w->begin[CDS_ALGORITHM] == 0 && !is_exact(w->begin, w->end, cds_delete))
		return -1;
	return ds_skip(w);
}

static int
cdnskey_parse(struct reader *r)
{
	const struct token *t = r->at;

	if (base64_words_parse(r) < 0)
		return -1;
	if (r->begin[CDNSKEY_ALGORITHM] == 0 && !is_exact(r->begin, r->out, cdnskey_delete))
		return deletion_error(r, t, "CDNSKEY 0 3 0 AA==");
	return 0;
}

static int
cdnskey_skip(struct wire *w)
{
	if (w->begin[CDNSKEY_ALGORITHM] == 0 && !is_exact(w->begin, w->end, cdnskey_delete))
		return -1;
	return field_base64.skip(w);
}

static int
cdnskey_print(struct buf *b, struct wire *w)
{
	return field_base64.print(b, w);
}

static int
sshfp_parse(struct reader *r)
{
	return digest_parse(r, sshfp_rules);
}

static int
sshfp_skip(struct wire *w)
{
	return digest_skip(w, sshfp_rules);
}

static int
zonemd_parse(struct reader *r)
{
	const struct token *t = r->at;
	const uint8_t *begin = r->out;

	if (digest_parse(r, zonemd_rules) < 0)
		return -1;
	if (r->out - begin < ZONEMD_SHORTEST)
		return field_error(r, t->text, "%td octets; no digest has less than %d",
		    r->out - begin, ZONEMD_SHORTEST);
	return 0;
}

static int
zonemd_skip(struct wire *w)
{
	return wire_left(w) < ZONEMD_SHORTEST ? -1 : digest_skip(w, zonemd_rules);
}

enum { DHCID_HEAD = 3 }; /* type of the identifier, and of the digest */

/* RFC 4701 section 3.1: all of it is one text in base64. */
static int
dhcid_parse(struct reader *r)
{
	const struct token *t = r->at;
	const uint8_t *begin = r->out;

	if (base64_words_parse(r) < 0)
		return -1;
	if (r->out - begin <= DHCID_HEAD)
		return field_error(r, t->text, "%td octets hold no digest", r->out - begin);
	return length_check(r, t, begin + DHCID_HEAD, dhcid_rules);
}

static int
dhcid_skip(struct wire *w)
{
	return wire_skip(w, DHCID_HEAD) < 0 ? -1 : digest_skip(w, dhcid_rules);
}

static int
dhcid_print(struct buf *b, struct wire *w)
{
	base64_encode(b, (struct bytes){w->at, wire_left(w)});
	w->at = w->end;
	return 0;
}

/* The digest of no octets at all, which careless scripts publish: no certificate has it. */
static bool
is_digest_of_nothing(const uint8_t *digest, size_t len)
{
	static const uint8_t sha256[32] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a,
	    0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93,
	    0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
	static const uint8_t sha512[64] = {0xcf, 0x83, 0xe1, 0x35, 0x7e, 0xef, 0xb8, 0xbd, 0xf1,
	    0x54, 0x28, 0x50, 0xd6, 0x6d, 0x80, 0x07, 0xd6, 0x20, 0xe4, 0x05, 0x0b, 0x57, 0x15,
	    0xdc, 0x83, 0xf4, 0xa9, 0x21, 0xd3, 0x6c, 0xe9, 0xce, 0x47, 0xd0, 0xd1, 0x3c, 0x5d,
	    0x85, 0xf2, 0xb0, 0xff, 0x83, 0x18, 0xd2, 0x87, 0x7e, 0xec, 0x2f, 0x63, 0xb9, 0x31,
	    0xbd, 0x47, 0x41, 0x7a, 0x81, 0xa5, 0x38, 0x32, 0x7a, 0xf9, 0x27, 0xda, 0x3e};

	return (len == sizeof(sha256) && memcmp(digest, sha256, len) == 0) ||
	       (len == sizeof(sha512) && memcmp(digest, sha512, len) == 0);
}

static int
tlsa_parse(struct reader *r)
{
	const struct token *t = r->at;
	const uint8_t *begin = r->out;

	if (digest_parse(r, tlsa_rules) < 0)
		return -1;
	if (rule_of(tlsa_rules, begin[-1]) && is_digest_of_nothing(begin, (size_t)(r->out - begin)))
		return field_error(
		    r, t->text, "the digest of no data at all: no certificate has it");
	return 0;
}

static int
tlsa_skip(struct wire *w)
{
	if (rule_of(tlsa_rules, w->at[-1]) && is_digest_of_nothing(w->at, wire_left(w)))
		return -1;
	return digest_skip(w, tlsa_rules);
}

const struct field_row field_ds_digest = {ds_parse, ds_skip, digest_print, false};
const struct field_row field_cds_digest = {cds_parse, cds_skip, digest_print, false};
const struct field_row field_cdnskey = {cdnskey_parse, cdnskey_skip, cdnskey_print, false};
const struct field_row field_sshfp_digest = {sshfp_parse, sshfp_skip, digest_print, false};
const struct field_row field_zonemd_digest = {zonemd_parse, zonemd_skip, digest_print, false};
const struct field_row field_tlsa_data = {tlsa_parse, tlsa_skip, digest_print, false};
const struct field_row field_dhcid = {dhcid_parse, dhcid_skip, dhcid_print, false};

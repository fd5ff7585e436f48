/* Fields that are numbers with names from a registry. Both are read; the number is printed, as
 * every server reads it, unless the RFC asks for the name. */
#include "dns/field_part.h"

#include <stdio.h>

struct mnemonic {
	const char *name;
	uint16_t value;
};

/* One registry; the names end with NULL. */
struct registry {
	const struct mnemonic *names;
	uint16_t most; /* largest number, also of those without a name */
	bool closed;   /* only numbers with a name are valid */
};

/* "DNS Security Algorithm Numbers", with BIND's names of some. */
static const struct mnemonic algorithms[] = {
    {"ECDSAP256SHA256", 13},
    {"RSASHA256", 8},
    {"ED25519", 15},
    {"ECDSAP384SHA384", 14},
    {"RSASHA512", 10},
    {"ED448", 16},
    {"RSAMD5", 1},
    {"DH", 2},
    {"DSA", 3},
    {"ECC", 4},
    {"RSASHA1", 5},
    {"DSA-NSEC3-SHA1", 6},
    {"NSEC3DSA", 6},
    {"RSASHA1-NSEC3-SHA1", 7},
    {"NSEC3RSASHA1", 7},
    {"ECC-GOST", 12},
    {"ECCGOST", 12},
    {"SM2SM3", 17},
    {"ECC-GOST12", 23},
    {"INDIRECT", 252},
    {"PRIVATEDNS", 253},
    {"PRIVATEOID", 254},
    {NULL, 0},
};

/* RFC 2535 section 3.1.3. */
static const struct mnemonic protocols[] = {
    {"NONE", 0},
    {"TLS", 1},
    {"EMAIL", 2},
    {"DNSSEC", 3},
    {"IPSEC", 4},
    {"ALL", 255},
    {NULL, 0},
};

/* RFC 4398 section 2.1. */
static const struct mnemonic cert_types[] = {
    {"PKIX", 1},
    {"SPKI", 2},
    {"PGP", 3},
    {"IPKIX", 4},
    {"ISPKI", 5},
    {"IPGP", 6},
    {"ACPKIX", 7},
    {"IACPKIX", 8},
    {"URI", 253},
    {"OID", 254},
    {NULL, 0},
};

/* RFC 9859 section 2.1. */
static const struct mnemonic schemes[] = {
    {"NOTIFY", 1},
    {NULL, 0},
};

/* RFC 7218 section 2. */
static const struct mnemonic usages[] = {
    {"PKIX-TA", 0},
    {"PKIX-EE", 1},
    {"DANE-TA", 2},
    {"DANE-EE", 3},
    {"PrivCert", 255},
    {NULL, 0},
};

static const struct mnemonic selectors[] = {
    {"Cert", 0},
    {"SPKI", 1},
    {"PrivSel", 255},
    {NULL, 0},
};

static const struct mnemonic matchings[] = {
    {"Full", 0},
    {"SHA2-256", 1},
    {"SHA2-512", 2},
    {"PrivMatch", 255},
    {NULL, 0},
};

/* "Digest Algorithms" of the DS registry, with BIND's names of some. */
static const struct mnemonic digest_types[] = {
    {"SHA-256", 2},
    {"SHA-384", 4},
    {"SHA-1", 1},
    {"SHA256", 2},
    {"SHA384", 4},
    {"SHA1", 1},
    {"GOST", 3},
    {"GOST12", 5},
    {"SM3", 6},
    {NULL, 0},
};

static const struct registry algorithm = {algorithms, UINT8_MAX, false};
static const struct registry protocol = {protocols, UINT8_MAX, false};
static const struct registry cert_type = {cert_types, UINT16_MAX, false};
static const struct registry scheme = {schemes, UINT8_MAX, false};
static const struct registry usage = {usages, UINT8_MAX, true};
static const struct registry selector = {selectors, UINT8_MAX, true};
static const struct registry matching = {matchings, UINT8_MAX, true};
static const struct registry digest_type = {digest_types, UINT8_MAX, false};

static const char *
name_of(const struct registry *registry, uint64_t value)
{
	for (const struct mnemonic *m = registry->names; m->name; m++)
		if (m->value == value)
			return m->name;
	return NULL;
}

static int
value_of(const struct registry *registry, struct text text, uint64_t *value)
{
	if (decimal_parse(text, registry->most, value) == 0)
		return registry->closed && !name_of(registry, *value) ? -1 : 0;
	for (const struct mnemonic *m = registry->names; m->name; m++) {
		if (text_is_nocase(text, m->name)) {
			*value = m->value;
			return 0;
		}
	}
	return -1;
}

/* "0 (PKIX-TA), 1 (PKIX-EE)": what a closed registry holds. */
static int
not_registered(const struct reader *r, const struct token *t, const struct registry *registry)
{
	char list[200];
	size_t n = 0;

	if (!registry->closed)
		return field_error(r, t->text,
		    "%.*s is neither a number from 0 to %d nor a name that is known here",
		    FIELD_SHOWN(t), registry->most);
	for (const struct mnemonic *m = registry->names; m->name && n < sizeof(list); m++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%d (%s)",
		    m == registry->names ? "" : ", ", m->value, m->name);
	return field_error(r, t->text, "%.*s is none of %s", FIELD_SHOWN(t), list);
}

static int
mnemonic_parse(struct reader *r, const struct registry *registry)
{
	const struct token *t = field_word(r);
	uint64_t value;

	if (!t)
		return -1;
	if (value_of(registry, token_text(t), &value) < 0)
		return not_registered(r, t, registry);
	if (!field_room(r, 2))
		return field_long(r, t);
	if (registry->most > UINT8_MAX)
		*r->out++ = (uint8_t)(value >> 8);
	*r->out++ = (uint8_t)value;
	return 0;
}

static int
octet_skip(struct wire *w)
{
	return wire_skip(w, 1);
}

static int
closed_skip(struct wire *w, const struct registry *registry)
{
	return w->at < w->end && name_of(registry, *w->at) ? octet_skip(w) : -1;
}

static int
octet_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, *w->at++);
	return 0;
}

static int
algorithm_parse(struct reader *r)
{
	return mnemonic_parse(r, &algorithm);
}

static int
protocol_parse(struct reader *r)
{
	return mnemonic_parse(r, &protocol);
}

static int
cert_type_parse(struct reader *r)
{
	return mnemonic_parse(r, &cert_type);
}

static int
cert_type_skip(struct wire *w)
{
	return wire_skip(w, 2);
}

static int
cert_type_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, read_u16(w->at));
	return cert_type_skip(w);
}

static int
scheme_parse(struct reader *r)
{
	return mnemonic_parse(r, &scheme);
}

static int
scheme_print(struct buf *b, struct wire *w)
{
	const char *name = name_of(&scheme, *w->at);

	if (!name)
		return octet_print(b, w);
	buf_puts(b, name);
	return octet_skip(w);
}

static int
usage_parse(struct reader *r)
{
	return mnemonic_parse(r, &usage);
}

static int
usage_skip(struct wire *w)
{
	return closed_skip(w, &usage);
}

static int
selector_parse(struct reader *r)
{
	return mnemonic_parse(r, &selector);
}

static int
selector_skip(struct wire *w)
{
	return closed_skip(w, &selector);
}

static int
matching_parse(struct reader *r)
{
	return mnemonic_parse(r, &matching);
}

static int
matching_skip(struct wire *w)
{
	return closed_skip(w, &matching);
}

static int
digest_type_parse(struct reader *r)
{
	return mnemonic_parse(r, &digest_type);
}

const struct field_row field_algorithm = {algorithm_parse, octet_skip, octet_print, false};
const struct field_row field_protocol = {protocol_parse, octet_skip, octet_print, false};
const struct field_row field_cert_type = {cert_type_parse, cert_type_skip, cert_type_print, false};
const struct field_row field_scheme = {scheme_parse, octet_skip, scheme_print, false};
const struct field_row field_usage = {usage_parse, usage_skip, octet_print, false};
const struct field_row field_selector = {selector_parse, selector_skip, octet_print, false};
const struct field_row field_matching = {matching_parse, matching_skip, octet_print, false};
const struct field_row field_digest_type = {digest_type_parse, octet_skip, octet_print, false};

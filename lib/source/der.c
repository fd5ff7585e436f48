#include "source/der.h"

enum der_tag {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_CONTEXT_0 = 0xa0,
};

size_t
der_header(struct bytes in, size_t *content_len)
{
	size_t n, len = 0;

	if (in.len < 2 || (in.data[0] & 0x1f) == 0x1f)
		return 0;
	if (in.data[1] < 0x80) {
		*content_len = in.data[1];
		return 2;
	}
	n = in.data[1] & 0x7f;
	if (n == 0 || n > 4 || in.len < 2 + n || in.data[2] == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		len = len << 8 | in.data[2 + i];
	if (len < 0x80)
		return 0;
	*content_len = len;
	return 2 + n;
}

bool
der_is_cut_short(struct bytes in)
{
	size_t len, header = der_header(in, &len);

	return header && len > in.len - header;
}

/* Takes one element off the front of `rest`; `inside` may be NULL. */
static int
take(struct bytes *rest, enum der_tag tag, struct bytes *whole, struct bytes *inside)
{
	size_t len, header = der_header(*rest, &len);

	if (header == 0 || rest->data[0] != tag || len > rest->len - header)
		return -1;
	*whole = (struct bytes){rest->data, header + len};
	if (inside)
		*inside = (struct bytes){rest->data + header, len};
	*rest = (struct bytes){rest->data + header + len, rest->len - header - len};
	return 0;
}

/* The SPKI in the first part of a signed structure, behind the `n` elements `ahead`. */
static int
signed_spki(struct bytes der, const enum der_tag *ahead, size_t n, struct bytes *spki)
{
	struct bytes all, info, skipped;
	enum spki_form form;

	if (take(&der, DER_SEQUENCE, &skipped, &all) < 0 ||
	    take(&all, DER_SEQUENCE, &skipped, &info) < 0)
		return -1;
	if (info.len && info.data[0] == DER_CONTEXT_0 && /* the version of a certificate */
	    take(&info, DER_CONTEXT_0, &skipped, NULL) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (take(&info, ahead[i], &skipped, NULL) < 0)
			return -1;
	if (take(&info, DER_SEQUENCE, spki, NULL) < 0)
		return -1;
	return der_spki_form(*spki, &form);
}

int
der_certificate_spki(struct bytes der, struct bytes *spki)
{
	static const enum der_tag ahead[] = {
	    DER_INTEGER,  /* serialNumber */
	    DER_SEQUENCE, /* signature */
	    DER_SEQUENCE, /* issuer */
	    DER_SEQUENCE, /* validity */
	    DER_SEQUENCE, /* subject */
	};

	return signed_spki(der, ahead, sizeof(ahead) / sizeof(ahead[0]), spki);
}

int
der_request_spki(struct bytes der, struct bytes *spki)
{
	static const enum der_tag ahead[] = {
	    DER_INTEGER,  /* version */
	    DER_SEQUENCE, /* subject */
	};

	return signed_spki(der, ahead, sizeof(ahead) / sizeof(ahead[0]), spki);
}

/* The parts of a SubjectPublicKeyInfo (RFC 5280 section 4.1). */
struct spki {
	struct bytes oid, parameters; /* of the algorithm */
	struct bytes key;             /* behind the number of unused bits; not empty */
};

static int
split_spki(struct bytes der, struct spki *out)
{
	struct bytes info, algorithm, bits, whole;

	if (take(&der, DER_SEQUENCE, &whole, &info) < 0 || der.len ||
	    take(&info, DER_SEQUENCE, &whole, &algorithm) < 0 ||
	    take(&algorithm, DER_OID, &whole, &out->oid) < 0 ||
	    take(&info, DER_BIT_STRING, &whole, &bits) < 0 || info.len || bits.len < 2)
		return -1;
	out->parameters = algorithm;
	out->key = (struct bytes){bits.data + 1, bits.len - 1};
	return 0;
}

/* Object identifiers: the length, then the contents. */
static const char oid_rsa[] = "\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"; /* 1.2.840.113549.1.1.1 */
static const char oid_pss[] =
    "\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";                  /* 1.2.840.113549.1.1.10 */
static const char oid_ec[] = "\x07\x2a\x86\x48\xce\x3d\x02\x01"; /* 1.2.840.10045.2.1 */

static bool
is_oid(struct bytes oid, const char *wanted)
{
	return oid.len == (uint8_t)wanted[0] && memcmp(oid.data, wanted + 1, oid.len) == 0;
}

int
der_spki_form(struct bytes der, enum spki_form *form)
{
	struct spki spki;

	if (split_spki(der, &spki) < 0)
		return -1;
	*form = SPKI_PLAIN;
	if (is_oid(spki.oid, oid_pss))
		*form = SPKI_PSS;
	else if (!is_oid(spki.oid, oid_ec))
		return 0;
	else if (spki.parameters.len && spki.parameters.data[0] == DER_SEQUENCE)
		*form = SPKI_EXPLICIT_CURVE;
	else if (spki.key.data[0] == 2 || spki.key.data[0] == 3)
		*form = SPKI_COMPRESSED;
	return 0;
}

/* The bits of the modulus (RFC 8017 appendix A.1.1), or 0. */
static size_t
rsa_bits(struct bytes key)
{
	struct bytes whole, numbers, modulus;
	size_t bits;

	if (take(&key, DER_SEQUENCE, &whole, &numbers) < 0 ||
	    take(&numbers, DER_INTEGER, &whole, &modulus) < 0)
		return 0;
	while (modulus.len && modulus.data[0] == 0)
		modulus = (struct bytes){modulus.data + 1, modulus.len - 1};
	bits = 8 * modulus.len;
	for (unsigned top = modulus.len ? modulus.data[0] : 0x80; !(top & 0x80); top <<= 1)
		bits--;
	return bits;
}

bool
der_key_is_strong(struct bytes der)
{
	enum { RSA_STRONG_BITS = 2048 };
	static const struct {
		const char *oid, *curve;
	} rows[] = {
	    {oid_ec, "\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"}, /* 1.2.840.10045.3.1.7, P-256 */
	    {oid_ec, "\x05\x2b\x81\x04\x00\x22"},             /* 1.3.132.0.34, P-384 */
	    {oid_ec, "\x05\x2b\x81\x04\x00\x23"},             /* 1.3.132.0.35, P-521 */
	    {"\x03\x2b\x65\x70", ""},                         /* 1.3.101.112, Ed25519 */
	    {"\x03\x2b\x65\x71", ""},                         /* 1.3.101.113, Ed448 */
	};
	struct bytes curve, whole;
	struct spki spki;

	if (split_spki(der, &spki) < 0)
		return false;
	if (is_oid(spki.oid, oid_rsa))
		return rsa_bits(spki.key) >= RSA_STRONG_BITS;
	if (take(&spki.parameters, DER_OID, &whole, &curve) < 0)
		curve = (struct bytes){spki.oid.data, 0};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_oid(spki.oid, rows[i].oid) && is_oid(curve, rows[i].curve))
			return true;
	return false;
}

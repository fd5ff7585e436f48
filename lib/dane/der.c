#include "dane/der.h"

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

static bool
bytes_are(struct bytes bytes, const char *wanted, size_t len)
{
	return bytes.len == len && memcmp(bytes.data, wanted, len) == 0;
}

/* `key` begins with the number of unused bits. */
static enum spki_form
form_of(struct bytes oid, struct bytes parameters, struct bytes key)
{
	static const char ec[] = "\x2a\x86\x48\xce\x3d\x02\x01"; /* 1.2.840.10045.2.1 */
	static const char pss[] =
	    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"; /* 1.2.840.113549.1.1.10 */

	if (bytes_are(oid, pss, sizeof(pss) - 1))
		return SPKI_PSS;
	if (!bytes_are(oid, ec, sizeof(ec) - 1))
		return SPKI_PLAIN;
	if (parameters.len && parameters.data[0] == DER_SEQUENCE)
		return SPKI_EXPLICIT_CURVE;
	return key.data[1] == 2 || key.data[1] == 3 ? SPKI_COMPRESSED : SPKI_PLAIN;
}

int
der_spki_form(struct bytes spki, enum spki_form *form)
{
	struct bytes info, algorithm, oid, key, whole;

	if (take(&spki, DER_SEQUENCE, &whole, &info) < 0 || spki.len ||
	    take(&info, DER_SEQUENCE, &whole, &algorithm) < 0 ||
	    take(&algorithm, DER_OID, &whole, &oid) < 0 ||
	    take(&info, DER_BIT_STRING, &whole, &key) < 0 || info.len || key.len < 2)
		return -1;
	*form = form_of(oid, algorithm, key);
	return 0;
}

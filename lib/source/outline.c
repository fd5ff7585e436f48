#include "source/outline.h"

#include <openssl/asn1t.h>
#include <openssl/x509v3.h>

/* RFC 5280 section 4.1, as templates of OpenSSL's. */
typedef struct {
	X509_ALGOR *algorithm;
	ASN1_BIT_STRING *key;
} KEY_INFO;

typedef struct {
	ASN1_INTEGER *version, *serial;
	X509_ALGOR *signed_with;
	X509_NAME *issuer, *subject;
	X509_VAL *validity;
	KEY_INFO *key;
	ASN1_BIT_STRING *issuer_id, *subject_id;
	STACK_OF(X509_EXTENSION) * extensions;
} CONTENTS;

typedef struct outline {
	CONTENTS *contents;
	X509_ALGOR *signed_with;
	ASN1_BIT_STRING *signature;
} OUTLINE;

ASN1_SEQUENCE(KEY_INFO) =
    {
	ASN1_SIMPLE(KEY_INFO, algorithm, X509_ALGOR),
	ASN1_SIMPLE(KEY_INFO, key, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(KEY_INFO)

	ASN1_SEQUENCE(CONTENTS) =
	    {
		ASN1_EXP_OPT(CONTENTS, version, ASN1_INTEGER, 0),
		ASN1_SIMPLE(CONTENTS, serial, ASN1_INTEGER),
		ASN1_SIMPLE(CONTENTS, signed_with, X509_ALGOR),
		ASN1_SIMPLE(CONTENTS, issuer, X509_NAME),
		ASN1_SIMPLE(CONTENTS, validity, X509_VAL),
		ASN1_SIMPLE(CONTENTS, subject, X509_NAME),
		ASN1_SIMPLE(CONTENTS, key, KEY_INFO),
		ASN1_IMP_OPT(CONTENTS, issuer_id, ASN1_BIT_STRING, 1),
		ASN1_IMP_OPT(CONTENTS, subject_id, ASN1_BIT_STRING, 2),
		ASN1_EXP_SEQUENCE_OF_OPT(CONTENTS, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END(CONTENTS)

		ASN1_SEQUENCE(OUTLINE) =
		    {
			ASN1_SIMPLE(OUTLINE, contents, CONTENTS),
			ASN1_SIMPLE(OUTLINE, signed_with, X509_ALGOR),
			ASN1_SIMPLE(OUTLINE, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(OUTLINE)

			struct outline
		    * outline_read(struct bytes der, size_t *used)
{
	const unsigned char *at = der.data;
	ASN1_VALUE *value = ASN1_item_d2i(NULL, &at, (long)der.len, ASN1_ITEM_rptr(OUTLINE));

	*used = (size_t)(at - der.data);
	return (struct outline *)value;
}

void
outline_free(struct outline *outline)
{
	ASN1_item_free((ASN1_VALUE *)outline, ASN1_ITEM_rptr(OUTLINE));
}

const X509_NAME *
outline_subject(const struct outline *outline)
{
	return outline->contents->subject;
}

const ASN1_INTEGER *
outline_serial(const struct outline *outline)
{
	return outline->contents->serial;
}

const STACK_OF(X509_EXTENSION) * outline_extensions(const struct outline *outline)
{
	return outline->contents->extensions;
}

/* --- Dates --- */

static int
unix_time(const ASN1_TIME *time, int64_t *t_unix)
{
	enum { SECONDS_A_DAY = 86400 };
	ASN1_TIME *epoch = ASN1_TIME_new();
	int days, seconds;
	bool ok = epoch && ASN1_TIME_set_string(epoch, "19700101000000Z") &&
		  ASN1_TIME_diff(&days, &seconds, epoch, time);

	ASN1_TIME_free(epoch);
	if (!ok)
		return -1;
	*t_unix = (int64_t)days * SECONDS_A_DAY + seconds;
	return 0;
}

int
outline_dates(const struct outline *outline, int64_t *not_before_unix, int64_t *not_after_unix)
{
	const X509_VAL *validity = outline->contents->validity;

	if (unix_time(validity->notBefore, not_before_unix) < 0)
		return -1;
	return unix_time(validity->notAfter, not_after_unix);
}

/* --- Extensions --- */

/* To compare with the object of `nid` spares what OBJ_obj2nid does: it loads OpenSSL's
 * configuration, which may know more objects. */
struct bytes
outline_extension(const struct outline *outline, int nid)
{
	const STACK_OF(X509_EXTENSION) *extensions = outline->contents->extensions;

	for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++) {
		X509_EXTENSION *extension = sk_X509_EXTENSION_value(extensions, i);
		const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(extension);

		if (OBJ_cmp(X509_EXTENSION_get_object(extension), OBJ_nid2obj(nid)) == 0)
			return (struct bytes){
			    ASN1_STRING_get0_data(data), (size_t)ASN1_STRING_length(data)};
	}
	return (struct bytes){0};
}

/* What is in an extension; NULL where there is none. */
static void *
decode(const struct outline *outline, int nid, const ASN1_ITEM *item)
{
	struct bytes data = outline_extension(outline, nid);
	const unsigned char *at = data.data;

	return data.len ? ASN1_item_d2i(NULL, &at, (long)data.len, item) : NULL;
}

bool
outline_is_issued_by(const struct outline *subject, const struct outline *issuer)
{
	return X509_NAME_cmp(issuer->contents->subject, subject->contents->issuer) == 0;
}

bool
outline_is_self_issued(const struct outline *outline)
{
	AUTHORITY_KEYID *by =
	    decode(outline, NID_authority_key_identifier, ASN1_ITEM_rptr(AUTHORITY_KEYID));
	ASN1_OCTET_STRING *own =
	    decode(outline, NID_subject_key_identifier, ASN1_ITEM_rptr(ASN1_OCTET_STRING));
	bool is = outline_is_issued_by(outline, outline) &&
		  (!by || !by->keyid || !own || ASN1_OCTET_STRING_cmp(by->keyid, own) == 0);

	AUTHORITY_KEYID_free(by);
	ASN1_OCTET_STRING_free(own);
	return is;
}

int
outline_may_issue(const struct outline *outline, bool *may)
{
	enum { KEY_CERT_SIGN = 5 }; /* RFC 5280 section 4.2.1.3 */
	BASIC_CONSTRAINTS *constraints =
	    decode(outline, NID_basic_constraints, ASN1_ITEM_rptr(BASIC_CONSTRAINTS));
	ASN1_BIT_STRING *usage = decode(outline, NID_key_usage, ASN1_ITEM_rptr(ASN1_BIT_STRING));
	int result = constraints ? 0 : -1;

	*may = constraints && constraints->ca &&
	       (!usage || ASN1_BIT_STRING_get_bit(usage, KEY_CERT_SIGN));
	BASIC_CONSTRAINTS_free(constraints);
	ASN1_BIT_STRING_free(usage);
	return result;
}

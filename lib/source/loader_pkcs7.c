#include "source/loader_part.h"

#include "source/der.h"

#include <openssl/cms.h>
#include <openssl/err.h>

static CMS_ContentInfo *
decode(struct bytes der)
{
	const unsigned char *at = der.data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);

	if (cms && at == der.data + der.len)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

bool
loader_is_pkcs7(struct bytes der)
{
	CMS_ContentInfo *cms = decode(der);
	bool is = cms != NULL;

	CMS_ContentInfo_free(cms);
	return is;
}

static int
fail(struct loader *loader, const struct piece *piece, const char *what)
{
	return diag_error(loader->diags, loader->pos, D_BAD_SOURCE,
	    "%s: the PKCS#7 bundle%s %s: name a file that holds certificates alone", loader->path,
	    loader_line(loader, piece->line), what);
}

/* Why it is no bundle of certificates, or NULL. */
static const char *
why_not(CMS_ContentInfo *cms)
{
	static const struct {
		int nid;
		const char *why;
	} rows[] = {
	    {NID_pkcs7_enveloped, "is an encrypted message"},
	    {NID_pkcs7_encrypted, "is encrypted"},
	    {NID_pkcs7_signedAndEnveloped, "is an encrypted message"},
	    {NID_id_smime_ct_authEnvelopedData, "is an encrypted message"},
	};
	int nid = OBJ_obj2nid(CMS_get0_type(cms));
	ASN1_OCTET_STRING **content;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (nid == rows[i].nid)
			return rows[i].why;
	if (nid != NID_pkcs7_signed)
		return "holds no certificates but other data";
	content = CMS_get0_content(cms);
	if (content && *content && ASN1_STRING_length(*content) > 0)
		return "is a signed message";
	return sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > 0 ? "is a signature" : NULL;
}

static int
add(struct loader *loader, const struct piece *piece, X509 *x509)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der), result;
	struct piece part = {.content = CONTENT_CERTIFICATE, .der = {der, (size_t)len}};

	part.line = piece->line;
	result = len > 0 ? loader_certificate(loader, &part)
			 : loader_fail(loader, piece->line, "a certificate is damaged");
	OPENSSL_free(der);
	return result;
}

int
loader_pkcs7(struct loader *loader, const struct piece *piece)
{
	CMS_ContentInfo *cms = decode(piece->der);
	const char *why = cms ? why_not(cms) : NULL;
	STACK_OF(X509) *certs = cms && !why ? CMS_get1_certs(cms) : NULL;
	int result = 0;

	if (!cms)
		result = loader_fail(loader, piece->line,
		    der_is_cut_short(piece->der) ? "the PKCS#7 bundle is cut short"
						 : "the PKCS#7 bundle is damaged");
	else if (why)
		result = fail(loader, piece, why);
	for (int i = 0; result == 0 && i < sk_X509_num(certs); i++)
		result = add(loader, piece, sk_X509_value(certs, i));
	sk_X509_pop_free(certs, X509_free);
	CMS_ContentInfo_free(cms);
	return result;
}

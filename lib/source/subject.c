#include "source/subject.h"

#include "source/plain.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

static const char *
label_text(struct arena *a, const char *label, const ASN1_STRING *value)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, value);
	const char *text = NULL;

	if (len > 0)
		text = arena_printf(
		    a, "%s=%s", label, plain_text(a, (struct text){(char *)utf8, (size_t)len}));
	OPENSSL_free(utf8);
	return text;
}

static const char *
entry_text(struct arena *a, const X509_NAME *subject, int nid, const char *label)
{
	int at = X509_NAME_get_index_by_NID(subject, nid, -1);

	if (at < 0)
		return NULL;
	return label_text(a, label, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

static const char *
address_text(struct arena *a, const ASN1_OCTET_STRING *value)
{
	int len = ASN1_STRING_length(value);
	char text[INET6_ADDRSTRLEN];

	if (len != 4 && len != 16)
		return NULL;
	inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(value), text, sizeof(text));
	return arena_printf(a, "SAN=%s", text);
}

static const char *
san_text(struct arena *a, const STACK_OF(X509_EXTENSION) * extensions)
{
	GENERAL_NAMES *names = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	const char *text = NULL, *address = NULL;

	for (int i = 0; !text && i < sk_GENERAL_NAME_num(names); i++) {
		int type;
		const void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);

		if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI)
			text = label_text(a, "SAN", value);
		else if (type == GEN_IPADD && !address)
			address = address_text(a, value);
	}
	GENERAL_NAMES_free(names);
	return text ? text : address;
}

static const char *
serial_text(struct arena *a, const ASN1_INTEGER *number)
{
	BIGNUM *serial = ASN1_INTEGER_to_BN(number, NULL);
	char *hex = serial ? BN_bn2hex(serial) : NULL;
	const char *text =
	    arena_printf(a, "serial=%s", hex ? plain_text(a, text_of(hex)) : "unknown");

	OPENSSL_free(hex);
	BN_free(serial);
	return text;
}

static const char *
name_of(struct arena *a, const X509_NAME *subject, const STACK_OF(X509_EXTENSION) * extensions)
{
	static const struct {
		int nid;
		const char *label;
	} parts[] = {{NID_organizationalUnitName, "OU"}, {NID_organizationName, "O"}};
	const char *text = entry_text(a, subject, NID_commonName, "CN");

	if (!text)
		text = san_text(a, extensions);
	for (size_t i = 0; !text && i < sizeof(parts) / sizeof(parts[0]); i++)
		text = entry_text(a, subject, parts[i].nid, parts[i].label);
	return text;
}

const char *
subject_of_certificate(struct arena *a, const struct outline *outline)
{
	const char *text = name_of(a, outline_subject(outline), outline_extensions(outline));

	return text ? text : serial_text(a, outline_serial(outline));
}

const char *
subject_of_request(struct arena *a, X509_REQ *request)
{
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
	const char *text = name_of(a, X509_REQ_get_subject_name(request), extensions);

	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return text;
}

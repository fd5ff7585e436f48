#include "directive/smimea.h"

#include "directive/mailbox.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

static int
read_owners(struct directive *d)
{
	return mailbox_owners(d, mailbox_smimea);
}

static bool
names(STACK_OF(OPENSSL_STRING) * mails, const char *mail)
{
	for (int i = 0; i < sk_OPENSSL_STRING_num(mails); i++)
		if (text_is_nocase(text_of(sk_OPENSSL_STRING_value(mails, i)), mail))
			return true;
	return false;
}

/* RFC 8550 section 3: a certificate that names addresses is for mail of those. */
static void
check_addresses(struct directive *d, struct pos pos, const struct cert *cert, X509 *x509)
{
	STACK_OF(OPENSSL_STRING) *mails = X509_get1_email(x509);

	for (size_t i = 0; i < d->n_owners && sk_OPENSSL_STRING_num(mails) > 0; i++)
		if (d->owners[i].mail && !names(mails, d->owners[i].mail))
			diag_add(d->diags, pos, D_MAIL_CERT, "%s is not for the address %s",
			    cert->name, d->owners[i].mail);
	X509_email_free(mails);
}

/* RFC 8550 section 4.4.4. A certificate without the extension is good for all. */
static void
check_use(struct directive *d, struct pos pos, const struct cert *cert, X509 *x509)
{
	if (X509_get_ext_by_NID(x509, NID_ext_key_usage, -1) >= 0 &&
	    !(X509_get_extended_key_usage(x509) & (XKU_SMIME | XKU_ANYEKU)))
		diag_add(d->diags, pos, D_MAIL_USE,
		    "%s is not for mail: its extended key usage lacks emailProtection", cert->name);
}

static void
check(void *ctx, struct pos pos, const struct cert *cert)
{
	X509 *x509 = cert_decode(cert->der);

	if (x509) {
		check_addresses(ctx, pos, cert, x509);
		check_use(ctx, pos, cert, x509);
	}
	X509_free(x509);
	ERR_clear_error();
}

int
smimea_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	static const struct tlsa_kind smimea = {.type = TYPE_SMIMEA,
	    .params = {TLSA_DANE_EE, TLSA_CERT, TLSA_FULL},
	    .owners = read_owners,
	    .check = check};

	return tlsa_directive_of(&smimea, ctx, parser, entry);
}

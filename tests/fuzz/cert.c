/* Files of certificates and keys: PEM, DER, PKCS #12, PKCS #7, requests; with and without a
 * password. */
#include "fuzz.h"

#include "dane/tlsa.h"
#include "source/cert.h"
#include "source/der.h"

#include <openssl/err.h>
#include <stdlib.h>

static const char path[] = "mail.pem";

static bool
is_plain(const char *name)
{
	for (; *name; name++)
		if ((uint8_t)*name < 0x20 || (uint8_t)*name >= 0x7f || *name == ';')
			return false;
	return true;
}

static void
check_cert(const struct cert *cert)
{
	struct bytes spki;
	enum spki_form form;

	FUZZ_ASSERT(der_certificate_spki(cert->der, &spki) == 0);
	FUZZ_ASSERT(bytes_equal(spki, cert->spki));
	FUZZ_ASSERT(der_spki_form(spki, &form) == 0);
	FUZZ_ASSERT(is_plain(cert->name));
}

static void
check(const struct certs *certs)
{
	FUZZ_ASSERT(certs->n <= CERTS_MOST && (certs->n == 0 || !certs->key));
	for (size_t i = 0; i < certs->n; i++) {
		check_cert(&certs->items[i]);
		FUZZ_ASSERT(!certs_issued(certs, i, i));
		for (size_t j = 0; j < i; j++)
			FUZZ_ASSERT(!bytes_equal(certs->items[i].der, certs->items[j].der));
	}
	if (certs->key) {
		enum spki_form form;

		FUZZ_ASSERT(der_spki_form(certs->key->spki, &form) == 0);
		FUZZ_ASSERT(!certs->key->name || is_plain(certs->key->name));
	}
}

static void
load(const uint8_t *data, size_t size, const struct certs_options *options)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};
	struct arena a = {0};
	struct certs certs;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = certs_load(&a, &diags, pos_none(), path, text, options, &certs);
	free(copy); /* it may go away */
	if (result == 0) {
		check(&certs);
		certs_check_loadable(&diags, pos_none(), &certs);
	}
	FUZZ_ASSERT(ERR_peek_error() == 0);
	fuzz_told_anywhere(&diags, result < 0);
	diags_free(&diags);
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char password[] = "secret";
	static const struct secret secret = {
	    .spec = "file:pass", .data = password, .len = sizeof(password) - 1};

	load(data, size, NULL);
	load(data, size, &(struct certs_options){.secret = &secret});
	load(data, size, &(struct certs_options){.certs_only = true});
	return 0;
}

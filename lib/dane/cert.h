/* Certificates (RFC 5280): reads all of a file, PEM or DER, as plain data, with who issued whom.
 * Bytes are those of the file, never encoded again: clients hash what the server sends. Which
 * certificate a record is about is decided in pick.h. */
#ifndef DANE_CERT_H
#define DANE_CERT_H

#include "base/diag.h"

enum {
	CERTS_MOST = 256,             /* in one file */
	CERT_FILE_LARGEST = 16 << 20, /* octets */
};

struct cert {
	struct bytes der;  /* the certificate */
	struct bytes spki; /* its SubjectPublicKeyInfo, a part of `der` */
	const char *name;  /* for people: "CN=mail.example.org"; printable ASCII without ';' */
	size_t line;       /* where it begins in its file; 0: a DER file */
	int64_t not_before_unix, not_after_unix; /* both still valid, RFC 5280 section 4.1.2.5 */
	bool is_ca;       /* may issue: basicConstraints, or a root of version 1 */
	bool self_signed; /* by its own key, which was checked */
	bool has_key;     /* the file holds its private key */
};

struct certs {
	const char *path; /* as messages call the file */
	const struct cert *items;
	size_t n;           /* at least one; equal certificates count once */
	const bool *issued; /* n x n, see certs_issued */
};

/* Did certificate `issuer` issue certificate `subject`, by name and signature? A certificate with
 * the same key (its renewal, or its cross-signed twin) counts as itself; nothing issues itself. */
static inline bool
certs_issued(const struct certs *certs, size_t issuer, size_t subject)
{
	return certs->issued[issuer * certs->n + subject];
}

/* Reads the certificates of a file, whose `contents` may go away afterwards; `out` lives in `a`.
 * Returns 0, or -1 with one problem added at `pos`, which says what the file holds instead but
 * quotes nothing of it. */
int
certs_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, struct certs *out);

#endif

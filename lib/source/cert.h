/* Certificates (RFC 5280): reads all of a file - PEM, DER or PKCS#12 - as plain data, with who
 * issued whom; or the key of a file without certificates. Bytes are those of the file, never
 * encoded again: clients hash what the server sends. Which certificate a record is about is decided
 * in pick.h. */
#ifndef SOURCE_CERT_H
#define SOURCE_CERT_H

#include "source/secret.h"
#include "source/loadable.h"

enum {
	CERTS_MOST = 256,             /* in one file */
	CERT_FILE_LARGEST = 16 << 20, /* octets */
};

struct evp_pkey_st;
struct x509_st;

struct cert {
	struct bytes der;  /* the certificate */
	struct bytes spki; /* its SubjectPublicKeyInfo, a part of `der` */
	const char *name;  /* for people: "CN=mail.example.org"; printable ASCII without ';' */
	size_t line;       /* where it begins in its file; 0: a DER file */
	int64_t not_before_unix, not_after_unix; /* both still valid, RFC 5280 section 4.1.2.5 */
	bool is_ca;       /* may issue: basicConstraints, or a root of version 1 */
	bool self_signed; /* by its own key: verified, unless it is alone in its file */
	bool for_server;  /* it names a host, or what its key is for */
	bool has_key;     /* the file holds its private key, or PKCS#12 says which one is meant */
};

/* The key of a file without certificates. */
struct bare_key {
	struct bytes spki; /* its SubjectPublicKeyInfo, as written; made of a private key */
	const char *what;  /* "certificate request", "public key", "private key" */
	const char *name;  /* of a request, as in struct cert; or NULL */
};

struct certs {
	const char *path; /* as messages call the file */
	const struct cert *items;
	size_t n;                   /* equal certificates count once */
	const bool *issued;         /* n x n, see certs_issued */
	const struct bare_key *key; /* where n is 0 */
	bool in_clear;              /* there is a private key that no password locks */
	struct not_loaded not_loaded;
};

struct certs_options {
	const struct secret *secret; /* opens what is encrypted; or NULL */
	bool certs_only; /* a file of keys, requests or the like is none that is asked for: `out`
			  * stays empty, without a problem */
};

/* Did certificate `issuer` issue certificate `subject`, by name and signature? A certificate with
 * the same key (its renewal, or its cross-signed twin) counts as itself; nothing issues itself. */
static inline bool
certs_issued(const struct certs *certs, size_t issuer, size_t subject)
{
	return certs->issued[issuer * certs->n + subject];
}

/* Reads a file, whose `contents` may go away afterwards; `out` lives in `a`. `options` may be NULL.
 * A private key settles which certificate is the server's own; keys and requests that fit none of
 * the certificates are a problem. Returns 0, or -1 with problems added at `pos`, which say what the
 * file holds instead but quote nothing of it. */
int
certs_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, const struct certs_options *options, struct certs *out);

/* Warns where others may read the file's private key, which may be in a file that certs_load
 * refused, too: where a password locks it, that is whose secret counts. Returns -1 where that is an
 * error, else 0. */
int
certs_judge_access(
    struct diags *diags, const struct roots *roots, const char *path, const struct certs *certs);

/* Warns at `pos` of a file that servers do not load as we do. */
void
certs_check_loadable(struct diags *diags, struct pos pos, const struct certs *certs);

/* The certificate with its key, as OpenSSL decodes it; NULL if it refuses that. The caller frees
 * it.
 */
struct x509_st *
cert_decode(struct bytes der);

/* Puts what it takes to look through the certificates `times` times to the zone's account. Returns
 * -1 once that is over, which is told of at `pos`: certificates can be large, and named often. */
int
certs_charge(struct diags *diags, struct pos pos, const struct certs *certs, uint64_t times);

/* As certs_charge, for a signature that is made with the key, to see that it is sound. */
int
key_charge(struct diags *diags, struct pos pos, const struct evp_pkey_st *key);

/* As certs_issued, for certificates of two files. */
bool
cert_issued(const struct cert *issuer, const struct cert *subject);

#endif

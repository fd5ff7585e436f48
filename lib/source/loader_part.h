/* What the files of the loader share, which make up certs_load: its state. */
#ifndef SOURCE_LOADER_PART_H
#define SOURCE_LOADER_PART_H

#include "source/cert.h"
#include "source/outline.h"
#include "source/pem.h"
#include "source/unlock.h"

enum { KEYS_MOST = 64 };

/* A key of the file: of a request, or bare. */
struct file_key {
	enum content content;
	EVP_PKEY *handle;
	struct bytes spki; /* len 0: not written in the file */
	const char *name;  /* of a request; or NULL */
	size_t line;
	struct bytes id; /* in PKCS#12: what it has in common with its certificate */
};

/* A certificate of the file, as far as it had to be decoded. */
struct file_cert {
	struct outline *outline;
	X509 *x509;
	bool is_decoded; /* `x509` was asked for; NULL if OpenSSL refuses it */
	struct bytes id; /* in PKCS#12: what it has in common with its key */
};

/* A file on its way to `certs`. Foreign handles live until certs_load returns. */
struct loader {
	struct arena *a;
	struct diags *diags;
	struct pos pos;
	const char *path;
	struct secret secret; /* the caller's; spec NULL: none */
	bool certs_only;
	bool in_clear; /* there is a private key that no password locks */
	size_t n, n_keys;
	bool seen[N_CONTENTS];
	struct loadable loadable; /* of a file in PEM */
	struct not_loaded not_loaded;
	struct cert certs[CERTS_MOST];
	struct file_cert parts[CERTS_MOST]; /* of `certs` */
	struct file_key keys[KEYS_MOST];
};

/* A PEM block without its armour, or a DER file. */
struct piece {
	enum content content;
	struct bytes der;
	const struct pem_block *block; /* or NULL */
	size_t line;                   /* 0: a DER file */
};

/* --- loader.c --- */

/* Reads a file into `loader`. */
int
loader_read(struct loader *loader, struct text contents);

/* Says that the file is broken; `line` 0: not in which line. Returns -1. */
int
loader_fail(struct loader *loader, size_t line, const char *why);

int
loader_fail_unlock(struct loader *loader, enum unlock why, size_t line, const char *what);

/* " (line 7)", or nothing for a DER file. */
const char *
loader_line(const struct loader *loader, size_t line);

/* --- cert.c --- */

int
loader_certificate(struct loader *loader, const struct piece *piece);

/* Certificate `i` with its key, or NULL. */
X509 *
loader_x509(struct loader *loader, size_t i);

/* The certificate with that DER, or NULL. */
struct cert *
loader_find(struct loader *loader, struct bytes der);

/* --- loader_pkcs7.c --- */

/* Is it ContentInfo of PKCS#7 (RFC 2315 section 7) or CMS (RFC 5652 section 3), in DER or BER? */
bool
loader_is_pkcs7(struct bytes der);

/* The certificates of a SignedData that signs nothing (RFC 2315 section 9.1, RFC 5652 section 5),
 * as .p7b and .p7c files are. */
int
loader_pkcs7(struct loader *loader, const struct piece *piece);

/* --- loader_key.c --- */

int
loader_request(struct loader *loader, const struct piece *piece);

int
loader_public_key(struct loader *loader, const struct piece *piece);

int
loader_rsa_public_key(struct loader *loader, const struct piece *piece);

int
loader_private_key(struct loader *loader, const struct piece *piece);

int
loader_encrypted_key(struct loader *loader, const struct piece *piece);

/* A PEM block that is encrypted in the traditional way (RFC 1421 section 4.6). */
int
loader_old_encrypted_key(struct loader *loader, const struct piece *piece);

int
loader_bundle(struct loader *loader, const struct piece *piece);

/* Marks the certificates whose private keys are there. Returns -1 after adding a problem for each
 * key that belongs to none. */
int
loader_match_keys(struct loader *loader);

/* Puts the key of a file without certificates into `out`. */
int
loader_keep_key(struct loader *loader, struct certs *out);

#endif

/* The certificate files of one zone: each is read once, however many directives name it. */
#ifndef DANE_FILES_H
#define DANE_FILES_H

#include "base/file.h"
#include "dane/cert.h"

struct cert_file {
	const char *path;
	struct certs certs;
	struct cert_file *next;
};

struct cert_files {
	struct arena *a; /* keeps the list and the certificates */
	struct cert_file *first;
};

/* The certificates of the file at `path`, which must lie in `roots` (NULL: anywhere).
 * Returns 0, or -1 with one problem added at `pos`. */
int
cert_files_load(struct cert_files *files, struct diags *diags, struct pos pos,
    const struct roots *roots, const char *path, const struct certs **out);

/* As cert_files_load, without a problem where the file does not exist: `*out` is NULL then. */
int
cert_files_load_if(struct cert_files *files, struct diags *diags, struct pos pos,
    const struct roots *roots, const char *path, const struct certs **out);

#endif

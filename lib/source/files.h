/* The certificate files of one zone: each is read once, however many directives name it. What was
 * read of them is wiped from memory, as it may be a private key. */
#ifndef SOURCE_FILES_H
#define SOURCE_FILES_H

#include "source/cert.h"

struct cert_file;

struct cert_files {
	struct arena *a; /* keeps the list and the certificates */
	struct cert_file *first;
};

/* A file that is asked for. */
struct cert_wanted {
	const char *path;
	const struct roots *roots; /* in which it must lie; NULL: anywhere */
	struct certs_options options;
	bool may_lack; /* no problem if it does not exist: the answer is NULL then */
	/* The file that it is to replace, or NULL: where that is here, so would this one be, and a
	 * lock file that has it is older. */
	const char *beside;
};

struct cert_file {
	const char *path;
	const char *secret_spec; /* with which it was opened; or NULL */
	bool certs_only;
	struct certs certs;
	struct cert_file *next;
};

/* Returns 0, or -1 with problems added at `pos`. */
int
cert_files_load(struct cert_files *files, struct diags *diags, struct pos pos,
    const struct cert_wanted *wanted, const struct certs **out);

#endif

/* What servers read of a file of certificates in PEM. Nearly all of them leave it to OpenSSL
 * (SSL_CTX_use_certificate_chain_file), which is stricter than source/pem.h: what it stumbles over
 * is a file for which a record can be made and which no server loads, and what it passes over is a
 * certificate that no server sends. Here the same reader goes through the file beside our own. */
#ifndef SOURCE_LOADABLE_H
#define SOURCE_LOADABLE_H

#include "source/pem.h"

/* What is not read as we read it; `why` NULL: nothing. */
struct not_loaded {
	struct pem_fault fault;
	bool all; /* the file does not load; else a certificate is left out */
};

struct loadable {
	struct text contents;
	struct bio_st *bio;
	bool any;       /* a certificate was read */
	bool ended;     /* the reader found no further block */
	bool broken;    /* ... or one that is broken */
	size_t at_line; /* of the last block that was told of */
	struct not_loaded not_loaded;
};

/* `contents` must live until loadable_end. */
void
loadable_begin(struct loadable *loadable, struct text contents);

/* The next block of a certificate in the file is this one, with these contents. */
void
loadable_block(struct loadable *loadable, const struct pem_block *block, struct bytes der);

struct not_loaded
loadable_end(struct loadable *loadable);

#endif

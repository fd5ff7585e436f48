/* Proof: would a client that has the records accept the server? OpenSSL's DANE verifier judges, in
 * memory, the chain of a certificate file against TLSA records that are about to be published. Keys
 * are not needed, and nothing is asked of the network.
 *
 * Usages 0 and 1 also want a trust anchor of the client's (RFC 6698 section 2.1.1). Which ones
 * clients have cannot be known here, so those that are pinned and the topmost certificates of the
 * file stand in: what is proved then is chain, dates and name, not that clients trust the CA. */
#ifndef DANE_PROVE_H
#define DANE_PROVE_H

#include "dane/naming.h"
#include "dane/verdict.h"
#include "source/cert.h"

struct prover;

/* NULL if OpenSSL has no memory. */
struct prover *
prover_begin(int64_t now_unix);

void
prover_end(struct prover *prover);

/* A server that sends certificate `leaf` of the file and all others behind it. */
struct proved {
	const struct certs *certs;
	size_t leaf;
	const struct cert *const *trusted; /* CAs that clients have, beside those of the file */
	size_t n_trusted;
};

/* Judges a server by these `n` records alone, as each of the clients that know it by `names` would:
 * the verdict is that of the first that refuses it. Without any names none is asked for. Returns 0,
 * or -1 where OpenSSL fails.
 */
int
prove_chain(struct prover *prover, const struct proved *server, const struct references *names,
    const struct bytes *rdata, size_t n, struct verdict *out);

#endif

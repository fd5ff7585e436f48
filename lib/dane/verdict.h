/* Verdicts of OpenSSL's DANE verifier (RFC 6698, RFC 7671): hands it the TLSA records of a server,
 * and reads what it found. The proof ahead of a publication (prove.h) and the probe of a server
 * (probe.h) ask the same judge. Records that OpenSSL cannot use are passed over, as in any client
 * (RFC 6698 section 4.1); so are weaker digests beside stronger ones (section 9). */
#ifndef DANE_VERDICT_H
#define DANE_VERDICT_H

#include "base/arena.h"
#include "base/view.h"

#include <stdbool.h>

struct ssl_st;
struct ssl_ctx_st;

enum verdict_why {
	VERDICT_MATCH,        /* accepted */
	VERDICT_UNUSABLE,     /* there is no record that a client can use */
	VERDICT_DIFFERS,      /* the server's own certificate is none of those pinned */
	VERDICT_NOT_IN_CHAIN, /* no certificate of the chain is a CA that is pinned */
	VERDICT_EXPIRED,
	VERDICT_NOT_YET,
	VERDICT_NAME,
	VERDICT_UNTRUSTED, /* usages 0 and 1: no trust anchor is at the chain's end */
	VERDICT_OTHER,
	N_VERDICTS,
};

struct verdict {
	enum verdict_why why;
	const char *text; /* what is wrong, for people; "" for a match; lives for ever */
	size_t record;    /* of a match: the number of the record that matched, and */
	int depth;        /* where in the chain; 0: the server's own certificate */
};

/* A word for each, as programs read it: "match", "not-in-chain". */
extern const char *const verdict_words[N_VERDICTS];

/* Do clients of this TCP port use records of this usage at all? Mail servers know no common CAs, so
 * to them usages 0 and 1 say nothing (RFC 7672 section 3.1.3). */
bool
verdict_counts(unsigned port, uint8_t usage);

/* What to say where for that reason no record is left. */
extern const char verdict_none_counts[];

/* A context for clients; NULL if OpenSSL has no memory. The caller frees it. */
struct ssl_ctx_st *
verdict_context(void);

/* Lets `ssl` verify the server `host` (without last dot; NUL-terminated; NULL: whatever its name)
 * by `n` records, dates as of `now_unix`. Returns the number of records that a client can use, or
 * -1. */
int
verdict_attach(
    struct ssl_st *ssl, const char *host, int64_t now_unix, const struct bytes *rdata, size_t n);

/* Of several names one will do. Returns 0, or -1. */
int
verdict_add_names(struct ssl_st *ssl, const char *const *names, size_t n);

/* The verdict on a chain for which X509 verification ended with `error` (X509_V_OK: none). */
void
verdict_read(
    struct ssl_st *ssl, const struct bytes *rdata, size_t n, int error, struct verdict *out);

/* The verdict where no record can be used. */
struct verdict
verdict_unusable(void);

#endif

/* Signing a zone: one pass over the sorted store writes every record, the NSEC chain and the
 * signatures as text, chunk by chunk in several threads. Signatures are never stored; the bytes
 * are the same for any number of threads (but for ECDSA, which takes a random number each time). */
#ifndef DNSSEC_SIGN_H
#define DNSSEC_SIGN_H

#include "base/output.h"
#include "dnssec/key.h"
#include "dnssec/rrsig.h"
#include "zone/store.h"

struct sign_options {
	const struct keys *keys; /* with roles */
	struct rrsig_period period;
	unsigned n_workers;
};

struct sign_result {
	size_t n_records;    /* written, all kinds */
	size_t n_signatures; /* of these */
	uint32_t earliest;   /* expiration, RFC 1982 arithmetic */
};

/* Puts the published keys into the store as DNSKEY records, ahead of store_sort. */
void
sign_add_keys(struct store *store, const struct keys *keys);

/* Removes what an earlier signer left in the template (RRSIG, NSEC, NSEC3, NSEC3PARAM), with a note.
 * After store_sort. */
void
sign_clean(struct store *store);

/* Writes the signed zone. The store is sorted, checked and clean, and has a SOA.
 * Returns 0, or -1 with one problem added to the store's diags. */
int
sign_store(struct output *out, const struct store *store, const struct sign_options *options,
    struct sign_result *result);

#endif

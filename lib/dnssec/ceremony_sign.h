/* What is done where the KSK is: a key signing request (ceremony.h) is judged, told of so that a
 * person can approve it, and signed. Nothing that the request says is taken on trust but which ZSKs
 * the zone is to have, and these must have signed it. Keys of other signers of the zone (RFC 8901),
 * which cannot, have to be vouched for. */
#ifndef DNSSEC_CEREMONY_SIGN_H
#define DNSSEC_CEREMONY_SIGN_H

#include "dnssec/anchor.h"
#include "dnssec/ceremony.h"
#include "dnssec/token.h"

struct ceremony_signing {
	const struct ceremony *request;
	const struct ceremony *previous; /* the response before this one; NULL: it is not known */
	struct keys *keys; /* of the zone, the KSKs' private keys among them; NULL: not at hand */
	const struct anchors *others; /* the keys of other signers, by DNSKEY or DS; or NULL */
	struct tokens *tokens;        /* on which they are, for ceremony_sign */
	int64_t now;
};

/* Is the key vouched for as one of another signer? */
bool
ceremony_is_other(const struct ceremony_signing *signing, const struct record *dnskey);

/* Returns 0, or -1 with problems added, at their positions in the request:
 * - S_CEREMONY_KEY where a KSK is none of those at hand, a ZSK has not signed all sets, or a CDS or
 * CDNSKEY record is of no KSK of its set (RFC 7344 section 4.1);
 * - S_CEREMONY_GAP where all is over, a set or one of its algorithms has no key that signs it (RFC
 * 4035 section 2.2), or shares none with the set before it, so that what resolvers hold would lead
 * nowhere (RFC 6781 section 4.1); where the previous response begins later, or a time that is
 * still to come lies between it and the request. */
int
ceremony_judge(struct diags *diags, const struct ceremony_signing *signing);

/* Appends what would be signed: the keys, those that the previous response does not have marked as
 * new, and what changes when. */
void
ceremony_describe(struct buf *b, struct diags *diags, const struct ceremony_signing *signing);

/* Makes the response to a request that was judged, in the arena of `diags`. Each signature is
 * verified. Returns 0, or -1 with one problem added. */
int
ceremony_sign(
    struct diags *diags, const struct ceremony_signing *signing, struct ceremony *response);

#endif

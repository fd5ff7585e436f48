/* Ceremony: a KSK whose private key is kept offline signs the sets of the zone's keys for a whole
 *period ahead. Where the zone is signed a request tells which sets will stand in it and when; where
 *the KSK is a response is made of it, which has the same sets with its signatures
 *(ceremony_sign.h). Builds take these from the response, as offline.h has it.
 *
 * Both are text, in the form of Knot's keymgr: zone file records, a line each, behind headers that
 *tell from when on a set is the zone's.
 *
 *	;; KeySigningRequest 1.0 1798761600 (2027-01-01T00:00:00Z) =========
 *	example.org.	3600	IN	DNSKEY	256 3 15 ... ; ZSK 35216
 *	example.org.	3600	IN	DNSKEY	257 3 15 ... ; KSK 3613
 *	example.org.	3600	IN	RRSIG	DNSKEY 15 2 3600 ...
 *	;; KeySigningRequest 1.0 1799539200 (2027-01-10T00:00:00Z) =========
 *	...
 *	;; KeySigningRequest 1.0 ends 1806537600 (2027-04-01T00:00:00Z) SHA-256 5891b5b5...
 *
 * A response has SignedKeyResponse in the headers. The signatures of a request are those of the
 *ZSKs over the DNSKEY, CDS and CDNSKEY sets: they prove that who asks has these keys, and their
 *times are the ones that are asked for. The last line has the digest of all that is ahead of it. */
#ifndef DNSSEC_CEREMONY_H
#define DNSSEC_CEREMONY_H

#include "dnssec/key.h"
#include "dnssec/rrsig.h"
#include "zone/store.h"

enum {
	CEREMONY_SPANS_MOST = 4000,  /* that one may have: one a day, for ten years */
	CEREMONY_RECORDS_MOST = 200, /* of a span: some ten keys, twice that many CDS, signatures */
};

enum ceremony_kind {
	CEREMONY_REQUEST,
	CEREMONY_RESPONSE,
};

/* What is at the apex from one time up to another. */
struct ceremony_span {
	int64_t from_unix, until_unix;
	struct pos pos;         /* of its header */
	struct record *records; /* by type, RRSIG last, and RDATA */
	size_t n;
};

struct ceremony {
	enum ceremony_kind kind;
	const char *path; /* for messages */
	struct name zone;
	struct ceremony_span *spans; /* without gaps between them; there is one at least */
	size_t n;
};

/* Those of a zone. */
struct ceremonies {
	struct ceremony *items;
	size_t n;
};

/* Reads the file at `path`, which must lie in `roots`, into the arena of `diags`. `zone` is the one
 * that it must be of, or NULL: of any. Returns 0; or -1 with problems added, S_CEREMONY where it is
 * malformed or was changed on its way, and S_CEREMONY_GAP where a signature ends ahead of its span.
 * Signatures are not verified here. */
int
ceremony_read(struct diags *diags, const struct roots *roots, const char *path,
    enum ceremony_kind kind, const struct name *zone, struct ceremony *out);

/* Reads all responses of the zone that lie beside its keys. What it takes to verify their
 * signatures is put to the account of `diags` (LIMIT_WORK). Returns 0, or -1 with problems added.
 */
int
ceremonies_read(struct diags *diags, const struct key_folder *folder, const struct name *zone,
    struct ceremonies *out);

/* Appends the text of it. */
void
ceremony_print(struct buf *b, const struct ceremony *ceremony);

/* Sorts the span's records, of which equal ones become one. */
void
ceremony_sort(struct ceremony_span *span);

/* The span's records of that type; of RRSIG all. */
struct rrset
ceremony_rrset(const struct ceremony_span *span, uint16_t type);

/* The span that is the zone's at that time, or NULL. */
const struct ceremony_span *
ceremony_at(const struct ceremony *ceremony, int64_t t_unix);

/* The RRset as signatures take it; its RDATA in `a`. `owner` has room for the name in lower case.
 */
struct rrsig_set
ceremony_set(
    struct arena *a, const struct name *zone, struct rrset set, uint8_t owner[NAME_LONGEST]);

/* When a signature begins and ends, as instants near the span (RFC 4034 section 3.1.5). */
int64_t
ceremony_inception(const struct ceremony_span *span, const struct record *rrsig);

int64_t
ceremony_expiration(const struct ceremony_span *span, const struct record *rrsig);

/* "KSK", "ZSK", or what a DNSKEY record is else. */
const char *
ceremony_role(const struct record *dnskey);

#endif

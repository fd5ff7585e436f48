/* What the NSEC or NSEC3 records of an answer prove: RFC 4035 section 5.4, RFC 5155 section 8.
 * Their signatures are another's to judge. */
#ifndef ASK_DENIAL_H
#define ASK_DENIAL_H

#include <ldns/ldns.h>

/* That is what a question is to be answered with. */
enum kind {
	KIND_ANSWER, /* the records, or an alias that leads to them */
	KIND_NODATA, /* the name is there, maybe by a wildcard or as an empty non-terminal */
	KIND_NXDOMAIN,
	KIND_SECURE,   /* a referral with DS records */
	KIND_INSECURE, /* a referral, and a proof that there is no DS record, or none is needed by
			  opt-out */
	KIND_UNPROVEN, /* an answer or NODATA by a wildcard, which opt-out leaves without a proof */
};

/* NULL, or what the records of `authority` fail to prove of `name` and `type`. */
const char *
denial_fault(
    const ldns_rr_list *authority, const ldns_rdf *name, ldns_rr_type type, enum kind kind);

/* NULL, or why an answer of that name may not come of a wildcard, whose signature has `labels`. */
const char *
denial_wildcard_fault(const ldns_rr_list *authority, const ldns_rdf *name, uint8_t labels);

#endif

/* Outline: what a certificate says (RFC 5280 section 4.1), but for its key. OpenSSL's d2i_X509 also
 * decodes the key and prepares its use, which costs more than all else that a run does with a
 * certificate. Whoever needs the key decodes the certificate then (cert_decode). */
#ifndef SOURCE_OUTLINE_H
#define SOURCE_OUTLINE_H

#include "base/view.h"

#include <openssl/x509.h>

struct outline;

/* Reads what d2i_X509 reads, as strictly; `*used` says how many octets. Returns NULL if the octets
 * do not begin with a certificate. */
struct outline *
outline_read(struct bytes der, size_t *used);

void
outline_free(struct outline *outline);

/* Parts of it, which live as long as it does. */
const X509_NAME *
outline_subject(const struct outline *outline);

const ASN1_INTEGER *
outline_serial(const struct outline *outline);

/* May be NULL. */
const STACK_OF(X509_EXTENSION) * outline_extensions(const struct outline *outline);

/* Seconds since 1970. Returns -1 where a date is none. */
int
outline_dates(const struct outline *outline, int64_t *not_before_unix, int64_t *not_after_unix);

/* The contents of the extension; len 0 where there is none. */
struct bytes
outline_extension(const struct outline *outline, int nid);

/* Is `subject` issued by `issuer`, by name (RFC 5280 section 7.1)? */
bool
outline_is_issued_by(const struct outline *subject, const struct outline *issuer);

/* Is it issued by itself, by name and key identifier (RFC 5280 section 4.2.1.1)? */
bool
outline_is_self_issued(const struct outline *outline);

/* May it issue others, by basic constraints and key usage (RFC 5280 section 4.2.1.9)? Returns -1
 * where it has no basic constraints to tell. */
int
outline_may_issue(const struct outline *outline, bool *may);

#endif

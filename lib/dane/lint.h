/* Lint of certificates: what clients will soon mind, or do mind, in a chain of which good records
 * can be made; and the names that a certificate is for (RFC 6125). */
#ifndef DANE_LINT_H
#define DANE_LINT_H

#include "dane/naming.h"
#include "dane/tlsa.h"

enum { LINT_SOON_S = 14 * 86400 };

/* From when on is it said that the certificate expires soon: 14 days ahead, or the last sixth of
 * its life where that is shorter. */
int64_t
lint_soon_from(const struct cert *cert);

/* Warns at `pos` of certificates in the file that expire soon, and of weak keys and signatures:
 * under usage 3 in those that are pinned, which are all that clients look at (RFC 7671 section
 * 5.1), else in the whole chain. The job notes when such a warning would begin. */
void
lint_chain(
    struct tlsa_job *job, struct pos pos, const struct certs *certs, const struct picked *picked);

/* Is the certificate for `host`, absolute without its last dot? Wildcards stand for one label. */
bool
lint_covers(const struct cert *cert, const char *host);

/* Is it a server's own certificate, as far as the file of the use shows? */
bool
lint_is_server(const struct tlsa_use *use, const struct cert *cert);

/* What it is where such a certificate does not name the host: usage 3 ignores names (RFC 7671
 * section 5.1). */
enum problem
lint_name_problem(const struct tlsa_use *use);

/* Tells that it does not. Returns -1 if that is an error, else 0. */
int
lint_tell_name(
    struct diags *diags, const struct tlsa_use *use, const struct cert *cert, const char *host);

/* The first client, by the domain that it comes from, for which the certificate (see cert_decode)
 * has no name; or by the host, where it has none for any. NULL: it is for all. */
const char *
lint_missing(struct x509_st *x509, const struct references *names);

#endif

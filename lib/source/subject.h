/* What people call a certificate or a request: "CN=mail.example.org", from its common name, else
 * from what else there is. Printable ASCII without ';'. */
#ifndef SOURCE_SUBJECT_H
#define SOURCE_SUBJECT_H

#include "base/arena.h"
#include "source/outline.h"

const char *
subject_of_certificate(struct arena *a, const struct outline *outline);

/* NULL where it has no name. */
const char *
subject_of_request(struct arena *a, X509_REQ *request);

#endif

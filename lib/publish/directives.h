/* The directives that zonepp adds to zone files, and what each keeps of one zone. This is where
 * zone files and certificates meet: a further one is a file in directive/ and a row in
 * directives.c. */
#ifndef PUBLISH_DIRECTIVES_H
#define PUBLISH_DIRECTIVES_H

#include "directive/cert_directive.h"
#include "directive/ds.h"
#include "directive/tlsa_directive.h"

enum { DIRECTIVES_MOST = 16 };

/* Does not move: the rows point into it. */
struct directives {
	struct tlsa_context tlsa, smimea;
	struct cert_context cert;
	struct ds_context ds;
	bool silent;                                  /* $OPENPGPKEY */
	struct parse_directive rows[DIRECTIVES_MOST]; /* for parse_options */
};

/* `a` keeps what is read; it outlives the parser. Without `dane` directives are checked, but
 * $TLSA, $SMIMEA and $OPENPGPKEY, which are worth nothing without DNSSEC, make no records. */
void
directives_begin(struct directives *d, struct arena *a, int64_t now_unix, bool dane);

/* What cert:NAME stands for (NULL: there is no project file), and what pass=env: may name. */
void
directives_name(struct directives *d, const struct tlsa_names *names, struct secrets secrets);

/* The earliest notAfter of all certificates that became records; INT64_MAX: none. */
int64_t
directives_first_expiry(const struct directives *d);

#endif

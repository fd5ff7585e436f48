/* ZONEMD (RFC 8976) of what is not in memory as records: of a part of a signed zone that was
 * written in canonical order, by another run. */
#ifndef DNSSEC_ZONEMD_TEXT_H
#define DNSSEC_ZONEMD_TEXT_H

#include "base/diag.h"
#include "dns/name.h"

#include <openssl/types.h>

/* Adds the records of the text to the digest, in `n_workers` threads. They are of whole names of
 * the zone, none of the apex, as zone/write.h writes them; behind them is a '\0'. Returns 0, or -1
 * with a problem added where they are not. */
int
zonemd_text(struct diags *diags, EVP_MD_CTX *digest, const struct name *apex, struct text text,
    unsigned n_workers);

#endif

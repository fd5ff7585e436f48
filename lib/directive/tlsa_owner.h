/* The owner that $TLSA is written with (RFC 6698 section 3). */
#ifndef DIRECTIVE_TLSA_OWNER_H
#define DIRECTIVE_TLSA_OWNER_H

#include "dane/tlsa.h"
#include "directive/braces.h"

/* Reads an owner against `origin` (NULL: none is known). One that has not its form may be where
 * aliases lead, which the whole zone tells: it is no problem yet. Returns 0, or -1 with one problem
 * added at the label or byte. */
int
tlsa_owner(struct diags *diags, const struct entry *entry, const struct braced *owner,
    const struct name *origin, struct name *out, struct tlsa_owner_fault *fault);

#endif

/* URI templates (RFC 6570) as the parameter `dohpath` of SVCB holds them: the path of DNS over
 * HTTPS (RFC 9461 section 5), with the variable `dns`. */
#ifndef DNS_DOHPATH_H
#define DNS_DOHPATH_H

#include "base/view.h"

/* What is wrong with the template, or NULL. */
const char *dohpath_fault(struct bytes template);

#endif

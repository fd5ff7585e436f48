/* What other programs and providers write into their exports and no zone file has (RFC 1035 section
 * 5): called by its name, with what to do about it, in place of "not a record type". */
#ifndef ZONE_FOREIGN_H
#define ZONE_FOREIGN_H

#include "dns/token.h"

struct foreign {
	const char *word;   /* that stands where a type does; or a directive, without "$" */
	const char *what;   /* it is */
	const char *remedy; /* what to do */
};

/* The row of a word in the place of a record type, or NULL. */
const struct foreign *
foreign_type(struct text word);

/* The row of a directive, without its "$", or NULL. */
const struct foreign *
foreign_directive(struct text name);

/* The row of an entry that is a line of tinydns-data, or NULL. */
const struct foreign *
foreign_line(const struct entry *entry);

#endif

/* Loading a zone: the template through the parser, with every directive that zonepp knows, into a
 * store. This is where zone files and certificates meet. */
#ifndef PUBLISH_LOAD_H
#define PUBLISH_LOAD_H

#include "dane/tlsa_directive.h"
#include "zone/store.h"

struct load_options {
	const char *path;          /* of the template; "-": standard input */
	const struct name *zone;   /* or NULL: the template names it */
	const struct roots *roots; /* or NULL: all may be read */
	bool dane;                 /* false: directives are checked, but make no records */
	int64_t now;
};

struct loaded {
	struct store store; /* not sorted yet */
	struct tlsa_context tlsa;
};

/* Returns 0, or -1 with all problems of the template added. Either way load_free is due. */
int
load_zone(struct diags *diags, const struct load_options *options, struct loaded *loaded);

void
load_free(struct loaded *loaded);

#endif

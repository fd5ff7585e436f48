/* The zones that a configuration file of BIND names (named.conf), with the files that hold them: it
 * is where most of those files have their names from. Of all else it knows only how to pass it
 * over. Called by `zonepp init`. */
#ifndef PUBLISH_NAMED_CONF_H
#define PUBLISH_NAMED_CONF_H

#include "base/diag.h"

struct named_conf_zone {
	const char *name;
	const char *type; /* in lower case, "master" as "primary"; NULL: none is stated */
	const char *file; /* as written, or NULL */
	const char
	    *path; /* where that is, beside the configuration if it is not where BIND looks */
	struct pos pos;
};

/* All in the arena of the diags. */
struct named_conf {
	const char *folder;    /* of the configuration */
	const char *directory; /* in which relative paths begin for BIND, or NULL */
	struct named_conf_zone *zones;
	size_t n, cap;
	size_t n_included;
	bool has_stopped; /* no more files are included: they are too many, or too deep */
};

/* Reads the file at `path` and those that it includes. Zones of several views are all there.
 * Returns 0, or -1 with a problem added where it is cut off or an included file cannot be read. */
int
named_conf_read(struct diags *diags, const char *path, struct named_conf *out);

void
named_conf_free(struct named_conf *conf);

#endif

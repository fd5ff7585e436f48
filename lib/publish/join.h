/* Join: the parts of a signed zone (part.h), which several runs wrote, become the zone: its apex is
 * signed, ZONEMD made, the whole judged and published in one step. */
#ifndef PUBLISH_JOIN_H
#define PUBLISH_JOIN_H

#include "dnssec/key.h"
#include "project/project.h"

struct join_job {
	const char *const *parts; /* files, in any order */
	size_t n_parts;
	const char *output;
	const char *keys;             /* folder, or NULL: */
	const char *const *key_files; /* then these, NULL-terminated */
	enum project_verify verify;
	unsigned n_workers;
};

/* Returns 0 if the zone is published; the same bytes as a run that signs all of it writes where
 * signatures are deterministic. Or -1 with problems added; then the output is as it was. */
int
join_parts(struct diags *diags, const struct join_job *job);

#endif

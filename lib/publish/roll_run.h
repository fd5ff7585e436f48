/* What the files of roll share, and nobody else includes. */
#ifndef PUBLISH_ROLL_RUN_H
#define PUBLISH_ROLL_RUN_H

#include "publish/roll.h"

/* Is the certificate one of `names`? If there are none, each is. */
bool
roll_is_chosen(const char *const *names, const struct project_certificate *certificate);

/* The facts of the state file, sorted, in the arena of `diags`. Returns 0, or -1 with a problem
 * added. */
int
roll_facts(struct diags *diags, const struct project *project, struct facts *out);

/* Likewise, as they are to be understood: under the names that certificates have now, and as
 * servers know of them. */
int
roll_known(struct diags *diags, const struct project *project, int64_t now_unix, struct facts *out);

/* Where one certificate stands, by `facts` and the published zones. Returns 0, or -1 with problems
 * added. */
int
roll_of(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate, const struct facts *facts, int64_t now_unix,
    struct roll *out);

/* A change of the state file. */
struct roll_change {
	struct arena *a;
	struct facts add, remove;
};

/* Makes the change to what the file holds by now: builds and others may have written it. Returns 0,
 * or -1 with a problem added. */
int
roll_change(struct diags *diags, const struct project *project, const struct roll_change *change);

#endif

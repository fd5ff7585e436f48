/* Roll: what is done for the rollover of certificates outside of builds, by zonepp roll: asking
 * servers, deploying, notifying. Each fact that it finds is written to the state file at once. */
#ifndef PUBLISH_ROLL_H
#define PUBLISH_ROLL_H

#include "base/json.h"
#include "project/rollover.h"

struct rolls {
	struct roll *items; /* in the order of the project file */
	size_t n;
	struct facts facts;
};

/* Works out where the certificates `names` (NULL-terminated; none: all) stand. Everything is in the
 * arena of `diags`. Returns 0, or -1 with problems added. */
int
rolls_load(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct rolls *out);

/* Asks the servers of those certificates for the records that are waited for, and writes down who
 * has seen them. A server that does not answer is a warning. Returns 0, or -1 with problems added.
 */
int
rolls_ask(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix);

/* The next certificate may be taken into use and is no older one, or the one in use has another
 * chain there, and the `deploy` command did not do so yet: where DANE is off, too, as certificates
 * expire there as well.
 */
bool
roll_is_due(const struct roll *roll);

/* Runs the `deploy` commands that are due, each once, whoever else does so at the same time.
 * Returns 0, or -1 with problems added: one that failed is due again. */
int
rolls_deploy(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix);

/* Tells `notify` commands of what happened and was not told yet, and drops facts of certificates
 * that are neither current nor next. Returns 0, or -1 with problems added: what failed is told
 * again the next time. */
int
rolls_notify(struct diags *diags, const struct project *project, int64_t now_unix);

/* Adds the member "records", an array: what is published for the certificate `name`. */
void
rolls_put_records(struct json *j, const struct facts *facts, const char *name);

#endif

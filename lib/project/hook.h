/* Hooks: commands of the project file. They run in its folder, no shell sees them, and their
 * standard output goes to standard error. */
#ifndef PROJECT_HOOK_H
#define PROJECT_HOOK_H

#include "project/project.h"

struct hook {
	const char *what; /* in messages: "hook", "deploy" */
	const char *whom; /* the zone or certificate that it runs for */
	const char *lock; /* that the run holds meanwhile: one of lock.h */
	char **argv;
	const char *id;    /* of the certificate that it is about; NULL: of none */
	struct text input; /* its standard input; data NULL: none */
	enum problem problem;
};

/* Runs the command and waits for it, at most for the project's `hook_timeout_s`. Returns 0, or -1
 * with one problem added. */
int
hook_run(struct diags *diags, const struct project *project, const struct hook *hook);

/* Runs the project's `changed` hook for `zone`. Returns as hook_run; also where there is no hook,
 * 0. */
int
hook_changed(struct diags *diags, const struct project *project, const struct project_zone *zone);

/* Runs a command of `certificate`, in whose arguments {name}, {current}, {next} and {id} stand
 * for its name, the absolute paths of its files, and the id of the one that the command is about.
 */
int
hook_certificate(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate, const char *const *argv, struct hook hook);

#endif

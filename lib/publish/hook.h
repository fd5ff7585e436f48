/* Hooks: what the project runs for each zone whose published file changed. */
#ifndef PUBLISH_HOOK_H
#define PUBLISH_HOOK_H

#include "project/project.h"

/* Runs the project's `changed` hook for `zone` and waits for it: no shell, no standard input, its
 * standard output goes to standard error. Returns 0, or -1 with one problem added; also where there
 * is no hook, 0. */
int
hook_changed(struct diags *diags, const struct project *project, const struct project_zone *zone);

#endif

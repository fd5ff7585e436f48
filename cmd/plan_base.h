/* The state of a project that a plan is compared with where what is published is not at hand:
 * another folder, or a revision of its git repository. Its templates tell what its zones hold. */
#ifndef CMD_PLAN_BASE_H
#define CMD_PLAN_BASE_H

#include "cmd.h"

#include "project/lock_file.h"
#include "publish/draft.h"

struct plan_base {
	const char *what;   /* as it was asked for */
	const char *folder; /* that was made for it; or NULL, and then none of the next three */
	const char *name;   /* of that, in the folder that is open as `above` */
	int above;
	struct leftover *leftover;
	struct project project;
	struct locked locked;
	struct draft_world world;
};

/* `what` is a folder that has the project file, or a revision. Returns 0, or -1 with problems
 * added; plan_base_close is due if it returned 0. */
int
plan_base_open(
    struct cmd *cmd, const char *what, const struct project *project, struct plan_base *out);

void
plan_base_close(struct plan_base *base);

/* The zone as its template there has it; false where there is none, or where it has errors, of
 * which `diags` are told. Any thread may call it; draft_free is due if it returned true. */
bool
plan_base_zone(const struct plan_base *base, const struct project_zone *zone, struct diags *diags,
    struct draft *draft);

#endif

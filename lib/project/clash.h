/* Clash: files that two zones of a project claim. A run must not write one file twice, nor write
 * what it reads: the template of a zone, or the project file. Called by project_load. */
#ifndef PROJECT_CLASH_H
#define PROJECT_CLASH_H

#include "project/project.h"

/* Compares all templates and outputs, by path and, where they exist, by inode. Returns 0, or -1
 * with P_OUTPUT for each zone whose file another claims, at the later of the two. */
int
clash_check(struct diags *diags, const struct project *project);

#endif

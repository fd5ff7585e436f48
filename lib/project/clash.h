/* Clash: files that two zones of a project claim. A run must not write one file twice, nor write
 * what is read: templates, the project file, its certificates, commands and keys, the state file
 * and the cache. Called by project_load. */
#ifndef PROJECT_CLASH_H
#define PROJECT_CLASH_H

#include "project/project.h"

/* Compares all outputs with each other and with what is read, by path and, where they exist, by
 * inode. What templates read is not known yet. Returns 0, or -1 with P_OUTPUT for each zone whose
 * output is claimed, at the later of the two. */
int
clash_check(struct diags *diags, const struct project *project);

#endif

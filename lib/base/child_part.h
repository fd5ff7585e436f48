/* One command, in a process that has no other children: children.c starts one for each. */
#ifndef BASE_CHILD_PART_H
#define BASE_CHILD_PART_H

#include "base/child.h"

/* Runs the command until it ends, or is ended after `timeout_s`, with all that it started. Does not
 * return where a signal ends this process: the command is ended first. `*end`, which processes
 * share, has its number meanwhile, and is set for good last. */
void
child_run(const struct child *child, struct child_end *end);

/* Where the process that ran it was killed: ends what is left of the command's group. Without a
 * group of its own it has been told to end, and that is all. */
void
child_end_orphan(struct child_end *end);

/* Is this process in the foreground of a terminal? */
bool
child_shares_terminal(void);

#endif

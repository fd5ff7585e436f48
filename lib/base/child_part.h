/* One command, in a process that has no other children: children.c starts one for each. */
#ifndef BASE_CHILD_PART_H
#define BASE_CHILD_PART_H

#include "base/child.h"

/* Runs the command until it ends, or is ended after `timeout_s`, with all that it started. Does not
 * return where a signal ends this process: the command is ended first. `*end` is set last. */
void
child_run(const struct child *child, struct child_end *end);

/* Is this process in the foreground of a terminal? */
bool
child_shares_terminal(void);

#endif

/* Jobserver: the jobs that GNU make lets all its recipes run at a time (make(1), POSIX Jobserver in
 * its manual). A process has one for itself; each further one is a token, an octet, that it takes
 * from a pipe or FIFO that MAKEFLAGS names, and puts back. make names it to recipes that begin
 * with `+` alone. */
#ifndef BASE_JOBSERVER_H
#define BASE_JOBSERVER_H

/* Takes tokens for `wanted` jobs, as many as there are right now, once in a process. Returns how
 * many jobs may run: at least 1; all of them where there is no jobserver. They are given back when
 * the process exits. Ahead of any thread. */
unsigned
jobserver_take(unsigned wanted);

/* Gives them back; async-signal-safe (signal-safety(7)). No-op in children and for the second time.
 */
void
jobserver_give_back(void);

#endif

/* Ask: what the authoritative servers answer for the names of the history. A set that was replaced
 * is open until all of them are seen, in one round, to have a newer one; one that a server still or
 * again gives out is open (history.h). Each round is written to the state file at once. */
#ifndef ROLLOVER_ASK_H
#define ROLLOVER_ASK_H

#include "rollover/rollover.h"

/* A server that was seen to give out an older set at a name, or did not answer. */
struct lagging {
	const char *owner, *server;
};

struct laggings {
	struct lagging *items;
	size_t n, cap;
};

/* Asks the servers of the certificates `names` (NULL-terminated; none: all), and of their zones,
 * where there is something to wait for. A server that does not answer is a warning; `out` has those
 * that are waited for. Returns 0, or -1 with problems added. */
int
rollovers_ask(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct laggings *out);

/* Sets `lagging` of those that wait for one. */
void
rollovers_note_lagging(struct rollovers *rollovers, const struct laggings *laggings);

#endif

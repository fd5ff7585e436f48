/* Shards: the zones of a project dealt out among several runs, on one machine or on many. A name
 * says in which of N shards a zone is, so that no run has to know of another: that of the topmost
 * zone of the project which it is in. So a zone, those below it and their DS records are judged
 * together (rollover/delegation.h), and other zones that come or go move none. */
#ifndef PROJECT_SHARD_H
#define PROJECT_SHARD_H

#include "project/project.h"

enum { SHARDS_MOST = 1000000 };

/* Shard `k` of `n`; n 0: all zones, undivided. */
struct shard {
	uint32_t k, n;
};

/* Reads "K/N", 1 <= K <= N <= SHARDS_MOST. Returns -1 where it is no such thing. */
int
shard_read(struct text text, struct shard *out);

/* A number that is the name's for good, in whatever case it is written. */
uint32_t
shard_place(const struct name *name);

/* The places of the shard: those from `from` up to `to`. Shards of one N share none, and have all
 * of them. */
struct shard_places {
	uint64_t from, to;
};

struct shard_places
shard_places(struct shard shard);

/* Sets `has` for each zone of the project that is in the shard. */
void
shard_zones(struct shard shard, const struct project *project, bool *has);

#endif

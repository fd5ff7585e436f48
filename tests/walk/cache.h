/* Cache: what resolvers may hold. Each keeps the RRsets that it was given for a TTL, and
 * secondaries may give out for one TTL more what was replaced: so what was answered until T may be
 * in a cache until T + 2 * TTL. A resolver holds RRsets, not answers: an alias that is long gone
 * may lead it to records that are new. */
#ifndef WALK_CACHE_H
#define WALK_CACHE_H

#include "walk/answer.h"

struct version {
	struct answer answer;
	int64_t until_unix; /* INT64_MAX: servers give it out */
};

struct cache_name {
	const char *name;
	struct version *items;
	size_t n, cap;
};

struct cache {
	struct arena *a;
	struct cache_name *names; /* all that are ever asked for */
	size_t n;
};

/* When somebody looks. Versions count as held for at least `wait_s` after their end. */
struct look {
	int64_t t_unix;
	uint32_t wait_s;
};

bool
version_is_held(const struct version *version, struct look look);

/* NULL: it is none of the names. */
struct cache_name *
cache_find(const struct cache *cache, const char *name);

/* Servers answer the name with these from now on, and with nothing else. */
void
cache_give(const struct cache *cache, struct cache_name *name, const struct answer *answers,
    size_t n, int64_t now_unix);

/* Was the name answered so until then? */
void
cache_add(const struct cache *cache, struct cache_name *name, const struct answer *answer,
    int64_t until_unix);

/* Forgets versions that are held no more, or, with `all`, those that are not given out either. */
void
cache_forget(const struct cache *cache, struct look look, bool all);

/* Are all sets good to which a client of the name may come? One that an alias leads nowhere is
 * empty. */
bool
cache_all(const struct cache *cache, const char *name, struct look look,
    bool (*good)(void *ctx, const struct answer *set), void *ctx);

#endif

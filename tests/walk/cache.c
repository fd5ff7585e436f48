#include "walk/cache.h"

#include <string.h>

enum { ALIASES_MOST = 8 };

bool
version_is_held(const struct version *version, struct look look)
{
	int64_t hold_s = 2 * (int64_t)version->answer.ttl_s;

	if (hold_s < look.wait_s)
		hold_s = look.wait_s;
	return version->until_unix == INT64_MAX || look.t_unix < version->until_unix + hold_s;
}

struct cache_name *
cache_find(const struct cache *cache, const char *name)
{
	for (size_t i = 0; i < cache->n; i++)
		if (strcmp(cache->names[i].name, name) == 0)
			return &cache->names[i];
	return NULL;
}

static bool
is_among(const struct answer *answer, const struct answer *answers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (answer_same(answer, &answers[i]))
			return true;
	return false;
}

void
cache_add(const struct cache *cache, struct cache_name *name, const struct answer *answer,
    int64_t until_unix)
{
	if (name->n == name->cap) {
		struct version *more;

		name->cap = name->cap ? 2 * name->cap : 8;
		more = arena_alloc(cache->a, name->cap * sizeof(*more));
		if (name->n)
			memcpy(more, name->items, name->n * sizeof(*more));
		name->items = more;
	}
	name->items[name->n++] = (struct version){*answer, until_unix};
}

void
cache_give(const struct cache *cache, struct cache_name *name, const struct answer *answers,
    size_t n, int64_t now_unix)
{
	for (size_t i = 0; i < name->n; i++)
		if (name->items[i].until_unix == INT64_MAX &&
		    !is_among(&name->items[i].answer, answers, n))
			name->items[i].until_unix = now_unix;
	for (size_t i = 0; i < n; i++) {
		bool there = false;

		for (size_t k = 0; k < name->n; k++)
			there = there || (name->items[k].until_unix == INT64_MAX &&
					     answer_same(&name->items[k].answer, &answers[i]));
		if (!there)
			cache_add(cache, name, &answers[i], INT64_MAX);
	}
}

void
cache_forget(const struct cache *cache, struct look look, bool all)
{
	for (size_t i = 0; i < cache->n; i++) {
		struct cache_name *name = &cache->names[i];
		size_t kept = 0;

		for (size_t k = 0; k < name->n; k++)
			if (name->items[k].until_unix == INT64_MAX ||
			    (!all && version_is_held(&name->items[k], look)))
				name->items[kept++] = name->items[k];
		name->n = kept;
	}
}

static bool
all_from(const struct cache *cache, const char *at, struct look look,
    bool (*good)(void *ctx, const struct answer *set), void *ctx, int depth)
{
	const struct cache_name *name = cache_find(cache, at);
	bool all = true;

	for (size_t i = 0; name && all && i < name->n; i++) {
		const struct version *version = &name->items[i];

		if (!version_is_held(version, look))
			continue;
		if (!version->answer.alias)
			all = good(ctx, &version->answer);
		else if (depth < ALIASES_MOST)
			all = all_from(cache, version->answer.alias, look, good, ctx, depth + 1);
	}
	return all;
}

bool
cache_all(const struct cache *cache, const char *name, struct look look,
    bool (*good)(void *ctx, const struct answer *set), void *ctx)
{
	return all_from(cache, name, look, good, ctx, 0);
}

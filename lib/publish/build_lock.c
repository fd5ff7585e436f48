#include "publish/build_part.h"

#include "base/mem.h"

#include <stdlib.h>

/* Who publishes reads the sources; who only looks need not have them. */
static enum locked_use
use_of(const struct build_options *options)
{
	if (options->lock_all)
		return LOCKED_UNUSED;
	if (options->check)
		return LOCKED_ABSENT;
	return options->locked ? LOCKED_BINDING : LOCKED_UNUSED;
}

/* Who is to write it reads it when there is something to write. */
int
build_read_lock(struct build_run *run)
{
	enum locked_use use = use_of(run->options);

	run->diags->locked = run->locked;
	*run->locked = (struct locked){.use = use};
	return use == LOCKED_UNUSED ? 0
				    : lock_file_load(run->diags, run->project, use, run->locked);
}

static struct locked_source *
copy_source(struct arena *a, const struct locked_source *source)
{
	struct locked_part *parts = arena_alloc(a, source->n * sizeof(*parts));
	struct locked_source *copy = arena_alloc(a, sizeof(*copy));

	for (size_t i = 0; i < source->n; i++) {
		struct bytes octets = source->parts[i].octets;

		parts[i] = (struct locked_part){
		    source->parts[i].kind, {arena_copy(a, octets.data, octets.len), octets.len}};
	}
	*copy = (struct locked_source){
	    arena_text(a, source->path, strlen(source->path)), parts, source->n, NULL};
	return copy;
}

void
build_keep_sources(struct build_zone *zone)
{
	struct arena *a = &zone->arena;

	for (struct locked_source *s = zone->diags.noted.sources; s; s = s->next) {
		struct locked_source *copy = copy_source(a, s);

		copy->next = zone->sources;
		zone->sources = copy;
	}
	for (struct locked_group *g = zone->diags.noted.groups; g; g = g->next) {
		struct locked_group *copy = arena_alloc(a, sizeof(*copy));

		*copy = (struct locked_group){
		    arena_text(a, g->pattern, strlen(g->pattern)), g->is_folder, zone->groups};
		zone->groups = copy;
	}
}

/* What was read, one behind the other. */
struct sources {
	struct locked_source **items;
	size_t n, cap;
};

static void
add(struct sources *sources, struct locked_source *first)
{
	for (; first; first = first->next) {
		sources->items = mem_grow(
		    sources->items, sources->n, &sources->cap, sizeof(struct locked_source *));
		sources->items[sources->n++] = first;
	}
}

static struct locked_group *
join(struct locked_group *groups, struct locked_group *more)
{
	struct locked_group *last = more;

	while (last && last->next)
		last = last->next;
	if (!last)
		return groups;
	last->next = groups;
	return more;
}

/* A zone that failed may not have read all that it names. */
static bool
is_complete(const struct build_run *run)
{
	for (size_t i = 0; i < run->build->n; i++)
		if (!run->build->zones[i].built)
			return false;
	return run->build->n == run->project->n_zones;
}

static bool
any_built(const struct build_run *run)
{
	for (size_t i = 0; i < run->build->n; i++)
		if (run->build->zones[i].built)
			return true;
	return false;
}

/* Of a zone that failed nothing is known that counts. */
int
build_write_lock(struct build_run *run)
{
	const struct build_options *options = run->options;
	struct locked_group *groups = run->diags->noted.groups;
	struct sources sources = {0};
	int result = 0;

	if (options->locked || (options->check && !options->lock_all))
		return 0;
	if (!any_built(run))
		return 0;
	add(&sources, run->diags->noted.sources);
	for (size_t i = 0; i < run->build->n; i++) {
		if (!run->build->zones[i].built)
			continue;
		add(&sources, run->build->zones[i].sources);
		groups = join(groups, run->build->zones[i].groups);
	}
	if (sources.n > 0 || groups || options->lock_all)
		result = lock_file_load(run->diags, run->project, LOCKED_UNUSED, run->locked);
	else
		return 0;
	if (result == 0)
		result = lock_file_save(run->diags, run->project, run->locked, sources.items,
		    sources.n, groups, options->lock_all && is_complete(run), &run->build->lock);
	free(sources.items);
	return result;
}

#include "publish/build_part.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/output.h"
#include "history/state.h"
#include "project/lock.h"

#include <stdlib.h>

/* Who publishes reads the sources; who only looks need not have them. */
static enum locked_use
use_of(const struct build_options *options)
{
	if (options->lock_all)
		return LOCKED_UNUSED;
	if (options->locked)
		return LOCKED_BINDING;
	return options->check ? LOCKED_ABSENT : LOCKED_UNUSED;
}

/* --- The lock file as a build here left it --- */

/* Each shard has its own: what another has left tells nothing of the zones of this one. */
static const char *
seen_path(struct arena *a, const struct build_run *run)
{
	const struct project *project = run->project;
	struct shard shard = run->options->shard;
	const char *name = arena_printf(a, ".zonepp/%s.lock.seen", state_stem(a, project->path));

	if (shard.n > 0)
		name = arena_printf(a, "%s.%u-%u", name, (unsigned)shard.k, (unsigned)shard.n);
	return file_join(a, project->folder, name);
}

/* Its digest; "-": there is none. */
static const char *
digest_of(struct diags *own, const struct project *project)
{
	uint8_t sha256[DIGEST_LEN];
	struct buf hex = {0};

	if (!file_digest(INPUT_FILE, &project->own, lock_file_path(&own->arena, project), sha256))
		return "-";
	hex_encode(&hex, (struct bytes){sha256, sizeof(sha256)});
	return buf_text(&hex, &own->arena);
}

/* What the last build here left; NULL where that is not known. */
static const char *
seen_of(struct diags *own, const struct build_run *run)
{
	struct text seen;

	return file_load_if(
		   own, pos_none(), &run->project->own, seen_path(&own->arena, run), &seen) == 0 &&
		       seen.data
		   ? arena_text(&own->arena, seen.data, seen.len)
		   : NULL;
}

/* A merge, or somebody's hand, may have made another of it, or a build ended ahead of writing it:
 * which a zone that is taken from the cache would not mend. */
static bool
is_changed(const struct build_run *run)
{
	struct diags own = {0};
	const char *seen = seen_of(&own, run);
	bool same = seen && strcmp(seen, digest_of(&own, run->project)) == 0;

	diags_free(&own);
	return !same;
}

/* Its loss costs only time. */
static int
write_seen(struct build_run *run, const char *digest)
{
	struct output *out =
	    output_open_in(run->diags, &run->project->own, seen_path(&run->diags->arena, run));
	bool changed;

	if (!out)
		return -1;
	output_relax(out);
	if (output_write(out, digest, strlen(digest)) == 0)
		return output_commit(out, &changed);
	output_abort(out);
	return -1;
}

static int
remember(struct build_run *run)
{
	struct diags own = {0};
	const char *digest = digest_of(&own, run->project), *seen = seen_of(&own, run);
	int result = seen && strcmp(seen, digest) == 0 ? 0 : write_seen(run, digest);

	diags_free(&own);
	return result;
}

/* Nothing is to be written into it? */
static bool
is_only_read(const struct build_options *options)
{
	return options->locked || (options->check && !options->lock_all);
}

void
build_doubt_lock(struct build_run *run, const struct diags *diags)
{
	struct arena a = {0};

	if (is_only_read(run->options) || (!diags->noted.sources && !diags->noted.groups))
		return;
	if (!atomic_exchange(&run->lock_doubted, true))
		file_remove(&run->project->own, seen_path(&a, run));
	arena_free(&a);
}

/* --- Reading and writing it --- */

/* Who is to write it reads it when there is something to write. */
int
build_read_lock(struct build_run *run)
{
	enum locked_use use = use_of(run->options);

	run->diags->locked = run->locked;
	*run->locked = (struct locked){.use = use};
	run->lock_changed = use == LOCKED_UNUSED && !run->options->check && is_changed(run);
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

	for (struct locked_source *s = zone->diags->noted.sources; s; s = s->next) {
		struct locked_source *copy = copy_source(a, s);

		copy->next = zone->sources;
		zone->sources = copy;
	}
	for (struct locked_group *g = zone->diags->noted.groups; g; g = g->next) {
		struct locked_group *copy = arena_alloc(a, sizeof(*copy));

		*copy = (struct locked_group){
		    arena_text(a, g->pattern, strlen(g->pattern)), g->kind, zone->groups};
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
is_all_built(const struct build_run *run)
{
	for (size_t i = 0; i < run->build->n; i++)
		if (!run->build->zones[i].built)
			return false;
	return true;
}

static bool
is_complete(const struct build_run *run)
{
	return is_all_built(run) && run->build->n == run->project->n_zones;
}

/* Has it what the zones tell, all that this run or shard is for? */
static bool
is_told(const struct build_run *run)
{
	return run->options->shard.n > 0 ? is_all_built(run) : is_complete(run);
}

static bool
any_built(const struct build_run *run)
{
	for (size_t i = 0; i < run->build->n; i++)
		if (run->build->zones[i].built)
			return true;
	return false;
}

static int
save(struct build_run *run, const struct sources *sources, const struct locked_group *groups)
{
	if (lock_file_load(run->diags, run->project, LOCKED_UNUSED, run->locked) < 0)
		return -1;
	return lock_file_save(run->diags, run->project, run->locked, sources->items, sources->n,
	    groups, run->options->lock_all && is_complete(run), &run->build->lock);
}

/* Of a zone that failed nothing is known that counts. */
static int
write_lock(struct build_run *run)
{
	const struct build_options *options = run->options;
	struct locked_group *groups = run->diags->noted.groups;
	struct sources sources = {0};
	int result = 0;

	add(&sources, run->diags->noted.sources);
	for (size_t i = 0; i < run->build->n; i++) {
		if (!run->build->zones[i].built)
			continue;
		add(&sources, run->build->zones[i].sources);
		groups = join(groups, run->build->zones[i].groups);
	}
	if (sources.n > 0 || groups || options->lock_all)
		result = save(run, &sources, groups);
	if (result == 0 && (is_told(run) || !run->lock_changed))
		result = remember(run);
	free(sources.items);
	return result;
}

/* Shards that are built side by side change it in turns. */
int
build_write_lock(struct build_run *run)
{
	int lock = -1, result;

	if (is_only_read(run->options) || !any_built(run))
		return 0;
	if (run->options->shard.n > 0 &&
	    lock_begin(run->diags, run->project, LOCK_STATE, &lock) < 0)
		return -1;
	result = write_lock(run);
	lock_end(lock);
	return result;
}

#define _GNU_SOURCE
#include "publish/build_part.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* The folder is where the project file says, which may be a link to a safer place. A link in the
 * place of a key leads no further than that folder and what templates may read. A folder that is
 * named outside the project is the operator's altogether. */
static const struct roots *
roots_of_keys(const struct build_run *run, const char *path)
{
	struct arena *a = &run->diags->arena;
	const struct roots *project = &run->project->roots;
	struct roots *roots = arena_alloc(a, sizeof(*roots));
	const char **allowed = arena_alloc(a, (project->n_allowed + 1) * sizeof(*allowed));
	char *real = realpath(path, NULL);

	if (!real || !confine_is_below(file_absolute(a, path), project->project))
		roots = NULL;
	for (size_t i = 0; roots && i < project->n_allowed; i++)
		allowed[i] = project->allowed[i];
	if (roots) {
		*roots = *project;
		allowed[roots->n_allowed++] = arena_text(a, real, strlen(real));
		roots->allowed = allowed;
	}
	free(real);
	return roots;
}

struct build_keys *
build_keys_of(struct build_run *run, const char *path)
{
	struct arena *a = &run->diags->arena;
	struct build_keys *folder = run->keys;

	while (folder && strcmp(folder->path, path) != 0)
		folder = folder->next;
	if (folder)
		return folder;
	folder = arena_zalloc(a, sizeof(*folder));
	folder->path = path;
	folder->bad =
	    key_folder_read_in(a, run->diags, roots_of_keys(run, path), path, &folder->keys) < 0;
	folder->keys.unread = run->options->check;
	folder->next = run->keys;
	run->keys = folder;
	return folder;
}

/* Of a zone that is signed elsewhere there may be keys, or none. */
static bool
may_have_keys(const struct project_zone *zone)
{
	if (zone->sign || zone->dnssec != PROJECT_DNSSEC_EXTERNAL)
		return zone->sign;
	return access(zone->keys, F_OK) == 0 || errno != ENOENT;
}

void
build_read_children(struct build_run *run, const struct project_zone *zone)
{
	const struct project *project = run->project;
	size_t relative;

	for (const struct project_zone *child = zone + 1;
	     child < project->zones + project->n_zones &&
	     name_in_zone(
		 child->name.wire, child->name.len, zone->name.wire, zone->name.len, &relative);
	     child++)
		if (may_have_keys(child))
			build_keys_of(run, child->keys);
}

const struct keys *
build_keys_of_child(void *ctx, struct arena *a, const struct project_zone *zone)
{
	const struct build_run *run = ctx;
	const struct build_keys *folder = run->keys;
	struct keys *keys = arena_zalloc(a, sizeof(*keys));
	struct diags own = {0};

	while (folder && strcmp(folder->path, zone->keys) != 0)
		folder = folder->next;
	if (folder && !folder->bad)
		keys_load(a, &own, &folder->keys, &zone->name, run->now, keys);
	diags_free(&own);
	return keys->n > 0 ? keys : NULL;
}

static int
by_zone(const void *zone, const void *build)
{
	const struct project_zone *other = ((const struct build_zone *)build)->zone;

	return ((const struct project_zone *)zone > other) -
	       ((const struct project_zone *)zone < other);
}

const struct keep *
build_keep_of_child(void *ctx, const struct project_zone *zone)
{
	const struct build *build = ((const struct build_run *)ctx)->build;
	const struct build_zone *found =
	    bsearch(zone, build->zones, build->n, sizeof(*build->zones), by_zone);

	return found ? found->keep : NULL;
}

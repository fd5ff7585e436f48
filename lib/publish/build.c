#define _GNU_SOURCE
#include "publish/build.h"

#include "base/mem.h"
#include "base/pool.h"
#include "project/hook.h"
#include "project/lock.h"
#include "publish/unserved.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A template of this size is worth all threads; smaller ones are done side by side. */
enum { LARGE_TEMPLATE = 1 << 20 };

/* So many different records may leave zones before all count as forgotten. */
enum { FORGOTTEN_MOST = 64 };

/* A folder of keys is listed once, for all zones. */
struct folder {
	struct key_folder keys;
	const char *path;
	bool bad; /* it could not be read, which was told of */
	struct folder *next;
};

struct build_run {
	struct diags *diags;
	const struct project *project;
	const struct build_options *options;
	struct build *build;
	int64_t now;
	struct tlsa_names certificates;
	struct facts facts;      /* of the state file */
	pthread_mutex_t writing; /* of the state file and what follows, while zones are built */
	struct facts forgotten;  /* facts whose records may have left zones */
	struct arena memory;
	struct folder *folders;
	struct build_zone **small;
	size_t n_abreast; /* zones that are built at a time */
};

static struct folder *
folder_of(struct build_run *run, const char *path)
{
	struct folder *folder = run->folders;

	while (folder && strcmp(folder->path, path) != 0)
		folder = folder->next;
	return folder;
}

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

static void
read_folder(struct build_run *run, const char *path)
{
	struct arena *a = &run->diags->arena;
	struct folder *folder;

	if (folder_of(run, path))
		return;
	folder = arena_zalloc(a, sizeof(*folder));
	folder->path = path;
	folder->bad =
	    key_folder_read_in(a, run->diags, roots_of_keys(run, path), path, &folder->keys) < 0;
	folder->next = run->folders;
	run->folders = folder;
}

/* --- The state file --- */

static int
by_zone(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The zones as facts write them, sorted; `all` of the project, or those that are built. */
static const char **
zone_names(struct arena *a, const struct build_run *run, bool all, size_t *n)
{
	const struct build *build = run->build;
	const char **names;

	*n = all ? run->project->n_zones : build->n;
	names = arena_alloc(a, *n * sizeof(*names) + 1);
	for (size_t i = 0; i < *n; i++)
		names[i] =
		    all ? fact_name(a, &run->project->zones[i].name) : build->zones[i].rolling.zone;
	qsort(names, *n, sizeof(*names), by_zone);
	return names;
}

/* A zone that the project no longer has gave up its records. */
static void
leave_zone(struct build_run *run, struct arena *a, const struct fact *fact, struct facts *out)
{
	struct fact left = rolling_leave(run->project, &run->facts, fact, 0, run->now);

	if ((left.kind == FACT_LEAVING || left.kind == FACT_LEFT) &&
	    !rolling_is_covered(&run->facts, fact) && !rollover_is_over(&left, run->now))
		facts_add(a, out, left);
}

static bool
is_forgotten(const struct build_run *run, const struct fact *fact)
{
	if (fact->kind != FACT_PUBLISHED && fact->kind != FACT_SEEN)
		return false;
	for (size_t i = 0; i < run->forgotten.n; i++)
		if (strcmp(run->forgotten.items[i].record, fact->record) == 0)
			return true;
	return run->forgotten.n >= FORGOTTEN_MOST;
}

/* Does another record of the certificate stay there? Then copies that have a forgotten one have
 * that one too, or it waits for itself: nothing has left. */
static bool
has_others(const struct build_run *run, const struct facts *facts, const struct fact *forgotten)
{
	size_t n;
	const struct fact *published =
	    facts_of_owner(facts, FACT_PUBLISHED, forgotten->zone, forgotten->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(published[i].name, forgotten->name) == 0 &&
		    !is_forgotten(run, &published[i]))
			return true;
	return false;
}

/* While zones are built, a forgotten record may be in the zone or not: copies vanish in a while. */
static void
gather_zone(
    struct build_run *run, struct arena *a, const struct build_zone *zone, struct facts *out)
{
	const struct facts *facts = &zone->rolling.before;

	for (size_t i = 0; i < facts->n; i++)
		if (!is_forgotten(run, &facts->items[i]))
			facts_add(a, out, facts->items[i]);
		else if (facts->items[i].kind == FACT_PUBLISHED &&
			 !has_others(run, facts, &facts->items[i]))
			leave_zone(run, a, &facts->items[i], out);
}

/* The facts of all zones. Of those that are built they are `final`, or what is sure meanwhile. */
static void
gather_facts(struct build_run *run, struct arena *a, bool final, struct facts *out)
{
	const struct build *build = run->build;
	size_t n_all, n_built;
	const char **all = zone_names(a, run, true, &n_all);
	const char **built = zone_names(a, run, false, &n_built);

	for (size_t i = 0; i < run->facts.n; i++) {
		const struct fact *fact = &run->facts.items[i];
		const char *zone = fact->zone;

		if (zone && bsearch(&zone, built, n_built, sizeof(*built), by_zone))
			continue;
		if (zone && !bsearch(&zone, all, n_all, sizeof(*all), by_zone))
			leave_zone(run, a, fact, out);
		else
			facts_add(a, out, *fact);
	}
	for (size_t i = 0; i < build->n; i++) {
		const struct rolling *rolling = &build->zones[i].rolling;

		if (!final)
			gather_zone(run, a, &build->zones[i], out);
		for (size_t k = 0; final && k < rolling->facts.n; k++)
			facts_add(a, out, rolling->facts.items[k]);
	}
}

static int
write_state(struct build_run *run, struct diags *diags, bool final)
{
	struct arena scratch = {0};
	struct facts facts = {0};
	int result;

	if (run->project->n_certificates == 0)
		return 0;
	gather_facts(run, &scratch, final, &facts);
	result = state_save(diags, state_path(&scratch, run->project), &facts);
	arena_free(&scratch);
	return result;
}

/* For rolling_forget; several zones may come at once. A record that one zone gives up is forgotten
 * for all that are built, as most that share it will, so that the file is written once; and what is
 * forgotten in vain comes back when all are built. */
static int
forget(void *ctx, struct diags *diags, const struct facts *gone)
{
	struct build_run *run = ctx;
	size_t n;
	int result = 0;

	pthread_mutex_lock(&run->writing);
	n = run->forgotten.n;
	for (size_t i = 0; i < gone->n; i++)
		if (!is_forgotten(run, &gone->items[i]))
			facts_add(&run->memory, &run->forgotten, gone->items[i]);
	if (run->forgotten.n > n)
		result = write_state(run, diags, false);
	pthread_mutex_unlock(&run->writing);
	return result;
}

/* Facts of other kinds tell of what will be. */
static int64_t
latest_of(const struct facts *facts)
{
	int64_t latest = 0;

	for (size_t i = 0; i < facts->n; i++)
		if (facts->items[i].kind != FACT_LEFT && facts->items[i].kind != FACT_TTL &&
		    facts->items[i].t_unix > latest)
			latest = facts->items[i].t_unix;
	return latest;
}

static int
read_state(struct build_run *run)
{
	struct build *build = run->build;
	int64_t latest;

	if (run->project->n_certificates > 0 &&
	    state_load(run->diags, state_path(&run->diags->arena, run->project), &run->facts) < 0)
		return -1;
	rollover_adopt_left(&run->diags->arena, run->project, &run->facts);
	latest = latest_of(&run->facts);
	for (size_t i = 0; i < build->n; i++) {
		struct build_zone *zone = &build->zones[i];
		struct rolling *rolling = &zone->rolling;

		*rolling = (struct rolling){.a = &zone->arena,
		    .project = run->project,
		    .zone = fact_name(&zone->arena, &zone->zone->name),
		    .latest_unix = latest,
		    .state = run->facts,
		    .forget = forget,
		    .ctx = run};
		facts_of_zone(&zone->arena, &run->facts, rolling->zone, &rolling->facts);
		if (unserved_delay(
			run->diags, run->project, zone->zone, &rolling->facts, run->now) < 0)
			return -1;
		rolling->before = rolling->facts;
	}
	return 0;
}

/* --- Zones --- */

static const enum zone_serial_policy serials[] = {
    [PROJECT_SERIAL_AUTO] = ZONE_SERIAL_AUTO,
    [PROJECT_SERIAL_KEEP] = ZONE_SERIAL_KEEP,
    [PROJECT_SERIAL_UNIXTIME] = ZONE_SERIAL_UNIXTIME,
    [PROJECT_SERIAL_DATE] = ZONE_SERIAL_DATE,
    [PROJECT_SERIAL_LIVE] = ZONE_SERIAL_LIVE,
};

/* Signatures that were made a moment ago, of the records in memory, are as good as the rest of the
 * machine. Of those that came with the template nobody knows whether they are of these records. */
static enum zone_verify
verify_of(const struct project_zone *zone)
{
	enum project_verify verify = zone->policy->verify;

	if (verify == PROJECT_VERIFY_OPEN)
		verify = zone->sign ? PROJECT_VERIFY_CHAIN : PROJECT_VERIFY_FULL;
	return verify == PROJECT_VERIFY_FULL ? ZONE_VERIFY_FULL : ZONE_VERIFY_CHAIN;
}

static void
build_zone(struct build_run *run, struct build_zone *build, unsigned n_workers)
{
	const struct project_zone *zone = build->zone;
	struct folder *folder = zone->sign ? folder_of(run, zone->keys) : NULL;
	struct zone_job job = {
	    .load = {.path = zone->template,
		.zone = &zone->name,
		.roots = &run->project->roots,
		.secrets = run->project->secrets,
		.limits = &run->project->limits,
		.n_abreast = run->n_abreast,
		.certificates = &run->certificates,
		.includes = load_includes(run->project, zone),
		.dane = zone->dane,
		.now = run->now},
	    .output = zone->output,
	    .outputs = &run->project->outputs,
	    .own = &run->project->own,
	    .serial = serials[zone->serial],
	    .sign = zone->sign,
	    .is_unsigned = !zone->sign && zone->dnssec == PROJECT_DNSSEC_HERE,
	    .keys = folder ? &folder->keys : NULL,
	    .lifetime = {.validity_s = zone->policy->validity_s,
		.refresh_s = zone->policy->refresh_s,
		.jitter_s = zone->policy->jitter_s},
	    .offset_s = zone->policy->inception_offset_s,
	    .nsec3 = zone->policy->denial == PROJECT_DENIAL_NSEC3 ? &zone->policy->nsec3 : NULL,
	    .zonemd = (uint8_t)zone->policy->zonemd,
	    .cds = zone->policy->cds,
	    .verify = verify_of(zone),
	    .prove = zone->prove || run->options->prove,
	    .previous = zone->output,
	    .mark = run->project->hook_changed
			? unserved_path(&build->diags.arena, run->project, zone)
			: NULL,
	    .severities = run->project->severities,
	    .rolling = run->project->n_certificates ? &build->rolling : NULL,
	    .cache = project_own_path(&build->diags.arena, run->project, zone, ".build"),
	    .n_workers = n_workers,
	};

	if (folder && folder->bad)
		return;
	if (run->options->check)
		build->built = zone_check(&build->diags, &job) == 0;
	else
		build->built = zone_publish(&build->diags, &job, &build->result) == 0;
	if (build->diags.n == 0)
		diags_free(&build->diags); /* its texts are of no use any more */
}

static void
build_small(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct build_run *run = ctx;

	(void)worker;
	(void)slot;
	build_zone(run, run->small[chunk], 1);
}

static bool
is_large(const struct project_zone *zone)
{
	struct stat st;

	return stat(zone->template, &st) == 0 && st.st_size >= LARGE_TEMPLATE;
}

static void
build_all(struct build_run *run, struct build *build)
{
	struct pool_work work = {.ctx = run, .work = build_small};

	run->small = mem_alloc(build->n * sizeof(*run->small));
	for (size_t i = 0; i < build->n; i++)
		if (build->zones[i].zone->sign)
			read_folder(run, build->zones[i].zone->keys);
	for (size_t i = 0; i < build->n; i++) {
		if (is_large(build->zones[i].zone))
			build_zone(run, &build->zones[i], run->options->n_workers);
		else
			run->small[work.n_chunks++] = &build->zones[i];
	}
	run->n_abreast = pool_abreast(run->options->n_workers, work.n_chunks);
	pool_run(run->options->n_workers, &work);
	free(run->small);
}

/* Waiting for another build, whose hook may hang, takes its time. */
static int64_t
now_of(const struct build_options *options)
{
	int64_t clock = (int64_t)time(NULL);

	return options->clock && clock > options->now ? clock : options->now;
}

/* Until the hook has succeeded, which may take long, servers do not know of the change. */
static int
note_served(struct build_run *run, struct build_zone *build)
{
	struct arena *a = &build->diags.arena;
	const char *path = state_path(a, run->project);
	int64_t now = now_of(run->options);
	struct facts facts;
	int result, lock;

	if (!run->options->clock || now <= run->now || run->project->n_certificates == 0)
		return 0;
	if (lock_begin(&build->diags, run->project, LOCK_STATE, &lock) < 0)
		return -1;
	result = state_load(&build->diags, path, &facts);
	if (result == 0)
		result = unserved_delay(&build->diags, run->project, build->zone, &facts, now);
	if (result == 0)
		result = state_save(&build->diags, path, &facts);
	lock_end(lock);
	return result;
}

/* The mark goes once the facts are written down. */
static void
run_hook(struct build_run *run, struct build_zone *build, bool written)
{
	const struct roots *own = &run->project->own;
	struct diags *diags = &build->diags;
	const char *mark = unserved_path(&diags->arena, run->project, build->zone);
	bool marked;

	if (!build->built)
		return;
	if (unserved_is_marked(diags, own, mark, &marked) < 0 ||
	    (marked && (hook_changed(diags, run->project, build->zone) < 0 ||
			   (written && note_served(run, build) < 0) ||
			   (written && unserved_clear(diags, own, mark) < 0))))
		build->hook_failed = true;
}

/* Marks the zones that are asked for; a name that the project lacks is an error. */
static int
choose_zones(
    struct diags *diags, const struct project *project, const char *const *names, bool *chosen)
{
	int result = 0;

	for (; *names; names++) {
		const struct project_zone *zone = project_zone_find(diags, project, *names);

		if (zone)
			chosen[zone - project->zones] = true;
		else
			result = -1;
	}
	return result;
}

static int
finish_zones(struct build_run *run, bool written)
{
	struct build *build = run->build;
	int result = 0;

	for (size_t i = 0; i < build->n; i++) {
		if (run->project->hook_changed && !run->options->check)
			run_hook(run, &build->zones[i], written);
		if (!build->zones[i].built || build->zones[i].hook_failed)
			result = -1;
	}
	return result;
}

/* None is built, so nothing is told of any. */
static void
drop_zones(struct build *build)
{
	for (size_t i = 0; i < build->n; i++) {
		diags_free(&build->zones[i].diags);
		arena_free(&build->zones[i].arena);
	}
	build->n = 0;
}

/* What is built with the project locked. Facts are written ahead of the hooks, which may ask for
 * them, and for those of servers. */
static int
build_locked(struct build_run *run)
{
	bool check = run->options->check;
	bool locks = !check && run->project->n_certificates > 0;
	int lock = -1, written;

	if ((locks && lock_begin(run->diags, run->project, LOCK_STATE, &lock) < 0) ||
	    read_state(run) < 0) {
		lock_end(lock);
		drop_zones(run->build);
		return -1;
	}
	build_all(run, run->build);
	written = check ? 0 : write_state(run, run->diags, true);
	for (size_t i = 0; written == 0 && !check && i < run->build->n; i++)
		written =
		    unserved_renew(run->diags, run->project, run->build->zones[i].zone, run->now);
	lock_end(lock);
	return finish_zones(run, written == 0) < 0 ? -1 : written;
}

int
build_project(struct diags *diags, const struct project *project,
    const struct build_options *options, struct build *build)
{
	struct build_run run = {.diags = diags,
	    .project = project,
	    .options = options,
	    .build = build,
	    .writing = PTHREAD_MUTEX_INITIALIZER};
	bool *chosen = arena_alloc(&diags->arena, project->n_zones * sizeof(*chosen) + 1);
	bool all = !*options->zones;
	int result, lock = -1;

	*build = (struct build){0};
	diags->severities = project->severities;
	memset(chosen, all, project->n_zones * sizeof(*chosen));
	if (choose_zones(diags, project, options->zones, chosen) < 0)
		return -1;
	build->zones = mem_alloc(project->n_zones * sizeof(*build->zones));
	memset(build->zones, 0, project->n_zones * sizeof(*build->zones));
	for (size_t i = 0; i < project->n_zones; i++)
		if (chosen[i]) {
			build->zones[build->n].diags.waiting = diags->waiting;
			build->zones[build->n++].zone = &project->zones[i];
		}
	run.certificates = load_certificates(&diags->arena, project);
	if (!options->check && lock_begin(diags, project, LOCK_BUILD, &lock) < 0) {
		drop_zones(build);
		return -1;
	}
	run.now = now_of(options);
	result = options->check ? lock_check(diags, project) : 0;
	if (build_locked(&run) < 0)
		result = -1;
	arena_free(&run.memory);
	lock_end(lock);
	return result;
}

void
build_free(struct build *build)
{
	drop_zones(build);
	free(build->zones);
	*build = (struct build){0};
}

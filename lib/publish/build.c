#define _GNU_SOURCE
#include "publish/build.h"

#include "base/mem.h"
#include "base/pool.h"
#include "history/mark.h"
#include "history/state.h"
#include "project/hook.h"
#include "project/lock.h"
#include "rollover/project_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A template of this size is worth all threads; smaller ones are done side by side. */
enum { LARGE_TEMPLATE = 1 << 20 };

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
	struct history history; /* of the state file, as it was ahead of the build */
	struct certificate *project_certificates;
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

/* --- The history --- */

static int
begin_zone(struct build_run *run, struct build_zone *build)
{
	const struct project *project = run->project;
	struct keep *keep = &build->keep;
	bool there;

	*keep = (struct keep){.a = &build->arena,
	    .project = project,
	    .zone = build->zone,
	    .history = &run->history,
	    .certificates = run->project_certificates,
	    .named = run->certificates.items,
	    .name = history_name(&build->arena, build->zone->name.wire),
	    .latest_unix = run->history.latest_unix,
	    .marked = {.a = &run->diags->arena}};
	keep->is_known = history_serial(&run->history, keep->name) != NULL;
	return mark_read(run->diags, &project->own,
	    project_mark_path(&run->diags->arena, project, build->zone), &there, &keep->marked);
}

static int
read_history(struct build_run *run)
{
	const struct project *project = run->project;
	struct arena *a = &run->diags->arena;
	struct state_reading reading = {run->now, certificates_longest_wait(project)};
	int result = state_load(
	    run->diags, state_path(a, project->path, project->folder), reading, &run->history);

	if (result < 0 || certificates_load(run->diags, project, &run->project_certificates) < 0)
		return -1;
	for (size_t i = 0; i < run->build->n; i++)
		if (begin_zone(run, &run->build->zones[i]) < 0)
			result = -1;
	return result;
}

/* What a zone's build makes of the history: nothing, where its servers do not know of it yet. */
static void
apply_zone(
    const struct build_zone *build, int64_t now, struct history *history, struct history *closed)
{
	const struct keep *keep = &build->keep;

	if (build->hook_failed)
		return;
	for (size_t i = 0; i < keep->closed.n_sets; i++)
		history_add_set(closed, &keep->closed.sets[i]);
	for (size_t i = 0; i < keep->opened.n_sets; i++) {
		struct set set = keep->opened.sets[i];

		set.since_unix = set.since_unix == TIME_NEVER ? now : set.since_unix;
		history_add_set(history, &set);
	}
}

static void
apply_serial(const struct build_zone *build, int64_t now, struct history *history)
{
	const struct keep *keep = &build->keep;
	const struct serial *known = history_serial(keep->history, keep->name);
	struct serial serial = {keep->name, build->result.serial, now};

	if (build->built && !build->hook_failed && keep->is_published &&
	    (keep->is_tracked || known) && (!known || known->serial != serial.serial))
		history_add_serial(history, &serial);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A zone that the project no longer has is published no more; once nobody can hold anything of it,
 * nothing is left to tell. */
static void
end_zones(const struct build_run *run, struct history *history, struct history *closed)
{
	struct arena *a = &run->diags->arena;
	size_t n = run->project->n_zones, kept = 0;
	const char **names = arena_alloc(a, n * sizeof(*names) + 1);

	for (size_t i = 0; i < n; i++)
		names[i] = history_name(a, run->project->zones[i].name.wire);
	qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 0; i < history->n_sets; i++)
		if (set_is_open(&history->sets[i]) &&
		    !bsearch(&history->sets[i].zone, names, n, sizeof(*names), by_text))
			history_add_set(closed, &history->sets[i]);
	for (size_t i = 0; i < history->n_serials; i++)
		if (bsearch(&history->serials[i].zone, names, n, sizeof(*names), by_text) ||
		    history_zone(history, history->serials[i].zone).n > 0)
			history->serials[kept++] = history->serials[i];
	history->n_serials = kept;
}

/* Which certificates are in use, as far as files tell. */
static void
note_current(const struct build_run *run, int64_t now, struct history *history)
{
	struct arena *a = &run->diags->arena;

	for (size_t i = 0; i < run->project->n_certificates; i++) {
		const struct certificate *certificate = &run->project_certificates[i];
		const char *name = certificate->is->name;
		const char *id = certificate->current_chain.id;
		const struct note *last = history_note(history, NOTE_CURRENT, name, NULL, NULL);

		if (certificate->current && (!last || strcmp(last->id, id) != 0))
			history_add_note(
			    history, &(struct note){.kind = NOTE_CURRENT,
					 .name = name,
					 .id = id,
					 .chain = certchain_print(a, &certificate->current_chain),
					 .t_unix = now});
	}
}

/* Others may have changed the file since it was read. */
static int
change_history(struct build_run *run, int64_t now)
{
	struct arena *a = &run->diags->arena;
	const struct project *project = run->project;
	const char *path = state_path(a, project->path, project->folder);
	struct state_reading reading = {TIME_NEVER, certificates_longest_wait(project)};
	struct history history, closed = {.a = a};

	if (state_load(run->diags, path, reading, &history) < 0)
		return -1;
	end_zones(run, &history, &closed);
	for (size_t i = 0; i < run->build->n; i++)
		apply_zone(&run->build->zones[i], now, &history, &closed);
	history_end(&history, &closed, now);
	for (size_t i = 0; i < run->build->n; i++)
		apply_serial(&run->build->zones[i], now, &history);
	note_current(run, now, &history);
	history_sort(&history);
	history_prune(&history, reading.wait_s, now);
	return state_save(run->diags, path, &history);
}

static int
write_history(struct build_run *run, int64_t now)
{
	int result, lock;

	if (lock_begin(run->diags, run->project, LOCK_STATE, &lock) < 0)
		return -1;
	result = change_history(run, now);
	lock_end(lock);
	return result;
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
	    .mark = project_mark_path(&build->diags.arena, run->project, zone),
	    .has_hook = run->project->hook_changed != NULL,
	    .severities = run->project->severities,
	    .keep = &build->keep,
	    .live = !run->options->check,
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

/* Tells the servers of a zone that was published, now or by a build that did not come so far. */
static void
run_hook(struct build_run *run, struct build_zone *build)
{
	struct diags *diags = &build->diags;
	const char *mark = project_mark_path(&diags->arena, run->project, build->zone);
	bool marked;

	if (mark_is_there(diags, &run->project->own, mark, &marked) < 0 ||
	    (marked && hook_changed(diags, run->project, build->zone) < 0))
		build->hook_failed = true;
}

/* Its mark goes once the history has its sets. */
static void
end_zone(struct build_run *run, struct build_zone *build)
{
	struct diags *diags = &build->diags;

	if (mark_remove(diags, &run->project->own,
		project_mark_path(&diags->arena, run->project, build->zone)) < 0)
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

/* The time of the publication is that at which all who were to be told of it know. */
static int
finish_zones(struct build_run *run)
{
	struct build *build = run->build;
	int result = 0;

	for (size_t i = 0; i < build->n; i++)
		if (build->zones[i].built)
			run_hook(run, &build->zones[i]);
	if (write_history(run, now_of(run->options)) < 0)
		return -1;
	for (size_t i = 0; i < build->n; i++) {
		if (build->zones[i].built && !build->zones[i].hook_failed)
			end_zone(run, &build->zones[i]);
		if (!build->zones[i].built || build->zones[i].hook_failed)
			result = -1;
	}
	return result;
}

static int
check_zones(const struct build *build)
{
	for (size_t i = 0; i < build->n; i++)
		if (!build->zones[i].built)
			return -1;
	return 0;
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

/* What is built with the project locked. That the history cannot be written is found out ahead. */
static int
build_locked(struct build_run *run)
{
	int lock = -1, read = -1;

	if (run->options->check || lock_begin(run->diags, run->project, LOCK_STATE, &lock) == 0)
		read = read_history(run);
	lock_end(lock);
	if (read < 0) {
		drop_zones(run->build);
		return -1;
	}
	build_all(run, run->build);
	return run->options->check ? check_zones(run->build) : finish_zones(run);
}

int
build_project(struct diags *diags, const struct project *project,
    const struct build_options *options, struct build *build)
{
	struct build_run run = {
	    .diags = diags, .project = project, .options = options, .build = build};
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

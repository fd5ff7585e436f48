/* What the files share that build a project: build.c orders the zones, build_keys.c reads their
 * folders of keys, build_tokens.c looks ahead for tokens, build_lock.c the lock file,
 * build_history.c their history, build_review.c and build_hooks.c run the commands of the project,
 * and publication.c publishes them. */
#ifndef PUBLISH_BUILD_PART_H
#define PUBLISH_BUILD_PART_H

#include "base/duration.h"
#include "project/lock.h"
#include "publish/build.h"

#include <stdatomic.h>
#include <time.h>

struct build_run {
	struct diags *diags;
	struct diags like; /* as those of each zone begin */
	const struct project *project;
	const struct build_options *options;
	struct build *build;
	int64_t now;
	struct locked *locked; /* the lock file; as long as `diags` */
	bool lock_changed; /* by another than a build here: zones must tell what it is to have */
	atomic_bool lock_doubted; /* the next build cannot rely on it, until it is written */
	struct tlsa_names certificates;
	struct history history; /* of the state file, as it was ahead of the build */
	bool history_written;   /* it is another since, maybe */
	struct certificate *project_certificates;
	struct certificate_index index; /* of these */
	struct build_keys *keys;        /* folders that were read */
	struct tokens *tokens;          /* on which keys are, as long as zones are built */
	struct build_zone **small;      /* of one level, */
	size_t n_small;
	size_t n_together;         /* of which so many are published together */
	size_t n_abreast;          /* zones that are built at a time */
	struct reviewer *reviewer; /* NULL: the project has no `review` */
	struct build_lock lock;
};

/* Sets for each zone of the project whether it is asked for. Returns 0, or -1 with a problem added
 * for each name that the project lacks. */
int
build_choose(struct diags *diags, const struct project *project,
    const struct build_options *options, bool *chosen);

/* The zone's own diags, to add a problem to. */
struct diags *
build_diags_of(struct build_run *run, struct build_zone *zone);

/* What the build of a zone begins with: in memory that ends with it. */
struct keep
build_keep_begin(const struct build_run *run, struct arena *a, const struct build_zone *zone);

/* The clock's time, or the one that the caller has set. Waiting for another build, whose hook may
 * hang, takes its time; where the clock is set back meanwhile, that has passed all the same. */
static inline int64_t
build_now(const struct build_options *options)
{
	int64_t passed_s = instant_of_machine() - options->at_machine;

	return options->clock ? instant_later((int64_t)time(NULL), options->now + passed_s)
			      : options->now;
}

/* A folder of keys is listed once, for all zones. */
struct build_keys {
	struct key_folder keys;
	const char *path;
	bool bad; /* it could not be read, which was told of */
	struct build_keys *next;
};

/* The folder, which is read if it was not yet. */
struct build_keys *
build_keys_of(struct build_run *run, const char *path);

/* Reads the folders of keys of the zones of the project below the zone, which may be its children.
 */
void
build_read_children(struct build_run *run, const struct project_zone *zone);

/* A delegation_keys; `run` is a struct build_run, whose folders are read. Any thread may call it.
 */
const struct keys *
build_keys_of_child(void *run, struct arena *a, const struct project_zone *zone);

/* A delegation_keep, likewise: of zones whose build is done. */
const struct keep *
build_keep_of_child(void *run, const struct project_zone *zone);

/* Reads the history, and begins what each zone makes of it. Returns 0, or -1 with problems added.
 */
int
build_read_history(struct build_run *run);

/* Writes into the state file what the zones of the build make of the history: those that are told
 * of, and those that will not be. Of those that `done` is still to tell of, the new sets are opened
 * and the old ones stay open. Returns 0, or -1 with problems added. */
int
build_write_history(struct build_run *run);

/* What the build would make of the history, if all were told of its zones now: `before` and `after`
 * of the build. Returns 0, or -1 with problems added. */
int
build_plan_history(struct build_run *run);

/* Begins with the lock file. Returns 0, or -1 with problems added. */
int
build_read_lock(struct build_run *run);

/* Ahead of what is kept of a zone with those diags in the cache: should this run end before it has
 * written the lock file, the next one asks all zones for their sources. */
void
build_doubt_lock(struct build_run *run, const struct diags *diags);

/* Keeps what a zone noted of its sources, once it is done. */
void
build_keep_sources(struct build_zone *zone);

/* Writes the lock file. Returns 0, or -1 with a problem added. */
int
build_write_lock(struct build_run *run);

/* Starts what runs `review`, ahead of any thread. Returns 0, or -1 with a problem added. */
int
build_begin_review(struct build_run *run);

void
build_end_review(struct build_run *run);

/* A zone_review; `run` is a struct build_run. Any thread may call it. */
int
build_review(void *run, struct diags *diags, const struct project_zone *zone, uint32_t serial,
    const char *draft);

/* Runs the `changed` hooks of the zones that were published, and the `failed` hooks of those that
 * could not be made, and calls `meanwhile` each second. Zones whose `changed` fails are
 * `unfinished`, with a problem added. */
void
build_run_hooks(struct build_run *run, void (*meanwhile)(void *run));

/* Runs the `done` hook, if any zone was published. Where it fails they are all `unfinished`, with a
 * problem added. */
void
build_run_done(struct build_run *run);

#endif

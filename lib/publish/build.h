/* Building a project: all its zones, or some, side by side. A zone that fails leaves its published
 * file alone and lets the others finish. */
#ifndef PUBLISH_BUILD_H
#define PUBLISH_BUILD_H

#include "base/progress.h"
#include "project/lock_file.h"
#include "project/project.h"
#include "project/shard.h"
#include "publish/job.h"
#include "publish/status.h"

struct build_zone;

struct build_options {
	const char *const *zones; /* names, NULL-terminated; none: all */
	struct shard shard;       /* of all: those of the shard alone, and there may be none */
	int64_t now;
	int64_t today; /* with `check`: the time that it is, where `now` may be another */
	bool clock;    /* `now` is what the clock said: it is read again once nobody else builds */
	int64_t at_machine; /* the instant of that (duration.h) */
	unsigned n_workers;
	bool check; /* only tell of the problems, write nothing */
	const bool
	    *force;  /* by problem: what guards keep from being published may be; NULL: none */
	bool werror; /* publish no zone that has warnings */
	struct progress *progress; /* counts the zones; NULL: nobody looks */
	bool prove;    /* prove certificates even where the project does not ask for it */
	bool status;   /* only look at what is published; with `check` */
	bool locked;   /* the lock file binds: sources that are here must not differ from it */
	bool lock_all; /* with `check`: write the lock file anew, of what is named now */
	bool inputs;   /* tell what each zone reads */
	/* Called with what a build would make of each zone that has no errors, where nothing is
	 * written; by the thread that looked at it. Returns as zone_plan_sink. Or NULL. */
	int (*plan)(const void *ctx, struct build_zone *zone, const struct zone_plan *plan);
	const void *plan_ctx;
	/* Called behind each step of a publication, by the thread that made it; or NULL. */
	void (*after)(const struct publication_step *step);
};

struct build_zone {
	const struct project_zone *zone;
	struct diags *diags; /* the zone's own problems; those that have none share one */
	struct zone_result result;
	struct zone_status status;     /* where it was asked for */
	struct arena arena;            /* of what outlives `diags` */
	struct locked_source *sources; /* that it read, */
	struct locked_group *groups;   /* and folders of such */
	const char **inputs;     /* where they are asked for: the paths of all that it read, */
	size_t n_inputs;         /* absolute */
	const struct keep *keep; /* what its build made of the history; never NULL */
	bool built;              /* or, with `check`, found to be good */
	bool unfinished; /* its publication, though the file is published: the next build ends it */
	bool awaits_done;  /* it is the `done` hook that tells of it, */
	bool announced;    /* and the state file has its new sets already */
	bool told;         /* published, and whoever is to know of it does, */
	int64_t told_unix; /* since then */
	bool noted;        /* what the build makes of its history is in the state file */
	bool was_marked;   /* an earlier build did not end its publication */
	bool changes;      /* of a plan: the zone would be published anew */
	struct buf text;   /* what `plan` makes of it, */
	struct buf line;   /* and the same in short */
};

struct build {
	struct build_zone *zones; /* in the project's order */
	size_t n;
	struct diags silent;          /* of zones of which nothing is told */
	struct lock_file_change lock; /* what became of the lock file */
	struct history before, after; /* of a plan: as it is, and as the build would leave it */
};

/* Builds the zones under the project's lock, and keeps their history in the state file; one that
 * cannot be read holds everything back. Returns 0, or -1 if a name is not one of the
 * project's (then nothing is built) or a zone failed; what failed is in the zones' diags.
 * build_free is due either way. */
int
build_project(struct diags *diags, const struct project *project,
    const struct build_options *options, struct build *build);

void
build_free(struct build *build);

/* May such a build need a key on a token, or does a policy of its zones make them there? It is
 * asked ahead of the confinement, which a token's module could not work in. Where all zones are
 * built, private keys are not read for it unless one has changed: `.zonepp/` has a file that knows
 * how they looked to the file system when none was on a token. */
bool
build_uses_tokens(const struct project *project, const struct build_options *options);

#endif

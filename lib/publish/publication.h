/* Publication: the order in which a build writes down what it makes of a zone, and what it leaves
 * where it ends between two steps, however it ends. The table of publication.c has it all.
 *
 * A set is written down ahead of its publication, and the one that it replaces is closed once all
 * who were to be told of it know: more may count as held than is, and never less
 * (history/history.h). Whatever is left, the next build goes on from there, and nobody has to tell
 * it that something went wrong. */
#ifndef PUBLISH_PUBLICATION_H
#define PUBLISH_PUBLICATION_H

#include <stddef.h>

/* What there is of a publication. */
enum {
	LEFT_MARK = 1,  /* the zone's mark, which holds the new sets (history/mark.h) */
	LEFT_ZONE = 2,  /* the new zone is the published file */
	LEFT_CACHE = 4, /* the cache has the build (cache.h) */
	LEFT_TOLD = 8,  /* the `changed` hook has told the servers */
	LEFT_HISTORY =
	    16, /* in the state file, the new sets are open and the old ones are closed */
};

struct zone_run;
struct build_run;
struct build_zone;

struct publication_step {
	const char *name; /* NULL ends the table */
	/* One of them; each returns 0, or -1 with problems added, which ends the publication: */
	int (*of_run)(struct zone_run *run); /* for a zone, by any thread */
	/* For some zones, whose syncs are made together; those that fail are `failed` then. */
	void (*of_runs)(struct zone_run *const *runs, size_t n);
	int (*of_zone)(struct build_run *build, struct build_zone *zone); /* zone by zone */
	int (*of_build)(struct build_run *build); /* for all zones at once */
	unsigned left;                            /* of a build that ends behind the step */
	const char *then;                         /* what the next build does about it */
};

extern const struct publication_step publication_steps[];

/* The steps of a zone ahead of those for some zones. Returns 0, or -1 with problems added: then the
 * published file is as it was. */
int
publication_draft(struct zone_run *run);

/* The steps that follow, up to those of the build, for some zones; `failed` are those that are not
 * published, with problems added. */
void
publication_of_zones(struct zone_run *const *runs, size_t n);

/* The further steps, of all zones that were built. Returns 0, or -1 with problems added: to those
 * of a zone, which is `unfinished` then, or of the build. */
int
publication_of_build(struct build_run *build);

#endif

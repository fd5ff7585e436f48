/* Settings: what of a job shapes the zone that a build makes of its inputs, and what is said of it.
 * They are the first lines of a zone's cache (cache.h): where one differs, the zone is built anew.
 *
 * What the project file says of a zone counts as it is written there, so that a key of a zone or a
 * policy cannot be forgotten. Every member of struct zone_job stands in a table, either as a
 * setting or as what is none, and why. A test knows the octets of the struct, and fails where a
 * member is in neither. */
#ifndef PUBLISH_SETTINGS_H
#define PUBLISH_SETTINGS_H

#include "publish/job.h"

/* How the cache names an absolute path: from the folder of the project, where it lies in that, so
 * that a project whose folder moves is still the one that was built. */
const char *
settings_path(const struct roots *roots, const char *path);

/* The path that is named so, absolute, in `a`. */
const char *
settings_path_read(struct arena *a, const struct roots *roots, struct text name);

/* Appends all settings of the job, one a line; paths are worked out in `a`. */
void
settings_print(struct buf *b, struct arena *a, const struct zone_job *job);

/* A digest of what cert:NAME stands for in templates, in `a`: it is one setting of each zone. */
const char *
settings_of_names(
    struct arena *a, const struct roots *roots, const struct tlsa_named *items, size_t n);

struct settings_writer;

/* A member of a struct. */
struct setting {
	const char *name; /* NULL ends the table */
	size_t offset, size;
	/* Appends the value of the member, without its newline; NULL: it is no setting. */
	void (*put)(const struct settings_writer *w, const void *member, size_t size);
};

/* All members of struct zone_job and of struct tlsa_named. */
extern const struct setting settings_of_job[], settings_of_named[];

#endif

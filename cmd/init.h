/* What `zonepp init` gathers before it writes anything: the files and zones of a new project. */
#ifndef CMD_INIT_H
#define CMD_INIT_H

#include "cmd.h"

enum { INIT_TEMPLATES_SHOWN = 20 };

/* A file to be made. */
struct init_file {
	const char *path; /* seen from the working folder */
	struct text text;
	bool optional; /* another one of that name may stay */
	bool is_template, is_project;
	bool there, same; /* there is something of that name, and it is the same file */
};

struct init_zone {
	const char *name; /* without the last dot */
	const char *path; /* of the file that it is taken from, or NULL */
};

struct init {
	struct arena *a;
	bool file_names;            /* may name zones */
	const char *const *servers; /* to ask for serials */
	struct init_file *files;
	size_t n_files, cap_files;
	struct init_zone *zones;
	size_t n_zones, cap_zones;
	struct buf said; /* about what was taken over */
};

void
init_add(struct init *init, struct init_file file);

struct init_zone *
init_add_zone(struct init *init, const char *name);

/* The path of a zone's template, in `a`. */
const char *
init_template(struct arena *a, const char *name);

/* Adds the zone files that the arguments name, of init_from.c. Returns 0, or -1 with all that is in
 * the way told of. */
int
init_take_over(struct cmd *cmd, struct init *init);

void
init_free(struct init *init);

#endif

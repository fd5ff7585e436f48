/* Servers: the lists `servers` and `parent` of the project file (zonepp.yaml(5)), which zone.c and
 * certificate.c hand here. Each entry is ADDRESS, NAME, one of these with :PORT, or
 * [ADDRESS]:PORT; in `parent` also `resolver`, which are those of this machine, or `resolver:`
 * ahead of one of these. */
#ifndef PROJECT_SERVER_H
#define PROJECT_SERVER_H

#include "project/project.h"
#include "project/yaml.h"

/* What an entry looks like. */
extern const struct yaml_form server_form;

/* Reads the list, in the arena of `diags`. Returns 0, or -1 with a problem added for each entry
 * that is none; then there are none. */
int
servers_read(struct diags *diags, const struct yaml_texts *texts,
    const struct project_server **servers, size_t *n);

/* The same for a list of `parent`. */
int
parents_read(struct diags *diags, const struct yaml_texts *texts,
    const struct project_server **servers, size_t *n);

#endif

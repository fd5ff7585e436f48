/* Servers: the lists `servers` of the project file (zonepp.yaml(5)), which load.c and
 * certificate.c hand here. Each entry is ADDRESS, NAME, one of these with :PORT, or
 * [ADDRESS]:PORT. */
#ifndef PROJECT_SERVER_H
#define PROJECT_SERVER_H

#include "project/project.h"
#include "project/yaml.h"

/* Reads the list, in the arena of `diags`. Returns 0, or -1 with a problem added for each entry
 * that is none; then there are none. */
int
servers_read(struct diags *diags, const struct yaml_texts *texts,
    const struct project_server **servers, size_t *n);

#endif

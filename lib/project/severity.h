/* The project's own severities, `severity: { D103: off }`: how bad it takes a problem to be.
 * Warnings and notes may be anything, and so may errors of the lint; other errors stay errors,
 * since a zone that has them would be published wrong. A record outside the zone may be a warning
 * or a note: it is left out then. Called by load.c. */
#ifndef PROJECT_SEVERITY_H
#define PROJECT_SEVERITY_H

#include "project/yaml.h"

/* The severities of all problems, for struct diags, in its arena; a problem is added for each key
 * that is no code, and each value that it cannot have. */
const int8_t *
severity_read(struct diags *diags, const struct yaml_node *mapping);

#endif

/* The keys of the project file, for those who must know every one: its JSON Schema is made of them
 * (report/schema.h), and tests hold cache and manual against them. */
#ifndef PROJECT_MAPPING_H
#define PROJECT_MAPPING_H

#include "project/yaml.h"

/* Those of the file itself. `severity`, the one mapping without `fields` and `values`, has the
 * codes of problems. */
extern const struct yaml_field project_fields[];

/* How bad a problem may be taken to be, the worst first. */
extern const struct yaml_choice severity_choices[];

#endif

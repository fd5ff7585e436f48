/* The mappings of the project file with all their keys, for those who must know every one: tests
 * hold cache, manual and schema against them. */
#ifndef PROJECT_MAPPING_H
#define PROJECT_MAPPING_H

#include "project/yaml.h"

struct project_mapping {
	const char *name; /* the key that holds it, or holds several by name; "": the file itself;
			   * NULL ends the table */
	const struct yaml_field *fields;
};

/* Those whose keys are no names; `zones` has the keys of `defaults`. */
extern const struct project_mapping project_mappings[];

/* Those of `keys` in a policy. */
extern const struct yaml_field policy_keys_fields[];

#endif

/* Certificates of the project file (zonepp.yaml(5)), as load.c hands them here. */
#ifndef PROJECT_CERTIFICATE_H
#define PROJECT_CERTIFICATE_H

#include "project/project.h"
#include "project/yaml.h"

/* The keys of a certificate, and what its name looks like. */
extern const struct yaml_field certificate_fields[];
extern const struct yaml_form certificate_name_form;

/* Reads the mapping `certificates`, which may be NULL, into `project`, whose folder is known.
 * Problems are added to `diags`. */
void
certificates_read(
    struct diags *diags, const struct yaml_node *certificates, struct project *project);

#endif

/* What the files share that read the project file: load.c its top, and policy.c and zone.c what
 * it has by name; certificate.c, server.c and severity.c have headers of their own. */
#ifndef PROJECT_LOAD_PART_H
#define PROJECT_LOAD_PART_H

#include "project/project.h"
#include "project/yaml.h"

struct load {
	struct diags *diags;
	struct arena *a; /* of the diags */
	struct project *project;
	const char *keys;                 /* path of the folder of keys */
	const struct yaml_node *defaults; /* or NULL */
};

/* The values of a mapping, which may be NULL. */
static inline const struct yaml_node *
load_children(const struct yaml_node *mapping, size_t *n)
{
	*n = mapping ? mapping->n : 0;
	return mapping ? mapping->first : NULL;
}

/* A path of the file as the process sees it. */
static inline const char *
load_path(const struct load *load, const char *path)
{
	return project_path_of(load->a, load->project->folder, path);
}

/* The keys of a policy, and those of a zone, which `defaults` has, too; and what its name looks
 * like. */
extern const struct yaml_field policy_fields[], zone_fields[];

/* What `zones` has beside their names. */
extern const struct yaml_field zones_fields[];
extern const struct yaml_form zone_name_form;

/* Reads the mapping `policies`, which may be NULL, into the project. Problems are added. */
void
policies_read(const struct load *load, const struct yaml_node *mapping);

/* Returns NULL with one problem added where there is none. */
const struct project_policy *
policy_find(const struct load *load, struct yaml_text name);

/* Reads the mapping `zones`, which may be NULL, into the project, whose policies and key folder are
 * known. Problems are added. */
void
zones_read(const struct load *load, const struct yaml_node *mapping);

#endif

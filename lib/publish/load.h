/* Loading a zone: the template through the parser, with every directive that zonepp knows, into a
 * store. */
#ifndef PUBLISH_LOAD_H
#define PUBLISH_LOAD_H

#include "project/project.h"
#include "publish/directives.h"
#include "zone/store.h"

struct load_options {
	const char *path;          /* of the template; "-": standard input */
	const struct name *zone;   /* or NULL: the template names it */
	const struct roots *roots; /* or NULL: all may be read */
	struct secrets secrets;    /* environment variables that may be read */
	bool named;                /* see struct parse_options */
	bool by_soa; /* without `zone`, the first SOA record names it, and $ORIGIN does not */
	const struct limits *limits;           /* of the zone's account, or NULL */
	size_t n_abreast;                      /* zones that are read at a time; 0: this alone */
	const struct tlsa_names *certificates; /* of the project file; NULL: there is none */
	struct parse_includes includes;
	ds_source *ds;      /* of $DS; NULL: there is none, */
	void *ds_ctx;       /* and what it takes */
	bool dane;          /* see directives_begin */
	bool keep_text;     /* the text of the template stays in memory as a whole */
	unsigned n_workers; /* threads that may parse it; 0: one */
	int64_t now;
};

struct loaded {
	struct store store; /* not sorted yet */
	struct directives directives;
};

/* What templates of `project` may call cert:NAME; in `a`. */
struct tlsa_names
load_certificates(struct arena *a, const struct project *project);

/* How templates of `zone` include files; NULL: those of no zone of the project. */
struct parse_includes
load_includes(const struct project *project, const struct project_zone *zone);

/* How the template of a zone of the project is loaded at `now`, by what load_certificates gave. */
struct load_options
load_of(const struct project *project, const struct project_zone *zone,
    const struct tlsa_names *certificates, int64_t now);

/* Opens the account of the zone whose problems `diags` holds, which does not move from now on. */
void
load_begin(struct diags *diags, const struct load_options *options);

/* Returns 0, or -1 with all problems of the template added. Either way load_free is due. */
int
load_zone(struct diags *diags, const struct load_options *options, struct loaded *loaded);

void
load_free(struct loaded *loaded);

#endif

#include "rollover/ds_made.h"

#include "directive/directive.h"
#include "rollover/parent.h"

#include <string.h>

struct reading {
	const struct project *project;
	bool *is;
};

static int
note(void *ctx, struct parser *parser, const struct entry *entry)
{
	const struct reading *reading = ctx;
	struct directive d = directive_begin(parser, entry);
	int result = directive_owners(&d, D_RECORD_OWNER, directive_name);

	for (size_t i = 0; i < d.n_owners; i++) {
		const struct project_zone *zone =
		    parent_zone_named(reading->project, d.owners[i].name.wire);

		if (zone)
			reading->is[zone - reading->project->zones] = true;
	}
	return result;
}

static int
pass_over(void *ctx, const struct parsed *record)
{
	(void)ctx;
	(void)record;
	return 0;
}

/* Other directives are problems here, which nobody is told of. */
static void
read_template(const struct project *project, const struct project_zone *parent, bool *is)
{
	struct reading reading = {project, is};
	const struct parse_directive rows[] = {{"DS", note, &reading}, {NULL, NULL, NULL}};
	struct parse_options options = {.zone = &parent->name,
	    .roots = &project->roots,
	    .includes = {.folder = project->folder,
		.from_folder = parent->include_from == PROJECT_INCLUDE_FROM_PROJECT},
	    .directives = rows,
	    .sink = {.record = pass_over}};
	struct diags own = {0};
	struct name zone;

	account_open(&own.account, &project->limits, 0);
	arena_charge(&own.arena, &own.account);
	parse_file(&own, &options, parent->template, &zone);
	diags_free(&own);
}

bool
ds_is_made(struct ds_made *made, const struct project *project, const struct project_zone *parent,
    const struct project_zone *child)
{
	if (!made->is)
		made->is = arena_alloc(made->a, project->n_zones);
	if (made->parent != parent) {
		memset(made->is, 0, project->n_zones);
		read_template(project, parent, made->is);
		made->parent = parent;
	}
	return made->is[child - project->zones];
}

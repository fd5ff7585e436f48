#include "cmd.h"

#include "base/mem.h"
#include "project/project.h"

#include <stdlib.h>

static const struct cmd_option option_certificates = {
    "certificates", 0, NULL, "its certificates in their place: name, current and next"};

static const struct cmd_option *const options[] = {
    &option_certificates, &option_project, &option_directory, &option_shard, NULL};

static void
print_zones(struct buf *b, const struct project *project, struct shard shard)
{
	bool *has = mem_alloc(project->n_zones * sizeof(*has));

	shard_zones(shard, project, has);
	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];

		if (has[i])
			buf_printf(b, "%s\t%s\t%s\t%s\n", zone->name_text, zone->template,
			    zone->output, zone->policy->name);
	}
	free(has);
}

static void
print_certificates(struct buf *b, const struct project *project)
{
	for (size_t i = 0; i < project->n_certificates; i++) {
		const struct project_certificate *certificate = &project->certificates[i];

		buf_printf(b, "%s\t%s\t%s\n", certificate->name, certificate->current,
		    certificate->next ? certificate->next : "");
	}
}

/* A zone or certificate a line, tabs between its fields. */
static int
run(struct cmd *cmd)
{
	struct shard shard = cmd_shard(cmd);
	struct project project;
	struct buf b = {0};
	int result;

	if (cmd_project(cmd, &project) < 0)
		return -1;
	cmd_confine(cmd);
	if (cmd_has(cmd, &option_certificates))
		print_certificates(&b, &project);
	else
		print_zones(&b, &project, shard);
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

const struct verb verb_list = {"list", "",
    "the project's zones: name, template, output and policy, with tabs between", 0, 0, options, run,
    CONFINED_TO_PROJECT};

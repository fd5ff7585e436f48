#include "cmd.h"

#include "project/project.h"

static const struct cmd_option *const options[] = {&option_project, &option_directory, NULL};

/* One zone a line: name, template, output, policy; tabs between. */
static int
run(struct cmd *cmd)
{
	struct project project;
	struct buf b = {0};
	int result;

	if (cmd_project(cmd, &project) < 0)
		return -1;
	for (size_t i = 0; i < project.n_zones; i++) {
		const struct project_zone *zone = &project.zones[i];

		buf_printf(&b, "%s\t%s\t%s\t%s\n", zone->name_text, zone->template, zone->output,
		    zone->policy->name);
	}
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

const struct verb verb_list = {"list", "",
    "the project's zones: name, template, output and policy, with tabs between", 0, 0, options,
    run};

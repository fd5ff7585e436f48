#include "cmd.h"

#include "base/output.h"
#include "project/merge.h"

static const struct cmd_option *const options[] = {&option_output, NULL};

static int
run(struct cmd *cmd)
{
	const char *to = cmd_value(cmd, &option_output);
	struct buf b = {0};
	struct text text;
	int result = merge_files(
	    &cmd->diags, cmd->arguments[0], cmd->arguments + 1, cmd->n_arguments - 1, &b);

	text = (struct text){b.data, b.len};
	if (result == 0)
		result = to && strcmp(to, "-") != 0 ? output_replace(&cmd->diags, NULL, to, text)
						    : cmd_print(cmd, text);
	buf_free(&b);
	return result;
}

const struct verb verb_merge = {"merge", "BASE FILE...",
    "put together what several runs made of one zonepp.state, or of one zonepp.lock", 2, -1,
    options, run, CONFINED_AT_ONCE};

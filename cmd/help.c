#include "cmd.h"

static const struct cmd_option options[] = {CMD_END};

static void
overview(struct buf *b)
{
	buf_puts(b, "usage: zonepp COMMAND [options] ...\n\n");
	for (const struct verb *const *verb = verbs; *verb; verb++)
		buf_printf(b, "  %-10s%s\n", (*verb)->name, (*verb)->summary);
	buf_puts(b, "\nzonepp help COMMAND tells its options; zonepp(1) tells more.\n");
}

static int
run(struct cmd *cmd)
{
	struct buf b = {0};
	int result;

	if (cmd->n_arguments == 0) {
		overview(&b);
	} else {
		const struct verb *verb = verb_find(cmd->arguments[0]);

		if (!verb)
			cmd_usage(cmd, "%s is not a command", cmd->arguments[0]);
		cmd_help(&b, verb);
	}
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

const struct verb verb_help = {
    "help", "[COMMAND]", "tell what the commands do", 0, 1, options, run};

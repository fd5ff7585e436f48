#include "cmd.h"

static const struct cmd_option *const options[] = {NULL};

static void
overview(struct buf *b)
{
	buf_puts(b, "usage: zonepp COMMAND [options] ...\n\n");
	for (const struct verb *const *verb = verbs; *verb; verb++)
		buf_printf(b, "  %-15s%s\n", (*verb)->name, (*verb)->summary);
	buf_puts(b, "\nzonepp help COMMAND tells its options; zonepp(1) tells more.\n");
}

/* One verb, or all whose names begin with that word. */
static void
help_on(struct cmd *cmd, const char *first, const char *second, struct buf *b)
{
	int used;
	const struct verb *found = verb_find(first, second, &used);

	if (found && second && used == 1)
		cmd_usage(cmd, "%s: an argument too many", second);
	if (found) {
		cmd_help(b, found);
		return;
	}
	for (const struct verb *const *verb = verbs; *verb && !second; verb++) {
		if (!verb_is_of(*verb, first))
			continue;
		buf_puts(b, b->len ? "\n" : "");
		cmd_help(b, *verb);
	}
	if (b->len == 0)
		cmd_usage(
		    cmd, "%s%s%s is not a command", first, second ? " " : "", second ? second : "");
}

static int
run(struct cmd *cmd)
{
	struct buf b = {0};
	int result;

	if (cmd->n_arguments == 0)
		overview(&b);
	else
		help_on(cmd, cmd->arguments[0], cmd->arguments[1], &b);
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

const struct verb verb_help = {
    "help", "[COMMAND]", "tell what the commands do", 0, 2, options, run, CONFINED_AT_ONCE};

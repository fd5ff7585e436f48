#include "cmd.h"

#include "base/output.h"
#include "publish/format.h"

static const struct cmd_option option_check = {"check", 0, NULL,
    "write nothing; name the files that would change, and exit with status 1 if there are any"};

static const struct cmd_option *const options[] = {
    &option_check, &option_output, &option_directory, &option_allow, NULL};

static int
write_file(struct diags *diags, const char *path, const struct buf *text)
{
	struct output *out = output_open(diags, path);
	bool changed;

	if (!out)
		return -1;
	if (output_write(out, text->data, text->len) == 0)
		return output_commit(out, &changed);
	output_abort(out);
	return -1;
}

/* Appends the file's name to `names` where it is not as it should be. */
static int
format(struct cmd *cmd, const char *path, struct diags *diags, struct buf *names)
{
	const char *to = cmd_value(cmd, &option_output);
	struct name zone;
	struct load_options load = cmd_file(cmd, path, &zone);
	struct buf b = {0};
	struct text text;
	int result = format_file(diags, &load, &text, &b);
	bool changes = result == 0 && (b.len != text.len || memcmp(b.data, text.data, b.len) != 0);

	if (changes && (cmd_has(cmd, &option_check) || (!to && strcmp(path, "-") != 0)))
		buf_printf(names, "%s\n", path);
	if (result == 0 && !cmd_has(cmd, &option_check) &&
	    (changes || to || strcmp(path, "-") == 0))
		result = write_file(diags, to ? to : path, &b);
	buf_free(&b);
	return result;
}

static void
permit(struct cmd *cmd)
{
	bool writes = !cmd_has(cmd, &option_check) && !cmd_has(cmd, &option_output);
	struct name zone;

	for (size_t i = 0; i < cmd->n_arguments; i++) {
		cmd_file(cmd, cmd->arguments[i], &zone);
		if (writes)
			cmd_permit_output(cmd, cmd->arguments[i]);
	}
	cmd_confine(cmd);
}

static int
run(struct cmd *cmd)
{
	struct buf names = {0};
	int result = 0;

	if (cmd_has(cmd, &option_output) && cmd->n_arguments != 1)
		cmd_usage(cmd, "--output is for one FILE");
	if (cmd_has(cmd, &option_output) && cmd_has(cmd, &option_check))
		cmd_usage(cmd, "--check writes nothing: leave out --output");
	permit(cmd);
	for (size_t i = 0; i < cmd->n_arguments; i++) {
		struct diags diags = {0};

		if (format(cmd, cmd->arguments[i], &diags, &names) < 0)
			result = -1;
		cmd_report(cmd, &diags);
		diags_free(&diags);
	}
	if (names.len > 0 && cmd_has(cmd, &option_check) && cmd->diags.status == 0)
		cmd->diags.status = 1;
	if (names.len > 0 && cmd_print(cmd, (struct text){names.data, names.len}) < 0)
		result = -1;
	buf_free(&names);
	return result;
}

const struct verb verb_fmt = {"fmt", "FILE...|-",
    "set the fields of templates in columns, and change nothing else", 1, -1, options, run,
    CONFINED_TO_PROJECT};

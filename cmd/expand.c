#include "cmd.h"

#include "base/output.h"
#include "publish/expand.h"
#include "publish/overwrite.h"

static const struct cmd_option *const options[] = {&option_project, &option_directory,
    &option_output, &option_zone, &option_allow, &option_secret, &option_now, NULL};

static int
run(struct cmd *cmd)
{
	struct cmd_template template;
	const char *path = cmd_value(cmd, &option_output);
	struct buf text = {0};
	struct output *out;
	bool changed;
	int result;

	cmd->diags.track_inputs = path ? TRACK_PATHS : TRACK_NOTHING;
	if (cmd_template(cmd, &template) < 0)
		return -1;
	cmd_confine(cmd);
	result = expand_file(&cmd->diags, &template.load, &text);
	if (result == 0 && path)
		result = overwrite_check(&cmd->diags, NULL, path);
	if (result == 0) {
		out = output_open(&cmd->diags, path ? path : "-");
		result = out && output_write(out, text.data, text.len) == 0
			     ? output_commit(out, &changed)
			     : -1;
	}
	buf_free(&text);
	return result;
}

const struct verb verb_expand = {"expand", "ZONE|FILE|-",
    "text to text: zonepp's directives replaced, includes inlined, all else kept", 1, 1, options,
    run, CONFINED_TO_PROJECT};

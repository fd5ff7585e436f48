#include "cmd.h"

#include "dane/alias.h"
#include "check/zone.h"
#include "publish/load.h"
#include "publish/overwrite.h"
#include "zone/write.h"

static const struct cmd_option *const options[] = {&option_project, &option_directory, &option_zone,
    &option_output, &option_allow, &option_secret, &option_now, &option_jobs, NULL};

static int
write_zone(struct cmd *cmd, const struct store *store, const char *path)
{
	struct output *out;
	bool changed;

	if (path && overwrite_check(&cmd->diags, NULL, path) < 0)
		return -1;
	out = output_open(&cmd->diags, path ? path : "-");
	if (out && write_store(out, store, cmd->jobs) == 0)
		return output_commit(out, &changed);
	if (out)
		output_abort(out);
	return -1;
}

static int
run(struct cmd *cmd)
{
	struct cmd_template template;
	const char *path = cmd_value(cmd, &option_output);
	struct loaded loaded;
	const struct tlsa_doubt *doubts;
	int result;

	cmd->diags.track_inputs = path ? TRACK_PATHS : TRACK_NOTHING;
	if (cmd_template(cmd, &template) < 0)
		return -1;
	cmd_confine(cmd);
	result = load_zone(&cmd->diags, &template.load, &loaded);
	store_sort(&loaded.store);
	doubts = loaded.directives.tlsa.doubts;
	if (result == 0)
		result = check_zone(&loaded.store, 0);
	else
		check_names(&loaded.store);
	if (dane_aliases_judge(&loaded.store, doubts) < 0)
		result = -1;
	if (result == 0)
		result = write_zone(cmd, &loaded.store, path);
	load_free(&loaded);
	return result;
}

const struct verb verb_print = {"print", "ZONE|FILE|-",
    "the records in canonical order, one a line, all directives executed", 1, 1, options, run,
    CONFINED_TO_PROJECT};

#include "sign.h"

#include "publish/join.h"

static const struct cmd_option *const options[] = {
    &option_output, &option_sign_keys, &option_sign_key, &option_verify, &option_jobs, NULL};

static int
run(struct cmd *cmd)
{
	struct join_job job = {.parts = cmd->arguments,
	    .n_parts = cmd->n_arguments,
	    .output = cmd_value(cmd, &option_output),
	    .verify = sign_verify(cmd),
	    .n_workers = cmd->jobs};

	if (!job.output)
		cmd_usage(cmd, "-o FILE is missing (- is standard output)");
	job.keys = sign_keys(cmd, &job.key_files);
	cmd_permit_keys(cmd, NULL, job.keys, job.key_files);
	for (size_t i = 0; i < cmd->n_arguments; i++)
		sandbox_add(&cmd->sandbox, cmd->arguments[i], SANDBOX_READ);
	cmd_confine(cmd);
	return join_parts(&cmd->diags, &job);
}

const struct verb verb_join = {"join", "PART...",
    "put the parts of a signed zone together, which zonepp sign --part wrote", 1, -1, options, run,
    CONFINED_BY_ITSELF};

#include "cmd.h"

#include "publish/join.h"

static const struct cmd_option option_keys = {"keys", 0, "DIR", "sign with the zone's keys in DIR"};
static const struct cmd_option option_key = {
    "key", 0, "FILE", "sign with this key (may be repeated)"};
static const struct cmd_option option_verify = {
    "verify", 0, "chain|full|none", "ahead of writing (default: chain; full: with cryptography)"};

static const struct cmd_option *const options[] = {
    &option_output, &option_keys, &option_key, &option_verify, &option_jobs, NULL};

static enum project_verify
verify_of(const struct cmd *cmd)
{
	static const struct {
		const char *word;
		enum project_verify verify;
	} words[] = {{"chain", PROJECT_VERIFY_CHAIN}, {"full", PROJECT_VERIFY_FULL},
	    {"none", PROJECT_VERIFY_NONE}};
	const char *value = cmd_value(cmd, &option_verify);

	for (size_t i = 0; value && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, value) == 0)
			return words[i].verify;
	if (value)
		cmd_usage(cmd, "--verify %s: not one of its values", value);
	return PROJECT_VERIFY_CHAIN;
}

static int
run(struct cmd *cmd)
{
	struct join_job job = {.parts = cmd->arguments,
	    .n_parts = cmd->n_arguments,
	    .output = cmd_value(cmd, &option_output),
	    .keys = cmd_value(cmd, &option_keys),
	    .key_files = cmd_values(cmd, &option_key),
	    .verify = verify_of(cmd),
	    .n_workers = cmd->jobs};

	if (!job.output)
		cmd_usage(cmd, "-o FILE is missing (- is standard output)");
	if (!job.keys == !*job.key_files)
		cmd_usage(cmd, "give either --keys DIR or --key FILE");
	return join_parts(&cmd->diags, &job);
}

const struct verb verb_join = {"join", "PART...",
    "put the parts of a signed zone together, which zonepp sign --part wrote", 1, -1, options, run};

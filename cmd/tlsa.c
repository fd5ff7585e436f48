#include "cmd.h"

#include "directive/tlsa_print.h"

static const struct cmd_option option_usage = {
    "usage", 'u', "0|1|2|3", "certificate usage, or its name (default: 3, DANE-EE)"};
static const struct cmd_option option_selector = {
    "selector", 's', "0|1", "what is taken of it (default: 1, SPKI)"};
static const struct cmd_option option_matching = {
    "matching", 'm', "0|1|2", "matching type (default: 1, SHA2-256)"};
static const struct cmd_option option_name = {
    "name", 0, "OWNER", "the record's owner, as in _25._tcp.mail.example.org"};
static const struct cmd_option option_pick = {
    "pick", 0, "leaf|issuer|all|root", "which certificate (all but leaf: with usage 0 or 2)"};
static const struct cmd_option option_pass = {
    "pass", 0, "WHERE", "the password of encrypted sources: env:NAME or file:PATH"};

static const struct cmd_option *const options[] = {&option_usage, &option_selector,
    &option_matching, &option_name, &option_pick, &option_pass, &option_now, NULL};

/* What the library says of an option is a usage error here. */
static void
must(const struct cmd *cmd, int result)
{
	if (result < 0)
		cmd_usage(cmd, "%s", cmd->diags.items[cmd->diags.n - 1].message);
}

static void
read_parameter(struct cmd *cmd, const struct cmd_option *option, enum tlsa_field field,
    struct tlsa_params *out)
{
	const char *value = cmd_value(cmd, option);

	if (value)
		must(cmd, tlsa_parameter(&cmd->diags, pos_none(), field, text_of(value), out));
}

static int
print(struct cmd *cmd, const struct tlsa_request *request)
{
	struct buf out = {0};
	int result = tlsa_print(&cmd->diags, request, &out);

	if (result == 0)
		result = cmd_print(cmd, (struct text){out.data, out.len});
	buf_free(&out);
	return result;
}

static void
permit(struct cmd *cmd, const char *pass)
{
	static const char file[] = "file:";

	for (size_t i = 0; i < cmd->n_arguments; i++)
		sandbox_add(&cmd->sandbox, cmd->arguments[i], SANDBOX_READ);
	if (pass && strncmp(pass, file, strlen(file)) == 0)
		sandbox_add(&cmd->sandbox, pass + strlen(file), SANDBOX_READ);
	cmd_confine(cmd);
}

static int
run(struct cmd *cmd)
{
	const char *pass = cmd_value(cmd, &option_pass);
	struct secret secret = {0};
	struct tlsa_request request = {.params = TLSA_DEFAULT,
	    .owner = cmd_value(cmd, &option_name),
	    .paths = cmd->arguments,
	    .n_paths = cmd->n_arguments,
	    .secret = &secret,
	    .now_unix = cmd->now};
	int result = 0;

	read_parameter(cmd, &option_usage, TLSA_USAGE, &request.params);
	read_parameter(cmd, &option_selector, TLSA_SELECTOR, &request.params);
	read_parameter(cmd, &option_matching, TLSA_MATCHING, &request.params);
	must(cmd, tlsa_pick(&cmd->diags, pos_none(), request.params.usage,
		      cmd_value(cmd, &option_pick), &request.pick));
	permit(cmd, pass);
	if (pass)
		result = secret_read(&cmd->diags, pos_none(), NULL, NULL, "", pass, &secret);
	if (result == 0)
		result = print(cmd, &request);
	secret_end(&secret);
	return result;
}

const struct verb verb_tlsa = {"tlsa", "SOURCE...", "TLSA records for certificates and keys", 1, -1,
    options, run, CONFINED_TO_PROJECT};

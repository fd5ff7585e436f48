#include "keys.h"

#include "base/output.h"
#include "publish/request.h"

static const struct cmd_option option_from = {
    "from", 0, "TIME", "when the period begins (default: now)"};
static const struct cmd_option option_until = {"until", 0, "TIME", "when it ends"};
static const struct cmd_option option_request = {
    "output", 'o', "FILE", "the request (default: standard output)"};

static const struct cmd_option *const options[] = {&option_from, &option_until, &option_request,
    &option_project, &option_directory, &option_now, NULL};

static int
write_request(struct cmd *cmd, const struct ceremony *made, struct text said)
{
	const char *path = cmd_value(cmd, &option_request);
	struct buf b = {0};
	int result;

	ceremony_print(&b, made);
	if (!path || strcmp(path, "-") == 0)
		result = cmd_print(cmd, (struct text){b.data, b.len});
	else if (output_replace(&cmd->diags, NULL, path, (struct text){b.data, b.len}) < 0)
		result = -1;
	else
		result = cmd_print(cmd, said);
	buf_free(&b);
	return result;
}

static int
request(struct cmd *cmd)
{
	struct buf said = {0};
	struct project project;
	struct ceremony made;
	struct request wanted = {.project = &project,
	    .from_unix = cmd_time(cmd, &option_from, cmd->now),
	    .until_unix = cmd_time(cmd, &option_until, KEY_NO_TIME),
	    .now_unix = cmd->now,
	    .said = &said};
	int result;

	if (wanted.until_unix == KEY_NO_TIME)
		cmd_usage(cmd, "--until TIME is missing: when the period ends");
	if (wanted.until_unix <= wanted.from_unix)
		cmd_usage(cmd, "--until: the period ends before it begins");
	if (cmd_project(cmd, &project) < 0)
		return -1;
	wanted.zone = project_zone_find(&cmd->diags, &project, cmd->arguments[0]);
	if (!wanted.zone)
		return -1;
	wanted.tokens = tokens_new();
	result = request_make(&cmd->diags, &wanted, &made);
	if (result == 0)
		result = write_request(cmd, &made, (struct text){said.data, said.len});
	if (result < 0 && said.len > 0) /* keys are made all the same */
		cmd_print(cmd, (struct text){said.data, said.len});
	tokens_free(wanted.tokens);
	buf_free(&said);
	return result;
}

const struct verb verb_keys_request = {"keys request", "ZONE",
    "ask an offline key for its signatures over a period", 1, 1, options, request, CONFINED_NOT};

#include "keys.h"

#include "base/output.h"
#include "dnssec/ceremony_sign.h"

static const struct cmd_option option_folder = {
    "keys", 0, "DIR", "the folder of the key signing keys (default: this one)"};
static const struct cmd_option option_key = {
    "key", 0, "FILE", "a key signing key (may be repeated)"};
static const struct cmd_option option_response = {
    "output", 'o', "FILE", "the response (without: only tell what would be signed)"};
static const struct cmd_option option_other = {
    "other", 0, "FILE", "DNSKEY or DS records of another signer of the zone (may be repeated)"};
static const struct cmd_option option_previous = {
    "previous", 0, "FILE", "the response before, to tell which keys are new"};

static const struct cmd_option *const options[] = {&option_response, &option_folder, &option_key,
    &option_other, &option_previous, &option_directory, &option_now, NULL};

static const char *
folder_of_keys(const struct cmd *cmd)
{
	const char *folder = cmd_value(cmd, &option_folder);

	return folder ? folder : ".";
}

static int
load_keys(struct cmd *cmd, const struct name *zone, struct keys *keys)
{
	struct arena *a = &cmd->diags.arena;
	const char *const *files = cmd_values(cmd, &option_key);

	return *files ? keys_load_files(a, &cmd->diags, files, zone, cmd->now, keys)
		      : keys_load_folder(a, &cmd->diags, folder_of_keys(cmd), zone, cmd->now, keys);
}

/* What whoever approves the request knows of other signers. */
static int
load_others(struct cmd *cmd, const struct name *zone, struct anchors *out)
{
	int result = 0;

	*out = (struct anchors){0};
	for (const char *const *file = cmd_values(cmd, &option_other); *file; file++)
		if (anchors_add(&cmd->diags, *file, zone, out) < 0)
			result = -1;
	return result;
}

static int
describe(struct cmd *cmd, const struct ceremony_signing *signing)
{
	struct buf b = {0};
	int result;

	ceremony_describe(&b, &cmd->diags, signing);
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

static int
write_response(struct cmd *cmd, const struct ceremony_signing *signing, const char *path)
{
	struct ceremony response;
	struct buf b = {0};
	int result = ceremony_sign(&cmd->diags, signing, &response);

	if (result == 0) {
		ceremony_print(&b, &response);
		result = strcmp(path, "-") == 0 ? cmd_print(cmd, (struct text){b.data, b.len})
						: output_replace(&cmd->diags, NULL, path,
						      (struct text){b.data, b.len});
	}
	buf_free(&b);
	return result;
}

/* What is told goes where the response does not. */
static int
make_response(struct cmd *cmd, struct tokens *tokens)
{
	const char *path = cmd_value(cmd, &option_response);
	const char *before = cmd_value(cmd, &option_previous);
	struct ceremony request, previous;
	struct anchors others;
	struct keys keys;
	struct ceremony_signing signing = {.request = &request,
	    .previous = before ? &previous : NULL,
	    .keys = &keys,
	    .others = &others,
	    .tokens = tokens,
	    .now = cmd->now};
	int result;

	result =
	    ceremony_read(&cmd->diags, NULL, cmd->arguments[0], CEREMONY_REQUEST, NULL, &request);

	if (request.zone.len == 0)
		return -1;
	if (before && ceremony_read(&cmd->diags, NULL, before, CEREMONY_RESPONSE, &request.zone,
			  &previous) < 0)
		return -1;
	if (load_keys(cmd, &request.zone, &keys) < 0 ||
	    load_others(cmd, &request.zone, &others) < 0)
		return -1;
	if (ceremony_judge(&cmd->diags, &signing) < 0 || result < 0)
		return -1;
	if ((!path || strcmp(path, "-") != 0) && describe(cmd, &signing) < 0)
		return -1;
	return path ? write_response(cmd, &signing, path) : 0;
}

static int
sign(struct cmd *cmd)
{
	const char *const *files = cmd_values(cmd, &option_key);
	struct tokens *tokens;
	int result;

	if (cmd_has(cmd, &option_folder) && *files)
		cmd_usage(cmd, "give either --keys DIR or --key FILE");
	cmd_permit_keys(cmd, NULL, *files ? NULL : folder_of_keys(cmd), files);
	sandbox_add(&cmd->sandbox, cmd->arguments[0], SANDBOX_READ);
	if (cmd_has(cmd, &option_response))
		cmd_permit_output(cmd, cmd_value(cmd, &option_response));
	cmd_confine(cmd);
	tokens = tokens_new();
	result = make_response(cmd, tokens);
	tokens_free(tokens);
	return result;
}

const struct verb verb_keys_sign = {"keys sign", "REQUEST",
    "sign the sets of keys of a request, with an offline key", 1, 1, options, sign,
    CONFINED_BY_ITSELF};

#include "keys.h"

#include "base/codec.h"
#include "dnssec/cds.h"
#include "dnssec/keystate.h"
#include "rollover/parent.h"

static const struct cmd_option option_digest = {
    "digest", 0, "2|4", "SHA-256 (2, the default) or SHA-384 (4)"};
static const struct cmd_option option_dnskey = {
    "dnskey", 0, NULL, "the DNSKEY records, for parents that make DS records themselves"};

static const struct cmd_option option_seen = {
    "seen", 0, "TAG", "note that the parent has the DS record of that key"};
static const struct cmd_option option_gone = {
    "gone", 0, "TAG", "note that the parent has it no more"};

static const struct cmd_option *const ds_options[] = {&option_seen, &option_gone, &option_digest,
    &option_dnskey, &option_keys, &option_project, &option_directory, &option_now, NULL};

static uint8_t
read_digest(const struct cmd *cmd)
{
	const char *value = cmd_value(cmd, &option_digest);

	if (!value)
		return DS_SHA256;
	if (strcmp(value, "1") == 0)
		cmd_usage(cmd, "--digest 1: SHA-1 is not for DS records any more (RFC 9905); "
			       "use 2 (SHA-256)");
	if (strcmp(value, "2") != 0 && strcmp(value, "4") != 0)
		cmd_usage(cmd, "--digest %s: not 2 (SHA-256) or 4 (SHA-384)", value);
	return (uint8_t)(*value - '0');
}

static void
print_ds(struct buf *b, const struct name *zone, const struct key *key, uint8_t digest)
{
	uint8_t rdata[CDS_LONGEST];
	size_t len = ds_rdata(zone, key->dnskey, digest, rdata);

	name_print(b, zone->wire);
	buf_printf(b, " IN DS %u %u %u ", key->tag, key->algorithm->number, digest);
	hex_encode_upper(b, (struct bytes){rdata + 4, len - 4});
	buf_putc(b, '\n');
}

static void
print_dnskey(struct buf *b, const struct name *zone, const struct key *key)
{
	name_print(b, zone->wire);
	buf_printf(b, " IN DNSKEY %u 3 %u ", key->flags, key->algorithm->number);
	base64_encode(b, (struct bytes){key->dnskey.data + 4, key->dnskey.len - 4});
	buf_putc(b, '\n');
}

static int
print_keys(struct cmd *cmd, const char *folder, const struct name *zone, const struct keys *keys,
    uint8_t digest)
{
	struct buf b = {0};
	int result;

	for (size_t i = 0; i < keys->n; i++) {
		if (!keystate_wants_ds(&keys->items[i], cmd->now))
			continue;
		if (cmd_has(cmd, &option_dnskey))
			print_dnskey(&b, zone, &keys->items[i]);
		else
			print_ds(&b, zone, &keys->items[i], digest);
	}
	if (b.len > 0)
		result = cmd_print(cmd, (struct text){b.data, b.len});
	else
		result = diag_add_path(&cmd->diags, folder, S_NO_DS,
		    keys->n ? "no key of %s here is a published key signing key"
			    : "there is no key of %s",
		    keys->zone);
	buf_free(&b);
	return result;
}

/* What the parent has is a part of the project's history. */
static int
tell(struct cmd *cmd, const struct keys *keys)
{
	bool seen = cmd_has(cmd, &option_seen);
	const struct cmd_option *option = seen ? &option_seen : &option_gone;
	const struct project_zone *zone;
	struct project project;
	const char *path;

	if (cmd_has(cmd, &option_seen) && cmd_has(cmd, &option_gone))
		cmd_usage(cmd, "--seen and --gone: the parent has a DS record, or has it not");
	if (keys_project(cmd, &path) < 0)
		return -1;
	if (!path)
		cmd_usage(cmd, "--%s: there is no project that could note it", option->name);
	if (project_load(&cmd->diags, path, &project) < 0)
		return -1;
	zone = project_zone_find(&cmd->diags, &project, cmd->arguments[0]);
	if (!zone)
		return -1;
	return parent_tell(&cmd->diags, &project, zone, keys,
	    (uint16_t)cmd_number(cmd, option, 0, 0, UINT16_MAX), seen, cmd->now);
}

static int
ds(struct cmd *cmd)
{
	uint8_t digest = read_digest(cmd);
	const struct project_zone *of_project;
	const char *folder;
	struct name zone;
	struct keys keys;

	cmd_name(cmd, "", cmd->arguments[0], &zone);
	folder = keys_folder(cmd, cmd->arguments[0], &of_project);
	if (!folder ||
	    keys_load_folder(&cmd->diags.arena, &cmd->diags, folder, &zone, cmd->now, &keys) < 0)
		return -1;
	if (cmd_has(cmd, &option_seen) || cmd_has(cmd, &option_gone))
		return tell(cmd, &keys);
	return print_keys(cmd, folder, &zone, &keys, digest);
}

const struct verb verb_keys_ds = {
    "keys ds", "ZONE", "DS records for the parent zone", 1, 1, ds_options, ds};

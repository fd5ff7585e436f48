#include "keys.h"

#include "base/codec.h"
#include "base/duration.h"
#include "dnssec/cds.h"
#include "dnssec/keystate.h"
#include "history/record.h"
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
report_ahead(struct cmd *cmd, const struct project_zone *zone, int64_t at_unix)
{
	struct buf when = {0};

	if (at_unix == TIME_NEVER)
		buf_printf(
		    &when, "zonepp build %s has published what they are of", zone->name_text);
	else
		instant_print_iso(&when, at_unix);
	diag_add_path(&cmd->diags, zone->keys, S_DS_AHEAD,
	    "the parent must not have these DS records of %s until %.*s: resolvers may hold what "
	    "is "
	    "not valid under them",
	    zone->name_text, (int)when.len, when.data);
	buf_free(&when);
	return 0;
}

/* Of a project it is known what resolvers may hold of the zone. */
static int
check_time(struct cmd *cmd, const struct keys *keys)
{
	struct arena *a = &cmd->diags.arena;
	struct bytes *ds = arena_alloc(a, keys->n * sizeof(*ds) + 1);
	const struct project_zone *zone;
	struct project project;
	const char *path;
	int64_t at_unix;
	size_t n = 0;

	if (keys_project(cmd, &path) < 0)
		return -1;
	if (!path)
		return 0;
	if (project_load(&cmd->diags, path, &project) < 0)
		return -1;
	zone = project_zone_find(&cmd->diags, &project, cmd->arguments[0]);
	if (!zone)
		return -1;
	for (size_t i = 0; i < keys->n; i++)
		if (keystate_wants_ds(&keys->items[i], cmd->now)) {
			struct record_key key = record_key_of(&zone->name, keys->items[i].dnskey);

			ds[n++] = record_ds(a, &key);
		}
	if (!zone->sign || n == 0)
		return 0;
	if (parent_may_have(&cmd->diags, &project, zone, ds, n, cmd->now, &at_unix) < 0)
		return -1;
	return at_unix == 0 ? 0 : report_ahead(cmd, zone, at_unix);
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
	path = cmd_value(cmd, &option_project); /* whichever folder has the keys */
	if (!path && project_find_if(&cmd->diags, ".", &path) < 0)
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
	if (check_time(cmd, &keys) < 0)
		return -1;
	return print_keys(cmd, folder, &zone, &keys, digest);
}

const struct verb verb_keys_ds = {
    "keys ds", "ZONE", "DS records for the parent zone", 1, 1, ds_options, ds, CONFINED_CALLS};

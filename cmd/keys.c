/* The three verbs about keys: generate, list, ds. */
#include "cmd.h"

#include "base/codec.h"
#include "base/file.h"
#include "base/mem.h"
#include "dnssec/cds.h"
#include "dnssec/keygen.h"
#include "dnssec/keystate.h"
#include "report/keys.h"

#include <errno.h>
#include <stdlib.h>

static const struct cmd_option option_keys = {
    "keys", 0, "DIR", "the folder of the keys (default: the project's, else this one)"};

/* --- Where the keys are --- */

/* The project file, where one is to be used; else NULL: --keys goes without. */
static int
find_project(struct cmd *cmd, const char **path)
{
	*path = cmd_value(cmd, &option_keys) ? NULL : cmd_value(cmd, &option_project);
	if (*path || cmd_has(cmd, &option_keys))
		return 0;
	return project_find_if(&cmd->diags, ".", path);
}

/* The folder with the keys of the zone called `name`, or NULL with a problem added. */
static const char *
folder_of(struct cmd *cmd, const char *name)
{
	const char *folder = cmd_value(cmd, &option_keys), *path;
	const struct project_zone *zone;
	struct project project;

	if (find_project(cmd, &path) < 0)
		return NULL;
	if (!path)
		return folder ? folder : ".";
	if (project_load(&cmd->diags, path, &project) < 0)
		return NULL;
	zone = project_zone_find(&cmd->diags, &project, name);
	return zone ? zone->keys : NULL;
}

/* --- generate --- */

static const struct cmd_option option_ksk = {
    "ksk", 0, NULL, "a key signing key, beside which there is a zone signing key"};
static const struct cmd_option option_zsk = {
    "zsk", 0, NULL, "a zone signing key (default: one key for both, flags 257)"};
static const struct cmd_option option_algorithm = {
    "algorithm", 'a', "NAME", "or its number (default: ECDSAP256SHA256)"};
static const struct cmd_option option_bits = {
    "bits", 'b', "N", "of an RSA modulus, 2048 to 4096 (default: 2048)"};
static const struct cmd_option option_publish = {
    "publish", 0, "TIME", "DNSKEY enters the zone (default: now)"};
static const struct cmd_option option_activate = {
    "activate", 0, "TIME", "the key begins to sign (default: once it is published)"};
static const struct cmd_option option_inactive = {
    "inactive", 0, "TIME", "the key ceases to sign (default: never)"};
static const struct cmd_option option_delete = {
    "delete", 0, "TIME", "DNSKEY leaves the zone (default: never)"};
static const struct cmd_option option_sync_publish = {
    "sync-publish", 0, "TIME", "CDS and CDNSKEY enter the zone (default: with the signatures)"};
static const struct cmd_option option_sync_delete = {
    "sync-delete", 0, "TIME", "CDS and CDNSKEY leave the zone"};
static const struct cmd_option option_ttl = {
    "ttl", 0, "D", "TTL of the DNSKEY record (default: that of the SOA record)"};

static const struct cmd_option *const generate_options[] = {&option_ksk, &option_zsk,
    &option_algorithm, &option_bits, &option_keys, &option_publish, &option_activate,
    &option_inactive, &option_delete, &option_sync_publish, &option_sync_delete, &option_ttl,
    &option_project, &option_directory, &option_now, NULL};

static const struct algorithm *
read_algorithm(const struct cmd *cmd)
{
	const char *value = cmd_value(cmd, &option_algorithm);
	const struct algorithm *algorithm =
	    value ? algorithm_find(text_of(value)) : algorithm_info(ALGORITHM_ECDSAP256SHA256);

	if (!algorithm)
		cmd_usage(cmd,
		    "--algorithm %s: not one of RSASHA256, RSASHA512, ECDSAP256SHA256, "
		    "ECDSAP384SHA384, ED25519, ED448",
		    value);
	if (algorithm->refused)
		cmd_usage(cmd, "--algorithm %s: not for signing: %s (RFC 8624, RFC 9905)", value,
		    algorithm->refused);
	return algorithm;
}

static unsigned
read_bits(const struct cmd *cmd, const struct algorithm *algorithm)
{
	if (cmd_has(cmd, &option_bits) && algorithm->family != ALGORITHM_RSA)
		cmd_usage(cmd, "--bits is for RSA: keys of %s have one length", algorithm->name);
	return (unsigned)cmd_number(
	    cmd, &option_bits, KEYGEN_BITS_LEAST, KEYGEN_BITS_LEAST, KEYGEN_BITS_MOST);
}

static const struct cmd_option *const time_options[N_KEY_TIMES] = {
    [KEY_PUBLISH] = &option_publish,
    [KEY_ACTIVATE] = &option_activate,
    [KEY_INACTIVE] = &option_inactive,
    [KEY_DELETE] = &option_delete,
    [KEY_SYNC_PUBLISH] = &option_sync_publish,
    [KEY_SYNC_DELETE] = &option_sync_delete,
};

/* Those that are not stated: the key is published now, and signs as soon as it is published. */
static void
read_times(const struct cmd *cmd, int64_t time[N_KEY_TIMES])
{
	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++)
		time[i] =
		    time_options[i] ? cmd_time(cmd, time_options[i], KEY_NO_TIME) : KEY_NO_TIME;
	time[KEY_CREATED] = cmd->now;
	if (time[KEY_PUBLISH] == KEY_NO_TIME)
		time[KEY_PUBLISH] = cmd->now;
	if (time[KEY_ACTIVATE] == KEY_NO_TIME)
		time[KEY_ACTIVATE] = time[KEY_PUBLISH];
}

static int
make_folder(struct cmd *cmd, const char *path)
{
	if (file_make_folder(path, 0700) == 0)
		return 0;
	return diag_error(&cmd->diags, pos_none(), F_WRITE, "cannot make the folder %s: %s", path,
	    strerror(errno));
}

static int
generate(struct cmd *cmd)
{
	const char *zone = cmd->arguments[0], *path, *base;
	const struct algorithm *algorithm = read_algorithm(cmd);
	struct keygen request = {
	    .algorithm = algorithm, .bits = read_bits(cmd, algorithm), .flags = KEY_FLAG_ZONE};
	struct key_folder folder;

	cmd_name(cmd, "", zone, &request.zone);
	if (cmd_has(cmd, &option_ksk) && cmd_has(cmd, &option_zsk))
		cmd_usage(cmd, "--ksk and --zsk: without either, one key serves both");
	if (!cmd_has(cmd, &option_zsk))
		request.flags |= KEY_FLAG_SEP;
	request.ttl_s = (uint32_t)cmd_duration(cmd, &option_ttl, 0);
	read_times(cmd, request.time);
	if (keygen_check_times(&cmd->diags, request.time) < 0)
		return -1;
	path = folder_of(cmd, zone);
	if (!path || make_folder(cmd, path) < 0 ||
	    key_folder_read(&cmd->diags.arena, &cmd->diags, path, &folder) < 0 ||
	    keygen(&cmd->diags, &folder, &request, &base) < 0)
		return -1;
	return cmd_print(cmd, text_of(arena_printf(&cmd->diags.arena, "%s\n", base)));
}

const struct verb verb_keys_generate = {"keys generate", "ZONE",
    "make a DNSSEC key in BIND's format", 1, 1, generate_options, generate};

/* --- list --- */

static const struct cmd_option option_json = {"json", 0, NULL, "an array of objects"};

static const struct cmd_option *const list_options[] = {
    &option_json, &option_keys, &option_project, &option_directory, &option_now, NULL};

/* The zones to list, each with its folder. */
struct zones {
	struct cmd *cmd;
	struct keys *keys;
	size_t n, cap;
	struct key_folder folder; /* the last one that was read */
	int result;
};

static void
list_zone(struct zones *zones, const char *path, const struct name *zone)
{
	struct diags *diags = &zones->cmd->diags;
	struct arena *a = &diags->arena;

	if ((!zones->folder.path || strcmp(zones->folder.path, path) != 0) &&
	    key_folder_read(a, diags, path, &zones->folder) < 0)
		zones->result = -1;
	zones->keys = mem_grow(zones->keys, zones->n, &zones->cap, sizeof(*zones->keys));
	if (keys_load(a, diags, &zones->folder, zone, zones->cmd->now, &zones->keys[zones->n]) < 0)
		zones->result = -1;
	zones->n++;
}

/* Those of the command line, or all that the project signs. */
static void
list_project(struct zones *zones, const char *path)
{
	struct cmd *cmd = zones->cmd;
	struct project project;

	if (project_load(&cmd->diags, path, &project) < 0) {
		zones->result = -1;
		return;
	}
	for (size_t i = 0; i < cmd->n_arguments; i++) {
		const struct project_zone *zone =
		    project_zone_find(&cmd->diags, &project, cmd->arguments[i]);

		if (zone)
			list_zone(zones, zone->keys, &zone->name);
		else
			zones->result = -1;
	}
	for (size_t i = 0; i < project.n_zones && cmd->n_arguments == 0; i++)
		if (project.zones[i].sign)
			list_zone(zones, project.zones[i].keys, &project.zones[i].name);
}

/* Those of the command line, or all that have keys in the folder. */
static void
list_folder(struct zones *zones, const char *path)
{
	struct cmd *cmd = zones->cmd;
	struct name zone = {0};

	for (size_t i = 0; i < cmd->n_arguments; i++) {
		cmd_name(cmd, "", cmd->arguments[i], &zone);
		list_zone(zones, path, &zone);
	}
	if (cmd->n_arguments > 0)
		return;
	if (key_folder_read(&cmd->diags.arena, &cmd->diags, path, &zones->folder) < 0)
		zones->result = -1;
	for (size_t i = 0; i < zones->folder.n; i++) {
		struct bytes wire = zones->folder.items[i].zone;

		if (zone.len == wire.len && memcmp(zone.wire, wire.data, wire.len) == 0)
			continue;
		zone.len = (uint8_t)wire.len;
		memcpy(zone.wire, wire.data, wire.len);
		list_zone(zones, path, &zone);
	}
}

static int
list(struct cmd *cmd)
{
	const char *path, *folder = cmd_value(cmd, &option_keys);
	struct zones zones = {.cmd = cmd};
	struct buf b = {0};

	if (find_project(cmd, &path) < 0)
		return -1;
	if (path)
		list_project(&zones, path);
	else
		list_folder(&zones, folder ? folder : ".");
	if (cmd_has(cmd, &option_json))
		report_keys_json(&b, zones.keys, zones.n, cmd->now);
	else
		report_keys_table(&b, zones.keys, zones.n, cmd->now);
	if (cmd_print(cmd, (struct text){b.data, b.len}) < 0)
		zones.result = -1;
	buf_free(&b);
	free(zones.keys);
	return zones.result;
}

const struct verb verb_keys_list = {"keys list", "[ZONE...]",
    "tell the state of DNSSEC keys, and what comes next", 0, -1, list_options, list};

/* --- ds --- */

static const struct cmd_option option_digest = {
    "digest", 0, "N", "2 (SHA-256, the default) or 4 (SHA-384)"};
static const struct cmd_option option_dnskey = {
    "dnskey", 0, NULL, "the DNSKEY records, for parents that make DS records themselves"};

static const struct cmd_option *const ds_options[] = {&option_digest, &option_dnskey, &option_keys,
    &option_project, &option_directory, &option_now, NULL};

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

static int
ds(struct cmd *cmd)
{
	uint8_t digest = read_digest(cmd);
	const char *folder;
	struct name zone;
	struct keys keys;

	cmd_name(cmd, "", cmd->arguments[0], &zone);
	folder = folder_of(cmd, cmd->arguments[0]);
	if (!folder ||
	    keys_load_folder(&cmd->diags.arena, &cmd->diags, folder, &zone, cmd->now, &keys) < 0)
		return -1;
	return print_keys(cmd, folder, &zone, &keys, digest);
}

const struct verb verb_keys_ds = {
    "keys ds", "ZONE", "DS records for the parent zone", 1, 1, ds_options, ds};

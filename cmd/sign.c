#include "cmd.h"

#include "dnssec/zonemd.h"
#include "publish/zone.h"

static const struct cmd_option option_keys = {"keys", 0, "DIR", "sign with the zone's keys in DIR"};
static const struct cmd_option option_key = {
    "key", 0, "FILE", "sign with this key (may be repeated)"};
static const struct cmd_option option_validity = {
    "validity", 0, "D", "how long signatures are valid (default: 14d, or more by SOA expire)"};
static const struct cmd_option option_inception_offset = {
    "inception-offset", 0, "D", "how far before now they begin (default: 1h)"};
static const struct cmd_option option_jitter = {
    "jitter", 0, "D", "by how much expiries are spread (default: 12h)"};
static const struct cmd_option option_nsec3 = {
    "nsec3", 0, NULL, "deny with NSEC3 in place of NSEC"};
static const struct cmd_option option_opt_out = {
    "opt-out", 0, NULL, "NSEC3 without insecure delegations (implies --nsec3)"};
static const struct cmd_option option_iterations = {
    "iterations", 0, "N", "further rounds of the NSEC3 hash (default: 0, as RFC 9276)"};
static const struct cmd_option option_salt = {
    "salt", 0, "HEX|-", "salt of the NSEC3 hash (default: none, as RFC 9276)"};
static const struct cmd_option option_zonemd = {
    "zonemd", 0, "[=HASH]", "add a digest of the zone, sha384 or sha512 (default: sha384)"};
static const struct cmd_option option_cds = {
    "cds", 0, "[=delete]", "add CDS and CDNSKEY; delete: to have the DS removed"};
static const struct cmd_option option_previous = {
    "previous", 0, "FILE", "keep what still holds of the signatures in FILE"};
static const struct cmd_option option_refresh = {
    "refresh", 0, "D", "make anew what expires sooner (default: by SOA expire)"};
static const struct cmd_option option_serial = {
    "serial", 0, "MODE", "keep (default), auto, unixtime or date"};
static const struct cmd_option option_verify = {
    "verify", 0, "MODE", "ahead of writing: chain (default), full with cryptography, none"};

static const struct cmd_option *const options[] = {&option_output, &option_zone, &option_allow,
    &option_secret, &option_keys, &option_key, &option_validity, &option_inception_offset,
    &option_jitter, &option_nsec3, &option_opt_out, &option_iterations, &option_salt,
    &option_zonemd, &option_cds, &option_previous, &option_refresh, &option_serial, &option_verify,
    &option_now, &option_jobs, NULL};

/* The word of an option, one of a table ended by NULL; its first if there is none. */
struct word {
	const char *name;
	int value;
};

static const struct word zonemds[] = {
    {"", ZONEMD_SHA384}, {"sha384", ZONEMD_SHA384}, {"sha512", ZONEMD_SHA512}, {NULL, 0}};

static const struct word cdss[] = {{"", CDS_KEYS}, {"delete", CDS_DELETE}, {NULL, 0}};

static const struct word serials[] = {
    {"keep", ZONE_SERIAL_KEEP},
    {"auto", ZONE_SERIAL_AUTO},
    {"unixtime", ZONE_SERIAL_UNIXTIME},
    {"date", ZONE_SERIAL_DATE},
    {NULL, 0},
};

static const struct word verifies[] = {
    {"none", ZONE_VERIFY_NONE},
    {"chain", ZONE_VERIFY_CHAIN},
    {"full", ZONE_VERIFY_FULL},
    {NULL, 0},
};

static int
word_or(
    const struct cmd *cmd, const struct cmd_option *option, const struct word *words, int otherwise)
{
	const char *value = cmd_value(cmd, option);

	if (!value)
		return otherwise;
	for (const struct word *word = words; word->name; word++)
		if (strcmp(word->name, value) == 0)
			return word->value;
	cmd_usage(cmd, "--%s %s: not one of its values", option->name, value);
}

static struct text
text_or_none(const struct cmd *cmd, const struct cmd_option *option)
{
	const char *value = cmd_value(cmd, option);

	return value ? text_of(value) : (struct text){0};
}

/* Sets the job's NSEC3 parameters to `params`, if it shall have some. */
static int
set_nsec3(struct cmd *cmd, struct nsec3_params *params, struct zone_job *job)
{
	struct nsec3_words words = {.iterations = text_or_none(cmd, &option_iterations),
	    .salt = text_or_none(cmd, &option_salt)};

	*params = (struct nsec3_params){.opt_out = cmd_has(cmd, &option_opt_out)};
	if (params->opt_out || cmd_has(cmd, &option_nsec3))
		job->nsec3 = params;
	else if (words.iterations.data || words.salt.data)
		cmd_usage(cmd, "--%s is for --nsec3", words.salt.data ? "salt" : "iterations");
	return nsec3_params_read(&cmd->diags, &words, params);
}

/* Which signatures of an earlier output are kept, and which serial follows its own. */
static void
set_previous(struct cmd *cmd, struct zone_job *job)
{
	job->previous = cmd_value(cmd, &option_previous);
	job->serial =
	    (enum zone_serial_policy)word_or(cmd, &option_serial, serials, ZONE_SERIAL_KEEP);
	if (job->serial == ZONE_SERIAL_AUTO && !job->previous)
		cmd_usage(cmd, "--serial auto follows the serial of --previous FILE");
}

static int
set_keys(struct cmd *cmd, struct key_folder *keys, struct zone_job *job)
{
	const char *folder = cmd_value(cmd, &option_keys);

	job->key_files = cmd_values(cmd, &option_key);
	if (!folder == !*job->key_files)
		cmd_usage(cmd, "give either --keys DIR or --key FILE");
	if (!folder)
		return 0;
	job->keys = keys;
	return key_folder_read(&cmd->diags.arena, &cmd->diags, folder, keys);
}

static int
run(struct cmd *cmd)
{
	enum { HOUR = 3600, DAY = 86400 };
	struct name zone;
	uint64_t validity_s = cmd_duration(cmd, &option_validity, LIFETIME_BY_SOA);
	struct zone_job job = {
	    .load = cmd_template(cmd, cmd->arguments[0], &zone),
	    .output = cmd_value(cmd, &option_output),
	    .sign = true,
	    .lifetime = {.validity_s = validity_s,
		.refresh_s = cmd_duration(cmd, &option_refresh, LIFETIME_BY_SOA),
		.jitter_s = cmd_duration(cmd, &option_jitter, validity_s >= 2 * DAY ? DAY / 2 : 0)},
	    .offset_s = cmd_duration(cmd, &option_inception_offset, HOUR),
	    .zonemd = (uint8_t)word_or(cmd, &option_zonemd, zonemds, 0),
	    .cds = (enum cds_mode)word_or(cmd, &option_cds, cdss, CDS_NONE),
	    .verify = (enum zone_verify)word_or(cmd, &option_verify, verifies, ZONE_VERIFY_CHAIN),
	    .n_workers = cmd->jobs,
	};
	struct key_folder keys;
	struct nsec3_params nsec3;
	struct zone_result result;

	if (!job.output)
		cmd_usage(cmd, "-o FILE is missing (- is standard output)");
	if (!job.load.zone)
		cmd_usage(cmd, "--zone NAME is missing");
	set_previous(cmd, &job);
	if (set_keys(cmd, &keys, &job) < 0 || set_nsec3(cmd, &nsec3, &job) < 0)
		return -1;
	return zone_publish(&cmd->diags, &job, &result);
}

const struct verb verb_sign = {
    "sign", "FILE|-", "sign one zone file with DNSSEC keys in BIND's format", 1, 1, options, run};

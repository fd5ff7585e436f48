#include "sign.h"

#include "dnssec/index.h"
#include "publish/zone.h"

const struct cmd_option option_sign_keys = {"keys", 0, "DIR", "sign with the zone's keys in DIR"};
const struct cmd_option option_sign_key = {
    "key", 0, "FILE", "sign with this key (may be repeated)"};
static const struct cmd_option option_validity = {
    "validity", 0, "D", "how long signatures are valid (default: 14d, or more by SOA expire)"};
static const struct cmd_option option_dnskey_validity = {
    "dnskey-validity", 0, "D", "those over DNSKEY, CDS and CDNSKEY (default: as all)"};
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
    "zonemd", 0, "[=sha384|sha512]", "add a digest of the zone (default: sha384)"};
static const struct cmd_option option_cds = {
    "cds", 0, "[=delete]", "add CDS and CDNSKEY; delete: to have the DS removed"};
static const struct cmd_option option_previous = {
    "previous", 0, "FILE", "keep what still holds of the signatures in FILE"};
static const struct cmd_option option_index = {
    "index", 0, NULL, "keep an index beside the output, by which --previous costs the edit alone"};
static const struct cmd_option option_refresh = {
    "refresh", 0, "D", "make anew what expires sooner (default: by SOA expire)"};
static const struct cmd_option option_serial = {
    "serial", 0, "keep|auto|unixtime|date", "what becomes of the serial (default: keep)"};
const struct cmd_option option_verify = {
    "verify", 0, "chain|full|none", "ahead of writing (default: chain; full for keys on tokens)"};

static const struct cmd_option option_part = {
    "part", 0, "K/N", "write the K-th of N parts of the signed zone, for zonepp join"};

static const struct cmd_option *const options[] = {&option_output, &option_zone, &option_allow,
    &option_secret, &option_sign_keys, &option_sign_key, &option_validity, &option_dnskey_validity,
    &option_inception_offset, &option_jitter, &option_nsec3, &option_opt_out, &option_iterations,
    &option_salt, &option_zonemd, &option_cds, &option_previous, &option_index, &option_refresh,
    &option_serial, &option_verify, &option_now, &option_jobs, &option_part, NULL};

/* The word of an option, one of a table ended by NULL; its first if there is none. */
struct word {
	const char *name;
	int value;
};

static const struct word zonemds[] = {{"", PROJECT_ZONEMD_SHA384},
    {"sha384", PROJECT_ZONEMD_SHA384}, {"sha512", PROJECT_ZONEMD_SHA512}, {NULL, 0}};

static const struct word cdss[] = {{"", CDS_KEYS}, {"delete", CDS_DELETE}, {NULL, 0}};

static const struct word serials[] = {
    {"keep", PROJECT_SERIAL_KEEP},
    {"auto", PROJECT_SERIAL_AUTO},
    {"unixtime", PROJECT_SERIAL_UNIXTIME},
    {"date", PROJECT_SERIAL_DATE},
    {NULL, 0},
};

static const struct word verifies[] = {
    {"none", PROJECT_VERIFY_NONE},
    {"chain", PROJECT_VERIFY_CHAIN},
    {"full", PROJECT_VERIFY_FULL},
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

static int
set_denial(struct cmd *cmd, struct project_policy *policy)
{
	struct nsec3_words words = {.iterations = text_or_none(cmd, &option_iterations),
	    .salt = text_or_none(cmd, &option_salt)};

	policy->nsec3.opt_out = cmd_has(cmd, &option_opt_out);
	if (policy->nsec3.opt_out || cmd_has(cmd, &option_nsec3))
		policy->denial = PROJECT_DENIAL_NSEC3;
	else if (words.iterations.data || words.salt.data)
		cmd_usage(cmd, "--%s is for --nsec3", words.salt.data ? "salt" : "iterations");
	return nsec3_params_read(&cmd->diags, &words, &policy->nsec3);
}

enum project_verify
sign_verify(const struct cmd *cmd)
{
	return (enum project_verify)word_or(cmd, &option_verify, verifies, PROJECT_VERIFY_OPEN);
}

/* The options are those of a policy (zonepp.yaml(5)). */
static int
set_policy(struct cmd *cmd, struct project_policy *policy)
{
	enum { HOUR = 3600, DAY = 86400 };
	uint32_t validity_s = (uint32_t)cmd_duration(cmd, &option_validity, LIFETIME_BY_SOA);

	*policy = (struct project_policy){
	    .sign = true,
	    .lifetime = {validity_s, (uint32_t)cmd_duration(cmd, &option_refresh, LIFETIME_BY_SOA),
		(uint32_t)cmd_duration(cmd, &option_jitter, validity_s >= 2 * DAY ? DAY / 2 : 0),
		(uint32_t)cmd_duration(cmd, &option_dnskey_validity, LIFETIME_BY_SOA)},
	    .inception_offset_s = (uint32_t)cmd_duration(cmd, &option_inception_offset, HOUR),
	    .zonemd =
		(enum project_zonemd)word_or(cmd, &option_zonemd, zonemds, PROJECT_ZONEMD_NONE),
	    .cds = (enum cds_mode)word_or(cmd, &option_cds, cdss, CDS_NONE),
	    .verify = sign_verify(cmd),
	};
	return set_denial(cmd, policy);
}

static void
set_zone(struct cmd *cmd, const struct project_policy *policy, struct project_zone *zone)
{
	*zone = (struct project_zone){
	    .policy = policy,
	    .sign = true,
	    .output = cmd_value(cmd, &option_output),
	    .serial =
		(enum project_serial)word_or(cmd, &option_serial, serials, PROJECT_SERIAL_KEEP),
	};
	if (!zone->output)
		cmd_usage(cmd, "-o FILE is missing (- is standard output)");
	if (zone->serial == PROJECT_SERIAL_AUTO && !cmd_value(cmd, &option_previous))
		cmd_usage(cmd, "--serial auto follows the serial of --previous FILE");
}

const char *
sign_keys(struct cmd *cmd, const char *const **files)
{
	const char *folder = cmd_value(cmd, &option_sign_keys);

	*files = cmd_values(cmd, &option_sign_key);
	if (!folder == !**files)
		cmd_usage(cmd, "give either --keys DIR or --key FILE");
	return folder;
}

static int
set_keys(struct cmd *cmd, struct key_folder *keys, struct zone_job *job)
{
	const char *folder = sign_keys(cmd, &job->key_files);

	if (!folder)
		return 0;
	job->keys = keys;
	return key_folder_read(&cmd->diags.arena, &cmd->diags, folder, keys);
}

/* All parts are of one time, and no old signatures are looked for. */
static void
set_part(struct cmd *cmd, struct zone_job *job)
{
	static const struct cmd_option *const others[] = {
	    &option_previous, &option_index, &option_refresh, &option_verify, NULL};
	struct shard part = cmd_share(cmd, &option_part);

	if (part.n == 0)
		return;
	for (const struct cmd_option *const *other = others; *other; other++)
		if (cmd_has(cmd, *other))
			cmd_usage(cmd, "--%s does not go with --part", (*other)->name);
	if (cmd->clock)
		cmd_usage(cmd, "--part wants --now TIME, the same for all parts");
	job->part = (struct sign_part){part.k, part.n};
}

static int
set_index(struct cmd *cmd, struct zone_job *job)
{
	struct arena *a = &cmd->diags.arena;

	if (!cmd_has(cmd, &option_index))
		return 0;
	if (strcmp(job->zone->output, "-") == 0)
		cmd_usage(cmd, "--index stands beside a file, and -o - is none");
	job->index = arena_printf(a, "%s.index", job->zone->output);
	if (job->previous)
		job->index_previous = arena_printf(a, "%s.index", job->previous);
	if (!index_may_replace(job->index))
		return diag_add_path(&cmd->diags, job->index, F_WRITE,
		    "%s is there, and no index of a zone", job->index);
	return 0;
}

/* The template and what it may read are permitted already. */
static void
confine(struct cmd *cmd, const struct zone_job *job)
{
	cmd_permit_keys(cmd, job->load.zone, cmd_value(cmd, &option_sign_keys),
	    cmd_values(cmd, &option_sign_key));
	if (job->previous)
		sandbox_add(&cmd->sandbox,
		    arena_printf(&cmd->diags.arena, "%s.index", job->previous), SANDBOX_READ);
	cmd_confine(cmd);
}

static int
run(struct cmd *cmd)
{
	struct name name;
	struct project_policy policy;
	struct project_zone zone;
	struct zone_job job = {
	    .zone = &zone,
	    .load = cmd_file(cmd, cmd->arguments[0], &name),
	    .previous = cmd_value(cmd, &option_previous),
	    .n_workers = cmd->jobs,
	};
	struct key_folder keys;
	struct zone_result result;
	int done;

	set_zone(cmd, &policy, &zone);
	if (!job.load.zone)
		cmd_usage(cmd, "--zone NAME is missing");
	set_part(cmd, &job);
	confine(cmd, &job);
	if (set_keys(cmd, &keys, &job) < 0 || set_policy(cmd, &policy) < 0)
		return -1;
	if (set_index(cmd, &job) < 0)
		return -1;
	job.tokens = tokens_new();
	done = zone_publish(&cmd->diags, &job, &result);
	tokens_free(job.tokens);
	return done;
}

const struct verb verb_sign = {"sign", "FILE|-",
    "sign one zone file with DNSSEC keys in BIND's format", 1, 1, options, run, CONFINED_BY_ITSELF};

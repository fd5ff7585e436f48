#include "cmd.h"

#include "publish/zone.h"

static const struct cmd_option options[] = {
    CMD_OUTPUT,
    CMD_ZONE,
    {"keys", 0, "DIR", "sign with the zone's keys in DIR"},
    {"key", 0, "FILE", "sign with this key (may be repeated)"},
    {"validity", 0, "D", "how long signatures are valid (default: 14d)"},
    {"inception-offset", 0, "D", "how far before now they begin (default: 1h)"},
    {"jitter", 0, "D", "by how much expiries are spread (default: 12h)"},
    CMD_NOW,
    CMD_JOBS,
    CMD_END,
};

static uint64_t
duration_or(const struct cmd *cmd, const char *option, uint64_t otherwise_s)
{
	const char *value = cmd_value(cmd, option);

	return value ? cmd_duration(cmd, option, value) : otherwise_s;
}

static int
run(struct cmd *cmd)
{
	enum { HOUR = 3600, DAY = 86400 };
	struct name zone;
	uint64_t validity_s = duration_or(cmd, "validity", 14 * DAY);
	struct zone_job job = {
	    .load = {.path = cmd->arguments[0],
		.zone = cmd_zone(cmd, &zone),
		.dane = true,
		.now = cmd->now},
	    .output = cmd_value(cmd, "output"),
	    .serial = ZONE_SERIAL_KEEP,
	    .sign = true,
	    .key_files = cmd_values(cmd, "key"),
	    .validity_s = validity_s,
	    .offset_s = duration_or(cmd, "inception-offset", HOUR),
	    .jitter_s = duration_or(cmd, "jitter", validity_s >= 2 * DAY ? DAY / 2 : 0),
	    .n_workers = cmd->jobs,
	};
	const char *folder = cmd_value(cmd, "keys");
	struct key_folder keys;
	struct zone_result result;

	if (!job.output)
		cmd_usage(cmd, "-o FILE is missing (- is standard output)");
	if (!job.load.zone)
		cmd_usage(cmd, "--zone NAME is missing");
	if (!folder == !*job.key_files)
		cmd_usage(cmd, "give either --keys DIR or --key FILE");
	if (folder) {
		if (key_folder_read(&cmd->diags.arena, &cmd->diags, folder, &keys) < 0)
			return -1;
		job.keys = &keys;
	}
	return zone_publish(&cmd->diags, &job, &result);
}

const struct verb verb_sign = {"sign", "FILE|-",
    "sign one zone file with DNSSEC keys in BIND's format", 1, 1, options, run};

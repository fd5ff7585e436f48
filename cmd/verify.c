#include "cmd.h"

#include "base/duration.h"
#include "check/zone.h"
#include "dnssec/algorithm.h"
#include "dnssec/verify.h"
#include "zone/read.h"

static const struct cmd_option options[] = {
    {"zone", 0, "NAME", "the zone's name (default: that of the first SOA record)"},
    {"at", 0, "TIME", "when signatures shall be valid (default: as --now)"},
    {"anchor", 0, "FILE", "DS or DNSKEY records that must lead to the zone's keys"},
    CMD_ALLOW,
    CMD_NOW,
    CMD_JOBS,
    CMD_END,
};

static const char *const denial_names[] = {
    [VERIFY_NO_DENIAL] = "no denial",
    [VERIFY_NSEC] = "NSEC",
    [VERIFY_NSEC3] = "NSEC3",
    [VERIFY_NSEC3_OPT_OUT] = "NSEC3 with opt-out",
};

static void
print_algorithms(struct buf *b, const bool algorithms[UINT8_MAX + 1])
{
	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		const struct algorithm *info = algorithm_info((uint8_t)i);

		if (algorithms[i] && info)
			buf_printf(b, ", %s", info->name);
		else if (algorithms[i])
			buf_printf(b, ", algorithm %u", i);
	}
}

static void
print_end(struct buf *b, const struct verify_result *result, int64_t at)
{
	int64_t left_s = result->earliest - at;

	buf_puts(b, left_s < 0 ? ", expired at " : ", valid until ");
	instant_print_iso(b, result->earliest);
	buf_puts(b, left_s < 0 ? " (" : " (in ");
	duration_print(b, (uint64_t)(left_s < 0 ? -left_s : left_s));
	buf_puts(b, left_s < 0 ? " ago)" : ")");
}

static int
print_summary(
    struct cmd *cmd, const struct store *store, const struct verify_result *result, int64_t at)
{
	struct buf b = {0};
	size_t n_errors = cmd->diags.n_severity[SEVERITY_ERROR];
	int printed;

	name_print(&b, store->apex.wire);
	buf_printf(&b, ": %zu records", result->n_records);
	if (result->n_signatures > 0) {
		buf_printf(
		    &b, ", %zu of %zu signatures good", result->n_verified, result->n_signatures);
		print_algorithms(&b, result->algorithms);
		buf_printf(&b, ", %s",
		    store_is_partial(store) ? "chain not judged" : denial_names[result->denial]);
	} else {
		buf_puts(&b, ", unsigned");
	}
	if (result->zonemd)
		buf_puts(&b, ", ZONEMD");
	if (n_errors > 0)
		buf_printf(&b, ", %zu error%s", n_errors, n_errors > 1 ? "s" : "");
	if (result->earliest != 0)
		print_end(&b, result, at);
	buf_putc(&b, '\n');
	printed = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return printed;
}

static int64_t
time_to_verify_at(const struct cmd *cmd)
{
	const char *value = cmd_value(cmd, "at");
	int64_t at;

	if (!value)
		return cmd->now;
	if (instant_parse(text_of(value), &at) < 0)
		cmd_usage(cmd,
		    "--at %s: not a time: 2026-11-23T12:00:00Z, YYYYMMDDHHMMSS or seconds since "
		    "1970",
		    value);
	return at;
}

static int
verify(struct cmd *cmd, const struct store *store)
{
	const char *path = cmd_value(cmd, "anchor");
	struct anchors anchors = {0};
	struct verify_options verify = {.at = time_to_verify_at(cmd),
	    .crypto = true,
	    .n_workers = cmd->jobs,
	    .anchors = &anchors};
	struct verify_result result;
	int checked = check_zone(store, 0), verified;

	/* Whatever the anchors, the rest is judged. */
	if (path && anchors_load(&cmd->diags, path, &store->apex, &anchors) < 0) {
		anchors = (struct anchors){0};
		checked = -1;
	}
	verified = verify_zone(&cmd->diags, store, &verify, &result);
	if (print_summary(cmd, store, &result, verify.at) < 0 || checked < 0)
		return -1;
	return verified;
}

static int
run(struct cmd *cmd)
{
	struct name zone;
	struct store store;
	const char *path = cmd->arguments[0];
	int result = read_store(
	    &cmd->diags, cmd_roots(cmd, path), path, cmd_zone(cmd, &zone), cmd->jobs, &store, NULL);

	if (store.n_nodes > 0 && verify(cmd, &store) < 0)
		result = -1;
	store_free(&store);
	return result;
}

const struct verb verb_verify = {"verify", "FILE|-",
    "judge a signed zone: signatures, denial of existence, anchors, ZONEMD, CDS", 1, 1, options,
    run};

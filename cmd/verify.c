#include "cmd.h"

#include "base/duration.h"
#include "base/file.h"
#include "check/zone.h"
#include "dnssec/algorithm.h"
#include "dnssec/verify.h"
#include "zone/read.h"

#include <errno.h>
#include <sys/stat.h>

static const struct cmd_option option_at = {
    "at", 0, "TIME", "when signatures shall be valid (default: as --now)"};
static const struct cmd_option option_anchor = {
    "anchor", 0, "FILE", "DS or DNSKEY records that must lead to the zone's keys"};

static const struct cmd_option *const options[] = {&option_project, &option_directory,
    &option_zone_by_soa, &option_at, &option_anchor, &option_allow, &option_now, &option_jobs,
    NULL};

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

static int
verify(struct cmd *cmd, const struct store *store)
{
	const char *path = cmd_value(cmd, &option_anchor);
	struct anchors anchors = {0};
	struct verify_options verify = {.at = cmd_time(cmd, &option_at, cmd->now),
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

/* What a link of the project leads to elsewhere is not read: no build would write there. */
static int
read_published(struct cmd *cmd, const struct project *project, const struct project_zone *zone,
    struct store *store)
{
	struct stat st;

	if (file_stat(&project->outputs, zone->output, &st) < 0)
		return file_refuse(&cmd->diags, &project->outputs, zone->output);
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return file_refuse(&cmd->diags, &project->outputs, zone->output);
	}
	return read_store(&cmd->diags, NULL, zone->output, &zone->name, cmd->jobs, store, NULL);
}

static int
read(struct cmd *cmd, struct store *store)
{
	const char *path = cmd->arguments[0];
	const struct project_zone *zone;
	const struct roots *roots;
	struct project project;
	struct name name;

	if (cmd_argument(cmd, &option_zone_by_soa, &project, &zone) < 0)
		return -1;
	roots = zone ? NULL : cmd_roots(cmd, path);
	cmd_confine(cmd);
	if (zone)
		return read_published(cmd, &project, zone, store);
	return read_store(&cmd->diags, roots, path, cmd_zone(cmd, &option_zone_by_soa, &name),
	    cmd->jobs, store, NULL);
}

static int
run(struct cmd *cmd)
{
	struct store store = {0};
	int result = read(cmd, &store);

	if (store.n_nodes > 0 && verify(cmd, &store) < 0)
		result = -1;
	store_free(&store);
	return result;
}

const struct verb verb_verify = {"verify", "ZONE|FILE|-",
    "judge a signed zone: signatures, denial of existence, anchors, ZONEMD, CDS", 1, 1, options,
    run, CONFINED_TO_PROJECT};

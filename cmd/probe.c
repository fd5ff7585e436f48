#include "cmd.h"

#include "base/mem.h"
#include "publish/draft.h"
#include "report/probe.h"
#include "zone/read.h"

#include <signal.h>
#include <stdlib.h>

enum { CONNECTIONS = 16, TIMEOUT_S = 10, TIMEOUT_LONGEST_S = 600 };

static const struct cmd_option option_records = {
    "records", 0, "FILE", "probe by the TLSA records of a zone file instead"};
static const struct cmd_option option_live = {
    "live", 0, "[=RESOLVER]", "probe by the records that a validating resolver finds now"};
static const struct cmd_option option_at = {
    "at", 0, "HOST:PORT=ADDR:PORT", "connect there for that host and port; may be repeated"};
static const struct cmd_option option_timeout = {
    "timeout", 0, "D", "for the connection and for each answer (default: 10s)"};
static const struct cmd_option option_connections = {
    "jobs", 'j', "N", "connections at a time (default: 16)"};
static const struct cmd_option option_json = {"json", 0, NULL, "print JSON"};

static const struct cmd_option *const options[] = {&option_project, &option_directory,
    &option_allow, &option_secret, &option_records, &option_zone_by_soa, &option_live, &option_at,
    &option_timeout, &option_connections, &option_json, &option_now, NULL};

/* The zones whose records count. */
struct zones {
	struct draft *items;
	const struct store **stores;
	size_t n;
};

static void
zones_alloc(struct zones *zones, size_t n)
{
	zones->items = mem_alloc(n * sizeof(*zones->items) + 1);
	zones->stores = mem_alloc(n * sizeof(*zones->stores) + 1);
	memset(zones->items, 0, n * sizeof(*zones->items));
}

static void
zones_free(struct cmd *cmd, struct zones *zones)
{
	for (size_t i = 0; i < zones->n; i++) {
		cmd_report(cmd, &zones->items[i].diags);
		draft_free(&zones->items[i]);
	}
	free(zones->items);
	free(zones->stores);
}

/* All zones are loaded: those that are asked for may name hosts of others. */
static int
load_zones(struct cmd *cmd, const struct project *project, struct zones *zones)
{
	struct draft_world world;
	int result = 0;

	if (draft_begin(&cmd->diags, project, cmd->now, &world) < 0)
		return -1;
	for (size_t i = 0; i < project->n_zones; i++) {
		struct draft *draft = &zones->items[zones->n];

		zones->stores[zones->n++] = &draft->zone.store;
		if (draft_load(&world, &project->zones[i], draft) < 0)
			result = -1;
	}
	return result;
}

static int
load_project(struct cmd *cmd, struct zones *zones)
{
	struct project project;
	int result = 0;

	if (cmd_project(cmd, &project) < 0)
		return -1;
	cmd_confine(cmd);
	zones_alloc(zones, project.n_zones);
	for (size_t i = 0; i < cmd->n_arguments; i++)
		if (!project_zone_find(&cmd->diags, &project, cmd->arguments[i]))
			result = -1;
	return result < 0 ? -1 : load_zones(cmd, &project, zones);
}

static int
load_records(struct cmd *cmd, const char *path, struct zones *zones)
{
	const struct roots *roots = cmd_roots(cmd, path);
	struct store *store;
	struct name zone;

	cmd_confine(cmd);
	zones_alloc(zones, 1);
	zones->n = 1;
	zones->stores[0] = store = &zones->items[0].zone.store;
	return read_store(&zones->items[0].diags, roots, path,
	    cmd_zone(cmd, &option_zone_by_soa, &zone), 1, store, NULL);
}

static struct service_detour *
read_detours(struct cmd *cmd, size_t *n)
{
	const char *const *values = cmd_values(cmd, &option_at);
	struct service_detour *detours;

	for (*n = 0; values[*n];)
		++*n;
	detours = arena_alloc(&cmd->diags.arena, *n * sizeof(*detours));
	for (size_t i = 0; i < *n; i++)
		if (service_detour_parse(&cmd->diags.arena, values[i], &detours[i]) < 0)
			cmd_usage(cmd,
			    "--at %s: not of the form HOST:PORT=ADDR:PORT, as in "
			    "mail.example.org:25=127.0.0.1:2525",
			    values[i]);
	return detours;
}

static struct probe_options
read_options(struct cmd *cmd)
{
	uint64_t timeout_s = cmd_duration(cmd, &option_timeout, TIMEOUT_S);
	struct probe_options how = {.timeout_ms = (int)timeout_s * 1000,
	    .n_workers =
		(unsigned)cmd_number(cmd, &option_connections, CONNECTIONS, 1, CMD_JOBS_MOST),
	    .now = cmd->now};

	how.detours = read_detours(cmd, &how.n_detours);
	if (timeout_s < 1 || timeout_s > TIMEOUT_LONGEST_S)
		cmd_usage(cmd, "--timeout %s: not from 1s to 10m", cmd_value(cmd, &option_timeout));
	if (cmd_has(cmd, &option_records) &&
	    (cmd->n_arguments > 0 || cmd_has(cmd, &option_project)))
		cmd_usage(cmd, "--records: it takes the place of the project's zones");
	if (cmd_has(cmd, &option_zone_by_soa) && !cmd_has(cmd, &option_records))
		cmd_usage(cmd, "--zone: it goes with --records alone");
	return how;
}

static int
print(struct cmd *cmd, const struct probe *probe)
{
	struct buf b = {0};
	int result;

	if (probe->n == 0)
		return 0;
	if (cmd_has(cmd, &option_json))
		report_probe_json(&b, probe, cmd->now);
	else
		report_probe_table(&b, probe, cmd->now);
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

/* Leaves out the services of zones that were not asked for. */
static void
choose(struct cmd *cmd, struct services *services)
{
	size_t kept = 0;

	for (size_t i = 0; i < services->n; i++) {
		bool wanted = cmd->n_arguments == 0;

		for (size_t k = 0; k < cmd->n_arguments && !wanted; k++) {
			struct name name;

			cmd_name(cmd, "", cmd->arguments[k], &name);
			wanted = name_equal(name.wire, services->items[i].zone->wire);
		}
		if (wanted)
			services->items[kept++] = services->items[i];
	}
	services->n = kept;
}

static int
probe(struct cmd *cmd, struct probe_options *how, const struct zones *zones)
{
	struct probe probe;
	int result, printed;

	how->zones = (struct service_zones){zones->stores, zones->n};
	probe_begin(&cmd->diags, how, &probe);
	choose(cmd, &probe.services);
	result = probe_run(&cmd->diags, how, &probe);
	printed = print(cmd, &probe);
	probe_end(&probe);
	return printed < 0 ? -1 : result;
}

static int
run(struct cmd *cmd)
{
	struct probe_options how = read_options(cmd);
	const char *path = cmd_value(cmd, &option_records),
		   *resolver = cmd_value(cmd, &option_live);
	struct live live = {.timeout_ms = how.timeout_ms};
	struct zones zones = {0};
	int result;

	signal(SIGPIPE, SIG_IGN);
	cmd->sandbox.network = true;
	if (resolver && live_begin(&cmd->diags, resolver, &live) < 0)
		return -1;
	how.live = resolver ? &live : NULL;
	result = path ? load_records(cmd, path, &zones) : load_project(cmd, &zones);
	if (result == 0)
		result = probe(cmd, &how, &zones);
	zones_free(cmd, &zones);
	return result;
}

const struct verb verb_probe = {"probe", "[ZONE...]",
    "connect to the servers of all TLSA records, and tell whether clients accept them", 0, -1,
    options, run, CONFINED_BY_ITSELF};

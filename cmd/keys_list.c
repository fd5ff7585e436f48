#include "keys.h"

#include "base/mem.h"
#include "dnssec/ahead.h"
#include "report/keys.h"
#include "rollover/project_history.h"

#include <stdlib.h>

static const struct cmd_option option_json = {"json", 0, NULL, "an array of objects"};

static const struct cmd_option *const list_options[] = {
    &option_json, &option_keys, &option_project, &option_directory, &option_now, NULL};

/* The zones to list, each with its folder. */
struct zones {
	struct cmd *cmd;
	struct report_keys *items;
	size_t n, cap;
	struct key_folder folder; /* the last one that was read */
	struct history history;   /* read for the first zone whose keys roll by policy */
	bool history_tried, has_history;
	int result;
};

/* Responses are of no use to a zone whose keys are all here. */
static void
look_ahead(struct zones *zones, const struct name *zone, struct report_keys *added)
{
	struct diags *diags = &zones->cmd->diags;
	const struct keys *keys = &added->keys;
	struct ceremonies all;
	int64_t *ahead_unix;

	if (!keys_are_offline(keys))
		return;
	if (ceremonies_read(diags, &zones->folder, zone, &all) < 0)
		zones->result = -1;
	if (all.n == 0)
		return;
	ahead_unix = arena_alloc(&diags->arena, keys->n * sizeof(*ahead_unix));
	for (size_t i = 0; i < keys->n; i++)
		ahead_unix[i] = ahead_of_key(&diags->arena, &all, &keys->items[i], zones->cmd->now);
	added->ahead_unix = ahead_unix;
}

static struct report_keys *
list_zone(struct zones *zones, const char *path, const struct name *zone)
{
	struct diags *diags = &zones->cmd->diags;
	struct arena *a = &diags->arena;
	struct report_keys *added;

	if ((!zones->folder.path || strcmp(zones->folder.path, path) != 0) &&
	    key_folder_read(a, diags, path, &zones->folder) < 0)
		zones->result = -1;
	zones->items = mem_grow(zones->items, zones->n, &zones->cap, sizeof(*zones->items));
	added = &zones->items[zones->n++];
	*added = (struct report_keys){0};
	if (keys_load(a, diags, &zones->folder, zone, zones->cmd->now, &added->keys) < 0)
		zones->result = -1;
	look_ahead(zones, zone, added);
	return added;
}

static bool
read_history(struct zones *zones, const struct project *project)
{
	struct cmd *cmd = zones->cmd;

	if (!zones->history_tried) {
		zones->history_tried = true;
		zones->has_history =
		    project_history_load(&cmd->diags, project, cmd->now, &zones->history) == 0;
		if (!zones->has_history)
			zones->result = -1;
	}
	return zones->has_history;
}

static void
list_project_zone(
    struct zones *zones, const struct project *project, const struct project_zone *zone)
{
	struct report_keys *added = list_zone(zones, zone->keys, &zone->name);

	if (!zone->sign || !zone->policy->keys.is_given || !read_history(zones, project))
		return;
	added->rolls_by_policy = true;
	keyrolls_find(&zones->cmd->diags.arena, project, &zones->history, zone, &added->keys,
	    zones->cmd->now, &added->rolls);
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
			list_project_zone(zones, &project, zone);
		else
			zones->result = -1;
	}
	for (size_t i = 0; i < project.n_zones && cmd->n_arguments == 0; i++)
		if (project.zones[i].sign)
			list_project_zone(zones, &project, &project.zones[i]);
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

	if (keys_project(cmd, &path) < 0)
		return -1;
	if (path)
		list_project(&zones, path);
	else
		list_folder(&zones, folder ? folder : ".");
	if (cmd_has(cmd, &option_json))
		report_keys_json(&b, zones.items, zones.n, cmd->now);
	else
		report_keys_table(&b, zones.items, zones.n, cmd->now);
	if (cmd_print(cmd, (struct text){b.data, b.len}) < 0)
		zones.result = -1;
	buf_free(&b);
	free(zones.items);
	return zones.result;
}

const struct verb verb_keys_list = {"keys list", "[ZONE...]",
    "tell the state of DNSSEC keys, and what comes next", 0, -1, list_options, list,
    CONFINED_CALLS};

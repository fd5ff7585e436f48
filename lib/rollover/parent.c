#include "rollover/parent.h"

#include "dnssec/cds.h"
#include "history/record.h"
#include "history/state.h"
#include "rollover/project_history.h"
#include "rollover/sighting.h"

#include <string.h>
#include <unistd.h>

enum { STATE_FILE_MOST = 65536 };

/* --- Zones of the project --- */

const struct project_zone *
parent_zone_named(const struct project *project, const uint8_t *wire)
{
	uint8_t wanted[NAME_KEY_LONGEST], at[NAME_KEY_LONGEST];
	size_t len = name_key(wire, name_length(wire, NAME_LONGEST) - 1, wanted);
	size_t low = 0, high = project->n_zones;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct name *name = &project->zones[middle].name;
		size_t at_len = name_key(name->wire, name->len - 1, at);
		int order = memcmp(at, wanted, at_len < len ? at_len : len);

		if (order == 0 && at_len == len)
			return &project->zones[middle];
		if (order < 0 || (order == 0 && at_len < len))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct project_zone *
parent_of(const struct project *project, const struct project_zone *zone)
{
	const struct project_zone *above = NULL;

	for (const uint8_t *label = zone->name.wire; *label != 0 && !above;) {
		label += 1 + *label;
		above = parent_zone_named(project, label);
	}
	return above;
}

uint32_t
parent_hold_s(const struct project *project, const struct project_zone *zone)
{
	const struct project_zone *above = parent_of(project, zone);
	uint32_t own_s = zone->policy->propagation_s;

	return above && above->policy->propagation_s > own_s ? above->policy->propagation_s : own_s;
}

/* --- What the operator says --- */

static const struct key *
find_key(const struct keys *keys, uint16_t tag)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].tag == tag && keys->items[i].is_ksk)
			return &keys->items[i];
	return NULL;
}

/* The DS record of the key with the tag; of one whose files are gone, or that was revoked since, if
 * it may still be held. Returns its length; 0: there is no such key. */
static size_t
find_ds(const struct sighting *ds, const struct keys *keys, uint16_t tag, uint8_t *out)
{
	struct sets sets = ds->keys;
	const struct key *own = find_key(keys, tag);

	if (own)
		return ds_rdata(&ds->zone->name, own->dnskey, DS_SHA256, out);
	for (size_t i = 0; i < sets.n; i++)
		for (size_t k = 0; k < sets.items[i].n; k++) {
			struct record_key key =
			    record_read_key(TYPE_DNSKEY, sets.items[i].rdata[k]);

			if (key.tag != tag || !(key.flags & KEY_FLAG_SEP))
				continue;
			out[0] = (uint8_t)(tag >> 8);
			out[1] = (uint8_t)tag;
			out[2] = key.algorithm;
			out[3] = DS_SHA256;
			memcpy(out + 4, key.digest, sizeof(key.digest));
			return 4 + sizeof(key.digest);
		}
	return 0;
}

/* The records that the parent may have, but for those with the tag; each once. */
static size_t
others(struct sets known, uint16_t tag, struct bytes *out)
{
	size_t n = 0;

	for (size_t i = 0; i < known.n; i++)
		for (size_t k = 0; set_is_open(&known.items[i]) && k < known.items[i].n; k++)
			if (read_u16(known.items[i].rdata[k].data) != tag)
				out[n++] = known.items[i].rdata[k];
	return n;
}

int
parent_tell(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keys *keys, uint16_t tag, bool seen, int64_t now_unix)
{
	const struct project_zone *above = parent_of(project, zone);
	uint8_t ds[CDS_LONGEST];
	struct project_history_change change = {.add.a = &diags->arena, .remove.a = &diags->arena};
	struct history history;
	struct sighting sighting;
	const struct set *newest;
	struct bytes *rdata;
	struct set set;
	size_t n = 0, len;

	if (above)
		return diag_error(diags, zone->pos, P_PARENT,
		    "the parent of %s is the project's %s: its template says which DS records it "
		    "has",
		    zone->name_text, above->name_text);
	if (project_history_load(diags, project, now_unix, &history) < 0)
		return -1;
	sighting = sighting_begin(diags, &history, zone, TYPE_DS, &change, now_unix);
	len = seen ? find_ds(&sighting, keys, tag, ds) : 0;
	if (seen && len == 0)
		return diag_error(diags, zone->pos, P_PARENT,
		    "%s has no key signing key %u here: --seen is for its own keys",
		    zone->name_text, tag);
	newest = sets_newest(sighting.known);
	for (size_t i = 0; i < sighting.known.n; i++)
		n += sighting.known.items[i].n;
	rdata = arena_alloc(sighting.a, (n + 1) * sizeof(*rdata));
	n = others(sighting.known, tag, rdata);
	if (seen)
		rdata[n++] = (struct bytes){ds, len};
	set = sighting_set(&sighting, rdata, n, newest ? newest->ttl_s : PARENT_DS_TTL_S);
	sighting_take(&sighting, &set, true);
	return project_history_change(diags, project, &change, now_unix);
}

/* --- What its servers answer --- */

int
parents_ask(struct diags *diags, const struct project *project, struct nameservers *servers,
    int64_t now_unix)
{
	struct project_history_change change = {.add.a = &diags->arena, .remove.a = &diags->arena};
	struct history history = {0};

	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];
		struct sighting sighting;

		if (!zone->sign || zone->n_parent == 0 || parent_of(project, zone))
			continue;
		if (!history.a && project_history_load(diags, project, now_unix, &history) < 0)
			return -1;
		sighting = sighting_begin(diags, &history, zone, TYPE_DS, &change, now_unix);
		sighting_ask(
		    &sighting, diags, servers, zone->parent, zone->n_parent, "parent's server");
	}
	return project_history_change(diags, project, &change, now_unix);
}

/* --- What BIND knows --- */

/* Of the DS states of dnssec-policy, those in which somebody may have the record. */
static const char *const states_with_ds[] = {"omnipresent", "rumoured", "unretentive"};

/* Sets `*has`. Returns 1 where the file tells of it, 0 where it does not or is not there. */
static int
read_state(struct diags *diags, const char *path, bool *has)
{
	static const char field[] = "DSState:";
	struct text text;

	if (file_load_small(diags, pos_none(), NULL, path, STATE_FILE_MOST, true, &text) < 0)
		return -1;
	*has = false;
	for (const char *line = text.data, *end = line + text.len; line && line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline ? newline : end;
		const char *value = line + sizeof(field) - 1;

		if ((size_t)(stop - line) >= sizeof(field) - 1 &&
		    memcmp(line, field, sizeof(field) - 1) == 0) {
			while (value < stop && *value == ' ')
				value++;
			for (size_t i = 0; i < sizeof(states_with_ds) / sizeof(*states_with_ds);
			     i++)
				*has =
				    *has || ((size_t)(stop - value) >= strlen(states_with_ds[i]) &&
						memcmp(value, states_with_ds[i],
						    strlen(states_with_ds[i])) == 0);
			return 1;
		}
		line = newline ? newline + 1 : end;
	}
	return 0;
}

/* The DS set of a zone, where files of its keys tell it. */
static int
import_zone(struct diags *diags, struct sighting *sighting, const struct key_folder *folder)
{
	const struct name *name = &sighting->zone->name;
	struct arena *a = sighting->a;
	struct keys keys;
	struct bytes *rdata;
	struct set set;
	size_t n = 0;
	bool told = false;

	if (keys_load(a, diags, folder, name, sighting->now_unix, &keys) < 0)
		return -1;
	rdata = arena_alloc(a, keys.n * sizeof(*rdata) + 1);
	for (size_t i = 0; i < keys.n; i++) {
		uint8_t *ds = arena_bytes(a, CDS_LONGEST);
		bool has;
		int result =
		    read_state(diags, arena_printf(a, "%s.state", keys.items[i].path), &has);

		if (result < 0)
			return -1;
		if (result == 0 || !keys.items[i].is_ksk)
			continue;
		told = true;
		if (has)
			rdata[n++] =
			    (struct bytes){ds, ds_rdata(name, keys.items[i].dnskey, DS_SHA256, ds)};
	}
	set = sighting_set(sighting, rdata, n, PARENT_DS_TTL_S);
	if (told)
		sighting_take(sighting, &set, true);
	return 0;
}

/* Most projects have none of these files, and then need no key here. */
static bool
has_states(struct arena *a, const struct key_folder *folder, const struct name *zone)
{
	size_t n;
	const struct key_file *files = key_folder_find(folder, zone, &n);

	for (size_t i = 0; i < n; i++)
		if (access(arena_printf(a, "%s/%s.state", folder->path, files[i].base), F_OK) == 0)
			return true;
	return false;
}

int
parents_import(struct diags *diags, const struct project *project, int64_t now_unix)
{
	struct project_history_change all = {.add.a = &diags->arena, .remove.a = &diags->arena};
	struct key_folder folder = {0};
	struct diags unread = {0}; /* of folders: who builds is told of these */
	struct history history = {0};
	int result = 0;

	for (size_t i = 0; i < project->n_zones && result == 0; i++) {
		const struct project_zone *zone = &project->zones[i];
		struct sighting sighting;

		if (!zone->sign || parent_of(project, zone))
			continue;
		if ((!folder.path || strcmp(folder.path, zone->keys) != 0) &&
		    key_folder_read(&unread.arena, &unread, zone->keys, &folder) < 0)
			folder = (struct key_folder){.path = zone->keys};
		if (!has_states(&unread.arena, &folder, &zone->name))
			continue;
		if (!history.a && project_history_load(diags, project, now_unix, &history) < 0) {
			result = -1;
			break;
		}
		sighting = sighting_begin(diags, &history, zone, TYPE_DS, &all, now_unix);
		if (sighting.known.n == 0)
			result = import_zone(diags, &sighting, &folder);
	}
	diags_free(&unread);
	return result < 0 ? -1 : project_history_change(diags, project, &all, now_unix);
}

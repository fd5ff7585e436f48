#include "rollover/parent.h"

#include "dnssec/cds.h"
#include "history/record.h"
#include "history/state.h"
#include "rollover/project_history.h"
#include "rollover/trust.h"

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

/* --- Changes --- */

struct change {
	struct arena *a;
	const char *name;        /* of the zone */
	struct sets known, keys; /* DS and DNSKEY sets of the history */
	struct project_history_change is;
};

static struct change
change_begin(struct diags *diags, const struct history *history, const struct project_zone *zone)
{
	struct arena *a = &diags->arena;
	const char *name = history_name(a, zone->name.wire);

	return (struct change){.a = a,
	    .name = name,
	    .known = trust_sets(a, history, name, TYPE_DS),
	    .keys = trust_sets(a, history, name, TYPE_DNSKEY),
	    .is = {.add.a = a, .remove.a = a}};
}

static struct set
set_of(struct change *change, const struct bytes *rdata, size_t n, uint32_t ttl_s)
{
	struct set set = {.zone = change->name,
	    .owner = change->name,
	    .type = TYPE_DS,
	    .ttl_s = ttl_s,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};

	set_records(change->a, &set, rdata, n);
	return set;
}

static bool
is_known(const struct change *change, const struct set *set)
{
	for (size_t i = 0; i < change->known.n; i++)
		if (set_is_open(&change->known.items[i]) && set_same(&change->known.items[i], set))
			return true;
	return false;
}

/* The first news of a parent do not tell what it had until now: a DS record of any key that signed
 * the DNSKEY set may be held. */
static void
add_former(struct change *change, const struct set *now, int64_t now_unix)
{
	for (size_t i = 0; i < change->keys.n; i++)
		for (size_t k = 0; k < change->keys.items[i].n; k++) {
			struct record_key key =
			    record_read_key(TYPE_DNSKEY, change->keys.items[i].rdata[k]);
			uint8_t ds[4 + sizeof(key.digest)] = {
			    (uint8_t)(key.tag >> 8), (uint8_t)key.tag, key.algorithm, DS_SHA256};
			struct bytes rdata = {ds, sizeof(ds)};
			struct set former;

			memcpy(ds + 4, key.digest, sizeof(key.digest));
			if (!key.signs || !(key.flags & KEY_FLAG_SEP) ||
			    (key.flags & KEY_FLAG_REVOKE) || set_has(now, rdata))
				continue;
			former = set_of(change, &rdata, 1, now->ttl_s);
			former.until_unix = now_unix;
			history_add_set(&change->is.add, &former);
		}
}

/* The parent has this set now; where `alone`, no server gives out another one. */
static void
take(struct change *change, const struct set *set, bool alone, int64_t now_unix)
{
	struct set begun = *set;

	begun.since_unix = now_unix;
	if (change->known.n == 0)
		add_former(change, set, now_unix);
	if (!is_known(change, set))
		history_add_set(&change->is.add, &begun);
	for (size_t i = 0; alone && i < change->known.n; i++) {
		struct set ended = change->known.items[i];

		if (!set_is_open(&ended) || set_same(&ended, set))
			continue;
		history_add_set(&change->is.remove, &ended);
		ended.until_unix = now_unix;
		history_add_set(&change->is.add, &ended);
	}
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
find_ds(const struct change *change, const struct history *history, const struct project_zone *zone,
    const struct keys *keys, uint16_t tag, uint8_t *out)
{
	struct sets sets = trust_sets(change->a, history, change->name, TYPE_DNSKEY);
	const struct key *own = find_key(keys, tag);

	if (own)
		return ds_rdata(&zone->name, own->dnskey, DS_SHA256, out);
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

/* The records of the newest set but for those with the tag. */
static size_t
others(const struct set *newest, uint16_t tag, struct bytes *out)
{
	size_t n = 0;

	for (size_t i = 0; newest && i < newest->n; i++)
		if ((newest->rdata[i].data[0] << 8 | newest->rdata[i].data[1]) != tag)
			out[n++] = newest->rdata[i];
	return n;
}

int
parent_tell(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keys *keys, uint16_t tag, bool seen, int64_t now_unix)
{
	const struct project_zone *above = parent_of(project, zone);
	uint8_t ds[CDS_LONGEST];
	struct history history;
	struct change change;
	const struct set *newest;
	struct bytes *rdata;
	struct set set;
	size_t n, len;

	if (above)
		return diag_error(diags, zone->pos, P_PARENT,
		    "the parent of %s is the project's %s: its template says which DS records it "
		    "has",
		    zone->name_text, above->name_text);
	if (project_history_load(diags, project, now_unix, &history) < 0)
		return -1;
	change = change_begin(diags, &history, zone);
	len = seen ? find_ds(&change, &history, zone, keys, tag, ds) : 0;
	if (seen && len == 0)
		return diag_error(diags, zone->pos, P_PARENT,
		    "%s has no key signing key %u here: --seen is for its own keys",
		    zone->name_text, tag);
	newest = sets_newest(change.known);
	rdata = arena_alloc(change.a, ((newest ? newest->n : 0) + 1) * sizeof(*rdata));
	n = others(newest, tag, rdata);
	if (seen)
		rdata[n++] = (struct bytes){ds, len};
	set = set_of(&change, rdata, n, newest ? newest->ttl_s : PARENT_DS_TTL_S);
	take(&change, &set, true, now_unix);
	return project_history_change(diags, project, &change.is, now_unix);
}

/* --- What its servers answer --- */

static int
ask(struct diags *diags, const struct project *project, const struct history *history,
    struct nameservers *servers, const struct project_zone *zone, int64_t now_unix)
{
	struct nameserver_question question = {NULL, zone->name.wire, TYPE_DS};
	struct change change = change_begin(diags, history, zone);
	struct set first = {0};
	bool any = false, alone = true;

	for (size_t i = 0; i < zone->n_parent; i++) {
		struct nameserver_answers answers = {0};
		const char *why;

		if (nameserver_ask_set(
			change.a, servers, &zone->parent[i], &question, &answers, &why) < 0) {
			alone = false;
			diag_add(diags, zone->pos, P_SERVER, "parent's server %s: %s",
			    zone->parent[i].text, why);
		}
		for (size_t k = 0; k < answers.n; k++) {
			const struct nameserver_set *answer = &answers.items[k];
			struct set set = set_of(&change, answer->rdata,
			    answer->is_alias ? 0 : answer->n, answer->ttl_s);

			alone = alone && (!any || set_same(&first, &set));
			first = set;
			any = true;
			take(&change, &set, false, now_unix);
		}
	}
	if (any && alone)
		take(&change, &first, true, now_unix);
	return project_history_change(diags, project, &change.is, now_unix);
}

int
parents_ask(struct diags *diags, const struct project *project, struct nameservers *servers,
    int64_t now_unix)
{
	struct history history;
	int result = 0;

	for (size_t i = 0; i < project->n_zones; i++)
		result += project->zones[i].sign && project->zones[i].n_parent > 0;
	if (result == 0)
		return 0;
	if (project_history_load(diags, project, now_unix, &history) < 0)
		return -1;
	result = 0;
	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];

		if (zone->sign && zone->n_parent > 0 && !parent_of(project, zone) &&
		    ask(diags, project, &history, servers, zone, now_unix) < 0)
			result = -1;
	}
	return result;
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
import_zone(struct diags *diags, const struct project_zone *zone, const struct key_folder *folder,
    int64_t now_unix, struct change *change)
{
	struct keys keys;
	struct bytes *rdata;
	struct set set;
	size_t n = 0;
	bool told = false;

	if (keys_load(change->a, diags, folder, &zone->name, now_unix, &keys) < 0)
		return -1;
	rdata = arena_alloc(change->a, keys.n * sizeof(*rdata) + 1);
	for (size_t i = 0; i < keys.n; i++) {
		uint8_t *ds = arena_bytes(change->a, CDS_LONGEST);
		bool has;
		int result = read_state(
		    diags, arena_printf(change->a, "%s.state", keys.items[i].path), &has);

		if (result < 0)
			return -1;
		if (result == 0 || !keys.items[i].is_ksk)
			continue;
		told = true;
		if (has)
			rdata[n++] = (struct bytes){
			    ds, ds_rdata(&zone->name, keys.items[i].dnskey, DS_SHA256, ds)};
	}
	set = set_of(change, rdata, n, PARENT_DS_TTL_S);
	if (told)
		take(change, &set, true, now_unix);
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
		struct change change;

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
		change = change_begin(diags, &history, zone);
		change.is = all;
		if (change.known.n == 0)
			result = import_zone(diags, zone, &folder, now_unix, &change);
		all = change.is;
	}
	diags_free(&unread);
	return result < 0 ? -1 : project_history_change(diags, project, &all, now_unix);
}

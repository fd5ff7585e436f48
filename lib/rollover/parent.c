#include "rollover/parent.h"

#include "dnssec/cds.h"
#include "history/published.h"
#include "history/record.h"
#include "history/state.h"
#include "rollover/project_history.h"
#include "rollover/sighting.h"
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

/* --- Whether that has it delegated --- */

/* The published file of a zone, as it is looked at for one child after the other. */
struct elder {
	const struct project_zone *zone;
	struct published published;
};

static void
elder_end(struct elder *elder)
{
	if (elder->zone)
		published_free(&elder->published);
	elder->zone = NULL;
}

static const struct published *
elder_published(struct elder *elder, const struct project *project, const struct project_zone *zone)
{
	struct diags unread = {0}; /* who builds is told of these */

	if (elder->zone == zone)
		return &elder->published;
	elder_end(elder);
	elder->zone = zone;
	published_load(&unread, &elder->published, &project->outputs, zone->output, &zone->name, 1);
	diags_free(&unread);
	return &elder->published;
}

/* The zone of the project that has this one delegated, or as it is not published yet may have;
 * NULL: the parent is another one, in between or outside. */
static const struct project_zone *
delegator_of(struct elder *elder, struct arena *a, const struct project *project,
    const struct history *history, const struct project_zone *zone)
{
	const struct project_zone *above = parent_of(project, zone);
	const char *name = history_name(a, zone->name.wire);
	const struct published *published;
	const struct node *node;
	struct sets ds;

	if (!above)
		return NULL;
	ds = trust_sets(a, history, name, TYPE_DS);
	if (ds.n > 0 && strcmp(ds.items[0].zone, name) != 0)
		return above;
	published = elder_published(elder, project, above);
	if (!published->there)
		return above;
	node = store_node(&published->store, &zone->name);
	return node && node_rrset(&published->store, node, TYPE_NS).n > 0 ? above : NULL;
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
 * it may still be held. Without octets: there is no such key. */
static struct bytes
find_ds(const struct sighting *s, const struct keys *keys, uint16_t tag)
{
	const struct key *own = find_key(keys, tag);
	struct record_key key;

	if (own) {
		key = record_key_of(&s->zone->name, own->dnskey);
		return record_ds(s->a, &key);
	}
	for (size_t i = 0; i < s->keys.n; i++)
		for (size_t k = 0; k < s->keys.items[i].n; k++) {
			key = record_read_key(TYPE_DNSKEY, s->keys.items[i].rdata[k]);
			if (key.tag == tag && (key.flags & KEY_FLAG_SEP))
				return record_ds(s->a, &key);
		}
	return (struct bytes){NULL, 0};
}

static bool
has_tag(struct bytes ds, uint16_t tag)
{
	return read_u16(ds.data) == tag;
}

/* May the parent have, or have had, a DS record with the tag? */
static bool
is_known(const struct sighting *s, uint16_t tag)
{
	for (size_t i = 0; i < s->known.n; i++)
		for (size_t k = 0; k < s->known.items[i].n; k++)
			if (has_tag(s->known.items[i].rdata[k], tag))
				return true;
	return false;
}

/* What is told of one DS record. */
struct word {
	uint16_t tag;
	bool seen;       /* else it is gone */
	struct bytes ds; /* of the key with the tag, if there is one */
};

/* The set as it is when the word is true. A record of the same key with another digest serves. */
static struct set
set_by_word(const struct sighting *s, const struct set *set, const struct word *word)
{
	struct bytes *rdata = arena_alloc(s->a, (set->n + 1) * sizeof(*rdata));
	struct set told;
	bool there = false;
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		bool is_of_tag = has_tag(set->rdata[i], word->tag);

		there = there ||
			(is_of_tag && word->seen && set->rdata[i].data[2] == word->ds.data[2] &&
			    (set->rdata[i].data[3] != DS_SHA256 ||
				bytes_equal(set->rdata[i], word->ds)));
		if (!is_of_tag || word->seen)
			rdata[n++] = set->rdata[i];
	}
	if (word->seen && !there)
		rdata[n++] = word->ds;
	told = sighting_set(s, rdata, n, set->n > 0 ? set->ttl_s : sighting_ttl_s(s));
	told.since_unix = set->since_unix == TIME_UNKNOWN ? TIME_UNKNOWN : s->now_unix;
	return told;
}

/* Whichever sets the parent may have, a word about one DS record changes nothing else of them. */
static void
take_word(struct sighting *s, const struct word *word)
{
	struct set *sets = arena_alloc(s->a, s->known.n * sizeof(*sets) + 1);
	size_t n = 0;

	for (size_t i = 0; i < s->known.n; i++)
		if (set_is_open(&s->known.items[i]))
			sets[n++] = set_by_word(s, &s->known.items[i], word);
	sighting_take(s, sets, n, true);
}

/* Nothing is known of the others: the parent may have a record of each key that it could have one
 * of. */
static void
take_first_word(struct sighting *s, const struct word *word)
{
	struct set ds = sighting_set(s, &word->ds, word->ds.len > 0, PARENT_DS_TTL_S);
	struct set none = sighting_set(s, NULL, 0, PARENT_DS_TTL_S);
	struct set maybe = sighting_anchors(s, &ds);

	sighting_take_records(s, word->seen ? &ds : &none, &maybe);
}

int
parent_tell(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keys *keys, uint16_t tag, bool seen, int64_t now_unix)
{
	struct project_history_change change = {.add.a = &diags->arena, .remove.a = &diags->arena};
	struct word word = {.tag = tag, .seen = seen};
	const struct project_zone *above;
	struct sighting sighting;
	struct history history;
	struct elder elder = {0};

	if (project_history_load(diags, project, now_unix, &history) < 0)
		return -1;
	above = delegator_of(&elder, &diags->arena, project, &history, zone);
	elder_end(&elder);
	if (above)
		return diag_error(diags, zone->pos, P_PARENT,
		    "the parent of %s is the project's %s: its template says which DS records it "
		    "has",
		    zone->name_text, above->name_text);
	sighting = sighting_begin(diags, project, &history, zone, TYPE_DS, &change, now_unix);
	word.ds = find_ds(&sighting, keys, tag);
	if (word.ds.len == 0 && (seen || !is_known(&sighting, tag)))
		return diag_error(diags, zone->pos, P_PARENT,
		    "%s has no key signing key %u here: --%s is for %s", zone->name_text, tag,
		    seen ? "seen" : "gone",
		    seen ? "its own keys" : "DS records that the parent had");
	if (sighting.is_first)
		take_first_word(&sighting, &word);
	else
		take_word(&sighting, &word);
	return project_history_change(diags, project, &change, now_unix);
}

/* --- What its servers answer --- */

static void
ask(struct sighting *s, struct diags *diags, struct nameservers *servers,
    const struct project_zone *above)
{
	const struct project_zone *zone = s->zone;

	if (above)
		diag_add(diags, zone->pos, P_PARENT_UNASKED,
		    "`parent:` of %s is not asked: its parent is the project's %s, whose template "
		    "says which DS records it has",
		    zone->name_text, above->name_text);
	else
		sighting_ask(s, diags, servers, zone->parent, zone->n_parent, "parent's server");
}

/* Zones that are not signed are asked for, too: the parent may have DS records of them. */
int
parents_ask(struct diags *diags, const struct project *project, struct nameservers *servers,
    int64_t now_unix)
{
	struct project_history_change change = {.add.a = &diags->arena, .remove.a = &diags->arena};
	struct history history = {0};
	struct elder elder = {0};

	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i], *above;
		struct sighting sighting;

		if (zone->n_parent == 0)
			continue;
		if (!history.a && project_history_load(diags, project, now_unix, &history) < 0)
			return -1;
		above = delegator_of(&elder, &diags->arena, project, &history, zone);
		sighting =
		    sighting_begin(diags, project, &history, zone, TYPE_DS, &change, now_unix);
		ask(&sighting, diags, servers, above);
	}
	elder_end(&elder);
	return project_history_change(diags, project, &change, now_unix);
}

/* --- What BIND knows --- */

/* Of the DS states of dnssec-policy (RFC 7583 section 3.1), those in which somebody may have the
 * record, and in which of these everybody who asks gets it. */
enum ds_state { DS_NOT_TOLD, DS_GONE, DS_MAYBE, DS_THERE };
static const struct {
	const char *word;
	enum ds_state state;
} ds_states[] = {{"omnipresent", DS_THERE}, {"rumoured", DS_MAYBE}, {"unretentive", DS_MAYBE}};

static enum ds_state
read_word(const char *value, const char *stop)
{
	while (value < stop && *value == ' ')
		value++;
	for (size_t i = 0; i < sizeof(ds_states) / sizeof(*ds_states); i++) {
		size_t len = strlen(ds_states[i].word);

		if ((size_t)(stop - value) >= len && memcmp(value, ds_states[i].word, len) == 0)
			return ds_states[i].state;
	}
	return DS_GONE;
}

/* Sets `*state`. Returns 0, or -1 with a problem added. */
static int
read_state(struct diags *diags, const char *path, enum ds_state *state)
{
	static const char field[] = "DSState:";
	struct text text;

	if (file_load_small(diags, pos_none(), NULL, path, STATE_FILE_MOST, true, &text) < 0)
		return -1;
	*state = DS_NOT_TOLD;
	for (const char *line = text.data, *end = line + text.len; line && line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline ? newline : end;

		if ((size_t)(stop - line) >= sizeof(field) - 1 &&
		    memcmp(line, field, sizeof(field) - 1) == 0) {
			*state = read_word(line + sizeof(field) - 1, stop);
			return 0;
		}
		line = newline ? newline + 1 : end;
	}
	return 0;
}

static struct set
with_all(const struct sighting *s, const struct set *a, const struct set *b)
{
	struct bytes *rdata = arena_alloc(s->a, (a->n + b->n) * sizeof(*rdata) + 1);

	for (size_t i = 0; i < a->n; i++)
		rdata[i] = a->rdata[i];
	for (size_t i = 0; i < b->n; i++)
		rdata[a->n + i] = b->rdata[i];
	return sighting_set(s, rdata, a->n + b->n, PARENT_DS_TTL_S);
}

/* A record that has been rumoured may be seen or not, and so may one of a key without such a file.
 */
static void
take_states(struct sighting *s, const struct set by_state[DS_THERE + 1])
{
	struct set maybe = by_state[DS_MAYBE], told = with_all(s, &maybe, &by_state[DS_THERE]);
	struct set anchors;

	told = with_all(s, &told, &by_state[DS_GONE]);
	if (told.n == 0)
		return;
	anchors = sighting_anchors(s, &told);
	maybe = with_all(s, &maybe, &anchors);
	sighting_take_records(s, &by_state[DS_THERE], &maybe);
}

/* The DS set of a zone, where files of its keys tell it. */
static int
import_zone(struct diags *diags, struct sighting *s, const struct key_folder *folder)
{
	struct set by_state[DS_THERE + 1] = {0};
	struct keys keys;

	if (keys_load(s->a, diags, folder, &s->zone->name, s->now_unix, &keys) < 0)
		return -1;
	for (size_t i = 0; i <= DS_THERE; i++)
		by_state[i] = sighting_set(s, NULL, 0, PARENT_DS_TTL_S);
	for (size_t i = 0; i < keys.n; i++) {
		const struct key *key = &keys.items[i];
		struct record_key record = record_key_of(&s->zone->name, key->dnskey);
		struct bytes ds = record_ds(s->a, &record);
		struct set one = sighting_set(s, &ds, key->is_ksk, PARENT_DS_TTL_S);
		enum ds_state state;

		if (read_state(diags, arena_printf(s->a, "%s.state", key->path), &state) < 0)
			return -1;
		by_state[state] = with_all(s, &by_state[state], &one);
	}
	take_states(s, by_state);
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
	struct elder elder = {0};
	int result = 0;

	for (size_t i = 0; i < project->n_zones && result == 0; i++) {
		const struct project_zone *zone = &project->zones[i];
		struct sighting sighting;

		if ((!folder.path || strcmp(folder.path, zone->keys) != 0) &&
		    key_folder_read(&unread.arena, &unread, zone->keys, &folder) < 0)
			folder = (struct key_folder){.path = zone->keys};
		if (!has_states(&unread.arena, &folder, &zone->name))
			continue;
		if (!history.a && project_history_load(diags, project, now_unix, &history) < 0) {
			result = -1;
			break;
		}
		if (delegator_of(&elder, &unread.arena, project, &history, zone))
			continue;
		sighting = sighting_begin(diags, project, &history, zone, TYPE_DS, &all, now_unix);
		if (sighting.is_first)
			result = import_zone(diags, &sighting, &folder);
	}
	elder_end(&elder);
	diags_free(&unread);
	return result < 0 ? -1 : project_history_change(diags, project, &all, now_unix);
}

/* --- Judgement --- */

bool
parent_is_lost(
    struct arena *a, const struct history *history, const char *zone, const struct set *dnskey)
{
	struct sets ds = trust_sets(a, history, zone, TYPE_DS);
	bool any = false;

	for (size_t i = 0; i < ds.n; i++) {
		const struct set *set = &ds.items[i];

		if (!set_is_open(set) || set->n == 0)
			continue;
		any = true;
		if (strcmp(set->zone, zone) != 0 || trust_anchors(set, dnskey))
			return false;
	}
	return any;
}

static bool
has_all(const struct set *set, const struct set *wanted)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (!set_has(set, wanted->rdata[i]))
			return false;
	return true;
}

int
parent_may_have(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct bytes *ds, size_t n, int64_t now_unix, int64_t *at_unix)
{
	struct arena *a = &diags->arena;
	const char *name = history_name(a, zone->name.wire);
	struct set set = {.type = TYPE_DS, .until_unix = TIME_NEVER};
	struct trust trust = {.ds_known = true, .hold_s = parent_hold_s(project, zone)};
	struct history history;
	const struct set *newest;

	if (project_history_load(diags, project, now_unix, &history) < 0)
		return -1;
	trust.keys = trust_sets(a, &history, name, TYPE_DNSKEY);
	trust.signers = trust_sets(a, &history, name, TYPE_RRSIG);
	newest = sets_newest(trust_sets(a, &history, name, TYPE_DS));
	set_records(a, &set, ds, n);
	if (newest && has_all(newest, &set))
		*at_unix = 0;
	else if (trust.keys.n == 0)
		*at_unix = TIME_NEVER;
	else
		*at_unix = trust_may_appear(&trust, &set, now_unix).until_unix;
	return 0;
}

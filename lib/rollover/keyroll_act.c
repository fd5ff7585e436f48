#include "rollover/keyroll_act.h"

#include "base/mem.h"
#include "dnssec/keydates.h"
#include "dnssec/keygen.h"
#include "project/lock.h"
#include "rollover/project_history.h"

#include <stdlib.h>
#include <string.h>

enum { YEAR_S = 365 * 86400 };

/* --- All zones --- */

struct folders {
	struct key_folder folder; /* the last one that was read */
	bool is_bad;
};

static int
read_folder(struct diags *diags, const char *path, struct folders *folders)
{
	if (folders->folder.path && strcmp(folders->folder.path, path) == 0)
		return folders->is_bad ? -1 : 0;
	folders->is_bad = key_folder_read(&diags->arena, diags, path, &folders->folder) < 0;
	folders->folder.path = path;
	return folders->is_bad ? -1 : 0;
}

static int
check_algorithm(struct diags *diags, const struct project_zone *zone, const struct keys *keys)
{
	const char *why = keyroll_other_algorithm(&diags->arena, zone, keys);

	if (keys->n == 0)
		return diag_error(diags, zone->pos, P_KEYS,
		    "%s has no keys in %s; zonepp keys generate makes them", zone->name_text,
		    zone->keys);
	return why ? diag_error(diags, zone->policy->keys.pos, P_KEYS_ALGORITHM, "%s", why) : 0;
}

static int
load_zone_keys(struct diags *diags, const struct project *project, const struct history *history,
    const struct project_zone *zone, struct folders *folders, int64_t now_unix,
    struct keyrolls *out)
{
	struct keys *keys = arena_zalloc(&diags->arena, sizeof(*keys));
	int result = 0;

	if (read_folder(diags, zone->keys, folders) < 0 ||
	    keys_load(&diags->arena, diags, &folders->folder, &zone->name, now_unix, keys) < 0)
		return -1;
	keyrolls_find(&diags->arena, project, history, zone, keys, now_unix, out);
	if (check_algorithm(diags, zone, keys) < 0)
		result = -1;
	if (keyroll_check_files(diags, history, zone, keys) < 0) {
		for (size_t i = 0; i < out->n; i++)
			out->items[i].is_halted = true;
		result = -1;
	}
	return result;
}

static bool
has_policy(const struct project *project)
{
	for (size_t i = 0; i < project->n_policies; i++)
		if (project->policies[i].keys.is_given)
			return true;
	return false;
}

int
keyrolls_load(
    struct diags *diags, const struct project *project, int64_t now_unix, struct keyrolls *out)
{
	struct folders folders = {0};
	struct history history;
	struct keyroll *items = NULL;
	size_t cap = 0;
	int result = 0;

	*out = (struct keyrolls){0};
	if (!has_policy(project))
		return 0;
	if (project_history_load(diags, project, now_unix, &history) < 0)
		return -1;
	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];
		struct keyrolls some = {0};

		if (!zone->sign || !zone->policy->keys.is_given)
			continue;
		if (load_zone_keys(diags, project, &history, zone, &folders, now_unix, &some) < 0)
			result = -1;
		for (size_t k = 0; k < some.n; k++) {
			items = mem_grow(items, out->n, &cap, sizeof(*items));
			items[out->n++] = some.items[k];
		}
	}
	out->items = arena_alloc(&diags->arena, out->n * sizeof(*items) + 1);
	if (out->n > 0)
		memcpy(out->items, items, out->n * sizeof(*items));
	free(items);
	return result;
}

/* --- Steps --- */

static int
set_date(struct diags *diags, const struct key *key, enum key_time time, int64_t t_unix,
    int64_t now_unix)
{
	struct keydates_wish wish = {.now = now_unix};
	struct keydates dates;

	wish.is_given[time] = true;
	wish.time[time] = t_unix;
	return keydates_read(diags, key->path, &wish, &dates) < 0 ? -1
								  : keydates_write(diags, &dates);
}

static int
make(struct diags *diags, const struct key_folder *folder, const struct keyroll *roll,
    const struct algorithm *algorithm, bool is_ksk, int64_t now_unix, const char **base)
{
	bool other = algorithm != roll->key->algorithm;
	struct keygen request = {.zone = roll->zone->name,
	    .algorithm = algorithm,
	    .bits = KEYGEN_BITS_LEAST,
	    .flags = is_ksk ? KEY_FLAG_ZONE | KEY_FLAG_SEP : KEY_FLAG_ZONE,
	    .ttl_s = roll->key->ttl_s};
	size_t n_made;

	for (int i = 0; i < N_KEY_TIMES; i++)
		request.time[i] = KEY_NO_TIME;
	request.time[KEY_CREATED] = now_unix;
	request.time[KEY_PUBLISH] =
	    other ? now_unix + YEAR_S : now_unix; /* until it is known when */
	if (other || is_ksk)
		request.time[KEY_ACTIVATE] = now_unix;
	return keygen(diags, folder, &request, 1, base, &n_made);
}

static int
make_successor(struct diags *diags, const struct keyroll *roll, int64_t now_unix)
{
	bool is_ksk = roll->key->is_ksk && roll->way != KEYROLL_SPLIT;
	struct key_folder folder;
	const char *base;

	return key_folder_read(&diags->arena, diags, roll->zone->keys, &folder) < 0
		   ? -1
		   : make(diags, &folder, roll, roll->key->algorithm, is_ksk, now_unix, &base);
}

/* The dates of a step: of the successor first, as nobody is missed then. */
struct step {
	enum keyroll_phase phase;
	bool zsk, ksk; /* of which roles; a CSK is a KSK here */
	unsigned ways;
	bool is_successor;
	enum key_time time;
	int64_t later_s; /* 0: now; of a date that is moved when it is known */
};

enum {
	SAME = 1 << KEYROLL_SAME,
	ALGORITHM = 1 << KEYROLL_ALGORITHM,
	SPLIT = 1 << KEYROLL_SPLIT,
	MERGE = 1 << KEYROLL_MERGE,
	ANY = SAME | ALGORITHM | SPLIT | MERGE,
};

static const struct step steps[] = {
    {KEYROLL_SIGNED, true, true, ALGORITHM, true, KEY_PUBLISH, 0},
    {KEYROLL_ORPHAN, true, false, SAME, false, KEY_ACTIVATE, 0},
    {KEYROLL_KNOWN, true, false, SAME, true, KEY_ACTIVATE, 0},
    {KEYROLL_KNOWN, true, false, SAME | MERGE, false, KEY_INACTIVE, 0},
    {KEYROLL_KNOWN, false, true, SAME | ALGORITHM, true, KEY_SYNC_PUBLISH, 0},
    {KEYROLL_KNOWN, false, true, ALGORITHM, false, KEY_SYNC_DELETE, 0},
    {KEYROLL_TAKEN_OVER, false, true, SAME, false, KEY_SYNC_DELETE, 0},
    {KEYROLL_TAKEN_OVER, false, true, SAME, false, KEY_INACTIVE, 0},
    {KEYROLL_TAKEN_OVER, true, true, ALGORITHM, false, KEY_INACTIVE, YEAR_S},
    {KEYROLL_TAKEN_OVER, true, true, ALGORITHM, false, KEY_DELETE, 0},
    {KEYROLL_FORGOTTEN, true, true, ANY, false, KEY_INACTIVE, 0},
    {KEYROLL_OVER, true, true, ANY, false, KEY_DELETE, 0},
};

static bool
is_step_of(const struct step *step, const struct keyroll *roll)
{
	return step->phase == roll->phase && (roll->role == PROJECT_ZSK ? step->zsk : step->ksk) &&
	       (step->ways & 1u << roll->way) != 0;
}

static int
act(struct diags *diags, const struct keyroll *roll, int64_t now_unix)
{
	int result = 0;

	if (roll->is_halted)
		return 0;
	if (roll->phase == KEYROLL_DUE)
		return make_successor(diags, roll, now_unix);
	if (roll->phase == KEYROLL_SIGNING && roll->at_unix != TIME_NEVER &&
	    roll->successor->time[KEY_PUBLISH] != roll->at_unix)
		return set_date(diags, roll->successor, KEY_PUBLISH, roll->at_unix, now_unix);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && result == 0; i++)
		if (is_step_of(&steps[i], roll))
			result =
			    set_date(diags, steps[i].is_successor ? roll->successor : roll->key,
				steps[i].time, now_unix + steps[i].later_s, now_unix);
	return result;
}

int
keyrolls_act(struct diags *diags, const struct project *project, int64_t now_unix)
{
	struct keyrolls all;
	int lock, result;

	if (!has_policy(project))
		return 0;
	if (lock_begin_keys(diags, project, &lock) < 0)
		return -1;
	result = keyrolls_load(diags, project, now_unix, &all);
	for (size_t i = 0; i < all.n; i++)
		if (act(diags, &all.items[i], now_unix) < 0)
			result = -1;
	lock_end(lock);
	return result;
}

/* --- By hand --- */

static bool
is_wished(const struct keyroll_wish *wish, const struct keyroll *roll)
{
	if (wish->algorithm || (!wish->ksk && !wish->zsk))
		return true;
	return roll->role == PROJECT_ZSK ? wish->zsk : wish->ksk;
}

static int
check_wish(struct diags *diags, const struct project_zone *zone, const struct keyroll_wish *wish,
    const struct keyrolls *rolls)
{
	size_t n = 0;

	if (!zone->policy->keys.is_given)
		return diag_error(diags, zone->pos, P_KEYS,
		    "the policy of %s has no \"keys\", so nobody would carry the rollover on",
		    zone->name_text);
	for (size_t i = 0; i < rolls->n; i++) {
		const struct keyroll *roll = &rolls->items[i];

		if (!is_wished(wish, roll))
			continue;
		if (keyroll_is_under_way(roll))
			return diag_error(diags, zone->pos, P_KEYS,
			    "the key %u of %s, %s, is being replaced already, and goes on by "
			    "itself: "
			    "%s",
			    roll->key->tag, zone->name_text, roll->key->path,
			    keyroll_words(&diags->arena, roll));
		if (wish->algorithm == roll->key->algorithm)
			return diag_error(diags, zone->pos, P_KEYS, "the key %u of %s is of %s",
			    roll->key->tag, zone->name_text, wish->algorithm->name);
		n++;
	}
	return n > 0 ? 0
		     : diag_error(diags, zone->pos, P_KEYS, "%s has no such key in %s",
			   zone->name_text, zone->keys);
}

static int
begin(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keyroll_wish *wish, int64_t now_unix, struct buf *made)
{
	struct folders folders = {0};
	struct keys keys = {0};
	struct history history;
	struct keyrolls rolls;

	if (project_history_load(diags, project, now_unix, &history) < 0 ||
	    read_folder(diags, zone->keys, &folders) < 0 ||
	    keys_load(&diags->arena, diags, &folders.folder, &zone->name, now_unix, &keys) < 0)
		return -1;
	keyrolls_find(&diags->arena, project, &history, zone, &keys, now_unix, &rolls);
	if (check_wish(diags, zone, wish, &rolls) < 0)
		return -1;
	for (size_t i = 0; i < rolls.n; i++) {
		const struct keyroll *roll = &rolls.items[i];
		const char *base;

		if (!is_wished(wish, roll))
			continue;
		if (key_folder_read(&diags->arena, diags, zone->keys, &folders.folder) < 0 ||
		    make(diags, &folders.folder, roll,
			wish->algorithm ? wish->algorithm : roll->key->algorithm, roll->key->is_ksk,
			now_unix, &base) < 0)
			return -1;
		buf_printf(made, "%s\n", base);
	}
	return 0;
}

int
keyroll_begin(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keyroll_wish *wish, int64_t now_unix, const char **made)
{
	struct buf b = {0};
	int lock, result;

	if (lock_begin_keys(diags, project, &lock) < 0)
		return -1;
	result = begin(diags, project, zone, wish, now_unix, &b);
	lock_end(lock);
	*made = buf_text(&b, &diags->arena);
	return result;
}

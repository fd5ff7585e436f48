#include "rollover/keyroll_act.h"

#include "base/duration.h"
#include "base/mem.h"
#include "dnssec/keydates.h"
#include "dnssec/keygen.h"
#include "dnssec/keystate.h"
#include "project/lock.h"
#include "rollover/project_history.h"

#include <stdlib.h>
#include <string.h>

enum { YEAR_S = KEY_OPEN_S };

/* --- All zones --- */

/* The rollovers of one zone. */
struct zone_rolls {
	const struct project_zone *zone;
	bool has_private; /* of any of its keys */
	struct keyrolls rolls;
};

/* Those of all zones, whose keys are in one folder. */
struct loaded {
	struct key_folder folder;
	struct zone_rolls *zones;
	size_t n;
	int64_t latest_unix; /* of which the state file tells */
};

static int
refuse_none(struct diags *diags, const struct project_zone *zone)
{
	return diag_error(diags, zone->pos, P_KEYS,
	    "%s has no keys in %s; zonepp keys generate makes them", zone->name_text, zone->keys);
}

static int
check_algorithm(struct diags *diags, const struct project_zone *zone, const struct keys *keys)
{
	const char *why = keyroll_other_algorithm(&diags->arena, zone, keys);

	if (keys->n == 0)
		return refuse_none(diags, zone);
	return why ? diag_error(diags, zone->policy->keys.pos, P_KEYS_ALGORITHM, "%s", why) : 0;
}

static int
refuse_lost(struct diags *diags, const struct keyroll *roll)
{
	const struct key *key = roll->successor;

	return diag_error(diags, roll->zone->pos, P_KEY_LOST,
	    "%s.private is gone: the key %u of %s, which is to take over from %u, cannot sign",
	    key->path, key->tag, roll->zone->name_text, roll->key->tag);
}

static int
check_private(struct diags *diags, const struct keyrolls *rolls)
{
	int result = 0;

	for (size_t i = 0; i < rolls->n; i++)
		if (rolls->items[i].lacks_private)
			result = refuse_lost(diags, &rolls->items[i]);
	return result;
}

static int
load_zone_keys(struct diags *diags, const struct project *project, const struct history *history,
    const struct key_folder *folder, int64_t now_unix, struct zone_rolls *out)
{
	struct keys *keys = arena_zalloc(&diags->arena, sizeof(*keys));
	const struct project_zone *zone = out->zone;
	struct keyrolls *rolls = &out->rolls;
	int result = 0;

	if (keys_load(&diags->arena, diags, folder, &zone->name, now_unix, keys) < 0)
		return -1;
	for (size_t i = 0; i < keys->n; i++)
		out->has_private = out->has_private || keys->items[i].at_hand;
	keyrolls_find(&diags->arena, project, history, zone, keys, now_unix, rolls);
	if (check_algorithm(diags, zone, keys) < 0 || check_private(diags, rolls) < 0)
		result = -1;
	if (keyroll_check_files(diags, history, zone, keys) < 0) {
		for (size_t i = 0; i < rolls->n; i++)
			rolls->items[i].is_halted = true;
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

/* `unread`: see struct key_folder. */
static int
load_by(struct diags *diags, const struct project *project, const struct history *history,
    bool unread, int64_t now_unix, struct loaded *out)
{
	int result = 0;

	*out = (struct loaded){0};
	out->latest_unix = history->latest_unix;
	out->zones = arena_zalloc(&diags->arena, project->n_zones * sizeof(*out->zones) + 1);
	for (size_t i = 0; i < project->n_zones; i++)
		if (project->zones[i].sign && project->zones[i].policy->keys.is_given)
			out->zones[out->n++].zone = &project->zones[i];
	if (out->n > 0 &&
	    key_folder_read(&diags->arena, diags, out->zones->zone->keys, &out->folder) < 0) {
		out->n = 0;
		return -1;
	}
	out->folder.unread = unread;
	for (size_t i = 0; i < out->n; i++)
		if (load_zone_keys(
			diags, project, history, &out->folder, now_unix, &out->zones[i]) < 0)
			result = -1;
	return result;
}

static int
load(struct diags *diags, const struct project *project, int64_t now_unix, struct loaded *out)
{
	struct history history;

	*out = (struct loaded){0};
	if (project_history_load(diags, project, now_unix, &history) < 0)
		return -1;
	return load_by(diags, project, &history, false, now_unix, out);
}

static void
take_rolls(struct diags *diags, const struct loaded *all, struct keyrolls *out)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		n += all->zones[i].rolls.n;
	out->items = arena_alloc(&diags->arena, n * sizeof(*out->items) + 1);
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < all->zones[i].rolls.n; k++)
			out->items[out->n++] = all->zones[i].rolls.items[k];
}

int
keyrolls_load(
    struct diags *diags, const struct project *project, int64_t now_unix, struct keyrolls *out)
{
	struct loaded all;
	int result;

	*out = (struct keyrolls){0};
	if (!has_policy(project))
		return 0;
	result = load(diags, project, now_unix, &all);
	take_rolls(diags, &all, out);
	return result;
}

int
keyrolls_load_locked(
    struct diags *diags, const struct project *project, int64_t now_unix, struct keyrolls *out)
{
	int result, lock;

	*out = (struct keyrolls){0};
	if (!has_policy(project))
		return 0;
	if (lock_begin_keys(diags, project, &lock) < 0)
		return -1;
	result = keyrolls_load(diags, project, now_unix, out);
	lock_end(lock);
	return result;
}

int
keyrolls_load_from(struct diags *diags, const struct project *project,
    const struct history *history, int64_t now_unix, struct keyrolls *out)
{
	struct loaded all;
	int result;

	*out = (struct keyrolls){0};
	if (!has_policy(project))
		return 0;
	result = load_by(diags, project, history, true, now_unix, &all);
	take_rolls(diags, &all, out);
	return result;
}

/* --- Dates --- */

/* What is done, and said: a line for each key. */
struct acting {
	struct diags *diags;
	int64_t now_unix;
	struct buf *said;
};

/* A key without dates was in use before its successor was made: it stays the older one. */
static void
date_begin(const struct keyroll *roll, const struct key *key, struct keydates_wish *wish)
{
	int64_t begun = wish->now;

	if (key_life(key->time).sign_unix != KEY_ALWAYS)
		return;
	for (int i = 0; i < N_KEY_TIMES; i++)
		if (roll->successor && roll->successor->time[i] <= begun)
			begun = roll->successor->time[i] - 1;
	for (int i = 0; i < N_KEY_TIMES; i++)
		if (wish->is_given[i] && wish->time[i] <= begun)
			begun = wish->time[i] - 1;
	wish->is_given[KEY_PUBLISH] = wish->is_given[KEY_ACTIVATE] = true;
	wish->time[KEY_PUBLISH] = wish->time[KEY_ACTIVATE] = begun;
}

/* Writes the dates that are given, and says so. Other keys may have the same successor: it has the
 * dates from now on. */
static int
write_dates(const struct acting *acting, const struct keyroll *roll, struct key *key,
    struct keydates_wish *wish)
{
	struct keydates dates;

	date_begin(roll, key, wish);
	if (keydates_read(acting->diags, key->path, wish, &dates) < 0 ||
	    keydates_write(acting->diags, &dates) < 0)
		return -1;
	memcpy(key->time, dates.time, sizeof(key->time));
	keystate_print_changes(acting->said, &dates);
	if (dates.is_offline)
		diag_add_path(acting->diags, key->path, S_KEY_COMMENTS,
		    "the key %u has no .private file here: the comments of the .key file were "
		    "changed",
		    key->tag);
	return 0;
}

/* --- Successors --- */

const struct token_uri *
keyroll_place(struct arena *a, const struct project_zone *zone, const struct key *key)
{
	const struct token_uri *place = zone->policy->keys.place;

	return place || !key->uri ? place : token_uri_place(a, key->uri);
}

static struct keygen
request_of(struct arena *a, const struct keyroll *roll, const struct algorithm *algorithm,
    int64_t now_unix)
{
	bool is_ksk = roll->key->is_ksk && roll->way != KEYROLL_SPLIT;
	struct keygen request = {.zone = roll->zone->name,
	    .algorithm = algorithm,
	    .bits = KEYGEN_BITS_LEAST,
	    .flags = is_ksk ? KEY_FLAG_ZONE | KEY_FLAG_SEP : KEY_FLAG_ZONE,
	    .ttl_s = roll->key->ttl_s,
	    .place = keyroll_place(a, roll->zone, roll->key)};

	for (int i = 0; i < N_KEY_TIMES; i++)
		request.time[i] = KEY_NO_TIME;
	request.time[KEY_CREATED] = request.time[KEY_PUBLISH] = request.time[KEY_ACTIVATE] =
	    now_unix;
	if (algorithm != roll->key->algorithm) /* it signs ahead of its key */
		request.time[KEY_PUBLISH] += KEY_OPEN_S;
	else if (!is_ksk)
		request.time[KEY_ACTIVATE] += KEY_OPEN_S;
	return request;
}

/* Makes the successors of keys whose time is over. */
static int
make_successors(const struct acting *acting, const struct loaded *all)
{
	struct keygen *requests = NULL;
	const struct keyroll **of = NULL;
	size_t n_due = 0, cap = 0, of_cap = 0, n_made;
	const char **bases;
	int result = 0;

	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < all->zones[i].rolls.n; k++) {
			const struct keyroll *roll = &all->zones[i].rolls.items[k];

			if (roll->phase != KEYROLL_DUE || roll->is_halted ||
			    !all->zones[i].has_private)
				continue;
			requests = mem_grow(requests, n_due, &cap, sizeof(*requests));
			of = mem_grow(of, n_due, &of_cap, sizeof(*of));
			of[n_due] = roll;
			requests[n_due++] = request_of(
			    &acting->diags->arena, roll, roll->key->algorithm, acting->now_unix);
		}
	if (n_due > 0) {
		bases = arena_alloc(&acting->diags->arena, n_due * sizeof(*bases));
		result = keygen(acting->diags, &all->folder, requests, n_due, bases, &n_made);
		for (size_t i = 0; i < n_made; i++)
			buf_printf(acting->said, "%s/%s: made, to %s %u\n", all->folder.path,
			    bases[i],
			    of[i]->way == KEYROLL_SPLIT ? "sign data in the place of"
							: "take over from",
			    of[i]->key->tag);
	}
	free(requests);
	free(of);
	return result;
}

/* --- Steps --- */

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

/* The dates of the step for the successor, or for the old key. Returns whether there are any. */
static bool
find_dates(
    const struct keyroll *roll, bool is_successor, int64_t now_unix, struct keydates_wish *wish)
{
	bool any = false;

	*wish = (struct keydates_wish){.now = now_unix};
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		const struct step *step = &steps[i];
		const struct key *key = is_successor ? roll->successor : roll->key;

		if (!is_step_of(step, roll) || step->is_successor != is_successor ||
		    (key->time[step->time] != KEY_NO_TIME && key->time[step->time] <= now_unix))
			continue; /* a date that has come is no plan, and stays */
		wish->is_given[step->time] = any = true;
		wish->time[step->time] = now_unix + step->later_s;
	}
	if (is_successor && roll->phase == KEYROLL_SIGNING && roll->at_unix != TIME_NEVER &&
	    roll->successor->time[KEY_PUBLISH] != roll->at_unix) {
		wish->is_given[KEY_PUBLISH] = any = true;
		wish->time[KEY_PUBLISH] = roll->at_unix;
	}
	return any;
}

static bool
is_due(const struct keyroll *roll, int64_t now_unix)
{
	struct keydates_wish wish;

	return !roll->is_halted && !roll->lacks_private &&
	       (roll->phase == KEYROLL_DUE || find_dates(roll, true, now_unix, &wish) ||
		   find_dates(roll, false, now_unix, &wish));
}

static int
move_on(const struct acting *acting, const struct keyroll *roll)
{
	struct keydates_wish wish;
	int result = 0;

	if (roll->is_halted || roll->lacks_private)
		return 0;
	if (find_dates(roll, true, acting->now_unix, &wish))
		result = write_dates(acting, roll, roll->successor, &wish);
	if (result == 0 && find_dates(roll, false, acting->now_unix, &wish))
		result = write_dates(acting, roll, roll->key, &wish);
	return result;
}

/* Without any private key of the zone this is not where it is signed: dates that were written to
 * the .key files alone would contradict the others. */
static int
refuse_away(struct diags *diags, const struct zone_rolls *zone)
{
	return diag_error(diags, zone->zone->pos, P_KEY_LOST,
	    "there is no .private file of %s in %s: a step of its keys is due, and is not done "
	    "here",
	    zone->zone->name_text, zone->zone->keys);
}

static int
move_zone(const struct acting *acting, const struct zone_rolls *zone)
{
	int result = 0;

	for (size_t i = 0; i < zone->rolls.n; i++) {
		if (!zone->has_private && is_due(&zone->rolls.items[i], acting->now_unix))
			return refuse_away(acting->diags, zone);
		if (move_on(acting, &zone->rolls.items[i]) < 0)
			result = -1;
	}
	return result;
}

static int
move_all(const struct acting *acting, const struct loaded *all)
{
	int result = 0;

	for (size_t i = 0; i < all->n; i++)
		if (move_zone(acting, &all->zones[i]) < 0)
			result = -1;
	if (make_successors(acting, all) < 0)
		result = -1;
	return result;
}

/* Dates by a clock that went back would be earlier than what they follow. */
static int
check_clock(struct diags *diags, int64_t latest_unix, int64_t now_unix)
{
	struct buf times = {0};
	int result = 0;

	if (latest_unix - CLOCKS_DIFFER_S > now_unix) {
		instant_print_iso(&times, now_unix);
		buf_puts(&times, ", and the state file tells of ");
		instant_print_iso(&times, latest_unix);
		result = diag_error(diags, pos_none(), P_CLOCK,
		    "it is %s: no step of a key is done by that clock",
		    buf_text(&times, &diags->arena));
	}
	return result;
}

int
keyrolls_act(struct diags *diags, const struct project *project, int64_t now_unix, struct buf *said)
{
	struct acting acting = {diags, now_unix, said};
	struct loaded all;
	int lock, result;

	if (!has_policy(project))
		return 0;
	if (lock_begin_keys(diags, project, &lock) < 0)
		return -1;
	result = load(diags, project, now_unix, &all);
	if (key_folder_finish(diags, &all.folder) < 0)
		result = -1;
	if (check_clock(diags, all.latest_unix, now_unix) < 0 || move_all(&acting, &all) < 0)
		result = -1;
	lock_end(lock);
	return result;
}

/* --- By hand --- */

static bool
is_wished(const struct keyroll_wish *wish, const struct keyroll *roll)
{
	if (roll->phase == KEYROLL_STANDBY)
		return false;
	if (wish->algorithm || (!wish->ksk && !wish->zsk))
		return true;
	return roll->role == PROJECT_ZSK ? wish->zsk : wish->ksk;
}

static int
refuse_planned(struct diags *diags, const struct project_zone *zone)
{
	return diag_error(diags, zone->pos, P_KEYS,
	    "the key signing keys of %s are kept offline, and sign its keys ahead: zonepp keys "
	    "request "
	    "plans successors of its ZSKs, zonepp keys generate --ksk makes a KSK where they are "
	    "kept",
	    zone->name_text);
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
		if (roll->is_planned)
			return refuse_planned(diags, zone);
		if (roll->lacks_private)
			return refuse_lost(diags, roll);
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

/* Of keys that serve side by side one successor takes over from all. */
static size_t
find_requests(struct arena *a, const struct keyrolls *rolls, const struct keyroll_wish *wish,
    int64_t now_unix, struct keygen requests[2])
{
	bool has[2] = {false};
	size_t n = 0;

	for (size_t i = 0; i < rolls->n; i++) {
		const struct keyroll *roll = &rolls->items[i];
		bool is_ksk = roll->key->is_ksk;

		if (!is_wished(wish, roll) || has[is_ksk])
			continue;
		has[is_ksk] = true;
		requests[n++] = request_of(
		    a, roll, wish->algorithm ? wish->algorithm : roll->key->algorithm, now_unix);
	}
	return n;
}

static int
begin(struct diags *diags, const struct project *project, const struct project_zone *zone,
    const struct keyroll_wish *wish, int64_t now_unix, struct buf *made)
{
	struct key_folder folder;
	struct keys keys = {0};
	struct history history;
	struct keyrolls rolls;
	struct keygen requests[2];
	const char *bases[2];
	size_t n_made;
	int result;

	if (project_history_load(diags, project, now_unix, &history) < 0 ||
	    check_clock(diags, history.latest_unix, now_unix) < 0 ||
	    key_folder_read_zone(&diags->arena, diags, zone->keys, &zone->name, &folder) < 0 ||
	    keys_load(&diags->arena, diags, &folder, &zone->name, now_unix, &keys) < 0)
		return -1;
	if (keys.n == 0)
		return refuse_none(diags, zone);
	keyrolls_find(&diags->arena, project, &history, zone, &keys, now_unix, &rolls);
	if (check_wish(diags, zone, wish, &rolls) < 0)
		return -1;
	result = keygen(diags, &folder, requests,
	    find_requests(&diags->arena, &rolls, wish, now_unix, requests), bases, &n_made);
	for (size_t i = 0; i < n_made; i++)
		buf_printf(made, "%s\n", bases[i]);
	return result;
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

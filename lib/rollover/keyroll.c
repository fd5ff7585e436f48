#include "rollover/keyroll.h"

#include "base/duration.h"
#include "dnssec/keygen.h"
#include "history/state.h"
#include "rollover/parent.h"
#include "rollover/trust.h"

enum {
	DS_CHANCE_S = 86400, /* parents that follow CDS look once a day (RFC 7344 section 6.1) */
};

/* --- What is held --- */

struct run {
	struct arena *a;
	const struct history *history;
	const struct project_zone *zone;
	const char *name; /* of the zone, as the history writes it */
	struct keys *keys;
	uint32_t hold_s;
	int64_t now;
	struct keyrolls *out;
};

/* Does the set, of whatever type, have the key? With `signs` it must sign its DNSKEY set, and the
 * DS set must lead every validator to it. */
static bool
set_has_key(const struct set *set, const struct record_key *key, bool signs)
{
	for (size_t i = 0; i < set->n; i++) {
		struct record_key at;

		if (set->type == TYPE_DS && signs)
			return trust_leads_to(set, key);
		if (set->type == TYPE_DS) {
			if (trust_is_of_key(set->rdata[i], key))
				return true;
			continue;
		}
		at = record_read_key(set->type, set->rdata[i]);
		if (at.algorithm == key->algorithm && (!signs || at.signs) &&
		    memcmp(at.digest, key->digest, sizeof(at.digest)) == 0)
			return true;
	}
	return false;
}

static struct record_key
record_of(const struct run *r, const struct key *key)
{
	return record_key_of(&r->zone->name, key->dnskey);
}

/* When no set of the type is held any more that has the key, or with `lacks` that has it not: 0 if
 * there was none, TIME_NEVER if one is open, or if the next build is to tell of sets that the
 * history lost. Who holds an empty DS set misses no record in it: the zone counts as unsigned (RFC
 * 4035 section 5.2). */
static int64_t
forgotten_at(const struct run *r, uint16_t type, const struct key *key, bool signs, bool lacks)
{
	struct sets sets = trust_sets(r->a, r->history, r->name, type);
	struct record_key wanted = record_of(r, key);
	int64_t at = sets.n > 0 || type == TYPE_DS ? 0 : TIME_NEVER;

	for (size_t i = 0; i < sets.n; i++) {
		const struct set *set = &sets.items[i];

		if (set_has_key(set, &wanted, signs) != lacks && (type != TYPE_DS || set->n > 0))
			at = instant_later(at, set_release(set, r->hold_s));
	}
	return at;
}

static uint8_t
algorithm_of(const struct set *set, size_t i)
{
	return set->rdata[i].data[set->type == TYPE_DS ? 2 : 0];
}

/* Likewise of sets that have any record of the algorithm, or with `lacks` none. */
static int64_t
algorithm_forgotten_at(const struct run *r, uint16_t type, uint8_t algorithm, bool lacks)
{
	struct sets sets = trust_sets(r->a, r->history, r->name, type);
	int64_t at = sets.n > 0 || type == TYPE_DS ? 0 : TIME_NEVER;

	for (size_t i = 0; i < sets.n; i++) {
		bool has = false;

		for (size_t k = 0; k < sets.items[i].n; k++)
			has = has || algorithm_of(&sets.items[i], k) == algorithm;
		if (has != lacks)
			at = instant_later(at, set_release(&sets.items[i], r->hold_s));
	}
	return at;
}

/* Is the key in what is published now, as far as the history can tell? */
static bool
is_there(const struct run *r, uint16_t type, const struct key *key)
{
	const struct set *newest = sets_newest(trust_sets(r->a, r->history, r->name, type));
	struct record_key wanted = record_of(r, key);

	return newest && set_has_key(newest, &wanted, false);
}

/* Does what the parent has now lead every validator to the key? */
static bool
is_trusted(const struct run *r, const struct key *key)
{
	const struct set *newest = sets_newest(trust_sets(r->a, r->history, r->name, TYPE_DS));
	struct record_key wanted = record_of(r, key);

	return newest && set_has_key(newest, &wanted, true);
}

/* --- Keys --- */

static bool
has_come(const struct run *r, const struct key *key, enum key_time time)
{
	return key->time[time] != KEY_NO_TIME && key->time[time] <= r->now;
}

static bool
is_retired(const struct run *r, const struct key *key)
{
	return has_come(r, key, KEY_INACTIVE);
}

/* Does a ZSK sign beside it, by the dates? */
static bool
has_zsk(const struct run *r, const struct key *key)
{
	for (size_t i = 0; i < r->keys->n; i++) {
		const struct key *other = &r->keys->items[i];

		if (!other->is_ksk && other->algorithm == key->algorithm && !other->revoked &&
		    (other->active || other->offline))
			return true;
	}
	return false;
}

static enum project_key_role
role_of(const struct run *r, const struct key *key)
{
	if (!key->is_ksk)
		return PROJECT_ZSK;
	return has_zsk(r, key) ? PROJECT_KSK : PROJECT_CSK;
}

bool
keyroll_is_younger(const struct key *key, const struct key *than)
{
	struct key_life a = key_life(key->time), b = key_life(than->time);

	if (a.sign_unix != b.sign_unix)
		return a.sign_unix > b.sign_unix;
	if (a.publish_unix != b.publish_unix)
		return a.publish_unix > b.publish_unix;
	if (key->time[KEY_CREATED] != than->time[KEY_CREATED])
		return than->time[KEY_CREATED] == KEY_NO_TIME ||
		       (key->time[KEY_CREATED] != KEY_NO_TIME &&
			   key->time[KEY_CREATED] > than->time[KEY_CREATED]);
	return key->tag > than->tag;
}

/* Is it on its way out, or gone? */
static bool
is_leaving(const struct run *r, const struct key *key)
{
	return key->revoked || is_retired(r, key) || has_come(r, key, KEY_DELETE);
}

/* Is it published now or one day, and to sign? Who parks a key, or lets it stand by, means it to
 * take nothing over; and one without dates was there before anything began. */
static bool
is_meant(const struct run *r, const struct key *key)
{
	struct key_life life = key_life(key->time);

	return !is_leaving(r, key) && life.publish_unix != KEY_NO_TIME &&
	       life.sign_unix != KEY_NO_TIME && life.sign_unix != KEY_ALWAYS;
}

/* The youngest key that takes over from this one, or NULL. One that is to end sooner is none. */
static struct key *
successor_of(const struct run *r, const struct key *key)
{
	struct key *found = NULL;

	for (size_t i = 0; i < r->keys->n; i++) {
		struct key *other = &r->keys->items[i];

		if (other == key || other->is_ksk != key->is_ksk || !is_meant(r, other) ||
		    !keyroll_is_younger(other, key) ||
		    key_life(other->time).retire_unix < key_life(key->time).retire_unix)
			continue;
		if (!found || keyroll_is_younger(other, found))
			found = other;
	}
	return found;
}

/* Is an older key there that serves until this one is ready? */
static bool
takes_over(const struct run *r, const struct key *key)
{
	for (size_t i = 0; i < r->keys->n; i++) {
		const struct key *other = &r->keys->items[i];

		if (other != key && !is_leaving(r, other) && successor_of(r, other) == key)
			return true;
	}
	return false;
}

/* --- From a CSK to a pair, and back --- */

/* Is there a ZSK that is to sign what the CSK signs alone now? */
static bool
has_coming_zsk(const struct run *r, const struct key *csk)
{
	for (size_t i = 0; i < r->keys->n; i++) {
		const struct key *key = &r->keys->items[i];

		if (!key->is_ksk && key->algorithm == csk->algorithm && is_meant(r, key))
			return true;
	}
	return false;
}

/* The only KSK of the algorithm that signs, or is to, if it can sign data, or NULL. */
static struct key *
only_ksk(const struct run *r, const struct key *zsk)
{
	struct key *found = NULL;

	for (size_t i = 0; i < r->keys->n; i++) {
		struct key *key = &r->keys->items[i];

		if (!key->is_ksk || key->algorithm != zsk->algorithm || is_retired(r, key) ||
		    has_come(r, key, KEY_DELETE) || key_life(key->time).sign_unix == KEY_NO_TIME)
			continue;
		if (found || !key->active || key->revoked)
			return NULL;
		found = key;
	}
	return found;
}

/* Does the policy want other roles than the keys have, and is nothing else under way? */
static void
change_roles(const struct run *r, struct keyroll *roll)
{
	const struct project_keys *wanted = &r->zone->policy->keys;
	const struct key *key = roll->key;

	if (!key->active || is_retired(r, key) || has_come(r, key, KEY_DELETE) || roll->successor ||
	    takes_over(r, key))
		return;
	if (wanted->has_role[PROJECT_ZSK] && roll->role == PROJECT_CSK && !has_coming_zsk(r, key)) {
		roll->way = KEYROLL_SPLIT;
	} else if (wanted->has_role[PROJECT_CSK] && roll->role == PROJECT_ZSK && only_ksk(r, key)) {
		roll->way = KEYROLL_MERGE;
		roll->successor = only_ksk(r, key);
	}
}

/* --- Phases --- */

static void
set_phase(struct keyroll *roll, enum keyroll_phase phase, int64_t at_unix)
{
	roll->phase = phase;
	roll->at_unix = at_unix;
}

/* What it made, and what points to it, keeps a retired key. */
static void
judge_retired(const struct run *r, struct keyroll *roll)
{
	int64_t ds =
	    roll->role == PROJECT_ZSK ? 0 : forgotten_at(r, TYPE_DS, roll->key, false, false);
	int64_t signatures = forgotten_at(r, TYPE_RRSIG, roll->key, false, false);

	if (ds > r->now)
		set_phase(roll, KEYROLL_DS_LEAVES, ds);
	else if (signatures > r->now)
		set_phase(roll, KEYROLL_RETIRED, signatures);
	else
		set_phase(roll, KEYROLL_OVER, r->now);
}

/* The key of the new algorithm that the parent's DS is to be of. */
static const struct key *
anchor_of(const struct run *r, const struct keyroll *roll)
{
	for (size_t i = 0; i < r->keys->n && !roll->successor->is_ksk; i++) {
		const struct key *key = &r->keys->items[i];

		if (key->is_ksk && key->algorithm == roll->successor->algorithm && is_meant(r, key))
			return key;
	}
	return roll->successor;
}

/* When the parent's DS of the key need not be waited for any more: 0 if it is there, and TIME_NEVER
 * as long as nothing is known of the parent, or it has others. One that is known to have none had a
 * chance to take it, from CDS for example. */
static int64_t
ds_wanted_until(const struct run *r, const struct key *key)
{
	const struct set *newest = sets_newest(trust_sets(r->a, r->history, r->name, TYPE_DS));

	if (is_trusted(r, key))
		return 0;
	return newest && newest->n == 0 ? key->time[KEY_SYNC_PUBLISH] + DS_CHANCE_S : TIME_NEVER;
}

static void
judge_ds_of_algorithm(const struct run *r, struct keyroll *roll, const struct key *anchor)
{
	int64_t trusted = forgotten_at(r, TYPE_DS, anchor, true, true);
	int64_t old = algorithm_forgotten_at(r, TYPE_DS, roll->key->algorithm->number, false);

	if (ds_wanted_until(r, anchor) > r->now)
		set_phase(roll, KEYROLL_DS_WANTED, ds_wanted_until(r, anchor));
	else if (trusted > r->now)
		set_phase(roll, KEYROLL_DS_SEEN, trusted);
	else if (old > r->now)
		set_phase(roll, KEYROLL_DS_LEAVES, old);
	else
		set_phase(roll, KEYROLL_TAKEN_OVER, instant_later(trusted, old));
}

/* When its dates let it begin; 0 where that is not settled yet. */
static int64_t
planned_at(const struct key *key)
{
	struct key_life life = key_life(key->time);

	return key_is_open(key, KEY_ACTIVATE)
		   ? instant_later(0, life.publish_unix)
		   : instant_later(instant_later(0, life.publish_unix), life.sign_unix);
}

/* When all held DNSKEY sets have the key, and with `signs` its signature, and its dates have come.
 */
static int64_t
known_at(const struct run *r, const struct key *key, bool signs)
{
	int64_t known = is_there(r, TYPE_DNSKEY, key)
			    ? forgotten_at(r, TYPE_DNSKEY, key, signs, true)
			    : TIME_NEVER;
	int64_t planned = planned_at(key);

	if (planned <= r->now)
		return known;
	return known == TIME_NEVER ? planned : instant_later(known, planned);
}

/* An algorithm goes the same way for all its keys. */
static void
judge_algorithm(const struct run *r, struct keyroll *roll)
{
	const struct key *anchor = anchor_of(r, roll);
	uint8_t algorithm = roll->successor->algorithm->number;
	int64_t known = known_at(r, anchor, true);
	int64_t made = algorithm_forgotten_at(r, TYPE_RRSIG, algorithm, true);

	if (!has_come(r, roll->successor, KEY_PUBLISH)) {
		set_phase(roll, made > r->now ? KEYROLL_SIGNING : KEYROLL_SIGNED, made);
		return;
	}
	if (known > r->now)
		set_phase(roll, KEYROLL_PUBLISHED, known);
	else if (anchor->time[KEY_SYNC_PUBLISH] == KEY_NO_TIME)
		set_phase(roll, KEYROLL_KNOWN, known);
	else
		judge_ds_of_algorithm(r, roll, anchor);
}

/* A key that left the zone, and signs on for those who hold the DNSKEY set with it. */
static void
judge_left(const struct run *r, struct keyroll *roll)
{
	int64_t at = algorithm_forgotten_at(r, TYPE_DNSKEY, roll->key->algorithm->number, false);

	set_phase(roll, at > r->now ? KEYROLL_LEFT : KEYROLL_FORGOTTEN, at);
}

static void
judge_zsk_known(const struct run *r, struct keyroll *roll, const struct key *zsk)
{
	int64_t known = known_at(r, zsk, false);

	set_phase(roll, known > r->now ? KEYROLL_PUBLISHED : KEYROLL_KNOWN, known);
}

static void
judge_ksk(const struct run *r, struct keyroll *roll)
{
	int64_t known = known_at(r, roll->successor, true);
	int64_t trusted = forgotten_at(r, TYPE_DS, roll->successor, true, true);

	if (known > r->now)
		set_phase(roll, KEYROLL_PUBLISHED, known);
	else if (roll->successor->time[KEY_SYNC_PUBLISH] == KEY_NO_TIME)
		set_phase(roll, KEYROLL_KNOWN, known);
	else if (ds_wanted_until(r, roll->successor) > r->now)
		set_phase(roll, KEYROLL_DS_WANTED, ds_wanted_until(r, roll->successor));
	else if (trusted > r->now)
		set_phase(roll, KEYROLL_DS_SEEN, trusted);
	else
		set_phase(roll, KEYROLL_TAKEN_OVER, trusted);
}

/* How long it takes until a successor is known: it is made as long ahead. */
static int64_t
lead_s(const struct run *r)
{
	const struct set *newest = sets_newest(trust_sets(r->a, r->history, r->name, TYPE_DNSKEY));
	int64_t ttl_s = newest ? newest->ttl_s : 0;

	return instant_later(ttl_s, r->hold_s) + ttl_s;
}

/* Is the parent known to have DS records, and none of a key of this zone? Then no validator accepts
 * it. */
static bool
is_ds_strange(const struct run *r)
{
	const struct set *newest = sets_newest(trust_sets(r->a, r->history, r->name, TYPE_DS));

	for (size_t i = 0; i < r->keys->n; i++) {
		const struct key *key = &r->keys->items[i];

		if (key->published && (key->active || key->offline) && is_there(r, TYPE_DS, key))
			return false;
	}
	return newest && newest->n > 0;
}

/* A ZSK that was to take over from another one, which had to go at once. */
static void
judge_orphan(const struct run *r, struct keyroll *roll)
{
	judge_zsk_known(r, roll, roll->key);
	if (roll->phase == KEYROLL_KNOWN)
		roll->phase = KEYROLL_ORPHAN;
}

/* Does another one make the successor of both, as neither has dates? */
static bool
is_beside(const struct run *r, const struct key *key)
{
	for (size_t i = 0; i < r->keys->n; i++) {
		const struct key *other = &r->keys->items[i];

		if (other != key && other->is_ksk == key->is_ksk && !is_leaving(r, other) &&
		    key_life(other->time).sign_unix == KEY_ALWAYS && keyroll_is_younger(other, key))
			return true;
	}
	return false;
}

/* The lifetime of a key begins when it signs, and none is replaced that is still coming. How long
 * one without dates has signed nobody knows: its time is over. */
static void
judge_alone(const struct run *r, struct keyroll *roll)
{
	uint32_t lifetime_s = r->zone->policy->keys.lifetime_s[roll->role];
	int64_t begun = key_life(roll->key->time).sign_unix;

	if (takes_over(r, roll->key))
		set_phase(roll, KEYROLL_COMING, TIME_NEVER);
	else if (begun == KEY_NO_TIME)
		set_phase(roll, KEYROLL_STANDBY, TIME_NEVER);
	else if (roll->key->is_ksk && is_ds_strange(r))
		set_phase(roll, KEYROLL_DS_STRANGE, TIME_NEVER);
	else if (!roll->key->is_ksk && key_is_open(roll->key, KEY_ACTIVATE) && roll->key->published)
		judge_orphan(r, roll);
	else if (lifetime_s == 0 || (begun == KEY_ALWAYS && is_beside(r, roll->key)))
		set_phase(roll, KEYROLL_STEADY, TIME_NEVER);
	else if (begun != KEY_ALWAYS && begun + lifetime_s - lead_s(r) > r->now)
		set_phase(roll, KEYROLL_STEADY, begun + lifetime_s - lead_s(r));
	else
		set_phase(roll, KEYROLL_DUE, r->now);
}

static int64_t
since(const struct run *r, const struct keyroll *roll)
{
	const struct key *keys[] = {roll->key, roll->successor};
	int64_t at = TIME_UNKNOWN;

	for (size_t i = 0; i < 2 && keys[i]; i++)
		for (int time = KEY_PUBLISH; time < N_KEY_TIMES; time++)
			if (has_come(r, keys[i], (enum key_time)time))
				at = instant_later(at, keys[i]->time[time]);
	return at;
}

static void
judge(const struct run *r, struct keyroll *roll)
{
	if (has_come(r, roll->key, KEY_DELETE))
		judge_left(r, roll);
	else if (is_retired(r, roll->key))
		judge_retired(r, roll);
	else if (roll->way == KEYROLL_SPLIT)
		set_phase(roll, KEYROLL_DUE, r->now);
	else if (!roll->successor)
		judge_alone(r, roll);
	else if (roll->way == KEYROLL_ALGORITHM)
		judge_algorithm(r, roll);
	else if (roll->role == PROJECT_ZSK)
		judge_zsk_known(r, roll, roll->successor);
	else
		judge_ksk(r, roll);
}

/* Is the private key of the successor gone? Only a KSK can do without, where the old one does, too:
 * both sign elsewhere. And where there is none of the zone at all, all of them are elsewhere. */
static bool
lacks_private(const struct run *r, const struct keyroll *roll)
{
	if (!roll->successor || roll->successor->at_hand || is_leaving(r, roll->key) ||
	    (roll->role == PROJECT_KSK && !roll->key->at_hand))
		return false;
	for (size_t i = 0; i < r->keys->n; i++)
		if (r->keys->items[i].at_hand)
			return true;
	return false;
}

/* Are the KSKs kept offline? Then what the DNSKEY set is to be was signed ahead. */
static bool
is_planned(const struct run *r)
{
	bool any_here = false, any_offline = false;

	for (size_t i = 0; i < r->keys->n; i++) {
		const struct key *key = &r->keys->items[i];

		if (key->is_ksk && key->published && key->at_hand)
			return false;
		any_here = any_here || key->at_hand;
		any_offline = any_offline || (key->is_ksk && key->published && key->offline);
	}
	return any_here && any_offline;
}

/* Nothing is done to its keys but what their dates do. */
static void
judge_planned(struct keyroll *roll)
{
	int64_t next = roll->key->next_event;

	roll->is_planned = true;
	roll->lacks_private = false;
	roll->successor = NULL;
	set_phase(roll, KEYROLL_STEADY, next == KEY_NO_TIME ? TIME_NEVER : next);
}

static void
find_one(const struct run *r, struct key *key)
{
	struct keyroll *roll = &r->out->items[r->out->n];

	if (key->revoked || (has_come(r, key, KEY_DELETE) && !key->active) ||
	    key_life(key->time).publish_unix == KEY_NO_TIME) /* it is parked */
		return;
	*roll = (struct keyroll){.zone = r->zone,
	    .role = role_of(r, key),
	    .key = key,
	    .successor = successor_of(r, key)};
	if (roll->successor && roll->successor->algorithm != key->algorithm)
		roll->way = KEYROLL_ALGORITHM;
	change_roles(r, roll);
	roll->lacks_private = lacks_private(r, roll);
	roll->since_unix = since(r, roll);
	if (is_planned(r))
		judge_planned(roll);
	else
		judge(r, roll);
	if (roll->at_unix == 0) /* nobody ever held what would have to be forgotten */
		roll->at_unix = r->now;
	r->out->n++;
}

void
keyrolls_find(struct arena *a, const struct project *project, const struct history *history,
    const struct project_zone *zone, struct keys *keys, int64_t now_unix, struct keyrolls *out)
{
	struct run run = {.a = a,
	    .history = history,
	    .zone = zone,
	    .name = history_name(a, zone->name.wire),
	    .keys = keys,
	    .hold_s = parent_hold_s(project, zone),
	    .now = now_unix,
	    .out = out};

	*out = (struct keyrolls){.items = arena_alloc(a, keys->n * sizeof(*out->items) + 1)};
	for (size_t i = 0; i < keys->n; i++)
		find_one(&run, &keys->items[i]);
}

const char *
keyroll_other_algorithm(struct arena *a, const struct project_zone *zone, const struct keys *keys)
{
	const struct project_policy *policy = zone->policy;
	const struct algorithm *wanted = policy->keys.algorithm;

	for (size_t i = 0; i < keys->n; i++)
		if (!wanted || keys->items[i].algorithm == wanted)
			return NULL;
	if (!wanted || keys->n == 0)
		return NULL;
	return arena_printf(a,
	    "no key of %s is of %s, as policy \"%s\" wants it: it is signed by keys as %u (%s); "
	    "zonepp keys roll --algorithm=%s %s begins to change that",
	    zone->name_text, wanted->name, policy->name, keys->items[0].tag,
	    keys->items[0].algorithm->name, wanted->name, zone->name_text);
}

/* --- Keys whose files are gone --- */

/* The same key before it was revoked. */
static struct record_key
unrevoked(struct arena *a, const struct name *zone, struct bytes dnskey)
{
	uint8_t *copy = arena_bytes(a, dnskey.len);

	memcpy(copy, dnskey.data, dnskey.len);
	copy[1] &= (uint8_t)~KEY_FLAG_REVOKE;
	return record_key_of(zone, (struct bytes){copy, dnskey.len});
}

/* A key that was revoked since has other flags and another tag, and its files. */
static bool
has_file(struct arena *a, const struct project_zone *zone, const struct keys *keys,
    const struct record_key *wanted)
{
	bool is_revoked = (wanted->flags & KEY_FLAG_REVOKE) != 0;

	for (size_t i = 0; i < keys->n; i++) {
		struct bytes dnskey = keys->items[i].dnskey;
		struct record_key key = is_revoked ? record_key_of(&zone->name, dnskey)
						   : unrevoked(a, &zone->name, dnskey);

		if (key.algorithm == wanted->algorithm &&
		    memcmp(key.digest, wanted->digest, sizeof(key.digest)) == 0)
			return true;
	}
	return false;
}

/* Those of other signers (RFC 8901) neither sign our sets nor our data. */
static bool
has_signed(struct sets signers, const struct record_key *key)
{
	for (size_t i = 0; i < signers.n; i++)
		if (set_has_key(&signers.items[i], key, false))
			return true;
	return key->signs;
}

int
keyroll_check_files(struct diags *diags, const struct history *history,
    const struct project_zone *zone, const struct keys *keys)
{
	struct arena *a = &diags->arena;
	const char *name = history_name(a, zone->name.wire);
	const struct set *published = sets_newest(trust_sets(a, history, name, TYPE_DNSKEY));
	struct sets signers = trust_sets(a, history, name, TYPE_RRSIG);
	int result = 0;

	for (size_t i = 0; published && i < published->n; i++) {
		struct record_key key = record_read_key(TYPE_DNSKEY, published->rdata[i]);
		struct buf file = {0};

		if (has_file(a, zone, keys, &key) || !has_signed(signers, &key))
			continue;
		keygen_print_name(&file, &zone->name, key.algorithm, key.tag);
		result = diag_add_path(diags, zone->keys, P_KEYS_GONE,
		    "the key %u (%s) of %s is in the zone that is published, and has signed: its "
		    "files %.*s.key and .private are gone",
		    key.tag, algorithm_info(key.algorithm)->name, zone->name_text, (int)file.len,
		    file.data);
		buf_free(&file);
	}
	return result;
}

bool
keyroll_is_under_way(const struct keyroll *roll)
{
	return roll->phase != KEYROLL_COMING && roll->phase != KEYROLL_STEADY &&
	       roll->phase != KEYROLL_DUE && roll->phase != KEYROLL_STANDBY &&
	       roll->phase != KEYROLL_DS_STRANGE;
}

/* --- Words --- */

static const char *const phase_names[N_KEYROLL_PHASES] = {
    [KEYROLL_COMING] = "coming",
    [KEYROLL_STANDBY] = "standby",
    [KEYROLL_STEADY] = "steady",
    [KEYROLL_DUE] = "due",
    [KEYROLL_SIGNING] = "signing",
    [KEYROLL_SIGNED] = "signed",
    [KEYROLL_PUBLISHED] = "published",
    [KEYROLL_KNOWN] = "known",
    [KEYROLL_ORPHAN] = "orphan",
    [KEYROLL_DS_STRANGE] = "ds-strange",
    [KEYROLL_DS_WANTED] = "ds-wanted",
    [KEYROLL_DS_SEEN] = "ds-seen",
    [KEYROLL_TAKEN_OVER] = "taken-over",
    [KEYROLL_DS_LEAVES] = "ds-leaves",
    [KEYROLL_RETIRED] = "retired",
    [KEYROLL_LEFT] = "left",
    [KEYROLL_FORGOTTEN] = "forgotten",
    [KEYROLL_OVER] = "over",
};

const char *
keyroll_phase_name(enum keyroll_phase phase)
{
	return phase_names[phase];
}

const char *
keyroll_role_name(enum project_key_role role)
{
	static const char *const names[N_PROJECT_KEY_ROLES] = {"KSK", "ZSK", "CSK"};

	return names[role];
}

static const char *
time_words(struct arena *a, int64_t t_unix)
{
	struct buf b = {0};

	if (t_unix == TIME_NEVER)
		return "the next build";
	instant_print_iso(&b, t_unix);
	return buf_text(&b, a);
}

const char *
keyroll_words(struct arena *a, const struct keyroll *roll)
{
	const char *at = time_words(a, roll->at_unix);
	unsigned old = roll->key->tag, new = roll->successor ? roll->successor->tag : old;

	if (roll->is_planned && roll->at_unix != TIME_NEVER)
		return arena_printf(a, "goes by its dates, of which the next is on %s", at);
	if (roll->is_planned && roll->role == PROJECT_ZSK)
		return "none: zonepp keys request plans its successor";
	if (roll->is_halted)
		return "waits: files of a key of the zone are gone";
	if (roll->lacks_private)
		return arena_printf(a, "waits: the private key of %u is gone", new);
	switch (roll->phase) {
	case KEYROLL_COMING:
		return "takes over from an older key";
	case KEYROLL_STANDBY:
		return "none: it stands by, until it is given Activate by hand";
	case KEYROLL_STEADY:
		return roll->at_unix == TIME_NEVER
			   ? "none: it serves until it is replaced by hand"
			   : arena_printf(a, "a successor is made on %s", at);
	case KEYROLL_DUE:
		return roll->way == KEYROLL_SPLIT
			   ? "zonepp roll --deploy makes a ZSK, as the policy has a pair"
			   : "zonepp roll --deploy makes a successor";
	case KEYROLL_SIGNING:
		return arena_printf(a,
		    "waits until %s: resolvers may still hold data without signatures of %s", at,
		    roll->successor->algorithm->name);
	case KEYROLL_SIGNED:
		return arena_printf(a, "zonepp roll --deploy publishes %u", new);
	case KEYROLL_LEFT:
		return arena_printf(
		    a, "waits until %s: resolvers may still hold a DNSKEY set with %u", at, old);
	case KEYROLL_FORGOTTEN:
		return "zonepp roll --deploy ends its signatures";
	case KEYROLL_PUBLISHED:
		if (roll->at_unix == planned_at(roll->successor ? roll->successor : roll->key))
			return arena_printf(
			    a, "waits until %s: %u begins then, by its dates", at, new);
		return arena_printf(
		    a, "waits until %s: resolvers may still hold a DNSKEY set without %u", at, new);
	case KEYROLL_KNOWN:
		return roll->role == PROJECT_ZSK
			   ? arena_printf(a, "zonepp roll --deploy lets %u sign in its place", new)
			   : arena_printf(
				 a, "zonepp roll --deploy asks the parent for a DS of %u", new);
	case KEYROLL_ORPHAN:
		return "zonepp roll --deploy lets it sign: no other ZSK does";
	case KEYROLL_DS_STRANGE:
		return arena_printf(a,
		    "the zone is bogus: no DS of the parent is of its keys; waits for that of %u",
		    old);
	case KEYROLL_DS_WANTED:
		if (roll->role == PROJECT_ZSK)
			return arena_printf(
			    a, "waits for the parent's DS of %s", roll->successor->algorithm->name);
		if (roll->at_unix != TIME_NEVER)
			return arena_printf(a,
			    "waits until %s for the parent's DS %u: it has none so far", at, new);
		return arena_printf(a, "waits for the parent's DS %u", new);
	case KEYROLL_DS_SEEN:
		return roll->at_unix == TIME_NEVER
			   ? arena_printf(a,
				 "waits until the parent is known to have no DS set without %u",
				 new)
			   : arena_printf(a,
				 "waits until %s: resolvers may still hold the DS set without %u",
				 at, new);
	case KEYROLL_TAKEN_OVER:
		return arena_printf(a, "zonepp roll --deploy retires it: %u has taken over", new);
	case KEYROLL_DS_LEAVES:
		if (roll->role == PROJECT_ZSK)
			return arena_printf(a, "waits until no DS of %s is held any more",
			    roll->key->algorithm->name);
		return roll->at_unix == TIME_NEVER
			   ? arena_printf(a, "waits until the parent's DS %u is gone", old)
			   : arena_printf(
				 a, "waits until %s: resolvers may still hold the DS %u", at, old);
	case KEYROLL_RETIRED:
		return arena_printf(
		    a, "waits until %s: resolvers may still hold signatures by %u", at, old);
	default:
		return "zonepp roll --deploy takes it out of the zone";
	}
}

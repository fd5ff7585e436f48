#include "dnssec/keystate.h"

#include "base/duration.h"

static bool
has_come(int64_t t_unix, int64_t now)
{
	return t_unix != KEY_NO_TIME && t_unix <= now;
}

/* When the key stops signing. */
static int64_t
end_of(const struct key *key)
{
	return key_life(key->time).retire_unix;
}

static bool
is_published_at(const struct key *key, int64_t t_unix)
{
	struct key_life life = key_life(key->time);

	return life.publish_unix <= t_unix && t_unix < life.remove_unix;
}

static bool
is_active_at(const struct key *key, int64_t t_unix)
{
	struct key_life life = key_life(key->time);

	return life.sign_unix <= t_unix && t_unix < life.retire_unix;
}

static bool
is_parked(const struct key *key)
{
	return key_life(key->time).publish_unix == KEY_NO_TIME;
}

static bool
has_zsk(const struct keys *keys, const struct algorithm *algorithm, int64_t now)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (!key->is_ksk && key->algorithm == algorithm && !is_parked(key) &&
		    !has_come(key->time[KEY_DELETE], now))
			return true;
	}
	return false;
}

const char *
keystate_role(const struct keys *keys, const struct key *key, int64_t now)
{
	if (!key->is_ksk)
		return "ZSK";
	return has_zsk(keys, key->algorithm, now) ? "KSK" : "CSK";
}

/* --- States --- */

/* Those in which a key does not sign the zone come first: the later, the easier it is taken into
 * use. */
enum state {
	STATE_REVOKED,
	STATE_OFFLINE,
	STATE_DELETED,
	STATE_RETIRED,
	STATE_FUTURE,
	STATE_SIGNING,
	STATE_PARKED,
	STATE_STANDBY,
	STATE_PUBLISHED,
	STATE_ACTIVE,
	N_STATES,
};

static const struct {
	const char *name;
	const char *why;     /* it does not sign */
	enum key_time since; /* behind that; KEY_CREATED: none */
	const char *options; /* of `keys set` that make it sign; NULL: none do */
} states[N_STATES] = {
    [STATE_REVOKED] = {"revoked", "is revoked", KEY_CREATED, NULL},
    [STATE_OFFLINE] = {"offline", "has no .private file", KEY_CREATED, NULL},
    [STATE_DELETED] = {"deleted", "left the zone on ", KEY_DELETE, "--inactive=none --delete=none"},
    [STATE_RETIRED] = {"retired", "ceased to sign on ", KEY_INACTIVE, "--inactive=none"},
    [STATE_FUTURE] = {"future", "is not published before ", KEY_PUBLISH,
	"--publish=now --activate=now"},
    [STATE_SIGNING] = {"signing", "is not published before ", KEY_PUBLISH, "--publish=now"},
    [STATE_PARKED] = {"parked", "is parked, with neither Publish nor Activate", KEY_CREATED,
	"--publish=now --activate=now"},
    [STATE_STANDBY] = {"standby", "stands by, without Activate", KEY_CREATED, "--activate=now"},
    [STATE_PUBLISHED] = {"published", "does not sign before ", KEY_ACTIVATE, "--activate=now"},
    [STATE_ACTIVE] = {"active", NULL, KEY_CREATED, NULL},
};

static enum state
state_of(const struct key *key, int64_t now)
{
	bool active = key->active || key->offline;

	if (!key->published && active)
		return STATE_SIGNING;
	if (has_come(key->time[KEY_DELETE], now))
		return STATE_DELETED;
	if (key->revoked)
		return STATE_REVOKED;
	if (!key->published)
		return is_parked(key) ? STATE_PARKED : STATE_FUTURE;
	if (active)
		return key->offline ? STATE_OFFLINE : STATE_ACTIVE;
	if (has_come(end_of(key), now))
		return STATE_RETIRED;
	return key_life(key->time).sign_unix == KEY_NO_TIME ? STATE_STANDBY : STATE_PUBLISHED;
}

const char *
keystate_now(const struct key *key, int64_t now)
{
	return states[state_of(key, now)].name;
}

/* The state that keeps it from signing: a key that still signs may have left the zone. */
static enum state
idleness_of(const struct key *key, int64_t now)
{
	enum state state = state_of(key, now);

	if (state == STATE_SIGNING && key->revoked)
		return STATE_REVOKED;
	if (state == STATE_SIGNING && has_come(key->time[KEY_DELETE], now))
		return STATE_DELETED;
	return state;
}

void
keystate_why_idle(struct buf *b, const struct key *key, int64_t now)
{
	enum state state = idleness_of(key, now);

	if (!states[state].why)
		return;
	if (state == STATE_PUBLISHED && key_is_open(key, KEY_ACTIVATE)) {
		buf_puts(b, "waits until zonepp roll --deploy lets it sign");
		return;
	}
	buf_puts(b, states[state].why);
	if (states[state].since != KEY_CREATED)
		instant_print_iso(b, key->time[states[state].since]);
}

/* Does it take more than dates? */
static bool
needs_private(const struct key *key, int64_t now)
{
	return !key->at_hand && idleness_of(key, now) != STATE_REVOKED;
}

static bool
is_easier(const struct key *key, const struct key *other, int64_t now)
{
	if (key->is_ksk != other->is_ksk)
		return key->is_ksk;
	if (needs_private(key, now) != needs_private(other, now))
		return needs_private(other, now);
	return idleness_of(key, now) > idleness_of(other, now);
}

void
keystate_remedy(struct buf *b, const struct key *keys, size_t n, int64_t now)
{
	const struct key *best = keys;
	const char *options;

	for (size_t i = 1; i < n; i++)
		if (is_easier(&keys[i], best, now))
			best = &keys[i];
	options = states[idleness_of(best, now)].options;
	if (needs_private(best, now))
		buf_printf(b, "it takes %s.private to sign", best->path);
	else if (options)
		buf_printf(b, "`zonepp keys set %s %s` makes it sign", options, best->path);
	else
		buf_puts(b, "`zonepp keys generate` makes another one");
}

enum key_time
keystate_next(const struct key *key, int64_t now)
{
	enum key_time next = N_KEY_TIMES;

	for (enum key_time i = KEY_PUBLISH; i < N_KEY_TIMES; i++)
		if (key->time[i] != KEY_NO_TIME && key->time[i] > now &&
		    (next == N_KEY_TIMES || key->time[i] < key->time[next]))
			next = i;
	return next;
}

const char *
keystate_event(enum key_time event)
{
	static const char *const names[N_KEY_TIMES] = {
	    [KEY_CREATED] = "created",
	    [KEY_PUBLISH] = "publish",
	    [KEY_ACTIVATE] = "activate",
	    [KEY_REVOKE] = "revoke",
	    [KEY_INACTIVE] = "inactive",
	    [KEY_DELETE] = "delete",
	    [KEY_SYNC_PUBLISH] = "sync-publish",
	    [KEY_SYNC_DELETE] = "sync-delete",
	};

	return names[event];
}

void
keystate_print_changes(struct buf *b, const struct keydates *dates)
{
	const char *separator = ": ";

	buf_puts(b, dates->base);
	for (enum key_time i = KEY_PUBLISH; i < N_KEY_TIMES; i++) {
		if (dates->time[i] == dates->was[i])
			continue;
		buf_printf(b, "%s%s ", separator, keystate_event(i));
		if (dates->time[i] == KEY_NO_TIME)
			buf_puts(b, "none");
		else
			instant_print_iso(b, dates->time[i]);
		separator = ", ";
	}
	buf_puts(b, *separator == ':' ? ": unchanged\n" : "\n");
}

bool
keystate_wants_ds(const struct key *key, int64_t now)
{
	return key->is_ksk && !key->revoked && key->published &&
	       !has_come(key->time[KEY_INACTIVE], now);
}

/* Does any key of the algorithm stand in the zone at that instant? */
static bool
is_used_at(const struct keys *keys, const struct algorithm *algorithm, int64_t t_unix)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].algorithm == algorithm &&
		    is_published_at(&keys->items[i], t_unix))
			return true;
	return false;
}

/* Has `other` the role of `key`, or is it a CSK of another algorithm, which has all roles? */
static bool
has_role_of(const struct keys *keys, const struct key *other, const struct key *key)
{
	return other->is_ksk == key->is_ksk ||
	       (other->is_ksk && other->algorithm != key->algorithm &&
		   !has_zsk(keys, other->algorithm, end_of(key)));
}

/* Does `other` sign what `key` signs, once that has ended? A key of another algorithm serves where
 * that of `key` leaves the zone altogether. */
static bool
succeeds(const struct keys *keys, const struct key *other, const struct key *key)
{
	int64_t end = end_of(key);

	return other != key && has_role_of(keys, other, key) && !other->revoked &&
	       (other->at_hand || other->is_ksk) && is_published_at(other, end) &&
	       is_active_at(other, end) &&
	       (other->algorithm == key->algorithm || !is_used_at(keys, key->algorithm, end));
}

static bool
has_successor(const struct keys *keys, const struct key *key)
{
	for (size_t i = 0; i < keys->n; i++)
		if (succeeds(keys, &keys->items[i], key))
			return true;
	return false;
}

/* Does it sign now, and nothing once it has ended? */
static bool
ends_alone(const struct keys *keys, const struct key *key)
{
	return (key->active || key->offline) && !key->revoked && end_of(key) != KEY_NO_TIME &&
	       !has_successor(keys, key);
}

static void
advise(struct diags *diags, const char *where, const struct keys *keys, const struct key *key,
    int64_t now)
{
	struct buf end = {0};

	instant_print_iso(&end, end_of(key));
	diag_add_path(diags, where, S_SUCCESSOR,
	    "the %s %u (%s) of %s ends on %.*s, and no other key takes over",
	    keystate_role(keys, key, now), key->tag, key->algorithm->name, keys->zone, (int)end.len,
	    end.data);
	buf_free(&end);
}

int64_t
keystate_advise(
    struct diags *diags, const char *where, const struct keys *keys, int64_t now, int64_t ahead_s)
{
	int64_t next = KEY_NO_TIME;

	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];
		int64_t begin = end_of(key) - ahead_s;

		if (!ends_alone(keys, key))
			continue;
		if (begin <= now)
			advise(diags, where, keys, key, now);
		else if (begin < next)
			next = begin;
	}
	return next;
}
